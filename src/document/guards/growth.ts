import { overlapFinder } from '../../address/overlaps.ts'
import { type AddressFamily, FAMILIES, sizeOf } from '../../address/prefix.ts'
import { PrefixSet } from '../../address/prefix-set.ts'
import { type Finding, findingAbout, type Growth, type Swap, type WidenedBlock } from '../../finding/finding.ts'
import { type GuardLimits, MOST_SWAPPED, type SlowGuard, THRESHOLDS, UNKNOWN_SHARE } from '../../model/guard.ts'
import { lazy } from '../../model/lazy.ts'
import { baseTagOf, type ServiceTag, type TagDocument } from '../../model/service-tag.ts'
import { byCodeUnit } from '../../text/numbers.ts'
import type { TagSet } from '../holders.ts'

/** A tag of a document, and what guards compare it with. */
export interface Step {
  /** The addresses that it had in the baseline. */
  readonly before: PrefixSet
  readonly after: ServiceTag
  readonly limits: GuardLimits
  /** Every published tag; called only if the tag gained many addresses. */
  readonly others: () => Iterable<TagSet>
  /** The baseline of a quarter before; called only if the tag lost or gained addresses. */
  readonly longBefore: (guard: SlowGuard) => TagDocument | undefined
}

/**
 * Judges the addresses that a tag gained, over those it had `before`. Addresses in a tag of another service already belong to
 * Microsoft, so only large numbers of them count; unknown ones may be anybody's. Growth above the limit is refused.
 */
export function growth(step: Step): Finding[] {
  const { after, limits } = step
  const isBeyond = ({ before, gained }: Gain) => gained * 100n > before * BigInt(limits.maxGrow)
  const isRefused = (growth: Growth) => {
    const { strangers, doubling, most } = THRESHOLDS[growth.family]
    const { gained, unknown } = growth
    return unknown >= most || (isBeyond(growth) && (unknown > strangers || gained > doubling))
  }
  const known = gainsOf(step, (gain) => {
    const { few, most } = THRESHOLDS[gain.family]
    return gain.gained > few && (gain.gained >= most || isBeyond(gain))
  })
  const refused = known.filter(isRefused)
  const noted = known.filter((growth) => !refused.includes(growth) && isBeyond(growth))
  return [
    ...findingAbout(refused, { code: 'TAG_GREW', severity: 'error', tag: after.name, growths: refused }),
    ...findingAbout(noted, { code: 'TAG_GREW_KNOWN', severity: 'warning', tag: after.name, growths: noted }),
  ]
}

type Gain = Omit<Growth, 'unknown'>

/** The gains of a tag by family, without those that are not large: for them, no tags of other services are read. */
function gainsOf({ before, after, others }: Step, isLarge: (gain: Gain) => boolean): Growth[] {
  const gained = after.prefixes.subtract(before)
  const large = FAMILIES.map((family): Gain => {
    return { family, before: before.family(family).count, gained: gained.family(family).count }
  }).filter(isLarge)
  if (large.length === 0) return []
  const unknown = unknownIn(gained, after.name, others())
  return large.map((gain) => ({ ...gain, unknown: unknown.family(gain.family).count }))
}

/** The families of a tag that findings refuse. */
export const refusedIn = (findings: readonly Finding[]): ReadonlySet<AddressFamily> =>
  new Set(
    findings.flatMap((one) => {
      if (one.code === 'TAG_GREW') return one.growths.map(({ family }) => family)
      return one.code === 'TAG_SHRANK' ? one.losses.map(({ family }) => family) : []
    }),
  )

/**
 * Judges the unknown addresses of a tag that gained some, in families that `grown` does not refuse. Since the baseline of a quarter before, more than `maxGrow` of them are refused, if
 * they are many; in one step, a smaller share is worth a word. In AzureCloud and its regions most new addresses are unknown.
 */
export function strangersIn(step: Step, grown: readonly Finding[]): Finding[] {
  const { before, after, limits, longBefore } = step
  if (isAzureCloud(after) || before.contains(after.prefixes)) return []
  const older = longBefore('grow')
  const long = older?.tags.get(after.name)
  const refused = refusedIn(grown)
  const all = long ? unknownAbove({ ...step, before: long.prefixes }, limits.maxGrow, 'strangers') : []
  const slow = all.filter(({ family }) => !refused.has(family))
  if (older !== undefined && slow.length > 0)
    return [{ code: 'TAG_GREW_SLOWLY', severity: 'error', tag: after.name, growths: slow, since: older.published }]
  const growths = grown.length > 0 ? [] : unknownAbove(step, UNKNOWN_SHARE, 'few')
  return findingAbout(growths, { code: 'TAG_GREW_UNKNOWN', severity: 'warning', tag: after.name, growths })
}

/** The families of which a tag gained more unknown addresses than the floor, and than `percent` of those that it had. */
function unknownAbove(step: Step, percent: number, floor: 'few' | 'strangers'): Growth[] {
  const isAbove = ({ family, before }: Gain, count: bigint) =>
    count > THRESHOLDS[family][floor] && count * 100n > before * BigInt(percent)
  return gainsOf(step, (gain) => isAbove(gain, gain.gained)).filter((growth) => isAbove(growth, growth.unknown))
}

/** The addresses that no tag of another service holds. A tag and its regional tags are one service: an error would be in both. */
function unknownIn(gained: PrefixSet, tag: string, others: Iterable<TagSet>): PrefixSet {
  const holders: PrefixSet[] = []
  for (const { name, prefixes } of others) {
    if (!isSameService(name, tag) && prefixes.overlaps(gained)) holders.push(prefixes.intersect(gained))
  }
  return gained.subtract(PrefixSet.union(holders))
}

/** True for a tag and one of its regions, or two regions of one tag. */
export const isSameService = (a: string, b: string) => baseTagOf(a) === baseTagOf(b)

/**
 * Finds blocks that hold addresses which the tag had `before`, and many more: one wrong prefix length opens thousands of addresses, and tags
 * of other services may hold them. A block that is new as a whole is judged by `growth`, and so is the rest of the tag. AzureCloud and its
 * regions gain large blocks beside their own, so only the largest count there.
 */
export function widened({ before, after, limits }: Step): { readonly finding: Finding[]; readonly rest: ServiceTag } {
  const blocks = FAMILIES.flatMap((family) => {
    const least = isAzureCloud(after) ? THRESHOLDS[family].largestWidening : leastOf(family, before, limits.maxGrow)
    return widenedBlocks(before.family(family), after.prefixes.family(family), least)
  })
  if (blocks.length === 0) return { finding: [], rest: after }
  const gained = PrefixSet.of(blocks.map(({ prefix }) => prefix)).subtract(before)
  return {
    finding: [{ code: 'TAG_WIDENED', severity: 'error', tag: after.name, blocks }],
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

/** Finds a tag that exchanged a large part of its addresses for ones that no tag of another service holds. Neither its loss nor its gain alone is large. */
export function swapped(step: Step): Finding[] {
  const { before, after } = step
  const lost = before.subtract(after.prefixes)
  const lostIn = (family: AddressFamily) => lost.family(family).count
  const isLarge = (part: bigint, had: bigint) => had > 0n && part * 100n > had * MOST_SWAPPED
  const swaps = gainsOf(
    step,
    ({ family, before, gained }) => isLarge(lostIn(family), before) && isLarge(gained, before),
  )
    .filter(({ before, unknown }) => isLarge(unknown, before))
    .map(({ family, before, unknown }): Swap => ({ family, before, lost: lostIn(family), unknown }))
  return findingAbout(swaps, { code: 'TAG_SWAPPED', severity: 'warning', tag: after.name, swaps })
}

/** Finds tags that gained all addresses of another tag. AzureCloud and its regions hold most tags anyway, and a base tag its regional ones. */
export function swallowed(tags: readonly ServiceTag[], before: TagDocument): Finding[] {
  const tagsNear = lazy(() => overlapFinder(tags, ({ prefixes }) => prefixes))
  return tags.flatMap((outer) => {
    const old = before.tags.get(outer.name)?.prefixes
    if (!old || isAzureCloud(outer) || old.contains(outer.prefixes)) return []
    const isNews = (inner: ServiceTag) => {
      const innerOld = before.tags.get(inner.name)?.prefixes
      return innerOld !== undefined && !old.contains(innerOld) && !old.contains(inner.prefixes)
    }
    const names = tagsNear()(outer.prefixes)
      .filter(
        (inner) =>
          inner !== outer && !inner.name.startsWith(`${outer.name}.`) && outer.prefixes.contains(inner.prefixes),
      )
      .filter(isNews)
      .map(({ name }) => name)
    return names
      .sort(byCodeUnit)
      .map((inner): Finding => ({ code: 'TAG_SWALLOWED', severity: 'error', tag: outer.name, inner }))
  })
}

const isAzureCloud = ({ name }: ServiceTag) => name === 'AzureCloud' || name.startsWith('AzureCloud.')
