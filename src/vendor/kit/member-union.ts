import { type AddressPart, PrefixSet } from '../../address/prefix-set.ts'
import type { Note, Place } from '../../model/reading.ts'
import { Kept } from './kept.ts'

/** The union of the addresses of some members. A change costs what it changes, not what the members hold. */
export class MemberUnion {
  private readonly kept = new Kept<Value, AddressPart>()
  private whole = PrefixSet.empty
  /** The addresses of each member together: more than the union has if members share some. */
  private count = 0n

  /**
   * The union of `members`. Of those that it knows, it reads only those again whose names end a key of `changed`, behind its first line
   * break: the keys that a resolver forgot.
   */
  of(members: readonly Value[], changed: Iterable<string>, read: (member: Value) => AddressPart): PrefixSet {
    const names = Array.from(changed, (key) => key.slice(key.indexOf('\n') + 1))
    const { values, gone, come } = this.kept.of(members, names, (fresh, uses) =>
      fresh.map((member) => {
        uses(member, member.text)
        return read(member)
      }),
    )
    const added = come.map(([, part]) => part)
    const isApart = this.count === this.whole.count
    this.count += countOf(added) - countOf(gone)
    if (gone.length === 0) this.whole = added.length === 0 ? this.whole : PrefixSet.union([this.whole, ...added])
    // Other members may have the same addresses.
    else this.whole = PrefixSet.union(isApart ? [this.whole.subtract(PrefixSet.union(gone)), ...added] : values)
    return this.whole
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
