import type { AddressFamily } from '../address/prefix.ts'
import { everything, inFamiliesOf, PrefixSet } from '../address/prefix-set.ts'
import { groupsOf } from '../model/group-by.ts'
import type { AddressList, FoundRule, Note, Reading } from '../model/reading.ts'
import { type LocalSide, type Ruleset, restrict } from '../model/ruleset.ts'
import { type Flow, hasPorts, shareTraffic } from '../model/traffic.ts'
import { allowedFor, flowFinder, flowsOf } from '../verify/compare.ts'
import { inFamilies, type LocalPart, onPart, rulesNear } from '../verify/local-parts.ts'
import { type RulesByFlow, rulesByFlow } from '../verify/partition.ts'
import { type ExtraTraffic, extraTraffic, ruleKey } from './extra-traffic.ts'
import { auditLists, matchesLists, namedByFile, type SetFile } from './lists.ts'
import { mergeFlows, mergeOutside, mergeRules } from './merge.ts'
import { allowedAnywhere, familyOf, objectFamilies, partsOf, policyOnParts } from './sides.ts'
import type { Audit, FoundExcess, Missing, RuleDifferences, Unresolved } from './values.ts'
import { widerLocal } from './wider-local.ts'

/** The policy that a device is compared with. */
export interface AuditExpectation {
  /** The policy against the newest document. */
  readonly ruleset: Ruleset
  /** The policy compiled against older documents, oldest first; their remaining addresses are stale. */
  readonly older: readonly Ruleset[]
  /** The names of the policy's rules on the device. */
  readonly ownNames: readonly string[]
  /** The addresses of a tag that a device resolves itself; undefined for a name that the document lacks. */
  readonly tagPrefixes: (name: string) => PrefixSet | undefined
  /** True if each object on the device has addresses of one family only. */
  readonly areObjectsApart?: boolean
  /** The only family to compare; both without one. */
  readonly family?: AddressFamily | undefined
  /** The files of a target that has one for each address set. */
  readonly setFiles?: readonly SetFile[]
}

/**
 * Compares the rules of a device with a policy: missing, stale and wider rules, by addresses or
 * by traffic. Rules without any of the policy's addresses are normal; they are outside.
 */
export function audit(expectation: AuditExpectation, found: Reading): Audit {
  const { ownNames, tagPrefixes, family, areObjectsApart = false, setFiles = [] } = expectation
  const reading = namedByFile(found, setFiles)
  const ruleset = restrict(expectation.ruleset, family)
  const older = expectation.older.map((one) => restrict(one, family))
  const families = objectFamilies(ruleset, areObjectsApart)
  const rules = reading.rules
    .filter(isComparedWith(ruleset))
    .map((rule) => ofFamily(ofFamily(resolveTags(rule, tagPrefixes), family), familyOf(rule.local, families)))
    .filter((rule) => !isEmpty(rule))
  const lists = reading.lists.map((list) => listOf(list, tagPrefixes, family))
  const past = PrefixSet.union([...older, ruleset].flatMap(({ sets }) => sets.map(({ prefixes }) => prefixes)))
  const ours = new Set(ownNames.map(nameKey))
  const isOurs = (name: string) => ours.has(nameKey(name))
  const history = [...older, ruleset]
  const onParts = history.map((one) => policyOnParts(one, areObjectsApart))
  const near = rulesNear(rules)
  const flowsIn = flowFinder(flowsOf(history.flatMap(({ rules }) => rules.flatMap(({ ports }) => ports))))
  const anywhereOn = allowedAnywhere(ruleset, areObjectsApart)
  const parts = partsOf(ruleset, areObjectsApart, rules).map((part): AuditedPart => {
    const on = onParts.map((rulesOn) => rulesOn(part))
    const byFlow = on.map(rulesByFlow)
    const found = onPart(near(part), part)
    const flows = comparedFlows(flowsOf([...on.flat(), ...found].flatMap(({ ports }) => ports)), byFlow, found)
    const subject = PrefixSet.union((on.at(-1) ?? []).map(({ remote }) => remote.addresses))
    const anywhere = anywhereOn(part)
    const extra = extraTraffic(found, { flowsIn, anywhere, past, isOurs, history: byFlow, subject })
    return { part, flows, missing: missingIn(flows), ...extra }
  })
  const more = combine(parts, widerLocal(rules, ruleset, areObjectsApart), ruleset)
  // A configuration without lists is compared by rules, even if there are none.
  const isOfLists = lists.length > 0
  const isOfRules = rules.length > 0 || !isOfLists
  const ofLists = isOfLists ? auditLists(ruleset, older, lists) : NOTHING
  const notes = reading.notes.filter((note) => concerns(note, ruleset, tagPrefixes))
  return {
    ruleset,
    family,
    forms: [...(isOfRules ? (['rules'] as const) : []), ...(isOfLists ? (['lists'] as const) : [])],
    missing: [...(isOfRules ? more.missing : []), ...ofLists.missing],
    stale: [...more.stale, ...ofLists.stale],
    wider: [...more.wider, ...ofLists.wider],
    opened: more.opened,
    outside: more.outside,
    unresolved: unresolvedOf(reading, tagPrefixes),
    notes: notes.filter(({ isHarmless }) => !isHarmless),
    harmless: notes.filter(({ isHarmless }) => isHarmless),
    // A rule that allows nearly anything matches every snapshot, so it proves nothing.
    matches: parts.some(({ hasWide }) => hasWide)
      ? undefined
      : isOfRules
        ? matchOfRules(history, past, parts)
        : newestMatch(history, (ruleset) => matchesLists(ruleset, past, lists)),
  }
}

/** One part of the local side, compared. */
interface AuditedPart extends ExtraTraffic {
  readonly part: LocalPart
  readonly flows: readonly ComparedFlow[]
  readonly missing: readonly Missing[]
}

/** The findings of all parts of the local side as one, with what rules allow from other local addresses. */
function combine(parts: readonly AuditedPart[], widerLocal: readonly FoundExcess[], ruleset: Ruleset): RuleDifferences {
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
function combineMissing(parts: readonly AuditedPart[], { rules }: Ruleset): Missing[] {
  // Of rules with the same name, the first counts.
  const locals = new Map([...rules].reverse().map(({ name, local }) => [name, local]))
  const isObject = (local: LocalSide | undefined) => local !== undefined && 'object' in local
  const all = parts.flatMap(({ part, missing }) => missing.map((entry) => ({ ...entry, part })))
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

/** Rules that allow protocols without ports count only if the policy has such rules: nearly every device lets ping through. */
function isComparedWith({ rules }: Ruleset): (rule: FoundRule) => boolean {
  const isWide = rules.some(({ protocol }) => !hasPorts(protocol))
  return ({ action, protocol }) => isWide || action === 'deny' || protocol === 'any' || hasPorts(protocol)
}

const NOTHING: ReturnType<typeof auditLists> = { missing: [], stale: [], wider: [] }

/** True if a note may concern the policy's traffic. A tag that the document lacks may have any address. */
function concerns({ about }: Note, { rules }: Ruleset, tagPrefixes: AuditExpectation['tagPrefixes']): boolean {
  if (about === undefined) return true
  return about.some((traffic) => {
    const { addresses, tags } = traffic.remote
    const sets = [addresses, ...tags.map((tag) => tagPrefixes(tag) ?? everything())]
    return rules.some((rule) => shareTraffic(rule, traffic) && sets.some((set) => set.overlaps(rule.set.prefixes)))
  })
}

function resolveTags(rule: FoundRule, tagPrefixes: AuditExpectation['tagPrefixes']): FoundRule {
  if (rule.remote.tags.length === 0) return rule
  const sets = rule.remote.tags.flatMap((tag) => tagPrefixes(tag) ?? [])
  return { ...rule, remote: { tags: [], addresses: PrefixSet.union([rule.remote.addresses, ...sets]) } }
}

/** A list as addresses, with those of its tags. */
function listOf(
  { addresses, tags = [], ...list }: AddressList,
  tagPrefixes: AuditExpectation['tagPrefixes'],
  family: AddressFamily | undefined,
): AddressList {
  const all = PrefixSet.union([addresses, ...tags.flatMap((tag) => tagPrefixes(tag) ?? [])])
  return { ...list, addresses: family ? all.family(family) : all }
}

function ofFamily(rule: FoundRule, family: AddressFamily | undefined): FoundRule {
  if (family === undefined) return rule
  return { ...rule, remote: { ...rule.remote, addresses: rule.remote.addresses.family(family) } }
}

const isEmpty = ({ remote }: FoundRule) => remote.addresses.isEmpty

/** The tags that the document lacks. One entry per rule, however many ports, protocols and directions it was read as. */
function unresolvedOf({ rules, lists }: Reading, tagPrefixes: AuditExpectation['tagPrefixes']): Unresolved[] {
  const all = [
    ...rules.map(({ name: rule, place, direction, action, remote: { tags } }) => {
      return { rule, place, direction, action, tags }
    }),
    ...lists.map(({ part, name: rule = part, tags = [] }): Unresolved => {
      return { rule, place: { part, line: 1 }, direction: 'outbound', action: 'allow', tags }
    }),
  ]
  const unresolved = all
    .map((one) => ({ ...one, tags: one.tags.filter((tag) => tagPrefixes(tag) === undefined) }))
    .filter(({ tags }) => tags.length > 0)
  const keyOf = ({ rule, place, direction, tags }: Unresolved) => JSON.stringify([rule, place, direction, tags])
  return [...new Map(unresolved.map((one) => [keyOf(one), one])).values()]
}

/** The flow of a policy in one part of the local side: what the device allows there, and what the policy does. */
interface ComparedFlow {
  readonly flow: Flow
  /** The remote addresses that the device allows. */
  readonly held: PrefixSet
  /** The newest rules of the policy that match. */
  readonly own: readonly FoundRule[]
  /** The remote addresses that the policy allows on a document, by its index in the history. */
  readonly allowedOn: (index: number) => PrefixSet
}

/** Those of the flows that rules of a policy match; `history` finds the rules of each document. */
function comparedFlows(
  flows: readonly Flow[],
  history: readonly RulesByFlow[],
  rules: readonly FoundRule[],
): ComparedFlow[] {
  const rulesOn = rulesByFlow(rules)
  return flows.flatMap((flow): ComparedFlow[] => {
    const own = history.map((on) => on(flow))
    if (own.every((some) => some.length === 0)) return []
    return [
      {
        flow,
        held: allowedFor(flow, rulesOn(flow), 'surely').addresses,
        own: own.at(-1) ?? [],
        allowedOn: (index) => allowedFor(flow, own[index] ?? [], 'surely').addresses,
      },
    ]
  })
}

function missingIn(flows: readonly ComparedFlow[]): Missing[] {
  return mergeFlows(
    flows.flatMap(({ flow, held, own }) => {
      let denied = PrefixSet.empty
      return own.flatMap(({ name, action, remote }): Missing[] => {
        if (action === 'deny') denied = denied.union(remote.addresses)
        const addresses = remote.addresses.subtract(held).subtract(denied)
        return addresses.isEmpty ? [] : [{ rule: name, flow, addresses }]
      })
    }),
  )
}

const nameKey = (name: string) => name.toLowerCase()

/** The newest ruleset that the device matches exactly, within all addresses of the rulesets. */
function matchOfRules(history: readonly Ruleset[], past: PrefixSet, parts: readonly AuditedPart[]): Audit['matches'] {
  const held = parts.flatMap(({ part, flows }) => {
    const known = inFamilies(past, part)
    return flows.map((one) => ({ ...one, held: one.held.intersect(known) }))
  })
  return newestMatch(history, (ruleset) => {
    const index = history.indexOf(ruleset)
    return held.every(({ held, allowedOn }) => held.equals(allowedOn(index)))
  })
}

function newestMatch(history: readonly Ruleset[], isMatch: (ruleset: Ruleset) => boolean): Audit['matches'] {
  const match = history.findLast(isMatch)
  return match && { document: match, behind: distance(match, history.at(-1) as Ruleset) }
}

/** The number of prefixes to add and remove from one ruleset to the other. */
function distance(older: Ruleset, newer: Ruleset): number {
  const byName = ({ sets }: Ruleset) => new Map(sets.map(({ name, prefixes }) => [name, prefixes]))
  const [old, young] = [byName(older), byName(newer)]
  const changes = [...new Set([...old.keys(), ...young.keys()])].map((name) => {
    // A set without addresses of the family is in neither.
    const [before, after] = [old.get(name) ?? PrefixSet.empty, young.get(name) ?? PrefixSet.empty]
    return after.subtract(before).prefixes.length + before.subtract(after).prefixes.length
  })
  return changes.reduce((sum, count) => sum + count, 0)
}
