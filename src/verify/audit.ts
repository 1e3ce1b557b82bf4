import type { Audit, Excess, Flow, Missing } from '../model/audit.ts'
import { type Prefix, type Range, rangeOf } from '../model/prefix.ts'
import { PrefixSet } from '../model/prefix-set.ts'
import type { AddressList, FoundRule, Reading } from '../model/reading.ts'
import type { ConcreteRule, Ruleset } from '../model/ruleset.ts'
import { allowedFor, DIRECTIONS, flowsOf, matches } from './compare.ts'

/** What a device is compared with. */
export interface Expectation {
  /** The policy against the newest document. */
  readonly ruleset: Ruleset
  /** The policy against older documents, oldest first: what a device may still hold from them is stale. */
  readonly older: readonly Ruleset[]
  /** The names that the policy's rules have on such a device. */
  readonly ownNames: readonly string[]
  /** The addresses of a tag that a device resolves itself; undefined for a name that the document lacks. */
  readonly tagPrefixes: (name: string) => PrefixSet | undefined
}

/**
 * How the rules of a device compare with a policy: what is missing, what is left over, what reaches further. Rules
 * that have nothing to do with the policy are normal and are not reported.
 */
export function audit(
  { ruleset, older, ownNames, tagPrefixes }: Expectation,
  { rules: read, lists, notes }: Reading,
): Audit {
  const rules = [...read, ...lists.flatMap(rulesOfList)].map((rule) => resolveTags(rule, tagPrefixes))
  const flows = flowsOf([...ruleset.rules, ...rules].flatMap(({ ports }) => ports)).filter((flow) =>
    ruleset.rules.some((rule) => matches(rule, flow)),
  )
  const past = PrefixSet.union([...older, ruleset].flatMap(({ sets }) => sets.map(({ prefixes }) => prefixes)))
  const ours = new Set(ownNames.map(nameKey))
  const isOurs = (name: string) => ours.has(nameKey(name))
  const related = flows.flatMap((flow) => excessesOf(flow, rules, wantedFor(flow, ruleset), past, isOurs))
  const excesses = related.map((excess) => classify(excess, isOurs(excess.rule), past))
  return {
    ruleset,
    missing: mergeFlows(flows.flatMap((flow) => missingOf(flow, rules, ruleset))),
    stale: mergeFlows(excesses.flatMap(({ stale }) => stale)),
    wider: mergeFlows(excesses.flatMap(({ wider }) => wider)),
    notes,
    // A rule that allows nearly anything allows every snapshot, which says nothing about the device's.
    matches: related.some(({ isWide }) => isWide) ? undefined : matchOf([...older, ruleset], past, rules),
  }
}

/** A list holds no rules: whatever uses it allows its addresses, on the ports that matter. */
function rulesOfList({ part, addresses }: AddressList): FoundRule[] {
  return DIRECTIONS.map((direction) => ({
    name: part,
    place: { part, line: 1 },
    direction,
    action: 'allow',
    protocol: 'any',
    ports: [{ first: 0, last: 65535 }],
    near: 'whole',
    far: { addresses, tags: [] },
  }))
}

function resolveTags(rule: FoundRule, tagPrefixes: Expectation['tagPrefixes']): FoundRule {
  const sets = rule.far.tags.flatMap((tag) => tagPrefixes(tag) ?? [])
  if (sets.length === 0) return rule
  return { ...rule, far: { tags: [], addresses: PrefixSet.union([rule.far.addresses, ...sets]) } }
}

const wantedFor = (flow: Flow, { rules }: Ruleset): PrefixSet =>
  PrefixSet.union(rules.filter((rule) => matches(rule, flow)).map(({ set }) => set.prefixes))

function missingOf(flow: Flow, rules: readonly FoundRule[], ruleset: Ruleset): Missing[] {
  const { addresses: allowed } = allowedFor(flow, rules, 'surely')
  return ruleset.rules
    .filter((rule) => matches(rule, flow))
    .map(({ name, set }: ConcreteRule) => ({ rule: name, flow, addresses: set.prefixes.subtract(allowed) }))
    .filter(({ addresses }) => !addresses.isEmpty)
}

/** An excess, and how it stands to what the policy asks for on its flow. */
interface Related extends Excess {
  /** The rule also reaches something that the policy asks for. */
  readonly isRelated: boolean
  /** And more beside it than of it: it was not written for the policy's tags. */
  readonly isWide: boolean
}

/**
 * What each allow rule lets through on a flow that the policy does not ask for, after the denies before it. Rules that
 * are not the policy's and reach nothing that it asks for or asked for in the past are left out: see `classify`.
 */
function excessesOf(
  flow: Flow,
  rules: readonly FoundRule[],
  wanted: PrefixSet,
  past: PrefixSet,
  isOurs: (name: string) => boolean,
): Related[] {
  const interesting = wanted.union(past)
  const excesses: Related[] = []
  let denied = PrefixSet.empty
  for (const rule of rules.filter((rule) => matches(rule, flow))) {
    if (rule.action === 'deny') {
      if (rule.near === 'whole') denied = denied.union(rule.far.addresses)
      continue
    }
    for (const { name, place, addresses: own } of singleRules(rule, interesting, isOurs)) {
      const reached = own.subtract(denied)
      const addresses = reached.subtract(wanted)
      if (addresses.isEmpty) continue
      const asked = reached.intersect(wanted).count
      excesses.push({
        rule: name,
        place,
        flow,
        addresses,
        isRelated: asked > 0n,
        isWide: asked > 0n && addresses.count > asked,
      })
    }
  }
  return excesses
}

/** A rule, or those of its members, that are the policy's own by name or reach something of interest. */
function singleRules(
  { name, place, far, members }: FoundRule,
  interesting: PrefixSet,
  isOurs: (name: string) => boolean,
) {
  if (!members) {
    const counts = isOurs(name) || far.addresses.overlaps(interesting)
    return counts ? [{ name, place, addresses: far.addresses }] : []
  }
  const { ranges } = far.addresses.intersect(interesting)
  return members
    .filter(({ name, prefix }) => isOurs(name) || touches(prefix, ranges))
    .map(({ name, place, prefix }) => ({ name, place, addresses: PrefixSet.of([prefix]).intersect(far.addresses) }))
}

/** Whether a prefix has an address in any of `ranges`, which are sorted. */
function touches(prefix: Prefix, ranges: readonly Range[]): boolean {
  const { family, first, last } = rangeOf(prefix)
  let [low, high] = [0, ranges.length]
  // The first range that does not end before the prefix begins; IPv4 comes first.
  while (low < high) {
    const middle = (low + high) >> 1
    const range = ranges[middle] as Range
    const isBefore = range.family === family ? range.last < first : range.family === 'ipv4'
    if (isBefore) low = middle + 1
    else high = middle
  }
  const range = ranges[low]
  return range !== undefined && range.family === family && range.first <= last
}

/**
 * Splits an excess: what the policy's own rule holds, or what an older snapshot held, is stale; what else a rule has
 * that reaches the policy's addresses is wider. A rule of someone else about something else is neither.
 */
function classify(
  { isRelated, isWide, ...excess }: Related,
  isOurs: boolean,
  past: PrefixSet,
): { stale: Excess[]; wider: Excess[] } {
  const keep = (addresses: PrefixSet): Excess[] => (addresses.isEmpty ? [] : [{ ...excess, addresses }])
  if (isOurs && !isWide) return { stale: [excess], wider: [] }
  if (isWide && !isOurs) return { stale: [], wider: [excess] }
  const stale = excess.addresses.intersect(past)
  return { stale: keep(stale), wider: isRelated ? keep(excess.addresses.subtract(stale)) : [] }
}

/** One entry for what a rule does alike on neighbouring ports. */
function mergeFlows<Entry extends Missing | Excess>(entries: readonly Entry[]): Entry[] {
  const merged: Entry[] = []
  for (const entry of entries) {
    const index = merged.findIndex((other) => isContinued(other, entry))
    if (index < 0) merged.push(entry)
    else {
      const other = merged[index] as Entry
      merged[index] = {
        ...other,
        flow: { ...other.flow, ports: { first: other.flow.ports.first, last: entry.flow.ports.last } },
      }
    }
  }
  return merged
}

function isContinued(a: Missing | Excess, b: Missing | Excess): boolean {
  const sameRule = a.rule === b.rule && ('place' in a ? a.place : undefined) === ('place' in b ? b.place : undefined)
  const sameFlow = a.flow.direction === b.flow.direction && a.flow.protocol === b.flow.protocol
  return sameRule && sameFlow && a.flow.ports.last + 1 === b.flow.ports.first && a.addresses.equals(b.addresses)
}

const nameKey = (name: string) => name.toLowerCase()

/** The newest ruleset that the device matches in the space that any of them ever held. */
function matchOf(history: readonly Ruleset[], past: PrefixSet, rules: readonly FoundRule[]): Audit['matches'] {
  const newest = history.at(-1) as Ruleset
  const flows = flowsOf(
    [...history.flatMap((ruleset) => ruleset.rules), ...rules].flatMap(({ ports }) => ports),
  ).filter((flow) => newest.rules.some((rule) => matches(rule, flow)))
  const held = flows.map((flow) => ({ flow, addresses: allowedFor(flow, rules, 'surely').addresses.intersect(past) }))
  const match = history.findLast((ruleset) =>
    held.every(({ flow, addresses }) => addresses.equals(wantedFor(flow, ruleset))),
  )
  return match && { document: match, behind: distance(match, newest) }
}

/** Prefixes to add and to remove on the way from one ruleset to the other. */
function distance(older: Ruleset, newer: Ruleset): number {
  const changes = newer.sets.map((set) => {
    const before = older.sets.find(({ name }) => name === set.name)?.prefixes ?? PrefixSet.empty
    return set.prefixes.subtract(before).prefixes.length + before.subtract(set.prefixes).prefixes.length
  })
  return changes.reduce((sum, count) => sum + count, 0)
}
