import type { AddressFamily, Range } from './prefix.ts'

/** The first index from `low` for which `isReached` is true, or `high`. It must be false before that index and true after it. */
export function firstIndex(low: number, high: number, isReached: (index: number) => boolean): number {
  let [from, to] = [low, high]
  while (from < to) {
    const middle = (from + to) >>> 1
    if (isReached(middle)) to = middle
    else from = middle + 1
  }
  return from
}

/** The index of the first range that ends at or after an address; `ranges` are sorted, IPv4 first. */
export const firstReaching = (ranges: readonly Range[], family: AddressFamily, address: bigint): number =>
  firstIndex(0, ranges.length, (index) => {
    const range = ranges[index] as Range
    return range.family === family ? range.last >= address : range.family > family
  })
