import { type AddressFamily, FAMILIES, type Prefix } from '../../address/prefix.ts'
import { PrefixSet } from '../../address/prefix-set.ts'
import { holdersOf, type TagSet, wholeIn } from '../../document/holders.ts'
import type { Delta, DocumentLabel } from '../../model/delta.ts'
import type { GuardName } from '../../model/guard.ts'
import type { Rule } from '../../model/policy.ts'
import type { TargetPrice } from '../../model/result.ts'
import type { ConcreteRule, Ruleset } from '../../model/ruleset.ts'
import type { ServiceTag, TagDocument } from '../../model/service-tag.ts'
import { scopeText } from '../../model/site.ts'
import { formatPorts } from '../../model/traffic.ts'
import { addDays, mondayOf, weeksAfter } from '../../text/dates.ts'
import { byCodeUnit } from '../../text/numbers.ts'
import {
  bySite,
  changesBySite,
  deviceChange,
  heldOf,
  otherAddresses,
  otherLocals,
  type ReportedTarget,
  widenedBySite,
  wideningChange,
} from './device-changes.ts'
import {
  type Arrival,
  type ChangedPrefix,
  type HeldPrefix,
  type HistoryPoint,
  MOST_DOCUMENTS,
  type Report,
  type RuleChange,
  type RuleHistory,
  type RunFacts,
  type TagChange,
} from './report-values.ts'
import { notableUses } from './tables-text.ts'

/** One of the two documents, and the policy compiled against it. */
export interface ReportSide {
  readonly document: TagDocument
  /** The rules that compile. */
  readonly ruleset: Ruleset
  readonly everyTag: Tags
}

/** All published tags; undefined for a snapshot, which keeps only the tags in use. */
type Tags = readonly TagSet[] | undefined

export interface ReportInput extends RunFacts {
  readonly targets: readonly ReportedTarget[]
  readonly prices: readonly TargetPrice[]
  readonly before: ReportSide | undefined
  readonly after: ReportSide
  /** The guards of the policy that a person accepted for a document. */
  readonly acceptedOf: (document: TagDocument) => readonly GuardName[]
  /** The rules of the policy, for what people wrote about them. */
  readonly rules: readonly Rule[]
  /** Undefined if `before` is. */
  readonly delta: Delta | undefined
  /** The snapshots that are older than the newer document, oldest first. */
  readonly snapshots: readonly TagDocument[]
}

/** The report of a change. It has only dates of documents, so it is the same on every day. */
export function reportOf(input: ReportInput): Report {
  const { before, after, delta, change, findings, standing, checked, quiet } = input
  const changes = delta?.tags ?? []
  const stages = stagesOf(input)
  const onTheWay = before ? stages.slice(stages.indexOf(before.document) + 1) : [after.document]
  const rules = ruleChanges(input)
  return {
    policy: after.ruleset.policy,
    before: before && labelOf(before.document),
    after: labelOf(after.document),
    source: after.document.source,
    sha256: after.document.sha256,
    change,
    findings,
    standing,
    checked,
    quiet,
    rules,
    tags: changes.map((change) => tagChange(change, rules, input)),
    known: { before: before?.everyTag !== undefined, after: after.everyTag !== undefined },
    weeks: before ? weeksAfter(before.document.published, after.document.published) : [],
    between: before ? onTheWay.slice(0, -1).map(({ published }) => published) : [],
    // A rollback has no newly published addresses, nor has another cloud.
    arrivals:
      before?.document.cloud === after.document.cloud && before.document.published <= after.document.published
        ? arrivalsOf(changes, [before.document, ...onTheWay], input.quiet)
        : [],
    targets: changesBySite(input.targets.map(deviceChange)),
    widened: widenedBySite(input.targets.flatMap(wideningChange)),
    prices: widenedBySite(input.prices),
    capacity: bySite(notableUses(input.capacity, findings, after.document.published)),
    accepted: onTheWay.flatMap((document) => {
      const guards = input.acceptedOf(document)
      return guards.length > 0 ? [{ published: document.published, guards }] : []
    }),
    history: historyOf(rules, stages),
    prefixes: tagsOf(rules).flatMap((tag) => heldPrefixes(tag, stages, input)),
  }
}

const labelOf = ({ cloud, published, changeNumber }: TagDocument): DocumentLabel => ({ cloud, published, changeNumber })

/** All known documents, oldest first, up to the newer one of the two. */
function stagesOf({ before, after, snapshots }: ReportInput): TagDocument[] {
  const old = before?.document
  // The older document replaces the snapshot of its date, which may differ.
  const others = snapshots.filter(
    ({ published }) => published < after.document.published && published !== old?.published,
  )
  const isOlder = old !== undefined && old.published < after.document.published
  const past = [...others, ...(isOlder ? [old] : [])].sort((a, b) => byCodeUnit(a.published, b.published))
  // A newer snapshot here was replaced, or the change is a rollback.
  return [...past, ...(old && !isOlder ? [old] : []), after.document]
}

function ruleChanges({ change, rules, targets, ...sides }: ReportInput): RuleChange[] {
  const [before, after] = [sides.before?.ruleset, sides.after.ruleset]
  const deciders = new Set(change.targets.flatMap(({ pieces }) => pieces.flatMap(({ from, to }) => [from, to])))
  const lists = new Set(change.targets.flatMap(({ pieces }) => pieces.map(({ list }) => list)))
  const [locals, addresses] = [otherLocals, otherAddresses].map((of) => new Set(targets.flatMap(of)))
  const [old, young] = [before, after].map((ruleset) => new Map(ruleset?.sets.map((set) => [set.name, set]) ?? []))
  return [...new Set([...(young?.keys() ?? []), ...(old?.keys() ?? [])])].map((name): RuleChange => {
    const [was, is] = [old?.get(name), young?.get(name)]
    const policyRule = rules.find((rule) => rule.name === name)
    const [lost, gained] = [was?.prefixes ?? PrefixSet.empty, is?.prefixes ?? PrefixSet.empty]
    const own = (ruleset: Ruleset | undefined) => ruleset?.rules.filter(({ set }) => set.name === name) ?? []
    const concrete = own(is ? after : before)
    const isDecider = [...own(before), ...own(after)].some((rule) => deciders.has(rule.name))
    return {
      name,
      flows: concrete.map(ruleFlowText),
      flowsBefore: own(before).map(ruleFlowText),
      hasOtherLocal: locals?.has(name) === true,
      isAffected: addresses?.has(name) === true || isDecider,
      isTold: isDecider || lists.has(name),
      isDeny: concrete.some(({ action }) => action === 'deny'),
      tags: [...new Set([...(is?.tags ?? []), ...(was?.tags ?? [])])].sort(byCodeUnit),
      before: was?.prefixes,
      after: is?.prefixes,
      gained: gained.subtract(lost),
      lost: lost.subtract(gained),
      own: (is ?? was)?.own,
      except: policyRule?.except,
      notes: policyRule?.notes,
    }
  })
}

const ruleFlowText = ({ direction, action, protocol, ports, ...scope }: ConcreteRule) =>
  [
    ...[direction, action === 'deny' ? 'deny' : '', protocol, ports.map(formatPorts).join(',')],
    scopeText(scope) && `only on ${scopeText(scope, MOST_TARGETS)}`,
  ]
    .filter(Boolean)
    .join(' ')

const MOST_TARGETS = 3

const tagsOf = (rules: readonly RuleChange[]) => [...new Set(rules.flatMap(({ tags }) => tags))].sort(byCodeUnit)

function tagChange(
  { tag, kind, added, removed }: Delta['tags'][number],
  rules: readonly RuleChange[],
  { before, after }: ReportInput,
): TagChange {
  return {
    tag,
    kind,
    rules: rules.filter(({ tags }) => tags.includes(tag)).map(({ name }) => name),
    added: changedPrefixes(tag, added.prefixes, after.everyTag, after.everyTag),
    // The older document knows its region; the newer one, who still holds it.
    removed: changedPrefixes(tag, removed.prefixes, before?.everyTag ?? after.everyTag, after.everyTag),
  }
}

function changedPrefixes(tag: string, prefixes: readonly Prefix[], placing: Tags, holding: Tags): ChangedPrefix[] {
  if (prefixes.length === 0) return []
  const places = placing && holdersOf(prefixes, placing)
  const holders = placing === holding ? places : holding && holdersOf(prefixes, holding)
  const isOther = (name: string) => name !== tag && !name.startsWith(`${tag}.`)
  return prefixes.map((prefix, index) => ({
    prefix,
    regions: places?.[index] && regionsIn(places[index]),
    holders: holders?.[index]?.filter((holder) => holder.region === '' && isOther(holder.tag)),
  }))
}

const regionsIn = (holders: readonly { readonly region: string }[]) =>
  [...new Set(holders.map(({ region }) => region).filter(Boolean))].sort(byCodeUnit)

/** Additions, grouped by the first document that has them; `stages` begins with the older document. */
function arrivalsOf(changes: Delta['tags'], stages: readonly TagDocument[], quiet: string | undefined): Arrival[] {
  const counts = stages.map(() => 0)
  for (const { tag, added } of changes) {
    for (const index of firstStages(tag, added.prefixes, stages)) counts[index] = (counts[index] ?? 0) + 1
  }
  return stages.flatMap(({ published }, index): Arrival[] => {
    const count = counts[index] ?? 0
    const stored = stages[index - 1]?.published
    if (count === 0 || stored === undefined) return []
    // Up to a document that a check found to change nothing, nothing was added.
    const since = quiet !== undefined && quiet > stored && quiet < published ? quiet : stored
    const [earliest] = [addDays(mondayOf(since), 7), mondayOf(published)].sort(byCodeUnit) as [string, string]
    return [{ count, published, earliest }]
  })
}

/** For each prefix of the last stage, the first stage since which every stage holds all of it. */
function firstStages(tag: string, prefixes: readonly Prefix[], stages: readonly TagDocument[]): number[] {
  const first = prefixes.map(() => stages.length - 1)
  const isOpen = prefixes.map(() => true)
  for (let index = stages.length - 2; index >= 0; index--) {
    const held = stages[index]?.tags.get(tag)?.prefixes ?? PrefixSet.empty
    wholeIn(prefixes, held).forEach((isHeld, position) => {
      isOpen[position] = isOpen[position] === true && isHeld
      if (isOpen[position]) first[position] = index
    })
  }
  return first
}

function historyOf(rules: readonly RuleChange[], stages: readonly TagDocument[]): RuleHistory[] {
  const steps = stages.slice(1).map((document, index) => ({ document, before: stages[index] as TagDocument }))
  const recent = steps.slice(-MOST_DOCUMENTS)
  if (recent.length === 0) return []
  return rules
    .filter(({ tags }) => tags.length > 0)
    .map(({ name: rule, tags, before, after }) => ({
      rule,
      tags,
      families: FAMILIES.filter((family) => [before, after].some((set) => set && !set.family(family).isEmpty)),
      points: recent.map(({ document, before }): HistoryPoint => {
        const [was, is] = [before, document].map((one) => unionOf(tags, one))
        if (!was || !is) return { published: document.published, changes: undefined }
        const [gained, lost] = [is.subtract(was), was.subtract(is)]
        const changeOf = (family: AddressFamily) => ({
          gained: gained.family(family).count,
          lost: lost.family(family).count,
        })
        return { published: document.published, changes: { ipv4: changeOf('ipv4'), ipv6: changeOf('ipv6') } }
      }),
    }))
}

/** The addresses of some tags; undefined if the document is known without one of them. */
function unionOf(names: readonly string[], { tags }: TagDocument): PrefixSet | undefined {
  const sets = names.map((name) => tags.get(name)?.prefixes)
  return sets.every((set) => set !== undefined) ? PrefixSet.union(sets) : undefined
}

function heldPrefixes(tag: string, stages: readonly TagDocument[], { before, after }: ReportInput): HeldPrefix[] {
  const now = after.document.tags.get(tag)
  const then = before?.document.tags.get(tag)
  const of = (one: ServiceTag | undefined, side: ReportSide | undefined) =>
    one && side ? heldOf(one.prefixes, tag, side.ruleset) : PrefixSet.empty
  const [is, was] = [of(now, after), of(then, before)]
  // Held prefixes are traced back from the newer document, lost ones from the older one.
  const placed = (prefixes: readonly Prefix[], known: readonly TagDocument[], everyTag: Tags, region = '') => {
    const holders = everyTag && holdersOf(prefixes, everyTag)
    const first = firstStages(tag, prefixes, known)
    return prefixes.map((prefix, index) => ({
      tag,
      prefix,
      regions: holders?.[index] ? regionsIn(holders[index]) : region ? [region] : undefined,
      since: known[first[index] as number]?.published as string,
      isOldest: first[index] === 0,
    }))
  }
  const held = placed(is.prefixes, stages, after.everyTag, now?.region)
  const gained = before ? is.subtract(was) : PrefixSet.empty
  const isNew = wholeOrPart(is.prefixes, gained)
  const past = before ? stages.slice(0, stages.indexOf(before.document) + 1) : []
  const gone = placed(was.subtract(is).prefixes, past, before?.everyTag ?? after.everyTag, then?.region)
  return [
    ...held.map((prefix, index): HeldPrefix => ({ ...prefix, state: isNew[index] ? 'gained' : 'held' })),
    ...gone.map((prefix): HeldPrefix => ({ ...prefix, state: 'lost' })),
  ]
}

/** Which of `prefixes` have addresses in `set`. */
const wholeOrPart = (prefixes: readonly Prefix[], set: PrefixSet) =>
  set.isEmpty
    ? prefixes.map(() => false)
    : wholeIn(prefixes, PrefixSet.of(prefixes).subtract(set)).map((isOutside) => !isOutside)
