import { FAMILIES, FAMILY_NAMES } from '../address/family.ts'
import type { Prefix } from '../address/prefix.ts'
import { PrefixSet } from '../address/prefix-set.ts'
import { groupBy } from '../model/group-by.ts'
import { baseTagOf } from '../model/service-tag.ts'
import { formatTable } from '../text/lines.ts'
import { byCodeUnit, formatCount, listText, percent, plural } from '../text/numbers.ts'
import type { EveryTag } from './all-tags.ts'

type FamilySummary = ReturnType<typeof summarize>[number]

/** Which tags hold `input`, in each family that it has: how much of the input, and how much of the tag. Regional tags count with their base tag. */
export function summarize(input: readonly Prefix[], tags: readonly EveryTag[]) {
  const names = new Set(tags.map(({ name }) => name))
  const isPart = ({ name, region }: EveryTag) => region !== '' && names.has(baseTagOf(name))
  const all = PrefixSet.of(input)
  const sets = tags.map((tag) => ({ tag, set: PrefixSet.of(tag.prefixes) })).filter(({ set }) => set.overlaps(all))
  const parts = groupBy(
    sets.filter(({ tag }) => isPart(tag)),
    ({ tag }) => baseTagOf(tag.name),
  )
  return FAMILIES.flatMap((family) => {
    const own = all.family(family)
    if (own.isEmpty) return []
    const shares = sets.flatMap(({ tag, set }) => {
      const common = set.intersect(own)
      if (isPart(tag) || common.isEmpty) return []
      const regional = (parts.get(tag.name) ?? []).filter((part) => part.set.overlaps(own))
      return [
        {
          tag: tag.name,
          /** Those of its regional tags that have some of the input. */
          regions: regional.map((part) => part.tag.region).sort(byCodeUnit),
          addresses: common.count,
          /** From 0 to 1: of the addresses of the input, and of those of the tag. */
          ofInput: ratio(common.count, own.count),
          ofTag: ratio(common.count, set.family(family).count),
        },
      ]
    })
    return [
      {
        family,
        prefixes: own.prefixCount,
        addresses: own.count,
        /** Addresses in no tag. */
        unknown: own.subtract(PrefixSet.union(sets.map(({ set }) => set))).count,
        /** The best fit first: by the product of both shares. */
        tags: shares.sort((a, b) => b.ofInput * b.ofTag - a.ofInput * a.ofTag || byCodeUnit(a.tag, b.tag)),
      },
    ]
  })
}

const ratio = (part: bigint, whole: bigint) => Number(part) / Number(whole)

const MOST_REGIONS = 3

/** The summary as text, a table for each family; `where` names the document. */
export function summaryText(families: readonly FamilySummary[], where: string): string {
  const tables = families.map(({ family, prefixes, addresses, unknown, tags }) => {
    const left = unknown === 0n ? 'all in tags' : `${formatCount(unknown)} in no tag`
    const heading = `${FAMILY_NAMES[family]}: ${plural(prefixes, 'prefix', 'prefixes')}, ${plural(addresses, 'address', 'addresses')}, ${left} of ${where}\n`
    if (tags.length === 0) return heading
    const rows = tags.map(({ tag, regions, addresses, ofInput, ofTag }) => [
      ...[tag, formatCount(addresses), percent(ofInput), percent(ofTag)],
      listText(regions, MOST_REGIONS),
    ])
    const head = ['tag', 'addresses', 'of the input', 'of the tag', 'regions']
    return heading + formatTable([head, ...rows], { right: [1, 2, 3] })
  })
  return tables.length > 0 ? tables.join('\n') : 'no addresses\n'
}

/** The summary as JSON; addresses are texts, because IPv6 has more than a number can hold. */
export const summaryJson = (families: readonly FamilySummary[], where: string) => ({
  source: where,
  families: families.map(({ family, prefixes, addresses, unknown, tags }) => ({
    family,
    prefixCount: prefixes,
    addresses: String(addresses),
    unknown: String(unknown),
    shares: tags.map((share) => ({ ...share, addresses: String(share.addresses) })),
  })),
})
