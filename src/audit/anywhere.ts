import { overlapFinder } from '../address/overlaps.ts'
import type { PrefixSet } from '../address/prefix-set.ts'
import { memo } from '../model/lazy.ts'
import type { FoundRule } from '../model/reading.ts'
import type { Ruleset } from '../model/ruleset.ts'
import type { Flow } from '../model/traffic.ts'
import { allowedFor } from '../verify/compare.ts'
import { expectedRules } from '../verify/expectation.ts'
import { knownAddresses, type LocalPart, onPart } from '../verify/local-parts.ts'
import { rulesByFlow } from '../verify/partition.ts'

/**
 * The addresses that a policy allows in a flow for any local address, and does not deny for the part of it. A rule that denies for other
 * local addresses takes nothing away. Parts that meet the same denials share the result.
 */
export function allowedAnywhere(
  ruleset: Ruleset,
  areObjectsApart: boolean,
): (part: LocalPart) => (flow: Flow) => PrefixSet {
  const rules = expectedRules(ruleset, { areObjectsApart })
  const denials = new Map(
    [...rules.entries()]
      .filter(([, { action, local }]) => action === 'deny' && local)
      .map(([index, rule]) => [rule, index]),
  )
  const near = overlapFinder([...denials.keys()], ({ local }) => knownAddresses(local))
  const byDenials = memo((_: string, met: ReadonlySet<FoundRule>) => {
    const rulesOn = rulesByFlow(rules.filter((rule) => !denials.has(rule) || met.has(rule)))
    return memo((flow: Flow) => allowedFor(flow, rulesOn(flow), 'surely').addresses)
  })
  return (part) => {
    const met = near(part.addresses).filter((rule) => onPart([rule], part).length > 0)
    return byDenials(met.map((rule) => denials.get(rule)).join(), new Set(met))
  }
}
