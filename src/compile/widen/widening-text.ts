import { formatPrefix } from '../../address/prefix.ts'
import { PrefixSet } from '../../address/prefix-set.ts'
import { CONSTRAINTS } from '../../finding/finding.ts'
import { type DocumentLabel, formatLabel, type WideningDelta } from '../../model/delta.ts'
import type { TargetPrice } from '../../model/result.ts'
import { bySite, groupSites, labelOf } from '../../model/site.ts'
import {
  familyPrefixes,
  formatFactor,
  formatPrice,
  formatShare,
  type Merge,
  type Price,
  type RuleCurve,
} from '../../model/widening.ts'
import { type Color, formatTable } from '../../text/lines.ts'
import { formatCount, plural } from '../../text/numbers.ts'

/** The price of each rule of each widened target, one line per family. Empty without prices. */
export function pricesText(prices: readonly TargetPrice[]): string {
  const told = prices.map(({ target, rule, price, inSomeTag }) => ({
    target,
    cells: [rule, `${formatPrice(price)}${shareText(price, inSomeTag)}`],
  }))
  return formatTable(bySite(told).map(({ target, cells }) => ['widened:', target, ...cells]))
}

/** `, 78% of them Microsoft's (in some tag of the document)`; empty if unknown or if nothing was added. */
export function shareText({ extra }: Price, inSomeTag: bigint | undefined): string {
  if (inSomeTag === undefined || extra === 0n) return ''
  return `, ${formatShare(inSomeTag, extra)} of them Microsoft's (in some tag of the document)`
}

/** The changes in the rules of widened targets, by cause, and the current price. */
export function wideningDeltaText(deltas: readonly WideningDelta[], color: Color): string {
  const groups = groupSites(deltas, ({ rule }) => rule)
  const rules = groups.map(({ item, sites }) => {
    const { rule, published, widening, kept, known, after } = item
    const target = labelOf(item.target, sites)
    const lines = [
      ...linesOf(published.removed, '-', 'published', color),
      ...linesOf(published.added, '+', 'published', color),
      ...linesOf(widening.removed, '-', 'by widening', color),
      ...linesOf(widening.added, '+', 'by widening', color),
      ...linesOf(kept, '=', 'no longer published, still allowed by widening', color),
      ...linesOf(known, '=', 'published, was allowed by widening before', color),
    ]
    const changes = lines.length > 0 ? lines : ['  unchanged\n']
    return `\n${color('bold', `target ${target}, ${rule}`)}: ${after.map(formatPrice).join('; ')}\n${changes.join('')}`
  })
  return rules.length > 0 ? `\nin widened targets:\n${rules.join('')}` : ''
}

// Widening adds many small pieces that say little; JSON has them all.
const MOST_LINES = 5

const STYLES = { '+': 'green', '-': 'red', '=': undefined } as const

function linesOf(set: PrefixSet, sign: keyof typeof STYLES, why: string, color: Color): string[] {
  const style = STYLES[sign]
  const lines = set.prefixes.slice(0, MOST_LINES).map((prefix) => {
    const line = `  ${sign} ${formatPrefix(prefix).padEnd(24)} ${why}`
    return `${style ? color(style, line) : line}\n`
  })
  const more = set.prefixes.length - MOST_LINES
  const rest = PrefixSet.of(set.prefixes.slice(MOST_LINES)).count
  return more > 0
    ? [...lines, `  ${sign} and ${formatCount(more)} more, ${formatCount(rest)} addresses ${why}\n`]
    : lines
}

type Labelled = DocumentLabel & { readonly policy: string }

const headingOf = (label: Labelled) => `policy ${label.policy} on ${formatLabel(label)}`

/** The price of each rule at a range of budgets, as a table with bars. */
export const curvesText = (label: Labelled, curves: readonly RuleCurve[]): string =>
  `${headingOf(label)}\n${curves.map(curveText).join('')}`

const BAR = 30

function curveText({ rule, family, before, addresses, least, binding, points }: RuleCurve): string {
  const tag = points[0]?.price.inside?.tag
  const isKnown = points.some(({ inSomeTag }) => inSomeTag !== undefined)
  const head = [
    'prefixes',
    'addresses more',
    'in all',
    ...(tag ? [`in ${tag}`] : []),
    ...(isKnown ? ["Microsoft's"] : []),
  ]
  const largest = points.map(({ price }) => price.extra).reduce(larger, 1n)
  const rows = points.map(({ price, inSomeTag }) => {
    const share = (part: bigint | undefined) =>
      part === undefined || price.extra === 0n ? '' : formatShare(part, price.extra)
    return [
      formatCount(price.after),
      formatCount(price.extra),
      formatFactor(addresses, price.extra),
      ...(tag ? [share(price.inside?.extra)] : []),
      ...(isKnown ? [share(inSomeTag)] : []),
      '#'.repeat(Number((price.extra * BigInt(BAR) + largest - 1n) / largest)),
    ]
  })
  const table = formatTable([head, ...rows], { right: [...head.keys()] })
  const end =
    least > 1
      ? `the minimum is ${formatCount(least)}: ${binding.map((name) => CONSTRAINTS[name]).join(', and ')}\n`
      : ''
  return `\n${rule}: ${familyPrefixes(before, family)}, ${plural(addresses, 'address', 'addresses')}\n${table}${end}`
}

const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b)

/** The price of each rule at one budget, and the merges. */
export function mergedText(
  label: Labelled,
  rules: readonly (TargetPrice & { readonly merges: readonly Merge[] })[],
): string {
  const texts = rules.map(({ rule, price, inSomeTag, merges }) => {
    const rows = merges.map(({ prefix, replaced, extra }) => [
      `  ${formatPrefix(prefix)}`,
      `for ${plural(replaced, 'prefix', 'prefixes')}`,
      `${plural(extra, 'address', 'addresses')} more`,
    ])
    return `\n${rule}: ${formatPrice(price)}${shareText(price, inSomeTag)}\n${formatTable(rows)}`
  })
  return `${headingOf(label)}\n${texts.join('')}`
}
