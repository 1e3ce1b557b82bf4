import { formatPrefix } from '../address/prefix.ts'
import type { Io } from '../io.ts'
import { policyLocalJson } from '../model/json.ts'
import { holdsText, type Rule, ruleTraffic } from '../model/policy.ts'
import { scopeText } from '../model/site.ts'
import { builtInPolicies } from '../paths.ts'
import { loadPolicy } from '../policy/load.ts'
import { formatTable } from '../text/lines.ts'
import { type Listing, type ListOptions, only } from './listing.ts'

/** The policies that ship with tagwall, or the one in use, with their rules. */
export async function listPolicies(name: string | undefined, options: ListOptions, io: Io) {
  const names = name === undefined ? builtInPolicies() : [name]
  const policies = await Promise.all(names.map((policy) => loadPolicy({ ...options, policy }, io)))
  const rows = policies.flatMap((policy) => policy.rules.map((rule) => [policy.name, ...ruleCells(rule)]))
  return {
    names: policies.map(({ name }) => name),
    json: {
      policies: policies.map(({ name, cloud, rules }) => ({ name, cloud, rules: rules.map(policyRuleJson) })),
    },
    text: formatTable([['policy', 'rule', 'tags', 'direction', 'ports', 'priority'], ...rows]),
  } satisfies Listing
}

/** A rule of a policy in a table. */
const ruleCells = (rule: Rule) => [rule.name, holdsText(rule), rule.direction, ruleTraffic(rule), String(rule.priority)]

/** The rules of the policy in use. */
export async function listRules(name: string | undefined, options: ListOptions, io: Io) {
  const policy = await loadPolicy(options, io)
  const rules = only(policy.rules, name, `policy ${policy.name} has no rule`)
  const rows = rules.map((rule) => [...ruleCells(rule), scopeText(rule) || 'all'])
  return {
    names: rules.map((rule) => rule.name),
    json: { policy: policy.name, rules: rules.map(policyRuleJson) },
    text: formatTable([['rule', 'tags', 'direction', 'ports', 'priority', 'targets'], ...rows]),
  } satisfies Listing
}

/** A rule as a policy has it. */
export function policyRuleJson({ at: _, prefixes, except, local, targets, sites, ...rule }: Rule) {
  return {
    ...rule,
    targets: targets ?? null,
    sites: sites ?? null,
    prefixes: prefixes.map(formatPrefix),
    except: { tags: except.tags, prefixes: except.prefixes.map(formatPrefix) },
    local: local ? policyLocalJson(local) : null,
  }
}
