import { shareText } from '../../compile/widen/widening-text.ts'
import { type LimitUse, paceText, shareText as usedShare } from '../../model/capacity.ts'
import type { TargetChange } from '../../model/change.ts'
import type { WideningDelta } from '../../model/delta.ts'
import type { TargetPrice } from '../../model/result.ts'
import { bySite, namesBySite } from '../../model/site.ts'
import { formatPrice } from '../../model/widening.ts'
import { formatCount, listText, plural } from '../../text/numbers.ts'
import { sharedItems, sharedOptions, valueText } from './items-text.ts'
import { isRisk } from './pieces.ts'
import type { ReportTable } from './report-table.ts'
import { addressesText, localsText, pieceTrafficText, ruleText, sharedPieces, signText } from './sentences.ts'

// Tables and texts of Markdown, HTML and runbooks, which escape this plain text.

const MOST_PREFIXES = 3
const MOST_TARGETS = 3

/** The traffic that opens and closes: equal pieces of several targets once, in the order of the change. */
export function trafficTable(all: readonly Pick<TargetChange, 'target' | 'pieces'>[]): ReportTable {
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
  return {
    id: 'traffic',
    heading: 'What opens and what closes',
    columns: {
      change: 'sign',
      traffic: 'text',
      'local side': 'text',
      rule: 'code',
      cause: 'text',
      addresses: 'text',
      prefixes: 'text',
      targets: 'text',
    },
    rows,
  }
}

/** The changed options, equal ones of several targets once. */
export const optionTable = (targets: readonly TargetChange[]): ReportTable => ({
  id: 'options',
  heading: 'Changed options',
  columns: { target: 'text', option: 'text', before: 'code', after: 'code' },
  rows: sharedOptions(targets).flatMap(({ targets, changes }) =>
    changes.map(({ name, before, after }) => {
      return { cells: [listText(targets, MOST_TARGETS), name, valueText(before), valueText(after)] }
    }),
  ),
})

/** Changes of devices besides their traffic, equal changes of several targets once. */
export const itemTable = (targets: readonly TargetChange[]): ReportTable => ({
  id: 'items',
  heading: 'What changes on the devices',
  columns: { target: 'text', 'on the device': 'text' },
  rows: sharedItems(targets).flatMap(({ targets, changes }) =>
    changes.map((line) => ({ cells: [listText(targets, MOST_TARGETS), line] })),
  ),
})

/**
 * The price of widening each rule, and the addresses beyond its tags that it gains and loses since the older rules of its target, if those are known;
 * once for all sites where both are the same.
 */
export function priceTable(prices: readonly TargetPrice[], widened: readonly WideningDelta[]): ReportTable {
  const deltas = new Map(widened.map((one) => [JSON.stringify([one.target, one.rule]), one]))
  const told = prices.map(({ target, rule, price, inSomeTag }) => {
    const delta = deltas.get(JSON.stringify([target, rule]))
    const count = (side: 'added' | 'removed') => delta?.widening[side].family(price.family).count ?? 0n
    const [gained, lost] = [count('added'), count('removed')]
    // `640 → 300 IPv4 prefixes, 2,345,678 addresses more (4.5 x), 97% of them Microsoft's`
    const text = `${formatPrice(price).replaceAll('->', '→')}${shareText(price, inSomeTag)}`
    const change = gained || lost ? `+${formatCount(gained)} −${formatCount(lost)}` : delta ? 'unchanged' : ''
    return { target, cells: [rule, text, change] }
  })
  return {
    id: 'price',
    heading: 'The price of widening',
    columns: { target: 'text', rule: 'code', price: 'text', 'addresses beyond the tags': 'text' },
    rows: bySite(told).map(({ target, cells }) => ({ cells: [target, ...cells] })),
  }
}

/** The uses of limits that targets may reach. */
export const capacityTable = (capacity: readonly LimitUse[]): ReportTable => ({
  id: 'capacity',
  heading: 'Device limits that are half used or nearly full',
  columns: { target: 'text', limit: 'text', used: 'n', 'at most': 'n', share: 'n', pace: 'text' },
  rows: capacity.map((use) => {
    const { target, what, of, count, limit } = use
    const limited = `${what}${of && ` (${of})`}`
    return { cells: [target, limited, formatCount(count), formatCount(limit), usedShare(use), paceText(use)] }
  }),
})

// Names in a sentence come from documents and policies, so only pages of Microsoft become links.
const PAGE = /(https:\/\/(?:(?:learn|msrc)\.microsoft\.com|github\.com\/microsoft)\/[\w./#?=-]*\w)/

/** The parts of a sentence, to make links of the pages of Microsoft in it, and of no others. */
export const linkParts = (text: string) => text.split(PAGE).map((text, index) => ({ text, isLink: index % 2 === 1 }))
