import { overlapFinder } from '../address/overlaps.ts'
import type { Prefix } from '../address/prefix.ts'
import { PrefixSet } from '../address/prefix-set.ts'
import { byCodeUnit } from '../text/numbers.ts'

/** A tag that holds a prefix completely (`isWhole`) or in part. */
export type Holder = ReturnType<typeof holdersOf>[number][number]

/** A tag and its addresses. */
export interface TagSet {
  readonly name: string
  readonly region: string
  readonly prefixes: PrefixSet
}

/** For each prefix, the tags that hold any of it, by name. */
export function holdersOf(prefixes: readonly Prefix[], tags: readonly TagSet[]) {
  const whole = PrefixSet.of(prefixes)
  const near = tags.filter((tag) => tag.prefixes.overlaps(whole)).sort((a, b) => byCodeUnit(a.name, b.name))
  const holding = overlapFinder(near, (tag) => tag.prefixes)
  return prefixes.map((prefix) => {
    const one = PrefixSet.of([prefix])
    return holding(one).map(({ name, region, prefixes }) => ({ tag: name, region, isWhole: prefixes.contains(one) }))
  })
}

/** Which of `prefixes` lie completely in `set`. */
export const wholeIn = (prefixes: readonly Prefix[], set: PrefixSet): boolean[] =>
  prefixes.map((prefix) => set.contains(PrefixSet.of([prefix])))
