import { overlapFinder } from '../address/overlaps.ts'
import { PrefixSet } from '../address/prefix-set.ts'
import { groupsOf } from '../model/group-by.ts'
import { lazy, memo } from '../model/lazy.ts'
import type { FoundRule } from '../model/reading.ts'
import type { Ruleset } from '../model/ruleset.ts'
import type { Flow } from '../model/traffic.ts'
import { allowedFor, flowFinder, flowsOf } from '../verify/compare.ts'
import { expectedRules } from '../verify/expectation.ts'
import { finderOfPart, knownAddresses, type LocalPart, localParts, onPart, WHOLE } from '../verify/local-parts.ts'
import { rulesByFlow } from '../verify/partition.ts'

/** A policy on one part of the local side. */
export type PolicyOnPart = ReturnType<typeof policyByPart>[number]

/** A policy on the parts of the local side, cut at the rules of a device. `history` has the policy on each document, the newest last. */
export function policyByPart(history: readonly Ruleset[], areObjectsApart: boolean, found: readonly FoundRule[]) {
  const newest = expectedRules(history.at(-1) as Ruleset, { areObjectsApart })
  const flows = flowsOf(history.flatMap(({ rules }) => rules.flatMap(({ ports }) => ports)))
  const flowsIn = flowFinder(flows)
  const onParts = history.map((one) => rulesOnParts(one, areObjectsApart))
  const anywhereOn = allowedAnywhere(newest)
  return partsOf(newest, found).map((part) => {
    const rules = onParts.map((rulesOn) => rulesOn(part))
    const byFlow = rules.map(rulesByFlow)
    const anywhere = anywhereOn(part)
    const at = memo((flow: Flow) => {
      const own = byFlow.map((rulesOn) => rulesOn(flow))
      return policyFlow(flow, own, anywhere)
    })
    return {
      part,
      /** The remote addresses of its newest rules there. */
      subject: PrefixSet.union((rules.at(-1) as readonly FoundRule[]).map(({ remote }) => remote.addresses)),
      /** The flows of its rules, those of older documents too. */
      flows: flows.filter((flow) => byFlow.some((rulesOn) => rulesOn(flow).length > 0)).map(at),
      /** Finds flows that have ports in common with another one. The policy may have no rule for some. */
      flowsIn: (within: Flow) => flowsIn(within).map((flow) => at(flow)),
    }
  })
}

/** A policy in one flow, which no rule of it splits, on one part of the local side. `history` has the rules of each document. */
function policyFlow(flow: Flow, history: readonly (readonly FoundRule[])[], anywhere: (flow: Flow) => PrefixSet) {
  const allowedOn = memo(
    (index: number) => allowedFor(flow, history[index] as readonly FoundRule[], 'surely').addresses,
  )
  return {
    flow,
    /** The newest rules, in order. */
    rules: history.at(-1) as readonly FoundRule[],
    /** True if a rule of any document allows something here. */
    isAsked: history.some((rules) => rules.some(({ action }) => action === 'allow')),
    /** The allowed addresses on a document, by its index in the history. */
    allowedOn,
    /** Those on the newest document. */
    wanted: () => allowedOn(history.length - 1),
    /** Those on all documents. */
    past: lazy(() => PrefixSet.union(history.map((_, index) => allowedOn(index)))),
    /** The addresses that it allows for any local address, and does not deny for the part: what more it allows elsewhere is for `widerLocal`. */
    anywhere: () => anywhere(flow),
  }
}

// On a device with more kinds of local sides, each is compared as only a part of the policy's.
const MOST_CUTS = 24

/** The parts of the local side of the policy, cut so finely that rules for its addresses do not split them; the whole if no rule says one. */
function partsOf(own: readonly FoundRule[], found: readonly FoundRule[]): LocalPart[] {
  const locals = own.map(({ local }) => local)
  if (locals.every((local) => local === undefined)) return [WHOLE]
  const subject = PrefixSet.union(own.map(({ remote }) => remote.addresses))
  const others = found
    .filter(({ remote }) => remote.addresses.overlaps(subject))
    .flatMap(({ local }) => (local ? [{ ...local, objects: [] }] : []))
  const distinct = new Map(others.map((local) => [local.addresses.texts.join(), local]))
  const cuts = distinct.size <= MOST_CUTS ? [...locals, ...distinct.values()] : locals
  const rulesOn = finderOfPart(own)
  return localParts(cuts).filter((part) => rulesOn(part).length > 0)
}

/** Finds a policy's rules for a part of the local side, as if that were the whole. An object of one family has no connections of the other. */
function rulesOnParts(ruleset: Ruleset, areObjectsApart: boolean): (part: LocalPart) => readonly FoundRule[] {
  const whole = expectedRules(ruleset)
  const all = ruleset.rules.flatMap((rule) =>
    expectedRules({ rules: [rule] }, { areObjectsApart }).map((found) => ({ rule, found })),
  )
  const near = overlapFinder(all, ({ found }) => knownAddresses(found.local))
  return (part) => {
    if (part === WHOLE) return whole
    return groupsOf(near(part.addresses), ({ rule }) => rule).flatMap((own): FoundRule[] => {
      const rules = own.map(({ found }) => found)
      const on = onPart(rules, part)
      const addresses = PrefixSet.union(on.map(({ remote }) => remote.addresses))
      const { local: _, ...rest } = own[0].found
      return addresses.isEmpty ? [] : [{ ...rest, remote: { addresses, tags: [] } }]
    })
  }
}

/**
 * The addresses that a policy allows in a flow for any local address, and does not deny for the part of it, even behind a rule that allows
 * them. A rule that denies for other local addresses takes nothing away. Parts that meet the same denials share the result.
 */
function allowedAnywhere(rules: readonly FoundRule[]): (part: LocalPart) => (flow: Flow) => PrefixSet {
  const denials = new Map(
    [...rules.entries()]
      .filter(([, { action, local }]) => action === 'deny' && local)
      .map(([index, rule]) => [rule, index]),
  )
  const near = overlapFinder([...denials.keys()], ({ local }) => knownAddresses(local))
  const others = rules.filter((rule) => !denials.has(rule))
  const byDenials = memo((_: string, met: readonly FoundRule[]) => {
    // An allowing rule before a denial may be for other local addresses.
    const rulesOn = rulesByFlow([...met, ...others])
    return memo((flow: Flow) => allowedFor(flow, rulesOn(flow), 'surely').addresses)
  })
  return (part) => {
    const allowedOn = lazy(() => {
      const met = near(part.addresses).filter((rule) => onPart([rule], part).length > 0)
      return byDenials(met.map((rule) => denials.get(rule)).join(), met)
    })
    return (flow) => allowedOn()(flow)
  }
}
