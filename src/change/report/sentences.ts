import { FAMILY_NAMES } from '../../address/family.ts'
import { FAMILIES, formatPrefix } from '../../address/prefix.ts'
import { PrefixSet } from '../../address/prefix-set.ts'
import { shareText } from '../../compile/widening-text.ts'
import type { Holder } from '../../document/holders.ts'
import type { LimitUse } from '../../model/capacity.ts'
import { paceText, shareText as usedShare } from '../../model/capacity-text.ts'
import { CLOUDS } from '../../model/cloud.ts'
import type { DocumentLabel } from '../../model/delta.ts'
import type { TargetPrice } from '../../model/result.ts'
import { formatPrice } from '../../model/widening.ts'
import { addDays, daysBetween } from '../../text/dates.ts'
import { listText } from '../../text/list-text.ts'
import { formatCount, plural } from '../../text/numbers.ts'
import type {
  Arrival,
  ChangedPrefix,
  Counts,
  DeviceChange,
  FileChange,
  Report,
  RuleChange,
  TagChange,
} from '../report-values.ts'
import { addressesText, flowText, headline, localsText, ruleText, sharedPieces } from '../sentences.ts'

// The sentences of a report, shared by Markdown and HTML, which escape this plain text.

/** GitLab's limit; GitHub and Azure DevOps take a little more. */
const LONGEST_TITLE = 255

/** The start of every title. */
const TITLE_START = 'tagwall: '
/** What titles of earlier versions began with. */
const OLDER_START = 'Azure service tags '

/** Whether a text is the title of a report. */
export const isTitle = (text: string): boolean => text.startsWith(TITLE_START) || text.startsWith(OLDER_START)

/**
 * `tagwall: opens tcp 80 to 56,820 addresses (AllowAADOutboundAccess, policy) on Public 2025-11-10`: one line, always the same for the same
 * change.
 */
export function reportTitle({ change, after }: Report): string {
  const end = ` on ${CLOUDS[after.cloud]} ${after.published}`
  const text = `${TITLE_START}${headline(change)}`
  const room = LONGEST_TITLE - end.length
  return `${text.length > room ? `${text.slice(0, room - 1)}…` : text}${end}`
}

/** `Public 2025-11-10 (change 376)`. */
const shortLabel = ({ cloud, published, changeNumber }: DocumentLabel) =>
  `${CLOUDS[cloud]} ${published} (change ${changeNumber})`

// A year has 52.
const MOST_WEEKS = 12

/** Sentences about the compared documents, the weeks in between, and when additions go live. */
export function overview(report: Report): string[] {
  const { before, after, policy, change } = report
  const isFirst = change.targets.every(({ before }) => before === 'none')
  const compared = isFirst || change.since === '' ? '' : `, compared with ${change.since}`
  if (before === undefined || before.published === after.published)
    return [`Policy ${policy} on ${shortLabel(after)}${compared}.`]
  return [
    `Policy ${policy}: from ${shortLabel(before)} to ${shortLabel(after)}${compared}.`,
    ...weeksText(report),
    ...report.arrivals.map((arrival) => arrivalText(arrival, after)),
  ]
}

/** One piece of the change, as cells. */
export interface PieceRow {
  readonly opens: boolean
  readonly traffic: string
  readonly local: string
  readonly rule: string
  readonly cause: string
  readonly addresses: string
  /** The first prefixes and tags, and how many more there are. */
  readonly prefixes: string
  readonly targets: string
}

const MOST_PREFIXES = 6
const MOST_TARGETS = 3

/** One row per piece, equal ones of several targets once: what opens first, each with the largest first. */
export function pieceRows({ change }: Report): PieceRow[] {
  return sharedPieces(change.targets).map(({ piece, targets, others }) => {
    const { addresses, tags } = piece.remote
    return {
      opens: piece.opens,
      traffic: flowText(piece),
      local: localsText(piece, others),
      rule: ruleText(piece),
      cause: piece.cause,
      addresses: [tags.length > 0 && plural(tags.length, 'tag'), addressesText(addresses)].filter(Boolean).join(', '),
      prefixes: listText([...tags, ...addresses.texts], MOST_PREFIXES),
      targets: targets.length === change.targets.length ? 'all' : listText(targets, MOST_TARGETS),
    }
  })
}

export const PIECE_HEAD = ['', 'traffic', 'local side', 'rule', 'cause', 'addresses', 'prefixes', 'targets'] as const

function weeksText({ before, after, weeks, between }: Report): string[] {
  if (before && before.published > after.published) return ['This change goes back to an older document.']
  if (weeks.length < 2) return []
  const names =
    weeks.length > MOST_WEEKS ? `from ${weeks[0]} to ${weeks.at(-1)}` : `those of ${listText(weeks, weeks.length)}`
  const way =
    between.length > 0
      ? `Snapshots on the way: ${listText(between, MOST_WEEKS)}.`
      : 'No snapshots of the weeks in between exist.'
  return [`This is one change over ${weeks.length} weeks, ${names}. ${way}`]
}

/** New ranges are not used for at least a week after they are published (Microsoft, service tags overview). */
const DAYS_UNTIL_LIVE = 7

function arrivalText({ count, published, earliest }: Arrival, after: DocumentLabel): string {
  const what = plural(count, 'addition')
  const [was, they, are] = count === 1 ? ['was', 'it', 'is'] : ['were', 'they', 'are']
  const live = addDays(earliest, DAYS_UNTIL_LIVE)
  const goes = count === 1 ? 'goes' : 'go'
  const when =
    live <= after.published
      ? `${they} may be in use since ${live}, so do not wait`
      : `${they} ${goes} live from ${live} on`
  if (earliest < published && daysBetween(earliest, published) >= 7) {
    return `${what} ${was} published in one of the weeks from ${earliest} to ${published}, but no snapshot shows which one: ${when}.`
  }
  const days = daysBetween(published, after.published)
  const age =
    days > 0 ? `${was} published ${plural(days, 'day')} before this document, on` : `${are} new in the document of`
  return `${what} ${age} ${published}: ${when}.`
}

/** One family of one rule, as cells of the summary table. */
export interface SummaryRow {
  readonly rule: RuleChange
  readonly family: string
  readonly prefixes: string
  readonly addresses: string
  readonly gained: string
  readonly lost: string
}

/** One row per rule and family with addresses on either side. */
export function summaryRows({ rules, before }: Report): SummaryRow[] {
  return rules.flatMap((rule) =>
    FAMILIES.flatMap((family): SummaryRow[] => {
      const [was, is] = [rule.before ?? PrefixSet.empty, rule.after ?? PrefixSet.empty].map((set) => set.family(family))
      if (!was || !is || (was.isEmpty && is.isEmpty)) return []
      const step = (...counts: [number | bigint, number | bigint]) => {
        const [from, to] = counts.map(formatCount)
        // Rounded IPv6 counts can differ and still read the same.
        return before && from !== to ? `${from} → ${to}` : String(to)
      }
      return [
        {
          rule,
          family: FAMILY_NAMES[family],
          prefixes: step(was.prefixCount, is.prefixCount),
          addresses: step(was.count, is.count),
          gained: before ? amount(rule.gained.family(family)) : '',
          lost: before ? amount(rule.lost.family(family)) : '',
        },
      ]
    }),
  )
}

/** `2 prefixes, 16 addresses`; empty for an empty set. */
function amount(set: PrefixSet): string {
  if (set.isEmpty) return ''
  return `${plural(set.prefixCount, 'prefix', 'prefixes')}, ${plural(set.count, 'address', 'addresses')}`
}

/** Facts about a rule besides its counts: that it denies, new or removed, own prefixes and exceptions, owner. */
export function ruleNote(rule: RuleChange, report: Report): string {
  const { own, except, notes } = rule
  const leftOut = [...(except?.tags ?? []), ...(except?.prefixes ?? []).map(formatPrefix)]
  const parts = [
    rule.isDeny && 'denies',
    sideNote(rule, report),
    isReshaped(rule) && `was ${rule.flowsBefore.join(', ')}`,
    rule.hasOtherLocal && 'other local side',
    own && `own: ${listText(own.texts, 3)}`,
    leftOut.length > 0 && `without: ${listText(leftOut, 3)}`,
    notes?.ticket,
    notes?.owner && `owner: ${notes.owner}`,
    notes?.description,
  ]
  return parts.filter(Boolean).join('; ')
}

/** Whether a rule is on one side only. */
function sideNote({ before, after }: RuleChange, report: Report): string {
  if (report.before === undefined) return ''
  return before === undefined ? 'new' : after === undefined ? 'removed' : ''
}

/** Whether a rule on both sides is about other traffic than before. */
const isReshaped = ({ before, after, flows, flowsBefore }: RuleChange) =>
  before !== undefined && after !== undefined && flows.join() !== flowsBefore.join()

/** Whether anything of a rule changed; everything is new where there is no older side. */
export const isChangedRule = (rule: RuleChange, { before }: Report): boolean =>
  before === undefined ||
  rule.before === undefined ||
  rule.after === undefined ||
  !rule.gained.isEmpty ||
  !rule.lost.isEmpty ||
  rule.hasOtherLocal ||
  isReshaped(rule)

/** Rules that are as before, and decide about nothing that opens or closes; none if the older rules of a target are not known. */
export function countUnchanged(report: Report): number {
  if (report.change.targets.some(({ before }) => before === 'files' || before === 'unknown')) return 0
  return report.rules.filter((rule) => !isChangedRule(rule, report) && !rule.isAffected).length
}

/** Whether a tag is new or gone. */
export function kindNote({ kind, added, removed }: TagChange): string {
  const note = { changed: '', added: ', which is new', removed: ', which is gone' }[kind]
  return added.length + removed.length > 0 ? note : `${note}, without addresses`
}

/** The regions of a changed prefix, at most `most`; there can be sixty. */
export const regionsText = ({ regions }: { readonly regions: readonly string[] | undefined }, most: number) =>
  regions === undefined ? 'unknown' : regions.length === 0 ? 'no region' : listText(regions, most)

/** The other tags that hold a changed prefix. */
export function holdersText({ holders }: ChangedPrefix, most: number): string {
  if (holders === undefined) return 'unknown'
  return holders.length === 0 ? 'no other tag' : listText(holders.map(holderText), most)
}

const holderText = ({ tag, isWhole }: Holder) => `${tag}${isWhole ? '' : ' (in part)'}`

/** The sources of regions and holders, and what is unknown. */
export function placesNote({ known, tags }: Report): string | undefined {
  if (tags.every(({ added, removed }) => added.length + removed.length === 0)) return undefined
  if (!known.after && !known.before)
    return 'Regions and other holders are unknown: both sides are snapshots, which keep only the tags in use. Compare published documents to see them.'
  if (!known.after)
    return 'Regions of added prefixes, and other holders, are unknown: the newer side is a snapshot, which keeps only the tags in use.'
  const where = known.before
    ? 'for added prefixes in the newer document, for removed ones in the older document'
    : 'in the newer document, also for removed prefixes, because the older side is a snapshot'
  return `The region column lists the regions of the regional tags that hold the addresses: ${where}. The last column lists other tags, without a region, that hold them in the newer document.`
}

/** The line changes of one file. */
export function fileText({ before, after, added, removed }: FileChange): string {
  if (after === undefined) return `no longer made (${plural(before ?? 0, 'line')})`
  if (before === undefined) return `${plural(after, 'line')}, new`
  return added + removed === 0
    ? 'unchanged'
    : `+${formatCount(added)} −${formatCount(removed)} lines, ${formatCount(after)} in all`
}

/** The changes on a device: `objects +2 −1; groups ~1`. */
export function deviceText({ unit, prefixes, groups, rules, commands }: DeviceChange): string {
  const parts = [
    countsText(unit, prefixes),
    countsText('groups', groups),
    countsText('rules', rules),
    commands ? plural(commands, 'command') : undefined,
  ].filter((text) => text !== undefined)
  if (parts.length > 0) return parts.join('; ')
  return unit === 'tags' ? 'nothing: the device resolves the tags itself' : 'nothing'
}

function countsText(what: string, { added, changed, removed }: Counts): string | undefined {
  const counts = [
    added > 0 && `+${formatCount(added)}`,
    changed > 0 && `${formatCount(changed)} changed`,
    removed > 0 && `−${formatCount(removed)}`,
  ].filter(Boolean)
  return counts.length > 0 ? `${what} ${counts.join(' ')}` : undefined
}

const BESIDES = {
  delta: 'commands from the older to the newer rules',
  rollback: 'commands back to the older rules',
  cleanup: 'removes what the earlier file leaves; load it last',
  manual: 'what to remove by hand, not proved',
  runbook: 'how to load this change, check it and roll it back',
} as const

/** The files beside the full files of a target, and what they are. */
export const besides = ({ beside }: DeviceChange): { path: string; text: string }[] =>
  beside.map(({ kind, path }) => ({ path, text: BESIDES[kind] }))

/** `640 -> 300 IPv4 prefixes, 2,345,678 addresses more (4.5 x), 97% of them Microsoft's`. */
export const priceText = ({ price, inSomeTag }: TargetPrice) =>
  `${formatPrice(price).replaceAll('->', '→')}${shareText(price, inSomeTag)}`

export const CAPACITY_HEAD = ['target', 'limit', 'used', 'at most', 'share', 'pace'] as const

/** One use of a limit, as cells. */
export interface CapacityRow {
  readonly target: string
  readonly what: string
  readonly count: string
  readonly limit: string
  readonly share: string
  readonly pace: string
}

/** One row per limit and target. */
export function capacityRows(uses: readonly LimitUse[]): CapacityRow[] {
  return uses.map((use) => ({
    target: use.target,
    what: `${use.what}${use.of && ` (${use.of})`}`,
    count: String(formatCount(use.count)),
    limit: String(formatCount(use.limit)),
    share: usedShare(use),
    pace: use.isSplit ? 'above it, tagwall makes one more' : paceText(use),
  }))
}
