import { type AddressFamily, FAMILIES } from '../address/family.ts'
import { overlapFinder } from '../address/overlaps.ts'
import { PrefixSet } from '../address/prefix-set.ts'
import { groupsOf } from '../model/group-by.ts'
import { lazy, memo } from '../model/lazy.ts'
import type { FoundLocal, FoundRule } from '../model/reading.ts'
import type { Ruleset } from '../model/ruleset.ts'
import type { Flow } from '../model/traffic.ts'
import { allowedFor } from '../verify/compare.ts'
import { expectedRules } from '../verify/expectation.ts'
import { knownAddresses, type LocalPart, localParts, onPart, rulesNear, WHOLE } from '../verify/local-parts.ts'
import { rulesByFlow } from '../verify/partition.ts'

// On a device with more kinds of local sides, each is compared as only a part of the policy's.
const MOST_CUTS = 24

/**
 * The parts of the local side that the policy is about, so finely cut that the rules for its addresses do not split them. One
 * part, the whole, if no rule of the policy says a local side.
 */
export function partsOf(ruleset: Ruleset, areObjectsApart: boolean, rules: readonly FoundRule[]): LocalPart[] {
  const own = expectedRules(ruleset, { areObjectsApart })
  const locals = own.map(({ local }) => local)
  if (locals.every((local) => local === undefined)) return [WHOLE]
  const subject = PrefixSet.union(ruleset.sets.map(({ prefixes }) => prefixes))
  const others = rules
    .filter(({ remote }) => remote.addresses.overlaps(subject))
    .flatMap(({ local }) => (local ? [{ ...local, objects: [] }] : []))
  const distinct = new Map(others.map((local) => [local.addresses.texts.join(), local]))
  const cuts = distinct.size <= MOST_CUTS ? [...locals, ...distinct.values()] : locals
  const near = rulesNear(own)
  return localParts(cuts).filter((part) => onPart(near(part), part).length > 0)
}

/**
 * Finds the rules of a policy for a part of the local side, as if it were the whole, as a reader should find them. An object of one family has
 * no connections of the other.
 */
export function policyOnParts(ruleset: Ruleset, areObjectsApart: boolean): (part: LocalPart) => readonly FoundRule[] {
  const whole = expectedRules(ruleset)
  const all = ruleset.rules.flatMap((rule) =>
    expectedRules({ rules: [rule] }, { areObjectsApart }).map((found) => ({ rule, found })),
  )
  const near = overlapFinder(all, ({ found }) => knownAddresses(found.local))
  return (part) => {
    if (part === WHOLE) return whole
    return groupsOf(near(part.addresses), ({ rule }) => rule).flatMap((own): FoundRule[] => {
      const on = onPart(
        own.map(({ found }) => found),
        part,
      )
      const addresses = PrefixSet.union(on.map(({ remote }) => remote.addresses))
      const { local: _, ...rest } = own[0].found
      return addresses.isEmpty ? [] : [{ ...rest, remote: { addresses, tags: [] } }]
    })
  }
}

/** The names of the objects that the policy's rules have as their local sides. */
export const objectNamesOf = (ruleset: Ruleset): string[] => objectsOf(ruleset).map(([name]) => name)

/** The same, with the family of each where objects have one. */
function objectsOf({ rules }: Ruleset): (readonly [name: string, family: AddressFamily])[] {
  const locals = rules.flatMap(({ local }) => (local && 'object' in local ? [local] : []))
  return [
    ...locals.map(({ object }) => [object, 'ipv4'] as const),
    ...locals.flatMap(({ object6 }) => (object6 === undefined ? [] : [[object6, 'ipv6'] as const])),
  ]
}

/** The family of each object that can have addresses of only one. */
export type ObjectFamilies = ReadonlyMap<string, AddressFamily>

/** The families of the objects of a policy, where objects have one. */
export const objectFamilies = (ruleset: Ruleset, areObjectsApart: boolean): ObjectFamilies =>
  new Map(areObjectsApart ? objectsOf(ruleset) : [])

/** The only family that a local side can have; undefined if it can have both. */
export function familyOf(local: FoundLocal | undefined, families: ObjectFamilies): AddressFamily | undefined {
  if (!local) return undefined
  const [family, ...more] = FAMILIES.filter(
    (family) =>
      !local.addresses.family(family).isEmpty || local.objects.some((name) => mayHave(name, family, families)),
  )
  return more.length > 0 ? undefined : family
}

/** True if an object may have addresses of a family. */
export const mayHave = (name: string, family: AddressFamily, families: ObjectFamilies): boolean =>
  (families.get(name) ?? family) === family

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
    const allowedOn = lazy(() => {
      const met = near(part.addresses).filter((rule) => onPart([rule], part).length > 0)
      return byDenials(met.map((rule) => denials.get(rule)).join(), new Set(met))
    })
    return (flow) => allowedOn()(flow)
  }
}
