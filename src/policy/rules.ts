import type { Prefix } from '../address/prefix.ts'
import type { Problem } from '../errors.ts'
import { CLOUD_NAMES } from '../model/cloud.ts'
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
        tags: except.flatMap((one) => ('tag' in one ? one.tag : [])),
        prefixes: except.flatMap((one) => ('prefix' in one ? one.prefix : [])),
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
  const seen = new Map<string, string>()
  for (const { name, at } of items) {
    // Most firewalls ignore case in names.
    // The same letter can be one character or two.
    const key = name.normalize('NFC').toLowerCase()
    const before = seen.get(key)
    if (before) yield { path: at, message: `duplicate ${kind} name "${name}"; the first is at ${before}` }
    else seen.set(key, at)
  }
}

/** Priorities that several rules of one direction share. */
export function* samePriorities(rules: readonly Rule[]): Generator<Problem> {
  const seen = new Map<string, Rule>()
  for (const rule of rules) {
    for (const direction of directionsOf(rule.direction)) {
      const before = seen.get(`${direction} ${rule.priority}`)
      if (before)
        yield {
          path: rule.at,
          message: `"${rule.name}" and "${before.name}" (${before.at}) both have priority ${rule.priority} ${direction}; give each its own`,
        }
      else seen.set(`${direction} ${rule.priority}`, rule)
    }
  }
}
