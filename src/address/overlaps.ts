import { firstReaching } from './binary-search.ts'
import { type AddressFamily, BITS, FAMILIES, type Prefix, type Range, rangeOf } from './prefix.ts'
import { PrefixSet } from './prefix-set.ts'

/** Addresses that the same sets hold, by the indexes of the sets. */
export interface HeldRange extends Range {
  readonly held: readonly number[]
}

/** All addresses of a family in ascending ranges, by the sets that hold them. One pass: the cost grows with the ranges and the sets of each. */
export function heldRanges(family: AddressFamily, sets: readonly PrefixSet[]): HeldRange[] {
  const ends = sets.flatMap((set, index) =>
    set.family(family).ranges.flatMap(({ first, last }) => [
      { at: first, index, opens: true },
      { at: last + 1n, index, opens: false },
    ]),
  )
  ends.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
  const found: HeldRange[] = []
  const held = new Set<number>()
  let first = 0n
  for (const { at, index, opens } of [...ends, { at: 1n << BigInt(BITS[family]), index: -1, opens: false }]) {
    if (at > first) found.push({ family, first, last: at - 1n, held: [...held].sort((a, b) => a - b) })
    first = at
    if (opens) held.add(index)
    else held.delete(index)
  }
  return found
}

/** Finds the items with an address of a set, in their order, without a look at the others. Undefined addresses may be any. */
export function overlapFinder<Item>(items: readonly Item[], addressesOf: (item: Item) => PrefixSet | undefined) {
  const anywhere: number[] = []
  const bySet = new Map<PrefixSet, number[]>()
  for (const [index, item] of items.entries()) {
    const addresses = addressesOf(item)
    const known = addresses ? bySet.get(addresses) : anywhere
    if (known) known.push(index)
    else if (addresses) bySet.set(addresses, [index])
  }
  if (bySet.size === 0) return () => items
  const indexes = [...bySet.values()]
  const held = FAMILIES.flatMap((family) => heldRanges(family, [...bySet.keys()]))
  return (wanted: PrefixSet): readonly Item[] => {
    const found = new Set<number>()
    for (const { family, first, last } of wanted.ranges) {
      for (let at = firstReaching(held, family, first); at < held.length; at++) {
        const range = held[at] as HeldRange
        if (range.family !== family || range.first > last) break
        for (const set of range.held) found.add(set)
      }
    }
    return [...anywhere, ...[...found].flatMap((set) => indexes[set] as number[])]
      .sort((a, b) => a - b)
      .map((index) => items[index] as Item)
  }
}

/** Returns a check whether a prefix has an address of `set`. */
export function overlapping(set: PrefixSet): (prefix: Prefix) => boolean {
  const common = commonWith(set)
  return (prefix) => common(prefix).length > 0
}

/** Returns a function for the common addresses of a prefix and `set`, usually all or none. */
export function commonWith(set: PrefixSet): (prefix: Prefix) => readonly Prefix[] {
  const { ranges } = set
  return (prefix) => {
    const { family, first, last } = rangeOf(prefix)
    const range = ranges[firstReaching(ranges, family, first)]
    if (range === undefined || range.family !== family || range.first > last) return []
    // Ranges are maximal, so a prefix in `set` is in one range.
    if (range.first <= first && last <= range.last) return [prefix]
    return PrefixSet.of([prefix]).intersect(set).prefixes
  }
}
