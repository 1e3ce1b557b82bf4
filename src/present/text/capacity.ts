import type { BuildResult } from '../../model/build-result.ts'
import type { LimitUse } from '../../model/capacity.ts'
import { alsoAt, groupSites } from '../../model/site.ts'
import { addDays } from '../../model/text/dates.ts'
import { formatCount, plural } from '../../model/text/numbers.ts'
import { formatShare } from '../../model/widening.ts'

/** `78% of 1,000 groups`. */
export const useText = ({ count, limit, what, of }: LimitUse): string =>
  `${shareText({ count, limit })} of ${formatCount(limit)} ${what}${of && ` (${of})`}`

export const shareText = ({ count, limit }: Pick<LimitUse, 'count' | 'limit'>): string =>
  formatShare(BigInt(count), BigInt(limit))

/** `at the growth of the last 26 weeks full in 2027-05`; empty if nothing is known, or a century is not enough. */
export function paceText({ count, pace }: LimitUse): string {
  if (!pace) return ''
  const weeks = plural(pace.weeks, 'week')
  if (pace.fullIn) return `at the growth of the last ${weeks} full in ${pace.fullIn}`
  return count <= pace.before ? `no growth in the last ${weeks}` : ''
}

const NOTABLE_SHARE = 50
const NOTABLE_DAYS = 2 * 365

/** The limits that a target may reach: half used, full within two years, or over the threshold of the policy. */
export function capacityText({ capacity = [], findings, ruleset }: BuildResult): string {
  const horizon = addDays(ruleset.published, NOTABLE_DAYS).slice(0, 7)
  const warned = new Set(findings.flatMap((finding) => (finding.code === 'CAPACITY' ? [finding.use] : [])))
  const isNotable = (use: LimitUse) =>
    use.count * 100 >= use.limit * NOTABLE_SHARE || (use.pace?.fullIn ?? '9999') <= horizon || warned.has(use)
  const notable = capacity.filter((use) => !use.isSplit && isNotable(use))
  const groups = groupSites(
    notable.map((use) => ({ use, text: [useText(use), paceText(use)].filter(Boolean).join('; ') })),
    ({ use }) => use.target,
    ({ text }) => text,
  )
  return groups.map(({ item, sites }) => `capacity of ${item.use.target}: ${item.text}${alsoAt(sites)}\n`).join('')
}
