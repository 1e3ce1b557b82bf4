import type { Finding } from '../model/finding.ts'
import type { Fitted } from '../model/fitted.ts'
import type { Direction } from '../model/policy.ts'
import { FAMILIES } from '../model/prefix.ts'
import { applies, closingRules, LIMITS, type LimitName, type OptionValues, type Vendor } from '../model/vendor.ts'

/** The limits of `vendor` that a fitted ruleset goes over, each with its number and what to do. */
export function brokenLimits(
  fitted: Fitted,
  { vendor, target, options }: { vendor: Vendor; target: string; options: OptionValues },
): Finding[] {
  const closing = closingRules(vendor, options).length
  return LIMITS.flatMap((name): Finding[] => {
    const limit = vendor.limits[name]?.cases.find(({ when }) => applies(when, options)) ?? vendor.limits[name]
    const count = COUNTS[name](fitted, closing)
    if (!limit || count <= limit.max) return []
    return [
      {
        code: 'LIMIT_EXCEEDED',
        severity: 'error',
        target,
        what: MEANING[name],
        count,
        limit: limit.max,
        hint: limit.hint,
        source: limit.source,
      },
    ]
  })
}

const MEANING: Record<LimitName, string> = {
  rules: 'rules',
  prefixesPerSide: 'prefixes on one side of all rules together',
  setPrefixes: 'prefixes of one family in one set',
  portSlots: 'port slots in one rule (a range takes two)',
  groupChunks: 'groups in one group',
}

const COUNTS: Record<LimitName, (fitted: Fitted, closing: number) => number> = {
  rules: ({ rules }, closing) => rules.length + closing,
  // A closing rule has one prefix on either side.
  prefixesPerSide: (fitted, closing) => Math.max(sideOf(fitted, 'outbound'), sideOf(fitted, 'inbound')) + closing,
  setPrefixes: ({ sets }) =>
    most(sets.flatMap(({ set }) => FAMILIES.map((family) => set.prefixes.family(family).prefixes.length))),
  portSlots: ({ rules }) =>
    most(rules.map(({ rule }) => rule.ports.reduce((slots, { first, last }) => slots + (first === last ? 1 : 2), 0))),
  groupChunks: ({ sets }) => most(sets.flatMap(({ groups }) => groups.map(({ chunks }) => chunks.length))),
}

/** Prefixes on the side where rules of `direction` have their far end; a rule of the other direction puts one there. */
function sideOf({ rules }: Fitted, direction: Direction): number {
  return rules.reduce(
    (sum, { rule, tag, prefixes }) => sum + (rule.direction === direction && !tag ? prefixes.prefixes.length : 1),
    0,
  )
}

const most = (counts: readonly number[]) => Math.max(0, ...counts)
