import { type AddressFamily, FAMILIES, type Prefix } from '../../address/prefix.ts'
import { PrefixSet } from '../../address/prefix-set.ts'
import { type History, type KnownDocument, knowsAll } from '../../document/history.ts'
import { holdersOf, type TagSet, wholeIn } from '../../document/holders.ts'
import type { Delta } from '../../model/delta.ts'
import type { Ruleset } from '../../model/ruleset.ts'
import { ruleSelectors, type ServiceTag, type TagDocument } from '../../model/service-tag.ts'
import { addDays, mondayOf } from '../../text/dates.ts'
import { byCodeUnit } from '../../text/numbers.ts'
import { heldOf } from './device-changes.ts'
import {
  type Arrival,
  type HeldPrefix,
  type HistoryPoint,
  MOST_DOCUMENTS,
  type RuleChange,
  type RuleHistory,
} from './report-values.ts'

/** The rules of one of the two documents as files hold them. */
export interface ReportSide extends Pick<KnownDocument, 'document'> {
  readonly ruleset: Ruleset
  readonly everyTag: Tags
}

/** All published tags; undefined for a snapshot, which keeps only the tags in use. */
export type Tags = readonly TagSet[] | undefined

/** The two sides of a report. */
export interface Sides {
  readonly before: ReportSide | undefined
  readonly after: ReportSide
}

/** All known documents, oldest first, up to the newer one of the two. In the snapshot of another policy, tags would seem to be gone. */
export function stagesOf({ before, after }: Sides, history: History): TagDocument[] {
  const [old, young] = [before?.document, after.document]
  // The older document replaces the snapshot of its date, which may differ.
  const others = history.files
    .filter(({ published }) => published < young.published && published !== old?.published)
    .map((file) => history.read(file))
    .filter((document) => knowsAll(document, ruleSelectors(history.policy.rules)))
  const isOlder = old !== undefined && old.published < young.published
  const past = [...others, ...(isOlder ? [old] : [])].sort((a, b) => byCodeUnit(a.published, b.published))
  // A newer snapshot here was replaced, or the change is a rollback.
  return [...past, ...(old && !isOlder ? [old] : []), young]
}

/** Additions, grouped by the first document that has them; `stages` begins with the older document. */
export function arrivalsOf(
  changes: Delta['tags'],
  stages: readonly TagDocument[],
  quiet: string | undefined,
): Arrival[] {
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

/** The gains and losses of each rule with each of the last documents. */
export function historyOf(rules: readonly RuleChange[], stages: readonly TagDocument[]): RuleHistory[] {
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

/** The prefixes that a tag holds, and those that it lost. */
export function heldPrefixes(tag: string, stages: readonly TagDocument[], { before, after }: Sides): HeldPrefix[] {
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

/** The regions of those that hold a prefix, sorted. */
export const regionsIn = (holders: readonly { readonly region: string }[]) =>
  [...new Set(holders.map(({ region }) => region).filter(Boolean))].sort(byCodeUnit)
