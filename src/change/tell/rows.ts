import { FAMILY_NAMES } from '../../address/family.ts'
import { FAMILIES, formatPrefix } from '../../address/prefix.ts'
import { PrefixSet } from '../../address/prefix-set.ts'
import { shareText } from '../../compile/widen/widening-text.ts'
import type { Holder } from '../../document/holders.ts'
import { paceText, shareText as usedShare } from '../../model/capacity.ts'
import { namesBySite } from '../../model/site.ts'
import { formatPrice } from '../../model/widening.ts'
import { formatCount, listText, plural } from '../../text/numbers.ts'
import { sharedItems, sharedOptions, valueText } from './items-text.ts'
import { isRisk } from './pieces.ts'
import type { ChangedPrefix, Counts, DeviceChange, FileChange, Report, RuleChange, TagChange } from './report-values.ts'
import { addressesText, localsText, pieceTrafficText, ruleText, sharedPieces, signText } from './sentences.ts'

// Rows and texts of Markdown and HTML, which escape this plain text.

const MOST_PREFIXES = 3
const MOST_TARGETS = 3

/** One row of cells per piece, equal ones of several targets once, in the order of the change. `every`: all prefixes and tags, also where `prefixes` counts some. */
export function pieceRows({ change }: Report) {
  const everywhere = namesBySite(change.targets.map(({ target }) => target)).join()
  return sharedPieces(change.targets).map((shared) => {
    const { piece, targets } = shared
    const { beside, tags } = piece.remote
    return {
      opens: piece.opens,
      isRisk: isRisk(piece),
      sign: signText(piece),
      traffic: pieceTrafficText(piece),
      local: localsText(shared),
      rule: ruleText(piece),
      cause: piece.cause,
      addresses: [tags.length > 0 && plural(tags.length, 'tag'), addressesText(beside)].filter(Boolean).join(', '),
      prefixes: listText([...tags, ...beside.texts], MOST_PREFIXES),
      every: [...tags, ...beside.texts],
      targets: targets.join() === everywhere ? 'all' : listText(targets, MOST_TARGETS),
    }
  })
}

export const PIECE_HEAD = ['change', 'traffic', 'local side', 'rule', 'cause', 'addresses', 'prefixes', 'targets']

/** A table of plain texts, with its head. */
export interface PlainTable {
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** The changed options, equal ones of several targets once. */
export const optionTable = ({ change: { targets } }: Report): PlainTable => ({
  head: ['target', 'option', 'before', 'after'],
  rows: sharedOptions(targets).flatMap(({ targets, changes }) =>
    changes.map(({ name, before, after }) => {
      return [listText(targets, MOST_TARGETS), name, valueText(before), valueText(after)]
    }),
  ),
})

/** Changes of devices besides their traffic, equal changes of several targets once. */
export const itemTable = ({ change: { targets } }: Report): PlainTable => ({
  head: ['target', 'on the device'],
  rows: sharedItems(targets).flatMap(({ targets, changes }) =>
    changes.map((line) => [listText(targets, MOST_TARGETS), line]),
  ),
})

/** The files of a target that change, and those beside them, with what they are. */
export function fileRows({ files, beside }: DeviceChange): { paths: readonly string[]; text: string }[] {
  const changed = files.filter(isChangedFile).map((file) => ({ paths: [file.path], text: fileText(file) }))
  if (beside.length === 0) return changed
  const kinds = new Set(beside.map(({ kind }) => BESIDES[kind]))
  return [...changed, { paths: beside.map(({ path }) => path), text: [...kinds].join(', ') }]
}

const isChangedFile = ({ before, after, added, removed }: FileChange) =>
  before === undefined || after === undefined || added + removed > 0

/** The line changes of one file. */
function fileText({ before, after, added, removed }: FileChange): string {
  if (after === undefined) return `no longer made (${plural(before ?? 0, 'line')})`
  if (before === undefined) return `${plural(after, 'line')}, new`
  return `+${formatCount(added)} −${formatCount(removed)} lines, ${formatCount(after)} in all`
}

/** The changes on a device: `objects +2 −1; groups ~1`. */
export function deviceText({ unit, prefixes, groups, rules, options, commands }: DeviceChange): string {
  const parts = [
    countsText(unit, prefixes),
    countsText('groups', groups),
    countsText('rules', rules),
    options.length > 0 ? `options ${options.map(({ name }) => name).join(', ')}` : undefined,
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
  delta: 'delta',
  rollback: 'rollback',
  cleanup: 'cleanup (load it last)',
  manual: 'to remove by hand (not proved)',
  runbook: 'runbook',
} as const

/** The price of widening each rule, and the addresses beyond its tags that it gains and loses. */
export const priceRows = ({ prices, widened }: Report) =>
  prices.map(({ target, rule, price, inSomeTag }) => {
    const delta = widened.find((one) => one.target === target && one.rule === rule)
    const [gained, lost] = (['added', 'removed'] as const).map(
      (side) => delta?.widening[side].family(price.family).count ?? 0n,
    ) as [bigint, bigint]
    // `640 → 300 IPv4 prefixes, 2,345,678 addresses more (4.5 x), 97% of them Microsoft's`
    const text = `${formatPrice(price).replaceAll('->', '→')}${shareText(price, inSomeTag)}`
    return { target, rule, text, gained, lost }
  })

/** The uses of limits. */
export const capacityTable = ({ capacity }: Report): PlainTable => ({
  head: ['target', 'limit', 'used', 'at most', 'share', 'pace'],
  rows: capacity.map((use) => {
    const { target, what, of, count, limit } = use
    return [target, `${what}${of && ` (${of})`}`, formatCount(count), formatCount(limit), usedShare(use), paceText(use)]
  }),
})

/**
 * One row of cells per family with addresses on either side of each changed rule that the traffic does not name, or about which people wrote something.
 */
export function summaryRows(report: Report) {
  const { rules, before } = report
  const changed = rules.filter((rule) => isChangedRule(rule, report) && (!rule.isTold || hasNotes(rule)))
  return changed.flatMap((rule) =>
    FAMILIES.flatMap((family) => {
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
          note: ruleNote(rule, report),
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

/** A changed tag, with the first rule that uses it, and the names of the other ones. */
export interface TagRow {
  readonly rule: RuleChange | undefined
  readonly others: readonly string[]
  readonly tag: TagChange
}

/** The changed tags in the order of the rules; those that no rule uses are the last. */
export const tagRows = ({ rules, tags }: Report): TagRow[] =>
  [...rules, undefined].flatMap((rule) =>
    tags.filter(({ rules: [first] }) => first === rule?.name).map((tag) => ({ rule, others: tag.rules.slice(1), tag })),
  )

/** Facts about a rule besides its counts: that it denies, new or removed, own prefixes and exceptions, owner. */
function ruleNote(rule: RuleChange, report: Report): string {
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

/** True if there is more to say about a rule than its traffic: who owns it and why, or what it holds besides its tags. */
const hasNotes = ({ isDeny, own, except, notes }: RuleChange): boolean =>
  isDeny ||
  own !== undefined ||
  (except !== undefined && except.tags.length + except.prefixes.length > 0) ||
  Boolean(notes?.ticket || notes?.owner || notes?.description)

/** True if a rule is on one side only. */
function sideNote({ before, after }: RuleChange, report: Report): string {
  if (report.before === undefined) return ''
  return before === undefined ? 'new' : after === undefined ? 'removed' : ''
}

/** True if a rule on both sides matches other traffic than before. */
const isReshaped = ({ before, after, flows, flowsBefore }: RuleChange) =>
  before !== undefined && after !== undefined && flows.join() !== flowsBefore.join()

/** True if anything of a rule changed; without an older side, everything is new. */
const isChangedRule = (rule: RuleChange, { before }: Report): boolean =>
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

/** A note for a new or removed tag. */
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

/** The sources of regions and holders, and the unknown parts. */
export function placesNote({ known, tags }: Report): string | undefined {
  if (tags.every(({ added, removed }) => added.length + removed.length === 0)) return undefined
  if (!known.after && !known.before)
    return 'Regions and other tags are unknown: snapshots keep only the tags in use. Compare published documents to see them.'
  if (!known.after)
    return 'Regions of added prefixes, and other tags, are unknown: the newer side is a snapshot, which keeps only the tags in use.'
  const older = known.before ? '; removed prefixes have the regions of the older one' : ''
  return `Regions and other tags are those of tags that hold the addresses in the newer document${older}.`
}

// Names in a sentence come from documents and policies, so only pages of Microsoft become links.
const PAGE = /(https:\/\/(?:(?:learn|msrc)\.microsoft\.com|github\.com\/microsoft)\/[\w./#?=-]*\w)/

/** The parts of a sentence, to make links of the pages of Microsoft in it, and of no others. */
export const linkParts = (text: string) => text.split(PAGE).map((text, index) => ({ text, isLink: index % 2 === 1 }))
