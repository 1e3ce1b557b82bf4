import type { AddressFamily } from '../../model/address/prefix.ts'
import { PrefixSet } from '../../model/address/prefix-set.ts'
import type { Audit, Missing, Unresolved } from '../../model/audit.ts'
import type { AddressList, FoundRule, Note, Reading, Traffic } from '../../model/reading.ts'
import { type ConcreteRule, type Ruleset, restrict } from '../../model/ruleset.ts'
import { allowedFor, flowsOf, matches } from '../compare.ts'
import { beyond } from './beyond.ts'
import { auditLists } from './lists.ts'
import { mergeFlows } from './merge-flows.ts'

/** What a device is compared with. */
export interface AuditExpectation {
  /** The policy against the newest document. */
  readonly ruleset: Ruleset
  /** The policy compiled against older documents, oldest first; their remaining addresses are stale. */
  readonly older: readonly Ruleset[]
  /** The names of the policy's rules on the device. */
  readonly ownNames: readonly string[]
  /** The addresses of a tag that a device resolves itself; undefined for a name that the document lacks. */
  readonly tagPrefixes: (name: string) => PrefixSet | undefined
  /** The only family to compare; both without one. */
  readonly family?: AddressFamily | undefined
}

/**
 * How the rules of a device compare with a policy: what is missing, what is left over, what goes further, in addresses or
 * in traffic. Rules without any of the policy's addresses are normal; they are outside.
 */
export function audit(expectation: AuditExpectation, reading: Reading): Audit {
  const { ownNames, tagPrefixes, family } = expectation
  const ruleset = restrict(expectation.ruleset, family)
  const older = expectation.older.map((one) => restrict(one, family))
  const rules = reading.rules
    .map((rule) => ofFamily(resolveTags(rule, tagPrefixes), family))
    .filter((rule) => !isEmpty(rule))
  const lists = reading.lists.map((list) => (family ? { ...list, addresses: list.addresses.family(family) } : list))
  const past = PrefixSet.union([...older, ruleset].flatMap(({ sets }) => sets.map(({ prefixes }) => prefixes)))
  const ours = new Set(ownNames.map(nameKey))
  const more = beyond(rules, { ruleset, older, past, isOurs: (name) => ours.has(nameKey(name)) })
  // Without any list, the audit is about rules, even if there are none.
  const isOfLists = lists.length > 0
  const isOfRules = rules.length > 0 || !isOfLists
  const ofLists = isOfLists ? auditLists(ruleset, past, lists) : NOTHING
  const notes = reading.notes.filter((note) => concerns(note, ruleset, tagPrefixes))
  const history = [...older, ruleset]
  return {
    ...{ ruleset, family },
    forms: [...(isOfRules ? (['rules'] as const) : []), ...(isOfLists ? (['lists'] as const) : [])],
    missing: [...(isOfRules ? missingOf(rules, ruleset) : []), ...ofLists.missing],
    stale: [...more.stale, ...ofLists.stale],
    wider: [...more.wider, ...ofLists.wider],
    ...{ opened: more.opened, outside: more.outside },
    unresolved: unresolvedOf(reading.rules, tagPrefixes),
    notes: notes.filter(({ isHarmless }) => !isHarmless),
    harmless: notes.filter(({ isHarmless }) => isHarmless),
    // A rule that allows nearly anything matches every snapshot, so it proves nothing.
    matches: more.hasWide
      ? undefined
      : isOfRules
        ? matchOfRules(history, past, rules)
        : matchOfLists(history, past, lists),
  }
}

const NOTHING: ReturnType<typeof auditLists> = { missing: [], stale: [], wider: [] }

/** Whether a note may concern the policy's traffic. */
function concerns({ about }: Note, { rules }: Ruleset, tagPrefixes: AuditExpectation['tagPrefixes']): boolean {
  if (about === undefined) return true
  return about
    .map((traffic) => resolveTags(traffic, tagPrefixes))
    .some(({ direction, protocol, ports, remote }) =>
      rules.some(
        (rule) =>
          rule.direction === direction &&
          (protocol === 'any' || protocol === rule.protocol) &&
          ports.some(({ first, last }) => rule.ports.some((own) => first <= own.last && own.first <= last)) &&
          remote.addresses.overlaps(rule.set.prefixes),
      ),
    )
}

function resolveTags<Rule extends Traffic>(rule: Rule, tagPrefixes: AuditExpectation['tagPrefixes']): Rule {
  if (rule.remote.tags.length === 0) return rule
  const sets = rule.remote.tags.flatMap((tag) => tagPrefixes(tag) ?? [])
  return { ...rule, remote: { tags: [], addresses: PrefixSet.union([rule.remote.addresses, ...sets]) } }
}

function ofFamily(rule: FoundRule, family: AddressFamily | undefined): FoundRule {
  if (family === undefined) return rule
  const { members, ...rest } = rule
  const remote = { ...rule.remote, addresses: rule.remote.addresses.family(family) }
  return members
    ? { ...rest, remote, members: members.filter(({ prefix }) => prefix.family === family) }
    : { ...rest, remote }
}

const isEmpty = ({ remote }: FoundRule) => remote.addresses.isEmpty

/** One entry per rule, however many ports, protocols and directions it was read as. */
function unresolvedOf(rules: readonly FoundRule[], tagPrefixes: AuditExpectation['tagPrefixes']): Unresolved[] {
  const found = new Map<string, Unresolved>()
  for (const { name: rule, place, direction, action, remote } of rules) {
    const tags = remote.tags.filter((tag) => tagPrefixes(tag) === undefined)
    if (tags.length === 0) continue
    const key = JSON.stringify([rule, place, direction, tags])
    found.set(key, { rule, place, direction, action, tags })
  }
  return [...found.values()]
}

function missingOf(rules: readonly FoundRule[], ruleset: Ruleset): Missing[] {
  const flows = policyFlows(ruleset, rules)
  return mergeFlows(
    flows.flatMap((flow) => {
      const { addresses: allowed } = allowedFor(flow, rules, 'surely')
      return ruleset.rules
        .filter((rule) => matches(rule, flow))
        .map(({ name, set }: ConcreteRule) => ({ rule: name, flow, addresses: set.prefixes.subtract(allowed) }))
        .filter(({ addresses }) => !addresses.isEmpty)
    }),
  )
}

/** The traffic of a policy in flows, split at the ports of all rules. */
function policyFlows(ruleset: Ruleset, rules: readonly Pick<FoundRule, 'ports'>[]) {
  return flowsOf([...ruleset.rules, ...rules].flatMap(({ ports }) => ports)).filter((flow) =>
    ruleset.rules.some((rule) => matches(rule, flow)),
  )
}

const nameKey = (name: string) => name.toLowerCase()

/** The newest ruleset that the device matches exactly, within all addresses of the rulesets. */
function matchOfRules(history: readonly Ruleset[], past: PrefixSet, rules: readonly FoundRule[]): Audit['matches'] {
  const newest = history.at(-1) as Ruleset
  const held = policyFlows(newest, [...history.flatMap((ruleset) => ruleset.rules), ...rules]).map((flow) => {
    return { flow, addresses: allowedFor(flow, rules, 'surely').addresses.intersect(past) }
  })
  return newestMatch(history, (ruleset) =>
    held.every(({ flow, addresses }) => {
      const wanted = ruleset.rules.filter((rule) => matches(rule, flow)).map(({ set }) => set.prefixes)
      return addresses.equals(PrefixSet.union(wanted))
    }),
  )
}

function matchOfLists(history: readonly Ruleset[], past: PrefixSet, lists: readonly AddressList[]): Audit['matches'] {
  const held = PrefixSet.union(lists.map(({ addresses }) => addresses)).intersect(past)
  return newestMatch(history, ({ sets }) => held.equals(PrefixSet.union(sets.map(({ prefixes }) => prefixes))))
}

function newestMatch(history: readonly Ruleset[], isMatch: (ruleset: Ruleset) => boolean): Audit['matches'] {
  const match = history.findLast(isMatch)
  return match && { document: match, behind: distance(match, history.at(-1) as Ruleset) }
}

/** The number of prefixes to add and remove from one ruleset to the other. */
function distance(older: Ruleset, newer: Ruleset): number {
  const changes = newer.sets.map((set) => {
    const before = older.sets.find(({ name }) => name === set.name)?.prefixes ?? PrefixSet.empty
    return set.prefixes.subtract(before).prefixes.length + before.subtract(set.prefixes).prefixes.length
  })
  return changes.reduce((sum, count) => sum + count, 0)
}
