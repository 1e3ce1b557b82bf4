import { type AddressFamily, BITS, FAMILIES, type Prefix } from '../../address/prefix.ts'
import { PrefixSet } from '../../address/prefix-set.ts'
import type { Finding, Guarded, WidenedBlock } from '../../finding/finding.ts'
import { type GuardLimits, THRESHOLDS } from '../../model/guard.ts'
import type { ServiceTag } from '../../model/service-tag.ts'
import { isAzureCloud } from './swallow.ts'

/**
 * Finds blocks that hold addresses which the tag had `before`, and many more: one wrong prefix length opens thousands of addresses, and tags
 * of other services may hold them. A block that is new as a whole is judged by `growth`, and so is the rest of the tag. AzureCloud and its
 * regions gain large blocks beside their own, so only the largest count there.
 */
export function widened(
  before: PrefixSet,
  after: ServiceTag,
  { maxGrow }: GuardLimits,
  severity: Guarded,
): { readonly finding: Finding[]; readonly rest: ServiceTag } {
  const blocks = FAMILIES.flatMap((family) => {
    const least = isAzureCloud(after) ? THRESHOLDS[family].largestWidening : leastOf(family, before, maxGrow)
    return widenedBlocks(before.family(family), after.prefixes.family(family), least)
  })
  if (blocks.length === 0) return { finding: [], rest: after }
  const gained = PrefixSet.of(blocks.map(({ prefix }) => prefix)).subtract(before)
  return {
    finding: [{ code: 'TAG_WIDENED', severity, tag: after.name, blocks }],
    rest: { ...after, prefixes: after.prefixes.subtract(gained) },
  }
}

/** The smallest gain of one block that is refused: it counts beside half of what a tag may grow. */
function leastOf(family: AddressFamily, before: PrefixSet, maxGrow: number): bigint {
  const { widening, largestWidening } = THRESHOLDS[family]
  const half = (before.family(family).count * BigInt(maxGrow)) / 200n
  const least = half > widening ? half : widening
  return least < largestWidening ? least + 1n : largestWidening
}

function widenedBlocks(before: PrefixSet, after: PrefixSet, least: bigint): WidenedBlock[] {
  return after.prefixes
    .filter((prefix) => sizeOf(prefix) > least)
    .map((prefix) => ({ prefix, had: before.intersect(PrefixSet.of([prefix])).count }))
    .filter(({ prefix, had }) => had > 0n && sizeOf(prefix) - had >= least)
}

/** The number of addresses. */
const sizeOf = ({ family, length }: Prefix) => 1n << BigInt(BITS[family] - length)
