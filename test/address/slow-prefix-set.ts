// The slow, obvious address set: sorted bigints and one sweep over them. src must agree with it.

import { type AddressFamily, BITS, comparePrefixes, type Prefix, prefixAt, type Range, rangeOf } from './slow-prefix.ts'

/**
 * Both families lie on one line of positions, IPv6 behind IPv4 with a gap between, so that one sweep serves both
 * and the last IPv4 address never touches the first IPv6 address.
 */
const ORIGIN = { ipv4: 0n, ipv6: 1n << 64n } as const satisfies Record<AddressFamily, bigint>

/** Half-open runs of positions, flattened: start, end, start, end... Sorted; no overlap, no adjacency, none empty. */
type Edges = readonly bigint[]

/**
 * A set of addresses of both families. Always canonical: two sets of the same addresses are equal whatever prefixes
 * they were built from, and `prefixes` is the minimal cover. Immutable.
 */
export class SlowPrefixSet {
  static readonly empty = new SlowPrefixSet([])
  #prefixes: readonly Prefix[] | undefined

  private constructor(private readonly edges: Edges) {}

  /** The addresses of all `prefixes`; overlap and order do not matter. */
  static of(prefixes: Iterable<Prefix>): SlowPrefixSet {
    return SlowPrefixSet.ofRanges(Array.from(prefixes, rangeOf))
  }

  /** The addresses of all `ranges`; overlap and order do not matter. */
  static ofRanges(ranges: readonly Range[]): SlowPrefixSet {
    const starts = ranges.map(({ family, first }) => ORIGIN[family] + first).sort(ascending)
    const ends = ranges.map(({ family, last }) => ORIGIN[family] + last + 1n).sort(ascending)
    return new SlowPrefixSet(merge(starts, ends))
  }

  /** The addresses that are in any of `sets`, gathered in one sweep. */
  static union(sets: readonly SlowPrefixSet[]): SlowPrefixSet {
    return SlowPrefixSet.ofRanges(sets.flatMap((set) => set.ranges))
  }

  get isEmpty(): boolean {
    return this.edges.length === 0
  }

  /** Maximal ranges, IPv4 first, ascending. */
  get ranges(): readonly Range[] {
    return pairs(this.edges).map(([start, end]) => {
      const family = start >= ORIGIN.ipv6 ? 'ipv6' : 'ipv4'
      return { family, first: start - ORIGIN[family], last: end - ORIGIN[family] - 1n }
    })
  }

  /** The minimal cover, IPv4 first, ascending. */
  get prefixes(): readonly Prefix[] {
    this.#prefixes ??= this.ranges.flatMap(prefixesOf).sort(comparePrefixes)
    return this.#prefixes
  }

  /** Number of addresses. */
  get count(): bigint {
    return pairs(this.edges).reduce((sum, [start, end]) => sum + end - start, 0n)
  }

  /** The part of the set that lies in one family. */
  family(family: AddressFamily): SlowPrefixSet {
    return this.intersect(EVERYTHING[family])
  }

  union(other: SlowPrefixSet): SlowPrefixSet {
    return this.combine(other, (here, there) => here || there)
  }

  intersect(other: SlowPrefixSet): SlowPrefixSet {
    return this.combine(other.near(this), (here, there) => here && there)
  }

  subtract(other: SlowPrefixSet): SlowPrefixSet {
    return this.combine(other.near(this), (here, there) => here && !there)
  }

  /** Whether every address of `other` is in this set. The empty set is in every set. */
  contains(other: SlowPrefixSet): boolean {
    return other.subtract(this).isEmpty
  }

  overlaps(other: SlowPrefixSet): boolean {
    return !this.intersect(other).isEmpty
  }

  equals(other: SlowPrefixSet): boolean {
    return this.edges.length === other.edges.length && this.edges.every((edge, index) => edge === other.edges[index])
  }

  /**
   * The ranges of this set that can touch `other`, found by halving: so that asking a small set against a large one
   * costs what the small one does. Each of tens of thousands of rules asks that in an audit.
   */
  private near({ edges: other }: SlowPrefixSet): SlowPrefixSet {
    const [first, last] = [other[0], other.at(-1)]
    if (first === undefined || last === undefined) return SlowPrefixSet.empty
    // Rounded to whole ranges: an odd index lies between a start and its end.
    const from = firstAbove(this.edges, first) & ~1
    const to = (firstAbove(this.edges, last - 1n) + 1) & ~1
    return to - from === this.edges.length ? this : new SlowPrefixSet(this.edges.slice(from, to))
  }

  /** One sweep over the edges of both sets: the positions where `keep` holds. */
  private combine({ edges: there }: SlowPrefixSet, keep: (here: boolean, there: boolean) => boolean): SlowPrefixSet {
    const here = this.edges
    const edges: bigint[] = []
    let [i, j] = [0, 0]
    let inside = false
    while (i < here.length || j < there.length) {
      const [a, b] = [here[i], there[j]]
      const position = a === undefined || (b !== undefined && b < a) ? (b as bigint) : a
      if (a === position) i++
      if (b === position) j++
      // An odd index means that the sweep is between a start and its end.
      const kept = keep(i % 2 === 1, j % 2 === 1)
      if (kept !== inside) edges.push(position)
      inside = kept
    }
    return new SlowPrefixSet(edges)
  }
}

/** Every address of a family. */
const EVERYTHING: Readonly<Record<AddressFamily, SlowPrefixSet>> = {
  ipv4: SlowPrefixSet.of([{ family: 'ipv4', address: 0n, length: 0 }]),
  ipv6: SlowPrefixSet.of([{ family: 'ipv6', address: 0n, length: 0 }]),
}

/** The runs of positions that lie between more starts than ends. Both lists are sorted and of one length. */
function merge(starts: readonly bigint[], ends: readonly bigint[]): bigint[] {
  const edges: bigint[] = []
  for (let i = 0; i < starts.length; i++) {
    const [start, endBefore] = [starts[i] as bigint, ends[i - 1]]
    // A start beyond the end that came before it opens a new run; at or before it, it continues the old one.
    if (endBefore !== undefined && start <= endBefore) continue
    if (endBefore !== undefined) edges.push(endBefore)
    edges.push(start)
  }
  const last = ends.at(-1)
  return last === undefined ? edges : [...edges, last]
}

/** The fewest prefixes that make up one range: at each step the largest that is aligned and fits. */
function prefixesOf({ family, first, last }: Range): Prefix[] {
  const prefixes: Prefix[] = []
  for (let address = first; address <= last; ) {
    let length: number = BITS[family]
    while (length > 0 && fits(family, address, length - 1, last)) length--
    prefixes.push({ family, address, length })
    address += 1n << BigInt(BITS[family] - length)
  }
  return prefixes
}

function fits(family: AddressFamily, address: bigint, length: number, last: bigint): boolean {
  const prefix = prefixAt(family, address, length)
  return prefix.address === address && rangeOf(prefix).last <= last
}

function pairs(edges: Edges): [start: bigint, end: bigint][] {
  return Array.from(
    { length: edges.length / 2 },
    (_, index) => [edges[2 * index], edges[2 * index + 1]] as [bigint, bigint],
  )
}

/** The index of the first edge above `position`. */
function firstAbove(edges: Edges, position: bigint): number {
  let [low, high] = [0, edges.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((edges[middle] as bigint) > position) high = middle
    else low = middle + 1
  }
  return low
}

// A function declaration, because EVERYTHING above already sorts while the module loads.
function ascending(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0
}
