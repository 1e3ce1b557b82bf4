import { type AddressPart, PrefixSet } from '../../address/prefix-set.ts'
import type { Note, Place } from '../../model/reading.ts'
import { Kept } from './kept.ts'

/** More members than that share an address in no group that a person keeps; then all of them are joined again. */
const MOST_LAYERS = 8

/** The addresses that at least one of some members has, at least two, and so on; undefined for more than `MOST_LAYERS`. */
type Layers = readonly PrefixSet[] | undefined

/** The union of the addresses of some members. A change costs what it changes, not what the members hold. */
export class MemberUnion<Member extends Value = Value> {
  private readonly kept = new Kept<Member, AddressPart>()
  private whole = PrefixSet.empty
  private layers: Layers

  /**
   * The union of `members`. Of those that it knows, it reads only those again whose names end a key of `changed`, behind its first line
   * break: the keys that a resolver forgot.
   */
  of(members: readonly Member[], changed: Iterable<string>, read: (member: Member) => AddressPart): PrefixSet {
    const names = Array.from(changed, (key) => key.slice(key.indexOf('\n') + 1))
    const before = this.kept.values
    const { values, gone, come } = this.kept.of(members, names, (fresh, uses) =>
      fresh.map((member) => {
        uses(member, member.text)
        return read(member)
      }),
    )
    if (gone.length + come.length === 0) return this.whole
    // Most groups are read once, and need no layers.
    this.layers =
      before.length === 0
        ? undefined
        : withLayers(without(this.layers ?? layersOf(before), layersOf(gone)), layersOf(come))
    const whole = this.layers?.[0] ?? PrefixSet.union(values)
    if (!whole.equals(this.whole)) this.whole = whole
    return this.whole
  }
}

function layersOf(parts: readonly AddressPart[]): Layers {
  const all = PrefixSet.union(parts)
  if (parts.length < 2 || all.count === countOf(parts)) return [all]
  const half = parts.length >> 1
  return withLayers(layersOf(parts.slice(0, half)), layersOf(parts.slice(half)))
}

function withLayers(layers: Layers, more: Layers): Layers {
  if (!layers || !more) return undefined
  const all = [...layers]
  for (let carried of more) {
    for (let at = 0; !carried.isEmpty; at++) {
      const layer = all[at] ?? PrefixSet.empty
      all[at] = layer.union(carried)
      carried = layer.intersect(carried)
    }
  }
  return all.length > MOST_LAYERS ? undefined : all
}

/** The layers without some of their members, whose layers are `less`. */
function without(layers: Layers, less: Layers): Layers {
  if (!layers || !less) return undefined
  const left = [...layers]
  for (let rest of less) {
    for (let at = left.length - 1; at >= 0; at--) {
      const layer = left[at] as PrefixSet
      left[at] = layer.subtract(rest)
      rest = rest.subtract(layer)
    }
  }
  return left
}

function countOf(parts: readonly AddressPart[]): bigint {
  let sum = 0n
  for (const part of parts) {
    if (part instanceof PrefixSet) sum += part.count
    else for (const { first, last } of 'first' in part ? [part] : part) sum += last - first + 1n
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
