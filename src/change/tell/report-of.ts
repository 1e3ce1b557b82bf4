import type { Prefix } from '../../address/prefix.ts'
import { PrefixSet } from '../../address/prefix-set.ts'
import type { PolicySide } from '../../compile/policy-side.ts'
import { pricesOf } from '../../compile/widen/widen-target.ts'
import { acceptedFor, deltaFor, type History, type KnownDocument } from '../../document/history.ts'
import { holdersOf } from '../../document/holders.ts'
import type { Finding } from '../../finding/finding.ts'
import type { Change } from '../../model/change.ts'
import { type Delta, labelOf } from '../../model/delta.ts'
import type { Rule } from '../../model/policy.ts'
import type { ConcreteRule, Ruleset } from '../../model/ruleset.ts'
import { scopeText } from '../../model/site.ts'
import { formatPorts } from '../../model/traffic.ts'
import { weeksAfter } from '../../text/dates.ts'
import { byCodeUnit } from '../../text/numbers.ts'
import {
  bySite,
  changesBySite,
  deviceChange,
  heldDelta,
  heldRules,
  otherAddresses,
  otherLocals,
  type ReportedTarget,
  widenedBySite,
  wideningChange,
} from './device-changes.ts'
import {
  arrivalsOf,
  heldPrefixes,
  historyOf,
  type ReportSide,
  regionsIn,
  type Sides,
  stagesOf,
  type Tags,
} from './report-history.ts'
import type { ChangedPrefix, Report, RuleChange, RunFacts, TagChange } from './report-values.ts'
import { notableUses } from './tables-text.ts'

/** A change with everything that a report says of it. */
export interface ReportPlan extends RunFacts {
  readonly history: History
  readonly targets: readonly ReportedTarget[]
  /** The older document, if all targets have the same. */
  readonly before: KnownDocument | undefined
  readonly after: PolicySide
}

/** The report of a change. It has only dates of documents, so it is the same on every day. */
export function reportOf({ history, targets, standing, ...plan }: ReportPlan): Report {
  const { policy } = history
  const { document } = plan.after.known
  const made = targets.map((target) => target.made)
  const then = targets.flatMap(({ before: { rules, job } }) => (rules ? [{ ruleset: rules.ruleset, job }] : []))
  const after = sideOf(plan.after.known, heldRules(plan.after.ruleset, made))
  const older = plan.before?.document
  const before =
    plan.before &&
    sideOf(plan.before, { ...heldRules(plan.after.ruleset, then), published: plan.before.document.published })
  const sides = { before, after }
  const changes = before
    ? heldDelta(deltaFor(policy, before.document, document), before.ruleset, after.ruleset).tags
    : []
  const stages = stagesOf(sides, history)
  const onTheWay = older ? stages.slice(stages.indexOf(older) + 1) : [document]
  const rules = ruleChanges(sides, plan.change, policy.rules, targets)
  const known = [...plan.findings, ...plan.after.findings].filter((finding) => !standing.includes(finding))
  const findings = [...new Map(known.map((finding) => [keyOf(finding), finding])).values()]
  return {
    policy: after.ruleset.policy,
    before: older && labelOf(older),
    after: labelOf(document),
    source: document.source,
    sha256: document.sha256,
    change: plan.change,
    findings,
    standing,
    checked: plan.checked,
    quiet: plan.quiet,
    rules,
    tags: changes.map((change) => tagChange(change, rules, sides)),
    known: { before: before?.everyTag !== undefined, after: after.everyTag !== undefined },
    weeks: older ? weeksAfter(older.published, document.published) : [],
    between: older ? onTheWay.slice(0, -1).map(({ published }) => published) : [],
    // A rollback has no newly published addresses, nor has another cloud.
    arrivals:
      older?.cloud === document.cloud && older.published <= document.published
        ? arrivalsOf(changes, [older, ...onTheWay], plan.quiet)
        : [],
    targets: changesBySite(targets.map(deviceChange)),
    widened: widenedBySite(targets.flatMap(wideningChange)),
    prices: widenedBySite(
      made.flatMap(({ target, ruleset }) => pricesOf(target.name, ruleset, plan.after.known.everything)),
    ),
    capacity: bySite(notableUses(plan.capacity, findings, document.published)),
    accepted: onTheWay.flatMap((document) => {
      const guards = acceptedFor(document, history)
      return guards.length > 0 ? [{ published: document.published, guards }] : []
    }),
    history: historyOf(rules, stages),
    prefixes: tagsOf(rules).flatMap((tag) => heldPrefixes(tag, stages, sides)),
  }
}

const sideOf = ({ document, everyTag }: KnownDocument, ruleset: Ruleset): ReportSide => ({
  document,
  ruleset,
  everyTag: everyTag?.(),
})

/** Handles sets and bigints in findings, which JSON cannot represent. */
const keyOf = (finding: Finding) =>
  JSON.stringify(finding, (_, value) => (typeof value === 'bigint' ? String(value) : value))

function ruleChanges(
  sides: Sides,
  change: Change,
  rules: readonly Rule[],
  targets: readonly ReportedTarget[],
): RuleChange[] {
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
  { before, after }: Sides,
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
