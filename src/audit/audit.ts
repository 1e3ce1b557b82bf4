import { everything, inFamiliesOf, PrefixSet } from '../address/prefix-set.ts'
import { groupsOf, pairsBy } from '../model/group-by.ts'
import type { FoundRule, Reading } from '../model/reading.ts'
import { type LocalSide, type Ruleset, restrict } from '../model/ruleset.ts'
import { commonPorts, type Flow, type PortRange } from '../model/traffic.ts'
import { allowedFor, flowFinder, flowsOf } from '../verify/compare.ts'
import { finderOfPart } from '../verify/local-parts.ts'
import { meeting, rulesByFlow } from '../verify/partition.ts'
import { comparedReading } from './compared-reading.ts'
import { extraTraffic, ruleKey } from './extra-traffic.ts'
import { auditLists, matchesLists } from './lists.ts'
import { mergeFlows, mergeRules } from './merge.ts'
import { type PolicyOnPart, policyByPart } from './policy-by-part.ts'
import type { Audit, AuditExpectation, Missing } from './values.ts'
import { widerLocal } from './wider-local.ts'

/** Compares a device's rules with a policy, by addresses or by traffic. Rules without any address of the policy are normal: they are outside. */
export function audit(expectation: AuditExpectation, reading: Reading): Audit {
  const { family, ownNames, areObjectsApart = false } = expectation
  const ruleset = restrict(expectation.ruleset, family)
  const older = expectation.older.map((one) => restrict(one, family))
  const history = [...older, ruleset]
  const past = PrefixSet.union(history.flatMap(({ sets }) => sets.map(({ prefixes }) => prefixes)))
  const { rules, lists, notes, unresolved } = comparedReading(reading, { ...expectation, ruleset })
  const ours = new Set(ownNames.map(nameKey))
  const known = { past, isOurs: (name: string) => ours.has(nameKey(name)) }
  const rulesOn = finderOfPart(rules)
  const parts = policyByPart(history, areObjectsApart, rules).map((policy): ComparedPart => {
    const found = rulesOn(policy.part)
    return { policy, flows: heldFlows(policy, found), ...extraTraffic(found, policy, known) }
  })
  const fromElsewhere = widerLocal(rules, ruleset, areObjectsApart)
  // A rule may have addresses of the policy in one part only.
  const inside = new Set([...parts.flatMap((part) => [...part.inside]), ...fromElsewhere.map(ruleKey)])
  // A configuration without lists is compared by rules, even if there are none.
  const isOfLists = lists.length > 0
  const isOfRules = rules.length > 0 || !isOfLists
  const ofLists = isOfLists ? auditLists(ruleset, older, lists) : { missing: [], stale: [], wider: [] }
  return {
    ruleset,
    family,
    forms: [...(isOfRules ? (['rules'] as const) : []), ...(isOfLists ? (['lists'] as const) : [])],
    missing: [...(isOfRules ? combineMissing(parts, ruleset) : []), ...ofLists.missing],
    stale: [...mergeRules(parts.flatMap(({ stale }) => stale)), ...ofLists.stale],
    wider: [...mergeRules(parts.flatMap(({ wider }) => wider)), ...mergeRules(fromElsewhere), ...ofLists.wider],
    opened: mergeRules(parts.flatMap(({ opened }) => opened)),
    outside: mergeRules(parts.flatMap(({ outside }) => outside).filter((entry) => !inside.has(ruleKey(entry)))),
    unresolved,
    notes: notes.filter(({ isHarmless }) => !isHarmless),
    harmless: notes.filter(({ isHarmless }) => isHarmless),
    // A rule that allows nearly anything matches every snapshot, so it proves nothing.
    matches: parts.some(({ hasWide }) => hasWide)
      ? undefined
      : newestMatch(history, isOfRules ? matchesRules(parts, past) : (one) => matchesLists(one, past, lists)),
  }
}

const nameKey = (name: string) => name.toLowerCase()

/** One part of the local side, compared. */
interface ComparedPart extends ReturnType<typeof extraTraffic> {
  readonly policy: PolicyOnPart
  readonly flows: readonly HeldFlow[]
}

/** Traffic of the policy in one flow, which no rule of the policy or of the device splits. */
type HeldFlow = ReturnType<typeof heldFlows>[number]

/** The flows of a policy on a part of the local side, cut at the rules of the device, and what the device allows there. */
function heldFlows({ flows }: PolicyOnPart, rules: readonly FoundRule[]) {
  const own = rules.filter(meeting(flows.map(({ flow: { direction, ports } }) => ({ direction, ports: [ports] }))))
  const [rulesOn, cutsIn] = [rulesByFlow(own), flowFinder(flowsOf(own.flatMap(({ ports }) => ports)))]
  return flows.flatMap((policy) =>
    cutsIn(policy.flow).map((cut) => {
      const flow: Flow = { ...cut, ports: commonPorts(cut.ports, policy.flow.ports) as PortRange }
      // The policy is that in the flow that holds this one.
      return { flow, policy, held: allowedFor(flow, rulesOn(flow), 'surely').addresses }
    }),
  )
}

/**
 * Addresses missing in several parts are one finding, which names the parts unless they are the whole local side of the rule.
 * The addresses of an object are unknown, so everything that is missing for it is one finding.
 */
function combineMissing(parts: readonly ComparedPart[], { rules }: Ruleset): Missing[] {
  // Of rules with the same name, the first counts.
  const locals = new Map([...rules].reverse().map(({ name, local }) => [name, local]))
  const isObject = (local: LocalSide | undefined) => local !== undefined && 'object' in local
  const all = parts.flatMap(({ policy, flows }) => missingIn(flows).map((entry) => ({ ...entry, part: policy.part })))
  const keyOf = ({ rule, flow, addresses }: Missing) =>
    JSON.stringify([rule, flow, isObject(locals.get(rule)) ? [] : addresses.texts])
  return groupsOf(all, keyOf).map((entries) => {
    const [{ rule, flow }] = entries
    const addresses = PrefixSet.union(entries.map(({ addresses }) => addresses))
    const local = inFamiliesOf(addresses, PrefixSet.union(entries.map(({ part }) => part.addresses)))
    const own = locals.get(rule)
    const whole = own && 'set' in own ? own.set.prefixes : inFamiliesOf(addresses, everything())
    return { rule, flow, ...(!isObject(own) && !local.contains(whole) && { local }), addresses }
  })
}

function missingIn(flows: readonly HeldFlow[]): Missing[] {
  return mergeFlows(
    flows.flatMap(({ flow, held, policy }) => {
      let denied = PrefixSet.empty
      return policy.rules.flatMap(({ name, action, remote }): Missing[] => {
        if (action === 'deny') denied = denied.union(remote.addresses)
        const addresses = remote.addresses.subtract(held).subtract(denied)
        return addresses.isEmpty ? [] : [{ rule: name, flow, addresses }]
      })
    }),
  )
}

/** Tells whether the device allows exactly what the policy did on a document, by its index; addresses that no document has do not count. */
function matchesRules(parts: readonly ComparedPart[], past: PrefixSet): (_: Ruleset, index: number) => boolean {
  const all = parts.flatMap(({ policy, flows }) => {
    const known = inFamiliesOf(policy.part.addresses, past)
    return flows.map(({ policy, held }) => ({ policy, held: held.intersect(known) }))
  })
  return (_, index) => all.every(({ policy, held }) => held.equals(policy.allowedOn(index)))
}

/** The newest ruleset that the device matches. */
function newestMatch(
  history: readonly Ruleset[],
  isMatch: (ruleset: Ruleset, index: number) => boolean,
): Audit['matches'] {
  const match = history.findLast(isMatch)
  return match && { document: match, behind: distance(match, history.at(-1) as Ruleset) }
}

/** The number of prefixes to add and remove from one ruleset to the other. */
function distance(older: Ruleset, newer: Ruleset): number {
  return pairsBy(older.sets, newer.sets, ({ name }) => name).reduce((sum, [, old, young]) => {
    // A set without addresses of the family is in neither.
    const [before, after] = [old?.prefixes ?? PrefixSet.empty, young?.prefixes ?? PrefixSet.empty]
    return sum + after.subtract(before).prefixCount + before.subtract(after).prefixCount
  }, 0)
}
