import { type AddressFamily, FAMILIES, formatPrefix, type Prefix, sizeOf } from '../../address/prefix.ts'
import { PrefixSet } from '../../address/prefix-set.ts'
import { type Holder, holdersOf, wholeIn } from '../../document/holders.ts'
import type { TagDelta } from '../../model/delta.ts'
import { groupBy } from '../../model/group-by.ts'
import type { ServiceTag, TagDocument } from '../../model/service-tag.ts'
import { byCodeUnit, formatCount, listText } from '../../text/numbers.ts'
import { heldOf, type ReportSide, type Sides, type Tags } from './held.ts'
import type { Folded, ReportTable } from './report-table.ts'
import type { RuleChange } from './rule-table.ts'

/** For each prefix of the last stage, the first stage since which every stage holds all of it. */
export function firstStages(tag: string, prefixes: readonly Prefix[], stages: readonly TagDocument[]): number[] {
  const first = prefixes.map(() => stages.length - 1)
  for (let index = stages.length - 2; index >= 0; index--) {
    const held = stages[index]?.tags.get(tag)?.prefixes ?? PrefixSet.empty
    wholeIn(prefixes, held).forEach((isHeld, position) => {
      if (isHeld && first[position] === index + 1) first[position] = index
    })
  }
  return first
}

/** The changed prefixes of each tag, in the order of the rules; tags that no rule uses are the last. */
export function tagTables(changes: readonly TagDelta[], rules: readonly RuleChange[], sides: Sides): ReportTable[] {
  const used = changes.map((change) => ({ change, users: rules.filter(({ tags }) => tags.includes(change.tag)) }))
  const byFirst = groupBy(used, ({ users }) => users[0])
  return [...rules, undefined].flatMap((rule) =>
    (byFirst.get(rule) ?? []).map(({ change, users }) => tagTable(change, users, sides)),
  )
}

function tagTable({ tag, kind, added, removed }: TagDelta, users: readonly RuleChange[], sides: Sides): ReportTable {
  const [rule, ...others] = users
  const names = others.map(({ name }) => name)
  const also = names.length > 0 ? `, also in ${listText(names, MOST_RULES)}` : ''
  const user = rule ? `${rule.name} (${rule.flows.join(', ')})${also}` : 'In no rule'
  const note = { changed: '', added: ', which is new', removed: ', which is gone' }[kind]
  const { everyTag } = sides.after
  const isOther = (holder: Holder) => holder.region === '' && holder.tag !== tag && !holder.tag.startsWith(`${tag}.`)
  const rowsOf = (tone: 'gain' | 'loss', sign: string, { prefixes }: PrefixSet, placing: Tags) => {
    const places = holdersIn(placing, prefixes)
    const holders = placing === everyTag ? places : holdersIn(everyTag, prefixes)
    return prefixes.map((prefix, index) => {
      const regions = placesCell(places?.[index] && regionsIn(places[index]), 'no region')
      const tags = placesCell(holders?.[index]?.filter(isOther).map(holderText), 'no other tag')
      return { tone, cells: [sign, formatPrefix(prefix), formatCount(sizeOf(prefix)), regions, tags] }
    })
  }
  const rows = [
    // The older document knows its region; the newer one, who still holds it.
    ...rowsOf('loss', '− lost', removed, sides.before?.everyTag ?? everyTag),
    ...rowsOf('gain', '+ gained', added, everyTag),
  ]
  return {
    id: tag,
    heading: `${user}: ${tag}${note}${rows.length > 0 ? '' : ', without addresses'}`,
    columns: { change: 'sign', prefix: 'cidr', addresses: 'n', regions: 'text', 'other tags': 'text' },
    rows,
  }
}

const MOST_RULES = 5
const MOST_PLACES = 4

const holdersIn = (tags: Tags, prefixes: readonly Prefix[]) => tags && holdersOf(prefixes, tags)

const holderText = ({ tag, isWhole }: Holder) => `${tag}${isWhole ? '' : ' (in part)'}`

/** The regions of those that hold a prefix, sorted. */
const regionsIn = (holders: readonly Holder[]) =>
  [...new Set(holders.map(({ region }) => region).filter(Boolean))].sort(byCodeUnit)

/** The regions of a prefix, or other tags that hold it; there can be sixty. Empty if they are not known. */
function placesCell(names: readonly string[] | undefined, none: string): string | Folded {
  if (names === undefined || names.length === 0) return names ? none : ''
  return { start: listText(names, MOST_PLACES), every: names }
}

/** The sources of regions and holders, and the unknown parts; undefined without changed prefixes. */
export function placesNote(tables: readonly ReportTable[], { before, after }: Sides): string | undefined {
  if (tables.every(({ rows }) => rows.length === 0)) return undefined
  if (!after.everyTag && !before?.everyTag)
    return 'Regions and other tags are unknown: snapshots keep only the tags in use. Compare published documents to see them.'
  if (!after.everyTag)
    return 'Regions of added prefixes, and other tags, are unknown: the newer side is a snapshot, which keeps only the tags in use.'
  const older = before?.everyTag ? '; removed prefixes have the regions of the older one' : ''
  return `Regions and other tags are those of tags that hold the addresses in the newer document${older}.`
}

/** Every held and every lost prefix of some tags, by tag, with the first known document since which the tag holds all of it. */
export const prefixTable = (tags: readonly string[], stages: readonly TagDocument[], sides: Sides): ReportTable => ({
  id: 'all',
  heading: 'Every prefix',
  columns: { prefix: 'cidr', tag: 'text', regions: 'text', 'first seen': 'date', change: 'sign' },
  rows: tags.flatMap((tag) => heldRows(tag, stages, sides)),
})

/** The prefixes that a tag holds, and those that it lost. */
function heldRows(tag: string, stages: readonly TagDocument[], { before, after }: Sides): ReportTable['rows'] {
  const now = after.document.tags.get(tag)
  const then = before?.document.tags.get(tag)
  const of = (one: ServiceTag | undefined, side: ReportSide | undefined) =>
    one && side ? heldOf(one.prefixes, tag, side.ruleset) : PrefixSet.empty
  const [is, was] = [of(now, after), of(then, before)]
  // Held prefixes are traced back from the newer document, lost ones from the older one.
  const placed = (prefixes: readonly Prefix[], known: readonly TagDocument[], everyTag: Tags, region = '') => {
    const holders = holdersIn(everyTag, prefixes)
    const first = firstStages(tag, prefixes, known)
    return prefixes.map((prefix, index) => {
      const regions = holders?.[index] ? regionsIn(holders[index]) : region ? [region] : undefined
      const since = `${known[first[index] as number]?.published}${first[index] === 0 ? ' or before' : ''}`
      return [formatPrefix(prefix), tag, placesCell(regions, 'no region'), since]
    })
  }
  const held = placed(is.prefixes, stages, after.everyTag, now?.region)
  // Without an older side, nothing is new.
  const isOld = wholeIn(is.prefixes, before ? was : is)
  const past = before ? stages.slice(0, stages.indexOf(before.document) + 1) : []
  const gone = placed(was.subtract(is).prefixes, past, before?.everyTag ?? after.everyTag, then?.region)
  return [
    ...held.map((cells, index) =>
      isOld[index] ? { cells: [...cells, ''] } : { tone: 'gain' as const, cells: [...cells, '+ gained'] },
    ),
    ...gone.map((cells) => ({ tone: 'loss' as const, cells: [...cells, '− lost'] })),
  ]
}

/** The documents of half a year; a page shows what each of them changed. */
export const MOST_DOCUMENTS = 26

/** The addresses that the tags of a rule gained and lost with each document, oldest first. */
export type RuleHistory = ReturnType<typeof historyOf>[number]

/** The gains and losses of each rule with each of the last documents. */
export function historyOf(rules: readonly RuleChange[], stages: readonly TagDocument[]) {
  const steps = stages.slice(1).map((document, index) => ({ document, before: stages[index] as TagDocument }))
  const recent = steps.slice(-MOST_DOCUMENTS)
  if (recent.length === 0) return []
  return rules
    .filter(({ tags }) => tags.length > 0)
    .map(({ name: rule, tags, before, after }) => ({
      rule,
      tags,
      /** Those that files hold of the rule, before or after the change. */
      families: FAMILIES.filter((family) => [before, after].some((set) => set && !set.family(family).isEmpty)),
      points: recent.map(({ document, before }) => {
        const { published } = document
        const [was, is] = [before, document].map((one) => unionOf(tags, one))
        // One of the two is known without a tag of the rule.
        if (!was || !is) return { published, changes: undefined }
        const [gained, lost] = [is.subtract(was), was.subtract(is)]
        const changeOf = (family: AddressFamily) => ({
          gained: gained.family(family).count,
          lost: lost.family(family).count,
        })
        return { published, changes: { ipv4: changeOf('ipv4'), ipv6: changeOf('ipv6') } }
      }),
    }))
}

/** The addresses of some tags; undefined if the document is known without one of them. */
function unionOf(names: readonly string[], { tags }: TagDocument): PrefixSet | undefined {
  const sets = names.map((name) => tags.get(name)?.prefixes)
  return sets.every((set) => set !== undefined) ? PrefixSet.union(sets) : undefined
}
