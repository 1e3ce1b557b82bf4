import { FAMILIES } from '../../address/prefix.ts'
import { PrefixSet } from '../../address/prefix-set.ts'
import type { Finding, Growth, Guarded } from '../../finding/finding.ts'
import { type GuardLimits, THRESHOLDS } from '../../model/guard.ts'
import type { ServiceTag } from '../../model/service-tag.ts'
import type { TagSet } from '../holders.ts'

/**
 * Judges the addresses that a tag gained, over those it had `before`. Addresses in a tag of another service already belong to
 * Microsoft, so only large numbers of them count; unknown ones may be anybody's. Growth above the limit is refused, or a
 * warning.
 */
export function growth(
  before: PrefixSet,
  after: ServiceTag,
  { maxGrow }: GuardLimits,
  others: () => Iterable<TagSet>,
  severity: Guarded,
): Finding[] {
  const gained = after.prefixes.subtract(before)
  const growths = FAMILIES.flatMap((family): Growth[] => {
    const [count, had] = [gained.family(family).count, before.family(family).count]
    return count > THRESHOLDS[family].few && count > share(had, maxGrow, THRESHOLDS[family])
      ? [{ family, before: had, gained: count, unknown: 0n }]
      : []
  })
  if (growths.length === 0) return []
  const unknown = unknownIn(gained, after.name, others())
  const known = growths.map((growth): Growth => ({ ...growth, unknown: unknown.family(growth.family).count }))
  const refused = known.filter((growth) => isRefused(growth, maxGrow))
  const noted = known.filter((growth) => !refused.includes(growth) && isBeyond(growth, maxGrow))
  return [
    ...(refused.length > 0 ? [{ code: 'TAG_GREW', severity, tag: after.name, growths: refused } as const] : []),
    ...(noted.length > 0
      ? [{ code: 'TAG_GREW_KNOWN', severity: 'warning', tag: after.name, growths: noted } as const]
      : []),
  ]
}

/** Below this, other tags need not be read. */
const share = (had: bigint, maxGrow: number, { most }: { readonly most: bigint }) => {
  const percent = (had * BigInt(maxGrow)) / 100n
  return percent < most ? percent : most - 1n
}

const isBeyond = ({ before, gained }: Growth, maxGrow: number) => gained * 100n > before * BigInt(maxGrow)

function isRefused(growth: Growth, maxGrow: number): boolean {
  const { strangers, doubling, most } = THRESHOLDS[growth.family]
  if (growth.unknown >= most) return true
  return isBeyond(growth, maxGrow) && (growth.unknown > strangers || growth.gained > doubling)
}

/** The addresses that no tag of another service holds. A tag and its regional tags are one service: an error would be in both. */
export function unknownIn(gained: PrefixSet, tag: string, others: Iterable<TagSet>): PrefixSet {
  const holders: PrefixSet[] = []
  for (const { name, prefixes } of others) {
    if (!isSameService(name, tag) && prefixes.overlaps(gained)) holders.push(prefixes.intersect(gained))
  }
  return gained.subtract(PrefixSet.union(holders))
}

/** True for a tag and one of its regions, or two regions of one tag. */
export const isSameService = (a: string, b: string) => serviceOf(a) === serviceOf(b)

const serviceOf = (name: string) => name.split('.')[0]
