import type { PolicySide } from '../../compile/policy-side.ts'
import { pricesOf } from '../../compile/widen/widen-target.ts'
import { wideningDiff } from '../../compile/widen/widened-targets.ts'
import { acceptedFor, deltaFor, type History, type KnownDocument, knowsAll } from '../../document/history.ts'
import { type Finding, findingJson } from '../../finding/finding.ts'
import type { LimitUse } from '../../model/capacity.ts'
import type { Change } from '../../model/change.ts'
import { CLOUDS } from '../../model/cloud.ts'
import type { DocumentLabel, TagDelta, WideningDelta } from '../../model/delta.ts'
import { groupBy } from '../../model/group-by.ts'
import type { Ruleset } from '../../model/ruleset.ts'
import { ruleSelectors, type TagDocument } from '../../model/service-tag.ts'
import { bySite } from '../../model/site.ts'
import { addDays, daysBetween, mondayOf, weeksAfter } from '../../text/dates.ts'
import { byCodeUnit, listText, plural } from '../../text/numbers.ts'
import { fileTable, type ReportedTarget } from './file-table.ts'
import { heldChanges, heldRules } from './held.ts'
import { firstStages, historyOf, placesNote, prefixTable, tagTables } from './prefix-tables.ts'
import { countUnchanged, ruleChanges, ruleTable } from './rule-table.ts'
import { headline, isEmptyChange, resolvedText, shortTitle, titleWith } from './sentences.ts'
import { capacityTable, itemTable, optionTable, priceTable, trafficTable } from './tables.ts'
import { notableUses } from './tables-text.ts'

/** A change with everything that a report is made of. */
export interface ReportPlan {
  readonly history: History
  readonly change: Change
  readonly targets: readonly ReportedTarget[]
  /** The older document, if all targets have the same. */
  readonly before: KnownDocument | undefined
  readonly after: PolicySide
  /** How much of each limit the targets use for the newer document. */
  readonly capacity: readonly LimitUse[]
  readonly findings: readonly Finding[]
  /** Warnings that an earlier run has said, which are only counted. */
  readonly standing: readonly Finding[]
  /** A newer document that changes no rule, and so is not the one of the files; undefined if there is none. */
  readonly checked?: DocumentLabel | undefined
  /** The date of the last document that a check found to change nothing; undefined if nothing recorded it. */
  readonly quiet?: string | undefined
}

/** Everything that a reviewer reads about a change, as plain text for a pull request and a page. */
export type Report = ReturnType<typeof reportOf>

/** The report of a change. It has only dates of documents, so it is the same on every day. */
export function reportOf({ history, targets, change, standing, ...plan }: ReportPlan) {
  const { policy } = history
  const { known, ruleset } = plan.after
  const { document } = known
  const older = plan.before?.document
  const made = targets.map((target) => target.made)
  const then = targets.flatMap(({ before: { rules, job } }) => (rules ? [{ ruleset: rules.ruleset, job }] : []))
  const before = plan.before && sideOf(plan.before, heldRules(ruleset, then))
  const after = sideOf(known, heldRules(ruleset, made))
  const sides = { before, after }
  const changes = before ? heldChanges(deltaFor(policy, before.document, document), before.ruleset, after.ruleset) : []
  const stages = stagesOf(before?.document, document, history)
  const onTheWay = older ? stages.slice(stages.indexOf(older) + 1) : [document]
  const rules = ruleChanges(sides, change, policy.rules, targets)
  const all = [...plan.findings, ...plan.after.findings].filter((finding) => !standing.includes(finding))
  const findings = [...new Map(all.map((finding) => [JSON.stringify(findingJson(finding)), finding])).values()]
  const prices = made.flatMap(({ target, ruleset }) => pricesOf(target.name, ruleset, known.everything))
  const widened = targets.flatMap(wideningChange)
  const uses = bySite(notableUses(plan.capacity, findings, document.published))
  const tags = tagTables(changes, rules, sides)
  const usedTags = [...new Set(rules.flatMap(({ tags }) => tags))].sort(byCodeUnit)
  const label = isEmptyChange(change) && plan.checked ? plan.checked : document
  const unchanged = countUnchanged(rules, change)
  return {
    /** One line of at most 255 characters, always the same for the same change. */
    title: shortTitle(change, label),
    /** The same of any length. */
    heading: titleWith(headline(change), label),
    /** The first line: what opens and closes. */
    answer: headline(change, MOST_NAMED),
    sentences: [
      ...acceptedTexts(onTheWay, history),
      ...documentTexts(policy.name, change, older, document),
      ...(plan.checked ? [`${shortLabel(plan.checked)} was checked: it changes no rule of any target.`] : []),
      ...(older ? weekTexts(older, onTheWay, changes, plan.quiet) : []),
      ...(unchanged > 0 ? [`${plural(unchanged, 'rule is', 'rules are')} unchanged.`] : []),
    ],
    /** True if neither the policy nor the document changed for any target, as in a pull request that touches no file of tagwall. */
    isQuiet: isSame(change) && (older === undefined || older.published === document.published),
    findings,
    standing,
    tables: [
      ...[trafficTable, optionTable, itemTable].map((tableOf) => tableOf(change.targets)),
      ruleTable(rules, before !== undefined),
    ],
    details: [fileTable(targets), capacityTable(uses), priceTable(prices, widened)],
    /** The changed tags, used or not, and where their regions are from. */
    tags,
    tagsNote: placesNote(tags, sides),
    history: historyOf(rules, stages),
    prefixes: prefixTable(usedTags, stages, sides),
    source: document.source,
    sha256: document.sha256,
    /** The text in place of the hash, for a document that only the snapshot of a branch names; undefined for any other. */
    unproved: unprovedText(change, document),
    widened,
  }
}

/** Pieces of each kind that the first line names. */
const MOST_NAMED = 3

/** All known documents, oldest first, up to the newer one of the two. In the snapshot of another policy, tags would seem to be gone. */
function stagesOf(old: TagDocument | undefined, young: TagDocument, history: History): TagDocument[] {
  // The older document replaces the snapshot of its date, which may differ.
  const others = history.files
    .filter(({ published }) => published < young.published && published !== old?.published)
    .map((file) => file.read())
    .filter((document) => knowsAll(document, ruleSelectors(history.policy.rules)))
  // If the older document is not older, its snapshot was replaced, or the change is a rollback.
  return [...[...others, ...(old ? [old] : [])].sort((a, b) => byCodeUnit(a.published, b.published)), young]
}

const sideOf = ({ document, everyTag }: KnownDocument, ruleset: Ruleset) => ({
  document,
  ruleset,
  everyTag: everyTag?.(),
})

const isSame = ({ targets }: Change) =>
  targets.every(
    ({ kind, options, edited, unfit }) => kind === 'same' && options.length + edited.length + unfit.length === 0,
  )

/** The addresses that widening adds and removes in each rule of a target. */
const wideningChange = ({ before, made }: ReportedTarget): WideningDelta[] =>
  made.target.widen && before.rules ? wideningDiff(made.target.name, before.rules.ruleset, made.ruleset) : []

function unprovedText({ doubts = [] }: Change, { source, published }: TagDocument): string | undefined {
  if (!doubts.some((doubt) => doubt.published === published)) return undefined
  return `Document: ${source} by its snapshot, which nothing here compares with Microsoft's: do so with "tagwall fetch --dry-run --from FILE"`
}

/** The documents that a person accepted although guards would have refused them. */
const acceptedTexts = (documents: readonly TagDocument[], history: History): string[] =>
  documents.flatMap((document) => {
    const guards = acceptedFor(document, history)
    if (guards.length === 0) return []
    return [`A person accepted the document of ${document.published}, despite ${guards.join(', ')}.`]
  })

/** `Public 2025-11-10 (change 376)`. */
const shortLabel = ({ cloud, published, changeNumber }: DocumentLabel) =>
  `${CLOUDS[cloud]} ${published} (change ${changeNumber})`

/** The compared documents, and those that a device may resolve tags from. */
function documentTexts(
  policy: string,
  { since, targets }: Change,
  older: DocumentLabel | undefined,
  newer: DocumentLabel,
) {
  const isFirst = targets.every(({ before }) => before === 'none')
  const compared = isFirst || since === '' ? '' : `, compared with ${since}`
  const isOther = older !== undefined && older.published !== newer.published
  const documents = isOther ? `: from ${shortLabel(older)} to ${shortLabel(newer)}` : ` on ${shortLabel(newer)}`
  const resolved = resolvedText(targets, [older?.published, newer.published])
  return [`Policy ${policy}${documents}${compared}.`, ...(resolved === '' ? [] : [`${resolved}.`])]
}

// A year has 52.
const MOST_WEEKS = 12

/** The weeks between two documents, and when additions go live. `way`: the known documents after the older one, the newer one last. */
function weekTexts(
  older: TagDocument,
  way: readonly TagDocument[],
  changes: readonly TagDelta[],
  quiet: string | undefined,
): string[] {
  const newer = way.at(-1) as TagDocument
  if (older.published > newer.published) return ['This change goes back to an older document.']
  if (older.published === newer.published) return []
  // Another cloud has no newly published addresses.
  const arrivals = older.cloud === newer.cloud ? arrivalTexts(changes, [older, ...way], quiet) : []
  const weeks = weeksAfter(older.published, newer.published)
  if (weeks.length < 2) return arrivals
  const names = weeks.length > MOST_WEEKS ? `from ${weeks[0]} to ${weeks.at(-1)}` : `those of ${weeks.join(', ')}`
  const between = way.slice(0, -1).map(({ published }) => published)
  const stored =
    between.length > 0
      ? `Snapshots on the way: ${listText(between, MOST_WEEKS)}.`
      : 'No snapshots of the weeks in between exist.'
  return [`This is one change over ${weeks.length} weeks, ${names}. ${stored}`, ...arrivals]
}

/** Additions, by the first document that has them; `stages` begins with the older document. */
function arrivalTexts(changes: readonly TagDelta[], stages: readonly TagDocument[], quiet: string | undefined) {
  const first = changes.flatMap(({ tag, added }) => firstStages(tag, added.prefixes, stages))
  const byStage = groupBy(first, (index) => index)
  return stages.flatMap(({ published }, index) => {
    const count = byStage.get(index)?.length ?? 0
    const stored = stages[index - 1]?.published
    if (count === 0 || stored === undefined) return []
    // Up to a document that a check found to change nothing, nothing was added.
    const since = quiet !== undefined && quiet > stored && quiet < published ? quiet : stored
    const [earliest] = [addDays(mondayOf(since), 7), mondayOf(published)].sort(byCodeUnit) as [string, string]
    return [arrivalText(count, published, earliest, stages.at(-1)?.published as string)]
  })
}

/** New ranges are not used for at least a week after they are published (Microsoft, service tags overview). */
const DAYS_UNTIL_LIVE = 7

/** When additions go live; `earliest` is the Monday of the first document that can have had them, if documents in between are unknown. */
function arrivalText(count: number, published: string, earliest: string, newest: string): string {
  const what = plural(count, 'addition')
  const [was, they, are, go] = count === 1 ? ['was', 'it', 'is', 'goes'] : ['were', 'they', 'are', 'go']
  const live = addDays(earliest, DAYS_UNTIL_LIVE)
  if (live <= published)
    return `${what} ${was} published in one of the weeks from ${earliest} to ${published}; which one is not known, so ${they} may be in use since ${live}.`
  const when = live <= newest ? `may be in use since ${live}, so do not wait` : `${go} live from ${live} on`
  const days = daysBetween(published, newest)
  const age =
    days > 0 ? `${was} published ${plural(days, 'day')} before this document, on` : `${are} new in the document of`
  return `${what} ${age} ${published}: ${they} ${when}.`
}
