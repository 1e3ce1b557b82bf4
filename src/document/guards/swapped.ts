import { FAMILIES } from '../../address/prefix.ts'
import type { PrefixSet } from '../../address/prefix-set.ts'
import type { Finding, Swap } from '../../finding/finding.ts'
import { MOST_SWAPPED } from '../../model/guard.ts'
import type { ServiceTag } from '../../model/service-tag.ts'
import type { TagSet } from '../holders.ts'
import { unknownIn } from './growth.ts'

/** Finds a tag that exchanged a large part of its addresses for ones that no tag of another service holds. Neither its loss nor its gain alone is large. */
export function swapped(before: PrefixSet, after: ServiceTag, others: () => Iterable<TagSet>): Finding[] {
  const [lost, gained] = [before.subtract(after.prefixes), after.prefixes.subtract(before)]
  const isLarge = (part: bigint, had: bigint) => part * 100n > had * MOST_SWAPPED
  const swaps = FAMILIES.flatMap((family): Swap[] => {
    const had = before.family(family).count
    const [less, more] = [lost.family(family).count, gained.family(family)]
    if (had === 0n || !isLarge(less, had) || !isLarge(more.count, had)) return []
    const unknown = unknownIn(more, after.name, others()).count
    return isLarge(unknown, had) ? [{ family, before: had, lost: less, unknown }] : []
  })
  return swaps.length === 0 ? [] : [{ code: 'TAG_SWAPPED', severity: 'warning', tag: after.name, swaps }]
}
