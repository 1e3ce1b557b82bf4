import type { Entry, Item, Notes, OptionValues, Place } from 'tagwall/reader'

/** The policy of others that the options place the policies before or after. */
export interface Anchor {
  readonly name: string
  readonly isBefore: boolean
}

/** The anchor that the options `before…` and `after…` name; undefined without one. */
export function anchorOf(options: OptionValues, what: 'Rule' | 'Policy'): Anchor | undefined {
  const before = options[`before${what}`]
  const name = before || options[`after${what}`]
  return name ? { name: `${name}`, isBefore: Boolean(before) } : undefined
}

/** Objects or policies of one kind by name, in their order. */
export class Table<One extends object = Entry> extends Map<string, One> {
  #list: readonly One[] | undefined

  /** The entries in their order; the same list until they or their order change. */
  get list(): readonly One[] {
    this.#list ??= [...this.values()]
    return this.#list
  }

  override set(name: string, entry: One): this {
    if (this.get(name) !== entry) this.#list = undefined
    return super.set(name, entry)
  }

  override delete(name: string): boolean {
    this.#list = undefined
    return super.delete(name)
  }

  putFirst(name: string, entry: One): void {
    this.rebuild([[name, entry], ...this])
  }

  /** Puts an entry directly before or after another one. Most of a load stand there already. */
  move(name: string, where: 'before' | 'after', other: string): void {
    const [from, to] = [name, other].map((one) => this.list.indexOf(this.get(one) as One)) as [number, number]
    if (from === (where === 'after' ? to + 1 : to - 1)) return
    const all = [...this]
    const moved = all.splice(from, 1)
    all.splice(to + (where === 'after' ? 1 : 0) - (from < to ? 1 : 0), 0, ...moved)
    this.rebuild(all)
  }

  private rebuild(entries: readonly (readonly [name: string, entry: One])[]): void {
    this.clear()
    for (const [name, entry] of entries) this.set(name, entry)
  }
}

/** A place, and the command there, by its number among all that were loaded. */
class Position implements Place {
  readonly #command: number

  constructor(
    readonly part: string,
    readonly line: number,
    command: number,
  ) {
    this.#command = command
  }

  static commandAt(place: Place): number {
    return #command in place ? place.#command : 0
  }
}

/** Changes by commands to the objects and policies of a device, one after the other. */
export class Changes<One extends object = Entry> {
  /** The entries that came, went or got other values since the last time this set was cleared. */
  readonly changed = new Set<One>()
  /** The policies that the load under way has edited, in its order. */
  readonly edited = new Set<string>()
  /** The items of entries that have not changed since. */
  private readonly items = new Map<One, Item>()
  /** Another person's policy that only serves as a position. */
  private anchor: One | undefined
  /** The number of the command that is loaded, and of the first one of its load. */
  private command = 0
  private firstOfLoad = 0

  protected beginLoad(): void {
    this.firstOfLoad = this.command + 1
    this.edited.clear()
  }

  nextCommand(): void {
    this.command++
  }

  /** A place of the command that is loaded. */
  protected placed({ part, line }: Place): Place {
    return new Position(part, line, this.command)
  }

  /** True if the entry at `a` was loaded after the use at `b` of the same load. What an earlier load used was there then. */
  isLater(a: Place, b: Place): boolean {
    const [defined, used] = [Position.commandAt(a), Position.commandAt(b)]
    return used >= this.firstOfLoad && defined > used
  }

  protected change(entry: One): void {
    this.changed.add(entry)
    this.items.delete(entry)
  }

  /** The item of an entry: the same one until a command changes the entry. */
  itemOf(entry: One, make: (entry: One) => Item): Item {
    const known = this.items.get(entry)
    if (known) return known
    const item = Object.freeze(make(entry))
    this.items.set(entry, item)
    return item
  }

  /** The policies of a table, in order, without that of the options. */
  inOrder(table: Table<One> | undefined): readonly One[] {
    const list = table?.list ?? []
    return this.anchor ? list.filter((entry) => entry !== this.anchor) : list
  }

  /** Puts a policy before or after another one; false if one of them is not there. The other one may be an `anchor`, which was there before all that were loaded. */
  protected reorder(table: Table<One>, name: string, where: 'before' | 'after', other: string, anchor?: One): boolean {
    if (!table.has(name) || name === other || !(anchor || table.has(other))) return false
    if (anchor && !table.has(other)) {
      this.anchor = anchor
      table.putFirst(other, anchor)
    }
    table.move(name, where, other)
    return true
  }

  /** Notes that not all policies of the last load, of which `first` is one, stand directly before or after the anchor in one of some tables. */
  checkPlace(
    tables: readonly (Table<One> | undefined)[],
    anchor: Anchor | undefined,
    first: { readonly place: Place } | undefined,
    notes: Notes,
  ): void {
    if (!anchor || !first || tables.some((table) => this.standsAt(table, anchor))) return
    const reason = `are not all directly ${anchor.isBefore ? 'before' : 'after'} ${anchor.name}, as the options say`
    notes.add(first.place, 'the rules', reason)
  }

  private standsAt(table: Table<One> | undefined, { name, isBefore }: Anchor): boolean {
    const names = [...(table?.keys() ?? [])]
    const at = names.indexOf(name)
    const first = isBefore ? at - this.edited.size : at + 1
    return at >= 0 && [...this.edited].every((one, index) => names[first + index] === one)
  }
}
