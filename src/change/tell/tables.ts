import { FAMILY_NAMES } from '../../address/family.ts'
import { FAMILIES, formatPrefix, sizeOf } from '../../address/prefix.ts'
import { PrefixSet } from '../../address/prefix-set.ts'
import { shareText } from '../../compile/widen/widening-text.ts'
import type { Holder } from '../../document/holders.ts'
import { paceText, shareText as usedShare } from '../../model/capacity.ts'
import type { TargetChange } from '../../model/change.ts'
import { namesBySite } from '../../model/site.ts'
import { formatPrice } from '../../model/widening.ts'
import { formatCount, listText, plural } from '../../text/numbers.ts'
import { sharedItems, sharedOptions, valueText } from './items-text.ts'
import { isRisk } from './pieces.ts'
import type { Column, Folded, ReportTable } from './report-table.ts'
import type { ChangedPrefix, DeviceChange, FileChange, Report, RuleChange, TagChange } from './report-values.ts'
import { addressesText, localsText, pieceTrafficText, ruleText, sharedPieces, signText } from './sentences.ts'

// Tables and texts of Markdown, HTML and runbooks, which escape this plain text.

const MOST_PREFIXES = 3
const MOST_TARGETS = 3

type Told = Pick<TargetChange, 'target' | 'pieces'>

/** The traffic that opens and closes: equal pieces of several targets once, in the order of the change. */
export function trafficTable(all: readonly Told[]): ReportTable {
  const everywhere = namesBySite(all.map(({ target }) => target)).join()
  const rows = sharedPieces(all).map((shared): ReportTable['rows'][number] => {
    const { piece, targets } = shared
    const { beside, tags } = piece.remote
    const every = [...tags, ...beside.texts]
    const where = targets.join() === everywhere ? 'all' : listText(targets, MOST_TARGETS)
    return {
      tone: isRisk(piece) ? 'risk' : piece.opens ? 'gain' : 'loss',
      cells: [
        signText(piece),
        pieceTrafficText(piece),
        localsText(shared),
        ruleText(piece),
        piece.cause,
        [tags.length > 0 && plural(tags.length, 'tag'), addressesText(beside)].filter(Boolean).join(', '),
        { start: listText(every, MOST_PREFIXES), every },
        all.length > 1 ? where : '',
      ],
    }
  })
  const columns: Column[] = [
    { label: 'change', kind: 'sign' },
    { label: 'traffic', isName: true },
    { label: 'local side' },
    { label: 'rule', kind: 'code' },
    ...['cause', 'addresses', 'prefixes', 'targets'].map((label) => ({ label })),
  ]
  return { id: 'traffic', heading: 'What opens and what closes', columns, rows }
}

/** The changed options, equal ones of several targets once. */
export const optionTable = (targets: readonly TargetChange[]): ReportTable => ({
  id: 'options',
  heading: 'Changed options',
  columns: [TARGET, { label: 'option' }, { label: 'before', kind: 'code' }, { label: 'after', kind: 'code' }],
  rows: sharedOptions(targets).flatMap(({ targets, changes }) =>
    changes.map(({ name, before, after }) => {
      return { cells: [listText(targets, MOST_TARGETS), name, valueText(before), valueText(after)] }
    }),
  ),
})

const TARGET: Column = { label: 'target', isName: true }

/** Changes of devices besides their traffic, equal changes of several targets once. */
export const itemTable = (targets: readonly TargetChange[]): ReportTable => ({
  id: 'items',
  heading: 'What changes on the devices',
  columns: [TARGET, { label: 'on the device' }],
  rows: sharedItems(targets).flatMap(({ targets, changes }) =>
    changes.map((line) => ({ cells: [listText(targets, MOST_TARGETS), line] })),
  ),
})

/** The files of targets that change, and those beside them, with what they are. */
export function fileTable({ targets }: Report): ReportTable {
  const changed = targets.map((target) => ({ target, files: fileRows(target) })).filter(({ files }) => files.length > 0)
  const rows = changed.flatMap(({ target, files }) =>
    files.map(({ paths, text }, index) => {
      const device = index === 0 ? target.device : ''
      return { cells: [`${target.target} (${target.vendor})`, paths.join(', '), text, device] }
    }),
  )
  const columns: Column[] = [
    TARGET,
    { label: 'file', kind: 'code' },
    ...['lines', 'on the device'].map((label) => ({ label })),
  ]
  return { id: 'files', heading: `The files of ${plural(changed.length, 'target')}`, columns, rows }
}

function fileRows({ files, beside }: DeviceChange): { paths: readonly string[]; text: string }[] {
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

const BESIDES = {
  delta: 'delta',
  rollback: 'rollback',
  cleanup: 'cleanup (load it last)',
  manual: 'to remove by hand (not proved)',
  runbook: 'runbook',
} as const

/** The price of widening each rule, and the addresses beyond its tags that it gains and loses. */
export function priceTable({ prices, widened, before }: Report): ReportTable {
  const rows = prices.map(({ target, rule, price, inSomeTag }) => {
    const delta = widened.find((one) => one.target === target && one.rule === rule)
    const count = (side: 'added' | 'removed') => delta?.widening[side].family(price.family).count ?? 0n
    const [gained, lost] = [count('added'), count('removed')]
    // `640 → 300 IPv4 prefixes, 2,345,678 addresses more (4.5 x), 97% of them Microsoft's`
    const text = `${formatPrice(price).replaceAll('->', '→')}${shareText(price, inSomeTag)}`
    const change = gained || lost ? `+${formatCount(gained)} −${formatCount(lost)}` : 'unchanged'
    return { cells: [target, rule, text, before ? change : ''] }
  })
  const columns: Column[] = [
    TARGET,
    { label: 'rule', kind: 'code' },
    ...['price', 'addresses beyond the tags'].map((label) => ({ label })),
  ]
  return { id: 'price', heading: 'The price of widening', columns, rows }
}

/** The uses of limits that targets may reach. */
export const capacityTable = ({ capacity }: Report): ReportTable => ({
  id: 'capacity',
  heading: 'Device limits that are half used or nearly full',
  columns: [
    TARGET,
    { label: 'limit' },
    ...['used', 'at most', 'share'].map((label): Column => ({ label, kind: 'n' })),
    { label: 'pace' },
  ],
  rows: capacity.map((use) => {
    const { target, what, of, count, limit } = use
    const limited = `${what}${of && ` (${of})`}`
    return { cells: [target, limited, formatCount(count), formatCount(limit), usedShare(use), paceText(use)] }
  }),
})

/**
 * One row for each family with addresses on either side of each changed rule that the traffic does not name, or about which people wrote something.
 */
export function ruleTable(report: Report): ReportTable {
  const { rules, before } = report
  const changed = rules.filter((rule) => isChangedRule(rule, report) && (!rule.isTold || hasNotes(rule)))
  const rows = changed.flatMap((rule) => {
    const note = ruleNote(rule, report)
    const name = `${rule.name}${note && ` (${note})`}`
    return FAMILIES.flatMap((family) => {
      const [was, is] = [rule.before ?? PrefixSet.empty, rule.after ?? PrefixSet.empty].map((set) => set.family(family))
      if (!was || !is || (was.isEmpty && is.isEmpty)) return []
      const step = (...counts: [number | bigint, number | bigint]) => {
        const [from, to] = counts.map(formatCount)
        // Rounded IPv6 counts can differ and still read the same.
        return before && from !== to ? `${from} → ${to}` : String(to)
      }
      const [prefixes, addresses] = [step(was.prefixCount, is.prefixCount), step(was.count, is.count)]
      const [gained, lost] = [rule.gained, rule.lost].map((set) => (before ? amount(set.family(family)) : ''))
      const cells = [name, FAMILY_NAMES[family], prefixes, addresses, gained ?? '', lost ?? '', rule.flows.join(', ')]
      return [{ cells }]
    })
  })
  const columns: Column[] = [
    { label: 'rule', isName: true },
    { label: 'family' },
    { label: 'prefixes', kind: 'n' },
    { label: 'addresses', kind: 'n' },
    { label: 'gained', kind: 'gain' },
    { label: 'lost', kind: 'loss' },
    { label: 'traffic' },
  ]
  return { id: 'rules', heading: 'Rules', columns, rows }
}

/** `2 prefixes, 16 addresses`; empty for an empty set. */
function amount(set: PrefixSet): string {
  if (set.isEmpty) return ''
  return `${plural(set.prefixCount, 'prefix', 'prefixes')}, ${plural(set.count, 'address', 'addresses')}`
}

/** The changed prefixes of each tag, in the order of the rules; tags that no rule uses are the last. */
export const tagTables = ({ rules, tags }: Report): ReportTable[] =>
  [...rules, undefined].flatMap((rule) =>
    tags.filter(({ rules: [first] }) => first === rule?.name).map((tag) => tagTable(tag, rule)),
  )

function tagTable({ tag, kind, added, removed, rules }: TagChange, rule: RuleChange | undefined): ReportTable {
  const also = rules.length > 1 ? `, also in ${listText(rules.slice(1), MOST_RULES)}` : ''
  const users = rule ? `${rule.name} (${rule.flows.join(', ')})${also}` : 'In no rule'
  const note = { changed: '', added: ', which is new', removed: ', which is gone' }[kind]
  const rowOf = (tone: 'gain' | 'loss', sign: string) => (change: ChangedPrefix) => {
    const { prefix, regions, holders } = change
    const places = [placesCell(regions, 'no region'), placesCell(holders?.map(holderText), 'no other tag')]
    return { tone, cells: [sign, formatPrefix(prefix), formatCount(sizeOf(prefix)), ...places] }
  }
  const columns: Column[] = [
    { label: 'change', kind: 'sign' },
    { label: 'prefix', kind: 'cidr', isName: true },
    { label: 'addresses', kind: 'n' },
    ...['regions', 'other tags'].map((label) => ({ label })),
  ]
  const rows = [...removed.map(rowOf('loss', '− lost')), ...added.map(rowOf('gain', '+ gained'))]
  return { id: tag, heading: `${users}: ${tag}${note}${rows.length > 0 ? '' : ', without addresses'}`, columns, rows }
}

const MOST_RULES = 5
const MOST_PLACES = 4

/** The regions of a prefix, or other tags that hold it; there can be sixty. Empty if they are not known. */
export function placesCell(names: readonly string[] | undefined, none: string): string | Folded {
  if (names === undefined || names.length === 0) return names ? none : ''
  return { start: listText(names, MOST_PLACES), every: names }
}

const holderText = ({ tag, isWhole }: Holder) => `${tag}${isWhole ? '' : ' (in part)'}`

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
