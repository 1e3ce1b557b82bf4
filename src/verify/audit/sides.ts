import { PrefixSet } from '../../model/address/prefix-set.ts'
import type { FoundLocal, FoundRule } from '../../model/reading.ts'
import type { AddressSet, ConcreteRule, Ruleset } from '../../model/ruleset.ts'
import { expectedRules } from '../expectation.ts'
import { type LocalPart, localParts, onPart, WHOLE } from '../local-parts.ts'

// A device with more kinds of local sides is compared as if each were only a part of the policy's.
const MOST_CUTS = 24

/**
 * The parts of the local side that the policy is about, so finely cut that the rules for its addresses do not split them. One
 * part, the whole, if no rule of the policy says a local side.
 */
export function partsOf(ruleset: Ruleset, areObjectsApart: boolean, rules: readonly FoundRule[]): LocalPart[] {
  const own = expectedRules(ruleset, { by: 'addresses', areObjectsApart })
  const locals = own.map(({ local }) => local)
  if (locals.every((local) => local === undefined)) return [WHOLE]
  const subject = PrefixSet.union(ruleset.sets.map(({ prefixes }) => prefixes))
  const others = rules
    .filter(({ remote }) => remote.addresses.overlaps(subject))
    .flatMap(({ local }) => (local ? [{ ...local, objects: [] }] : []))
  const distinct = new Map(others.map((local) => [local.addresses.texts.join(), local]))
  const cuts = distinct.size <= MOST_CUTS ? [...locals, ...distinct.values()] : locals
  return localParts(cuts).filter((part) => onPart(own, part).some(({ coverage }) => coverage === 'whole'))
}

/** The rules of a policy for a part of the local side. An object of one family has no connections of the other. */
export function rulesetOn(ruleset: Ruleset, part: LocalPart, areObjectsApart: boolean): Ruleset {
  if (part === WHOLE) return ruleset
  const sets = new Map<AddressSet, AddressSet>()
  const rules = ruleset.rules.flatMap((rule): ConcreteRule[] => {
    const expected = expectedRules({ ...ruleset, rules: [rule] }, { by: 'addresses', areObjectsApart })
    const own = onPart(expected, part).filter(({ coverage }) => coverage === 'whole')
    const prefixes = PrefixSet.union(own.map(({ remote }) => remote.addresses))
    if (prefixes.isEmpty) return []
    const { local: _, ...rest } = rule
    const set = sets.get(rule.set) ?? (prefixes.equals(rule.set.prefixes) ? rule.set : { ...rule.set, prefixes })
    sets.set(rule.set, set)
    return [{ ...rest, set }]
  })
  return { ...ruleset, rules, sets: [...sets.values()] }
}

/** Rules of which the objects that the policy does not name are unknown, so that they may be about any local address. */
export function withKnownObjects(rules: readonly FoundRule[], ruleset: Ruleset): readonly FoundRule[] {
  const names = new Set(objectNamesOf(ruleset))
  const isKnown = ({ objects }: FoundLocal) => objects.every((name) => names.has(name))
  return rules.map((rule) => {
    if (!rule.local || isKnown(rule.local)) return rule
    const { local, ...rest } = rule
    const objects = local.objects.filter((name) => names.has(name))
    return objects.length > 0 ? { ...rest, local: { ...local, objects } } : { ...rest, coverage: 'part' }
  })
}

/** The names of the objects that the policy's rules have as their local sides. */
export function objectNamesOf({ rules }: Ruleset): string[] {
  return rules.flatMap(({ local }) =>
    local && 'object' in local ? [local.object, ...(local.object6 === undefined ? [] : [local.object6])] : [],
  )
}
