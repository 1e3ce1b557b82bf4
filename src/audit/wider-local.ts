import { overlapFinder, overlapping } from '../address/overlaps.ts'
import { everything, PrefixSet } from '../address/prefix-set.ts'
import { groupsOf } from '../model/group-by.ts'
import { memo } from '../model/lazy.ts'
import type { FoundLocal, FoundRule } from '../model/reading.ts'
import type { Ruleset } from '../model/ruleset.ts'
import type { Flow } from '../model/traffic.ts'
import { allowedFor, flowFinder, flowsOf, matches } from '../verify/compare.ts'
import { expectedRules } from '../verify/expectation.ts'
import { cutAt, knownAddresses, regionsOf } from '../verify/local-parts.ts'
import { rulesByFlow } from '../verify/partition.ts'
import { allowsBehind } from './extra-traffic.ts'
import { mergeFlows } from './merge.ts'
import { familiesIn, mayHave, type ObjectFamilies, objectFamilies } from './object-families.ts'
import type { Excess } from './values.ts'

/** Rules that allow the policy's traffic from (or to) its local side and others as well. A rule without any of its local side is unrelated. */
export function widerLocal(rules: readonly FoundRule[], ruleset: Ruleset, areObjectsApart: boolean): Excess[] {
  const wanted = expectedRules(ruleset, { areObjectsApart })
  if (wanted.every(({ local }) => local === undefined)) return []
  const flowsIn = flowFinder(flowsOf([...wanted, ...rules].flatMap(({ ports }) => ports)))
  const policyOn = policyIn(wanted)
  const isMet = meetingSome(wanted.filter(({ action }) => action === 'allow').map(({ local }) => local))
  const families = objectFamilies(ruleset, areObjectsApart)
  const denialsFor = localDenials(rules)
  const found: Excess[] = []
  for (const { rule, left } of allowsBehind(rules, ({ local }) => local === undefined)) {
    if (!isMet(rule.local)) continue
    const { name, place, local } = rule
    const flows = left(rule.remote.addresses).flatMap((piece) =>
      flowsIn(piece).map((flow) => ({ flow, addresses: piece.addresses })),
    )
    const excesses = flows.flatMap(({ flow, addresses }): Excess[] => {
      const { allowed, allowsFor } = policyOn(flow)
      const reached = allowed.intersect(addresses)
      const cut = (reach: Reach) =>
        inCommonFamilies(reach, families)
          .flatMap((whole) => without(whole, denialsFor(rule, flow, whole)))
          .flatMap((left) => inCommonFamilies(left, families))
      return excessesOf(local, allowsFor(reached), reached, cut).map(({ local, objects: localObjects, addresses }) => {
        const objects = rule.remote.addresses.prefixes.filter(overlapping(addresses))
        const sides = { ...(!local.isEmpty && { local }), ...(localObjects.length > 0 && { localObjects }) }
        return { rule: name, place, places: [place], flow, ...sides, addresses, objects }
      })
    })
    found.push(...mergeFlows(excesses))
  }
  return found
}

/** Local addresses and objects, and remote addresses that they reach. */
interface Reach {
  readonly local: PrefixSet
  readonly objects: readonly string[]
  readonly addresses: PrefixSet
}

/** The excess of a local side for the addresses of the policy; addresses with the same excess are one entry. */
function excessesOf(
  local: FoundLocal | undefined,
  allows: readonly FoundRule[],
  reached: PrefixSet,
  cut: (reach: Reach) => readonly Reach[],
): Reach[] {
  const sets = allows.map(({ remote }) => remote.addresses)
  const excesses = cutAt(reached, sets).flatMap((addresses) => {
    const own = allows.filter(({ remote }) => remote.addresses.overlaps(addresses)).map(({ local }) => local)
    return own.includes(undefined) ? [] : cut(extraLocal(local, own as FoundLocal[], addresses))
  })
  return groupsOf(excesses, ({ local, objects }) => JSON.stringify([local.texts, objects])).map((alike) => ({
    ...alike[0],
    addresses: PrefixSet.union(alike.map(({ addresses }) => addresses)),
  }))
}

/** The policy in one flow, for any local address. */
function policyIn(own: readonly FoundRule[]) {
  // A rule that denies for some local addresses only takes nothing away from the others.
  const ownOn = rulesByFlow(own.filter(({ action, local }) => action === 'allow' || local === undefined))
  return memo((flow: Flow) => {
    const all = ownOn(flow)
    const allows = all.filter(({ action }) => action === 'allow')
    return {
      allowed: allowedFor(flow, all, 'surely').addresses,
      /** The rules that allow some addresses. */
      allowsFor: overlapFinder(allows, ({ remote }) => remote.addresses),
    }
  })
}

/** Tells whether a local side may have something in common with one of `sides`. */
function meetingSome(sides: readonly (FoundLocal | undefined)[]): (local: FoundLocal | undefined) => boolean {
  const near = overlapFinder(sides, knownAddresses)
  return (local) => !local || near(local.addresses).some((side) => sidesOverlap(side, local))
}

function sidesOverlap(one: FoundLocal | undefined, other: FoundLocal): boolean {
  return !one || one.objects.some((name) => other.objects.includes(name)) || one.addresses.overlaps(other.addresses)
}

/** The local addresses and objects that a rule has and the policy has not, for some remote addresses. */
function extraLocal(local: FoundLocal | undefined, policy: readonly FoundLocal[], addresses: PrefixSet): Reach {
  const known = new Set(policy.flatMap(({ objects }) => objects))
  const own = PrefixSet.union(policy.map(({ addresses }) => addresses))
  return {
    local: (local?.addresses ?? everything()).subtract(own),
    objects: (local?.objects ?? []).filter((name) => !known.has(name)),
    addresses,
  }
}

/**
 * Finds the denials for some local sides before a rule that take away from what it reaches. There may be thousands: one look at those nearby
 * is enough, by the remote side where a rule is for any local address.
 */
function localDenials(rules: readonly FoundRule[]): (rule: FoundRule, flow: Flow, reach: Reach) => FoundRule[] {
  const places = new Map(rules.map((rule, index) => [rule, index]))
  const placeOf = (rule: FoundRule) => places.get(rule) as number
  const isOfSome = ({ action, coverage, local }: FoundRule) => action === 'deny' && coverage === 'whole' && local
  const denials = rules.filter(isOfSome)
  const [byLocal, byRemote] = [
    overlapFinder(denials, ({ local }) => knownAddresses(local)),
    overlapFinder(denials, ({ remote }) => remote.addresses),
  ]
  return (rule, flow, { local, addresses }) =>
    (rule.local ? byLocal(local) : byRemote(addresses)).filter(
      (deny) => placeOf(deny) < placeOf(rule) && matches(deny, flow) && deny.remote.addresses.overlaps(addresses),
    )
}

/** The remaining traffic after denials for some local sides. Local addresses and objects that meet the same denials stay together. */
function without({ local, objects, addresses }: Reach, denials: readonly FoundRule[]): Reach[] {
  const remaining = (met: readonly number[]) =>
    addresses.subtract(PrefixSet.union(met.map((index) => (denials[index] as FoundRule).remote.addresses)))
  const sides = denials.map(({ local }) => local as FoundLocal)
  const ofAddresses = regionsOf([...sides.map((side) => side.addresses), local])
    .filter(({ held }) => held.at(-1) === sides.length)
    .map(({ held, addresses }) => ({ met: held.slice(0, -1), local: addresses, objects: [] }))
    .reverse()
  const ofObjects = objects.map((name) => {
    const met = sides.flatMap((side, index) => (side.objects.includes(name) ? [index] : []))
    return { met, local: PrefixSet.empty, objects: [name] }
  })
  return groupsOf([...ofAddresses, ...ofObjects], ({ met }) => met.join()).map((alike) => ({
    local: alike[0].local,
    objects: alike.flatMap((part) => part.objects),
    addresses: remaining(alike[0].met),
  }))
}

/** Connections that there can be, with sides in the same families. */
function inCommonFamilies({ local, objects, addresses }: Reach, families: ObjectFamilies): Reach[] {
  const own = familiesIn({ addresses: local, objects }, families).filter((one) => !addresses.family(one).isEmpty)
  const within = (set: PrefixSet) => PrefixSet.union(own.map((family) => set.family(family)))
  const named = objects.filter((name) => own.some((family) => mayHave(name, family, families)))
  return own.length > 0 ? [{ local: within(local), objects: named, addresses: within(addresses) }] : []
}
