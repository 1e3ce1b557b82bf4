import { FamilyPart } from './family-part.ts'
import {
  type AddressFamily,
  checkPrefix,
  checkRange,
  FAMILIES,
  formatPrefix,
  type Prefix,
  type Range,
} from './prefix.ts'
import { RunList } from './run-list.ts'
import { contains, count, equal, intersect, overlap, type Runs, subtract, union } from './runs.ts'
import { WIDTH, type Width } from './uint32.ts'

/** Up to this many sets, merging one after the other is faster than sorting everything again. */
const FEW = 8

/** Collects addresses of both families, in any order, to build a set. @internal */
export type RunLists = Readonly<Record<AddressFamily, RunList>>

/** A set, a range, or ranges in any order: of many small parts, sets would take most of the time. */
export type AddressPart = PrefixSet | Range | readonly Range[]

/** Lists with initial room for `capacity` runs. @internal */
export const emptyLists = (capacity = 8): RunLists => ({
  ipv4: new RunList(WIDTH.ipv4, capacity),
  ipv6: new RunList(WIDTH.ipv6, capacity),
})

function textsOf(this: PrefixSet): readonly string[] {
  return this.texts
}

/** The method that Node's `util.inspect` asks for. */
const INSPECT = Symbol.for('nodejs.util.inspect.custom')

/** The number of prefixes in an inspection text. */
const SHOWN = 10

/**
 * A set of addresses of both families. Always canonical: two sets of the same addresses are equal whatever prefixes
 * they were built from, and `prefixes` is the minimal cover. Immutable.
 */
export class PrefixSet {
  /** The set without addresses. */
  static readonly empty = PrefixSet.ofLists(emptyLists())
  #prefixes: readonly Prefix[] | undefined
  #texts: readonly string[] | undefined
  /** For JSON: the texts. A field, because an object that owns a function does not cross `structuredClone`, which would empty it: send `texts`. */
  readonly toJSON = textsOf
  readonly #families: Partial<Record<AddressFamily, PrefixSet>> = {}
  readonly #parts: Readonly<Record<AddressFamily, FamilyPart>>

  private constructor(ipv4: FamilyPart, ipv6: FamilyPart) {
    this.#parts = { ipv4, ipv6 }
    // Readers hold the same sets as the proofs: nothing of one can be replaced.
    Object.freeze(this)
  }

  /** The addresses of all `prefixes`; overlap and order do not matter. Throws `RangeError` for an invalid prefix, such as one with host bits. */
  static of(prefixes: Iterable<Prefix>): PrefixSet {
    const lists = emptyLists()
    for (const prefix of prefixes) {
      checkPrefix(prefix)
      lists[prefix.family].addPrefix(prefix.address, prefix.length)
    }
    return PrefixSet.ofLists(lists)
  }

  /** The addresses of all `ranges`; overlap and order do not matter. Throws `RangeError` for an invalid range. */
  static ofRanges(ranges: Iterable<Range>): PrefixSet {
    const lists = emptyLists()
    for (const range of ranges) {
      checkRange(range)
      lists[range.family].addRange(range.first, range.last)
    }
    return PrefixSet.ofLists(lists)
  }

  /** The addresses that are in any of `all`, gathered in one sweep. */
  static union(all: readonly AddressPart[]): PrefixSet {
    const ranges = all.flatMap((part) => (part instanceof PrefixSet ? [] : part))
    const sets = all.filter((part) => part instanceof PrefixSet)
    if (ranges.length > 0) sets.push(PrefixSet.ofRanges(ranges))
    return PrefixSet.ofParts((family) => {
      const parts = sets.map((set) => set.#parts[family]).filter(({ runs }) => runs.length > 0)
      if (parts.length < 2) return parts[0] ?? PrefixSet.empty.#parts[family]
      if (parts.length <= FEW) {
        const [first, ...more] = parts.map(({ runs }) => runs)
        return new FamilyPart(
          family,
          more.reduce((all, runs) => union(all, runs, WIDTH[family]), first as Runs),
        )
      }
      const list = new RunList(WIDTH[family], 0)
      for (const { runs } of parts) list.addRuns(runs)
      return new FamilyPart(family, list.toRuns())
    })
  }

  /** The set of the addresses in `lists`, which must not be used again. @internal */
  static ofLists(lists: RunLists): PrefixSet {
    return PrefixSet.ofParts((family) => new FamilyPart(family, lists[family].toRuns()))
  }

  private static ofParts(part: (family: AddressFamily) => FamilyPart): PrefixSet {
    return new PrefixSet(part('ipv4'), part('ipv6'))
  }

  /** True if `value` is a real `PrefixSet`, not an object with the same properties. */
  static is(value: unknown): value is PrefixSet {
    return typeof value === 'object' && value !== null && #families in value
  }

  get isEmpty(): boolean {
    return this.#parts.ipv4.runs.length === 0 && this.#parts.ipv6.runs.length === 0
  }

  /** Maximal ranges, IPv4 first, ascending. */
  get ranges(): readonly Range[] {
    return FAMILIES.flatMap((family) => this.#parts[family].ranges)
  }

  /** The minimal cover, IPv4 first, ascending. */
  get prefixes(): readonly Prefix[] {
    this.#prefixes ??= this.#parts.ipv4.prefixes.concat(this.#parts.ipv6.prefixes)
    return this.#prefixes
  }

  /** Number of prefixes in the minimal cover, without building them. */
  get prefixCount(): number {
    return this.#parts.ipv4.prefixCount + this.#parts.ipv6.prefixCount
  }

  /** The minimal cover as text, one prefix per line, IPv4 first, ascending; built without an object per prefix. */
  get lines(): Uint8Array {
    return Buffer.concat([this.#parts.ipv4.lines, this.#parts.ipv6.lines])
  }

  /** The texts of `prefixes`, in canonical notation. */
  get texts(): readonly string[] {
    this.#texts ??= this.#parts.ipv4.texts.concat(this.#parts.ipv6.texts)
    return this.#texts
  }

  /** Number of addresses. */
  get count(): bigint {
    return count(this.#parts.ipv4.runs, this.#parts.ipv4.width) + count(this.#parts.ipv6.runs, this.#parts.ipv6.width)
  }

  /** The part of the set that lies in one family. */
  family(family: AddressFamily): PrefixSet {
    if (this.isOnly(family)) return this
    const { ipv4, ipv6 } = PrefixSet.empty.#parts
    this.#families[family] ??=
      family === 'ipv4' ? new PrefixSet(this.#parts.ipv4, ipv6) : new PrefixSet(ipv4, this.#parts.ipv6)
    return this.#families[family]
  }

  /** The addresses in either set. */
  union(other: PrefixSet): PrefixSet {
    return PrefixSet.union([this, other])
  }

  /** The addresses in both sets. */
  intersect(other: PrefixSet): PrefixSet {
    return this.combine(other, intersect)
  }

  /** The addresses of this set that are not in `other`. */
  subtract(other: PrefixSet): PrefixSet {
    // Compared sets are usually equal: in proofs, and tags from one week to the next.
    return this.equals(other) ? PrefixSet.empty : this.combine(other, subtract)
  }

  /** True if every address of `other` is in this set. Every set contains the empty set. */
  contains(other: PrefixSet): boolean {
    // As in `subtract`, compared sets are usually equal, which is quick to see.
    return FAMILIES.every((family) => {
      const [own, others] = [this.#parts[family].runs, other.#parts[family].runs]
      return equal(own, others) || contains(own, others, WIDTH[family])
    })
  }

  /** True if both sets have an address in common. */
  overlaps(other: PrefixSet): boolean {
    return FAMILIES.some((family) => overlap(this.#parts[family].runs, other.#parts[family].runs, WIDTH[family]))
  }

  /** True if both sets have the same addresses. */
  equals(other: PrefixSet): boolean {
    return this === other || FAMILIES.every((family) => equal(this.#parts[family].runs, other.#parts[family].runs))
  }

  /** The text that Node shows for a set. */
  [INSPECT](): string {
    const more = this.prefixCount - SHOWN
    const shown = [...this.prefixes.slice(0, SHOWN).map(formatPrefix), ...(more > 0 ? [`... ${more} more`] : [])]
    return `PrefixSet(${this.prefixCount}) { ${shown.join(', ')} }`
  }

  /** True if all addresses are of that family. */
  private isOnly(family: AddressFamily): boolean {
    return this.#parts[family === 'ipv4' ? 'ipv6' : 'ipv4'].runs.length === 0
  }

  private combine(other: PrefixSet, operation: (a: Runs, b: Runs, width: Width) => Runs): PrefixSet {
    return PrefixSet.ofParts((family) => {
      const runs = operation(this.#parts[family].runs, other.#parts[family].runs, WIDTH[family])
      return runs === this.#parts[family].runs ? this.#parts[family] : new FamilyPart(family, runs)
    })
  }
}

const whole = {
  ipv4: PrefixSet.of([{ family: 'ipv4', address: 0n, length: 0 }]),
  ipv6: PrefixSet.of([{ family: 'ipv6', address: 0n, length: 0 }]),
}
const both = PrefixSet.union([whole.ipv4, whole.ipv6])

/** Every address of a family, or of both. */
export const everything = (family?: AddressFamily): PrefixSet => (family ? whole[family] : both)

/** True for more than half of a family: a rule of such addresses was written for any address. */
export const isNearlyAny = (set: PrefixSet): boolean =>
  FAMILIES.some((family) => set.family(family).count * 2n > everything(family).count)

/** The families in which a set has addresses. */
export const familiesOf = (set: PrefixSet): AddressFamily[] => FAMILIES.filter((family) => !set.family(family).isEmpty)

/** The addresses of `set` in the families in which `other` has some: no connection has addresses of two families. */
export function inFamiliesOf(other: PrefixSet, set: PrefixSet): PrefixSet {
  const [family, ...more] = familiesOf(other)
  if (!family) return PrefixSet.empty
  return more.length === 0 ? set.family(family) : set
}
