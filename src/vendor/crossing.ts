import { type PackedSet, PrefixSet } from '../address/prefix-set.ts'
import type { LoadKind } from '../model/device.ts'
import type { ReadFile } from '../model/reading.ts'
import type { ReaderContext } from './kit/reader-api.ts'

// Values cross between the program and the thread of a reader as plain data. Address sets cross as numbers, once: a set that the reading
// before had crosses as its place there, so it stays the same object, which makes comparing steps of a delta quick.

/** A value without sets: each is replaced by its place in `sets`, as numbers or as its place among the sets of the value before. */
export interface Crossing {
  readonly value: unknown
  readonly sets: readonly (number | PackedSet)[]
}

/** In place of a set. */
class Place {
  constructor(readonly set: number) {}
}

/** Packs values, one after the other. They are trees of plain objects, lists, sets and simple values. */
export class Packer {
  private before = new Map<PrefixSet, number>()

  pack(value: unknown): Crossing {
    const own = new Map<PrefixSet, number>()
    const sets: (number | PackedSet)[] = []
    const placeOf = (set: PrefixSet) => {
      const known = own.get(set)
      if (known !== undefined) return known
      own.set(set, sets.length)
      return sets.push(this.before.get(set) ?? PrefixSet.pack(set)) - 1
    }
    const packed = mapTree(value, (part) => (PrefixSet.is(part) ? new Place(placeOf(part)) : undefined))
    this.before = own
    return { value: packed, sets }
  }
}

/** Unpacks what a `Packer` packed, in the same order. Throws `RangeError` for places that do not exist, and for numbers that are not ranges. */
export class Unpacker {
  private before: readonly PrefixSet[] = []

  unpack({ value, sets }: Crossing): unknown {
    const own = sets.map((set) => (typeof set === 'number' ? setAt(this.before, set) : PrefixSet.unpack(set)))
    this.before = own
    return mapTree(value, (part) => {
      // Structured clones lose their class. Nothing else that crosses has this field.
      const place = (part as Partial<Place> | null | undefined)?.set
      return typeof place === 'number' ? setAt(own, place) : undefined
    })
  }
}

function setAt(sets: readonly PrefixSet[], place: number): PrefixSet {
  const set = sets[place]
  if (!set) throw new RangeError(`there is no address set ${place}`)
  return set
}

/** A copy of a tree in which `replace` puts other values in place of those that it knows. */
function mapTree(value: unknown, replace: (part: unknown) => unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const other = replace(value)
  if (other !== undefined) return other
  if (Array.isArray(value)) return value.map((part) => mapTree(part, replace))
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, mapTree(part, replace)]))
}

// The messages between the program and the thread of a reader. Only plain data crosses.

/** A context without the kit, which each thread has for itself. */
export interface CrossingContext extends Omit<ReaderContext, 'kit' | 'remotes'> {
  readonly remotes: Crossing
}

/** A call of a device. */
export type DeviceCall =
  | { readonly call: 'load'; readonly files: readonly ReadFile[]; readonly kind: LoadKind }
  | { readonly call: 'step' | 'reading' | 'items' }

/** The program numbers the devices. */
export type AnsweredCall =
  | { readonly call: 'read'; readonly files: readonly ReadFile[]; readonly context: CrossingContext }
  | { readonly call: 'device'; readonly device: number; readonly context: CrossingContext }
  | (DeviceCall & { readonly device: number })

/** A call without an answer: nobody holds the device any more. */
export type ThreadCall = AnsweredCall | { readonly call: 'end'; readonly device: number }

/** The answer to a call; the first one, when the reader is loaded, says whether it models a device, or that there is none. */
export type ThreadAnswer =
  | { readonly is: 'result'; readonly result: Crossing }
  /** A sentence for the user, and the stack of its cause. */
  | { readonly is: 'refused'; readonly message: string; readonly stack: string | undefined }
  | { readonly is: 'exit' }
