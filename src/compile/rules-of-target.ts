import type { Finding } from '../finding/finding.ts'
import type { Target } from '../model/policy.ts'
import type { Ruleset } from '../model/ruleset.ts'
import { withoutSite } from '../model/site.ts'
import { placeLocal } from './local.ts'

/**
 * The rules that a target has: without those for other targets, and with its local side where they have none. Errors if none is left, or a
 * rule has no address left.
 */
export function rulesOfTarget(
  ruleset: Ruleset,
  target: Pick<Target, 'name' | 'local' | 'at'>,
): { ruleset: Ruleset; findings: Finding[] } {
  const own = ownRules(ruleset, target.name)
  if (own.rules.length > 0) return placeLocal(own, target.local, target.at)
  return {
    ruleset: own,
    findings: [{ code: 'NO_RULE_FOR_TARGET', severity: 'error', target: target.name, at: target.at }],
  }
}

/** True if something is for all targets, or for this one. */
export const isFor = ({ targets }: { readonly targets?: readonly string[] | undefined }, name: string): boolean =>
  targets === undefined || targets.includes(withoutSite(name))

/** The ruleset itself if every rule is for this target, so targets share everything that is computed from it. */
function ownRules(ruleset: Ruleset, name: string): Ruleset {
  const rules = ruleset.rules.filter((rule) => isFor(rule, name))
  if (rules.length === ruleset.rules.length) return ruleset
  const used = new Set(rules.map(({ set }) => set))
  return { ...ruleset, rules, sets: ruleset.sets.filter((set) => used.has(set)) }
}
