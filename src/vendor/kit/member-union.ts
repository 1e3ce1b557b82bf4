import { type AddressPart, PrefixSet } from '../../address/prefix-set.ts'
import type { Note, Place } from '../../model/reading.ts'

/** The union of the addresses of some members. A change costs what it changes, not what the members hold. */
export class MemberUnion {
  private members: readonly Value[] = []
  private readonly parts = new Map<string, AddressPart>()
  private whole = PrefixSet.empty
  /** The addresses of each member together: more than the union has if members share some. */
  private count = 0n

  /**
   * The union of `members`. Of those that it knows, it reads only those again whose names end a key of `changed`, behind its first line
   * break: the keys that a resolver forgot.
   */
  of(members: readonly Value[], changed: Iterable<string>, read: (member: Value) => AddressPart): PrefixSet {
    const names = new Set(Array.from(changed, (key) => key.slice(key.indexOf('\n') + 1)))
    // If a name occurs twice, its part may still be in use after one of them is removed.
    const [from, to] = this.parts.size < this.members.length ? [0, 0] : common(this.members, members)
    const differing = (list: readonly Value[]) =>
      list.filter(({ text }, index) => (index >= from && index < list.length - to) || names.has(text))
    const [gone, come] = [differing(this.members), differing(members)]
    // The caller may add to its list.
    this.members = [...members]
    if (gone.length > 0) this.remove(new Set(gone.map(({ text }) => text)))
    if (come.length > 0) this.add(come, read)
    return this.whole
  }

  private remove(names: ReadonlySet<string>): void {
    const isApart = this.count === this.whole.count
    const removed = [...names].map((name) => this.parts.get(name) as AddressPart)
    for (const name of names) this.parts.delete(name)
    this.count -= countOf(removed)
    // Other members may have the same addresses.
    this.whole = isApart ? this.whole.subtract(PrefixSet.union(removed)) : PrefixSet.union([...this.parts.values()])
  }

  private add(members: readonly Value[], read: (member: Value) => AddressPart): void {
    const added: AddressPart[] = []
    for (const member of members) {
      const part = read(member)
      if (this.parts.has(member.text)) continue
      this.parts.set(member.text, part)
      added.push(part)
    }
    this.count += countOf(added)
    this.whole = PrefixSet.union([this.whole, ...added])
  }
}

function countOf(parts: readonly AddressPart[]): bigint {
  let sum = 0n
  for (const part of parts) {
    if (part instanceof PrefixSet) sum += part.count
    else for (const { first, last } of part) sum += last - first + 1n
  }
  return sum
}

/** How many values two lists have in common at their starts, and at their ends after that. */
function common(a: readonly Value[], b: readonly Value[]): [from: number, to: number] {
  const most = Math.min(a.length, b.length)
  let from = 0
  while (from < most && a[from] === b[from]) from++
  let to = 0
  while (to < most - from && a[a.length - 1 - to] === b[b.length - 1 - to]) to++
  return [from, to]
}

/** A text and its place. */
export interface Value {
  readonly text: string
  readonly place: Place
}

/** An object of a configuration, as far as it has been read. A field without values was unset. */
export interface Entry {
  readonly name: string
  /** The first place that names it. */
  readonly place: Place
  readonly fields: Map<string, Value[]>
  /** Notes about the object's settings, which only matter if the object is used. */
  readonly notes: Note[]
}

/** An entry with nothing set. */
export const newEntry = (name: string, place: Place): Entry => ({ name, place, fields: new Map(), notes: [] })
