import { firstReaching } from '../address/binary-search.ts'
import { type Prefix, type Range, rangeOf } from '../address/prefix.ts'
import { PrefixSet } from '../address/prefix-set.ts'
import { byCodeUnit } from '../text/numbers.ts'

/** A tag that holds a prefix completely or in part. */
export interface Holder {
  readonly tag: string
  readonly region: string
  readonly isWhole: boolean
}

/** A tag and its addresses. */
export interface TagSet {
  readonly name: string
  readonly region: string
  readonly prefixes: PrefixSet
}

/** For each prefix, the tags that hold any of it, by name. `prefixes` are sorted and do not overlap, like those of a set. */
export function holdersOf(prefixes: readonly Prefix[], tags: readonly TagSet[]): Holder[][] {
  const whole = PrefixSet.of(prefixes)
  const ranges = prefixes.map(rangeOf)
  const holders = ranges.map((): Holder[] => [])
  for (const { name, region, prefixes: held } of tags) {
    if (!held.overlaps(whole)) continue
    for (const [index, isWhole] of touchedBy(held, whole, ranges)) {
      holders[index]?.push({ tag: name, region, isWhole })
    }
  }
  for (const list of holders) list.sort((a, b) => byCodeUnit(a.tag, b.tag))
  return holders
}

/** Which of `prefixes` lie completely in `set`; sorted, without overlap. */
export function wholeIn(prefixes: readonly Prefix[], set: PrefixSet): boolean[] {
  const missing = PrefixSet.of(prefixes).subtract(set)
  const touched = touchedBy(missing, missing, prefixes.map(rangeOf))
  return prefixes.map((_, index) => !touched.has(index))
}

/** The positions in `ranges` that `set` has addresses of, and whether it has all of them. */
function touchedBy(set: PrefixSet, whole: PrefixSet, ranges: readonly Range[]): Map<number, boolean> {
  const touched = new Map<number, boolean>()
  for (const { family, first, last } of set.intersect(whole).ranges) {
    for (let index = firstReaching(ranges, family, first); index < ranges.length; index++) {
      const range = ranges[index] as Range
      if (range.family !== family || range.first > last) break
      touched.set(index, first <= range.first && range.last <= last)
    }
  }
  return touched
}
