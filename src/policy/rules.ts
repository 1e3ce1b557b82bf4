import type { Prefix } from '../address/prefix.ts'
import type { Problem } from '../errors.ts'
import { CLOUD_NAMES } from '../model/cloud.ts'
import { repeatsOf } from '../model/group-by.ts'
import type { PolicyTest, Rule } from '../model/policy.ts'
import { directionsOf } from '../model/traffic.ts'
import type { LocatedYaml } from './located-yaml.ts'
import type { PolicyInput } from './policy-schema.ts'

/** The rules of one file. */
export function rulesOf(rules: NonNullable<PolicyInput['rules']>, at: LocatedYaml['at']): Rule[] {
  return rules.map(
    ({ optional, except, description, ticket, owner, ports = [], ...rule }, index): Rule => ({
      ...rule,
      ports,
      except: {
        tags: except.filter((one) => typeof one === 'string'),
        prefixes: except.filter((one) => typeof one !== 'string'),
      },
      notes: { description, ticket, owner },
      at: at(['rules', index]),
      optionalIn: optional === true ? CLOUD_NAMES : optional === false ? [] : optional,
    }),
  )
}

/** The tests of one file. */
export function testsOf(tests: PolicyInput['tests'], at: LocatedYaml['at']): PolicyTest[] {
  return tests.map(
    ({ allow, deny, ...test }, index): PolicyTest => ({
      ...test,
      expect: allow ? 'allow' : 'deny',
      remote: (allow ?? deny) as Prefix,
      at: at(['tests', index]),
    }),
  )
}

/** Names that several rules, targets or sites share. */
export function* sameNames(items: readonly { name: string; at: string }[], kind: string): Generator<Problem> {
  // Most firewalls ignore case in names, and the same letter can be one character or two.
  for (const [{ name, at }, first] of repeatsOf(items, ({ name }) => name.normalize('NFC').toLowerCase()))
    yield { path: at, message: `duplicate ${kind} name "${name}"; the first is at ${first.at}` }
}

/** Priorities that several rules of one direction share. */
export function* samePriorities(rules: readonly Rule[]): Generator<Problem> {
  const all = rules.flatMap((rule) => directionsOf(rule.direction).map((direction) => ({ rule, direction })))
  for (const [{ rule, direction }, first] of repeatsOf(all, ({ rule, direction }) => `${direction} ${rule.priority}`))
    yield {
      path: rule.at,
      message: `"${rule.name}" and "${first.rule.name}" (${first.rule.at}) both have priority ${rule.priority} ${direction}; give each its own`,
    }
}
