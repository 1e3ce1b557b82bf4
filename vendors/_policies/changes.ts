import type { Entry, Item, OptionValues, Place } from 'tagwall/reader'

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
export type Table<One extends Entry = Entry> = Map<string, One>

/** Changes by commands to the objects and policies of a device, one after the other. */
export class Changes<One extends Entry = Entry> {
  /** The entries that came, went or got other values since the last time this set was cleared. */
  readonly changed = new Set<One>()
  /** The policies that the load under way has edited, in its order. */
  readonly edited = new Set<string>()
  /** The items of entries that have not changed since. */
  private readonly items = new Map<One, Item>()
  /** Other people's policies that only serve as a position. */
  private readonly anchors = new WeakSet<One>()
  /** The position of each command among all loaded commands. */
  private readonly order = new Map<Place, number>()
  private position = 0
  private firstOfLoad = 0

  protected beginLoad(): void {
    this.firstOfLoad = this.position + 1
    this.edited.clear()
  }

  protected nextCommand(): void {
    this.position++
  }

  protected remember(place: Place): void {
    this.order.set(place, this.position)
  }

  protected isOfLoad(place: Place): boolean {
    return (this.order.get(place) ?? 0) >= this.firstOfLoad
  }

  /** True if the entry at `a` was loaded after the use at `b` of the same load. What an earlier load used was there then. */
  isLater(a: Place, b: Place): boolean {
    return this.isOfLoad(b) && (this.order.get(a) ?? 0) > (this.order.get(b) ?? 0)
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
  inOrder(table: Table<One> | undefined): One[] {
    return [...(table?.values() ?? [])].filter((entry) => !this.anchors.has(entry))
  }

  /** Puts a policy before or after another one; false if one of them is not there. The `anchor` is there before those that are loaded. */
  protected reorder(
    table: Table<One>,
    name: string,
    {
      where,
      other,
      anchor,
    }: { readonly where: 'before' | 'after'; readonly other: string; readonly anchor?: string | undefined },
  ): boolean {
    const entry = table.get(name)
    const rest = [...table].filter(([key]) => key !== name)
    if (!entry || name === other) return false
    if (other === anchor && !table.has(other)) {
      const placed: One = { ...entry, name: other, fields: new Map(), notes: [] }
      this.anchors.add(placed)
      rest.unshift([other, placed])
    }
    const at = rest.findIndex(([key]) => key === other)
    if (at < 0) return false
    table.clear()
    for (const [key, one] of rest.toSpliced(where === 'after' ? at + 1 : at, 0, [name, entry])) table.set(key, one)
    return true
  }

  /** True if all policies of the last load are directly before, or directly after, the anchor. */
  standsAt(table: Table<One> | undefined, { name, isBefore }: Anchor): boolean {
    const names = [...(table?.keys() ?? [])]
    const at = names.indexOf(name)
    const first = isBefore ? at - this.edited.size : at + 1
    return at >= 0 && [...this.edited].every((one, index) => names[first + index] === one)
  }
}
