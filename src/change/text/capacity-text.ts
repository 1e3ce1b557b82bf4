import { type LimitUse, paceText, useText } from '../../model/capacity.ts'
import { alsoAt, groupSites } from '../../model/site.ts'
import { addDays } from '../../text/dates.ts'
import type { BuildResult } from '../build-result.ts'

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
