import { FAMILIES } from '../address/prefix.ts'
import type { Finding } from '../finding/finding.ts'
import type { PolicyLocal, Target } from '../model/policy.ts'
import {
  type AddressSet,
  hasFamily,
  type LocalSide,
  type Ruleset,
  restrict,
  restrictSet,
  withSets,
} from '../model/ruleset.ts'
import { type Scope, siteOf, withoutSite } from '../model/site.ts'

/** If any finding is an error, do not use the ruleset. */
export interface CheckedRuleset {
  readonly ruleset: Ruleset
  readonly findings: readonly Finding[]
}

/**
 * The rules for a target, in its family, with its local side where they have none. Errors if none is for it, or its local side leaves a rule no
 * address; rules without addresses of its family are dropped.
 */
export function rulesOfTarget(
  ruleset: Ruleset,
  { name, local, family, at }: Pick<Target, 'name' | 'local' | 'family' | 'at'>,
): CheckedRuleset {
  const own = ownRules(ruleset, name)
  if (own.rules.length === 0)
    return { ruleset: own, findings: [{ code: 'NO_RULE_FOR_TARGET', severity: 'error', target: name, at }] }
  const placed = placeLocal(own, local, at)
  return { ...placed, ruleset: restrict(placed.ruleset, family) }
}

/** True if a rule or a test is for this target. */
export const isFor = ({ targets, sites }: Scope, name: string): boolean =>
  (targets?.includes(withoutSite(name)) ?? true) && (sites?.includes(siteOf(name) ?? '') ?? true)

/** True if a rule or a test is for every target. */
export const isForAll = ({ targets, sites }: Scope): boolean => targets === undefined && sites === undefined

/** The ruleset itself if every rule is for this target, so targets share everything that is computed from it. */
function ownRules(ruleset: Ruleset, name: string): Ruleset {
  const rules = ruleset.rules.filter((rule) => isFor(rule, name))
  if (rules.length === ruleset.rules.length) return ruleset
  const used = new Set(rules.map(({ set }) => set))
  return { ...ruleset, rules, sets: ruleset.sets.filter((set) => used.has(set)) }
}

/** A local side for rules. Devices that hold it as a group use `name`, or `id` where names are short. */
export function localSideOf(local: PolicyLocal, name: string, id: string): LocalSide {
  return 'object' in local ? local : { set: { name, id, tags: [], prefixes: local.prefixes } }
}

/** Adds `local`, written at the place `at`, to all rules without a local side. A rule that has no address left is an error. */
export function placeLocal(ruleset: Ruleset, local: PolicyLocal | undefined, at: string): CheckedRuleset {
  if (local === undefined) return { ruleset, findings: [] }
  const name = ruleset.policy.replace(/\.(?:ya?ml|json)$/i, '')
  const side = localSideOf(local, `${name}-local`, 'local')
  const localOf = new Map(ruleset.rules.map((rule) => [rule.set, rule.local ?? side]))
  const within = withSets(ruleset, (set) => withinLocalFamilies(set, localOf.get(set)))
  const rules = within.rules.map((rule) => ({ ...rule, local: rule.local ?? side }))
  const empty = rules.filter(({ set }) => set.prefixes.isEmpty)
  const findings = empty.map(({ name }): Finding => {
    return { code: 'LOCAL_OF_OTHER_FAMILY', severity: 'error', rule: name, at }
  })
  return { ruleset: { ...within, rules }, findings }
}

/** The set without the families that the local side lacks: no connection has addresses of two families. */
export function withinLocalFamilies(set: AddressSet, local: LocalSide | undefined): AddressSet {
  const own = FAMILIES.filter((family) => hasFamily(local, family))
  return own.length === FAMILIES.length ? set : own.reduce(restrictSet, set)
}
