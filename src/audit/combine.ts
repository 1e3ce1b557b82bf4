import { everything, inFamiliesOf, PrefixSet } from '../address/prefix-set.ts'
import type { LocalSide, Ruleset } from '../model/ruleset.ts'
import type { LocalPart } from '../verify/local-parts.ts'
import { type ExtraTraffic, ruleKey } from './extra-traffic.ts'
import { mergeRules } from './merge.ts'
import { mergeOutside } from './outside.ts'
import type { FoundExcess, Missing, RuleDifferences } from './values.ts'

/** One part of the local side, compared. */
export interface ComparedPart extends ExtraTraffic {
  readonly part: LocalPart
  readonly missing: readonly Missing[]
}

/** The findings of all parts of the local side as one, with what rules allow from other local addresses. */
export function combine(
  parts: readonly ComparedPart[],
  widerLocal: readonly FoundExcess[],
  ruleset: Ruleset,
): RuleDifferences {
  // A rule may have addresses of the policy in one part only.
  const inside = new Set([...parts.flatMap((part) => [...part.inside]), ...widerLocal.map(ruleKey)])
  return {
    missing: combineMissing(parts, ruleset),
    stale: mergeRules(parts.flatMap(({ stale }) => stale)),
    wider: [...mergeRules(parts.flatMap(({ wider }) => wider)), ...mergeRules(widerLocal)],
    opened: mergeRules(parts.flatMap(({ opened }) => opened)),
    outside: mergeOutside(parts.flatMap(({ outside }) => outside).filter((entry) => !inside.has(ruleKey(entry)))),
  }
}

/**
 * Addresses missing in several parts are one finding, which names the parts unless they are the whole local side of the rule.
 * The addresses of an object are unknown, so everything that is missing for it is one finding.
 */
function combineMissing(parts: readonly ComparedPart[], { rules }: Ruleset): Missing[] {
  // Of rules with the same name, the first counts.
  const locals = new Map([...rules].reverse().map(({ name, local }) => [name, local]))
  const isObject = (local: LocalSide | undefined) => local !== undefined && 'object' in local
  const groups = new Map<string, { readonly entries: Missing[]; readonly parts: LocalPart[] }>()
  for (const { part, missing } of parts) {
    for (const entry of missing) {
      const { rule, flow, addresses } = entry
      const key = JSON.stringify([rule, flow, isObject(locals.get(rule)) ? [] : addresses.texts])
      const group = groups.get(key) ?? { entries: [], parts: [] }
      groups.set(key, group)
      group.entries.push(entry)
      group.parts.push(part)
    }
  }
  return Array.from(groups.values(), ({ entries, parts }) => {
    const { rule, flow } = entries[0] as Missing
    const addresses = PrefixSet.union(entries.map(({ addresses }) => addresses))
    const local = inFamiliesOf(addresses, PrefixSet.union(parts.map((part) => part.addresses)))
    const own = locals.get(rule)
    const whole = own && 'set' in own ? own.set.prefixes : inFamiliesOf(addresses, everything())
    return { rule, flow, ...(!isObject(own) && !local.contains(whole) && { local }), addresses }
  })
}
