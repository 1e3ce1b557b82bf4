import { FAMILY_NAMES } from '../../address/family.ts'
import type { AddressFamily } from '../../address/prefix.ts'
import { formatCount, listText, plural } from '../../text/numbers.ts'
import { type Column, type Html, html, type Row, table } from './html.ts'
import { type HistoryPoint, MOST_DOCUMENTS, type RuleHistory } from './report-values.ts'

const [WIDTH, HEIGHT, PAD] = [320, 112, 4]
const MIDDLE = HEIGHT / 2

/** The gains and losses of each rule with each document: a chart per family that changed, and the numbers as a table. */
export function historyCharts(history: readonly RuleHistory[]): Html[] {
  return history.flatMap(({ rule, tags, families, points }) => {
    const changed = families.filter((family) => points.some(({ changes }) => isChange(changes?.[family])))
    if (changed.length === 0) return []
    return html`<figure class="history">
<figcaption>${rule} <span class="soft">(${listText(tags, 3)})</span></figcaption>
<div class="pair">${changed.map((family) => chart(rule, family, points))}</div>
<details><summary>The numbers of ${rule}</summary>
${numbers(rule, changed, points)}</details>
</figure>
`
  })
}

const isChange = (counts: { readonly gained: bigint; readonly lost: bigint } | undefined) =>
  counts !== undefined && counts.gained + counts.lost > 0n

function numbers(rule: string, families: readonly AddressFamily[], points: readonly HistoryPoint[]): Html {
  const columns: Column[] = [
    { label: 'document', isName: true },
    ...families.flatMap((family): Column[] =>
      ['gained', 'lost'].map((what) => ({ label: `${FAMILY_NAMES[family]} ${what}`, kind: 'n' })),
    ),
  ]
  const rows = points.map(({ published, changes }): Row => {
    const counts = families.flatMap((family) => [changes?.[family].gained, changes?.[family].lost])
    return { cells: [published, ...counts.map((count) => (count === undefined ? '–' : formatCount(count)))] }
  })
  return table({ label: `Addresses of ${rule} by document`, columns, rows })
}

/** A column for each document: gained addresses above the axis, lost ones below it. */
function chart(rule: string, family: AddressFamily, points: readonly HistoryPoint[]): Html {
  const columns = points.map(({ published, changes }) => ({ published, ...(changes?.[family] ?? NOTHING) }))
  const most = columns.flatMap(({ gained, lost }) => [gained, lost]).reduce(larger, 0n)
  const name = FAMILY_NAMES[family]
  const span = [...new Set([points[0]?.published, points.at(-1)?.published])].join(' to ')
  const changed = columns.filter(({ gained, lost }) => gained > 0n || lost > 0n)
  const label = `${rule}, ${name}: addresses changed in ${changed.length} of ${plural(points.length, 'document')}; ${changed.map(columnText).join('; ')}`
  const step = (WIDTH - 2 * PAD) / MOST_DOCUMENTS
  // The newest document stands at the right end.
  const start = WIDTH - PAD - columns.length * step
  const bars = columns.flatMap(({ gained, lost }, index) => {
    const x = round(start + (index + 0.15) * step)
    const bar = (kind: 'gain' | 'loss', count: bigint) => {
      const height = round(shareOf(count, most) * (MIDDLE - PAD))
      const y = kind === 'gain' ? round(MIDDLE - height) : MIDDLE
      return html`<rect class="${kind}" x="${x}" y="${y}" width="${round(step * 0.7)}" height="${height}"/>`
    }
    return [...(gained > 0n ? [bar('gain', gained)] : []), ...(lost > 0n ? [bar('loss', lost)] : [])]
  })
  return html`<div><svg role="img" viewBox="0 0 ${WIDTH} ${HEIGHT}" aria-label="${label}"><title>${label}</title>
${bars}<path class="axis" d="M${PAD} ${MIDDLE}H${WIDTH - PAD}"/>
</svg><p class="scale"><b>${name}</b> gained above, lost below, at most ${formatCount(most)} addresses; heights are logarithmic<br>${span}</p></div>`
}

const NOTHING = { gained: 0n, lost: 0n }

const columnText = ({ published, gained, lost }: { published: string; gained: bigint; lost: bigint }) =>
  `${published} +${formatCount(gained)} −${formatCount(lost)}`

/** The height of a count, from 0 to 1, on a logarithmic scale: 8 and 65,536 addresses are both to be seen. */
const shareOf = (count: bigint, most: bigint) => Math.log2(1 + Number(count)) / Math.log2(1 + Number(most))

const round = (value: number) => Math.round(value * 10) / 10

const larger = (a: bigint, b: bigint) => (a > b ? a : b)
