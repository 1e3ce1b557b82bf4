import { FAMILIES } from '../address/family.ts'
import { everything, type PrefixSet } from '../address/prefix-set.ts'
import type { Finding } from '../finding/finding.ts'
import type { Policy } from '../model/policy.ts'
import type { ConcreteRule, Ruleset } from '../model/ruleset.ts'
import { select } from '../model/service-tag.ts'
import { containsPorts, hasPorts } from '../model/traffic.ts'
import { coveredRules } from './covered.ts'
import { DEPENDENCIES } from './dependencies.ts'

/**
 * Warnings about a policy that compiles; one per problem, not one per rule. `nonRegional` has, by base tag, the addresses that
 * none of its regional tags holds.
 */
export function lint(
  policy: Policy,
  ruleset: Ruleset,
  nonRegional: ReadonlyMap<string, PrefixSet> = new Map(),
): Finding[] {
  return [
    ...missingDependencies(policy, ruleset),
    ...leftOut(ruleset, nonRegional),
    ...inbound(ruleset),
    ...openInbound(ruleset),
    ...neverApplied(ruleset),
  ]
}

/** A service is reached through another one, so only rules that allow outbound traffic need, and are, a dependency. */
function missingDependencies(policy: Policy, ruleset: Ruleset): Finding[] {
  const allowed = ruleset.rules.filter(({ action, direction }) => action === 'allow' && direction === 'outbound')
  const used = [...new Set(allowed.flatMap(({ set }) => set.tags))]
  const outbound = policy.rules.filter(({ action, direction }) => action === 'allow' && direction !== 'inbound')
  const names = (needed: string) =>
    outbound.some(({ tags }) => tags.some((selector) => select([needed], selector).length > 0))
  return DEPENDENCIES.filter(({ clouds, needs }) => clouds.includes(ruleset.cloud) && !names(needs)).flatMap(
    ({ tag, needs, source }): Finding[] => {
      const isUsed = used.some((name) => name === tag || name.startsWith(`${tag}.`))
      return isUsed ? [{ code: 'DEPENDENCY_MISSING', severity: 'warning', tag, needs, source }] : []
    },
  )
}

function leftOut({ sets }: Ruleset, nonRegional: ReadonlyMap<string, PrefixSet>): Finding[] {
  return sets.flatMap((set) =>
    [...nonRegional].flatMap(([base, prefixes]): Finding[] => {
      if (!set.tags.some((tag) => tag.startsWith(`${base}.`))) return []
      const missing = prefixes.subtract(set.prefixes)
      if (missing.isEmpty) return []
      return [{ code: 'GLOBAL_LEFT_OUT', severity: 'warning', rule: set.name, base, prefixes: missing.prefixes }]
    }),
  )
}

/** Own prefixes belong to nobody else, and a deny rule lets nobody in. */
function inbound({ rules }: Ruleset): Finding[] {
  const names = rules
    .filter(({ direction, action, set }) => direction === 'inbound' && action === 'allow' && set.tags.length > 0)
    .map(({ name }) => name)
  return names.length > 0 ? [{ code: 'INBOUND_TAG', severity: 'warning', rules: names }] : []
}

/** Rules that let nearly any address in, on every port: a typing error opens as much. */
function openInbound({ rules }: Ruleset): Finding[] {
  const isOpen = ({ direction, action, protocol, ports, set }: ConcreteRule) =>
    direction === 'inbound' &&
    action === 'allow' &&
    (protocol === 'any' || (hasPorts(protocol) && containsPorts(ports, [ALL_BUT_ZERO]))) &&
    FAMILIES.some((family) => set.prefixes.family(family).count * 2n > everything(family).count)
  const names = rules.filter(isOpen).map(({ name }) => name)
  return names.length > 0 ? [{ code: 'INBOUND_ANY', severity: 'warning', rules: names }] : []
}

// Port 0 is never used, so many people leave it out.
const ALL_BUT_ZERO = { first: 1, last: 65_535 }

function neverApplied(ruleset: Ruleset): Finding[] {
  return coveredRules(ruleset).map(({ rule: { name, action }, by }): Finding => {
    return { code: 'RULE_NEVER_APPLIES', severity: 'warning', rule: name, action, by: by.map((one) => one.name) }
  })
}
