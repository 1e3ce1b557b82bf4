import { FAMILY_NAMES } from '../../address/family.ts'
import { type AddressFamily, FAMILIES } from '../../address/prefix.ts'
import { daysBetween } from '../../text/dates.ts'
import { formatCount, plural } from '../../text/numbers.ts'
import type { HistoryPoint, TagHistory } from '../report-values.ts'
import { type Html, html } from './html.ts'

const [WIDTH, HEIGHT, PAD] = [320, 96, 8]

/** The addresses of each tag over time: a chart per family, and the numbers as a table for accessibility. */
export function historyCharts(history: readonly TagHistory[]): Html[] {
  return history.map(
    ({ tag, points }) => html`<figure class="history">
<figcaption>${tag}</figcaption>
<div class="pair">${FAMILIES.map((family) => chart(tag, family, points))}</div>
<details><summary>The numbers of ${tag}</summary>
<div class="wide"><table><thead><tr><th scope="col">document</th><th scope="col">IPv4 prefixes</th><th scope="col">IPv4 addresses</th><th scope="col">IPv6 prefixes</th><th scope="col">IPv6 addresses</th></tr></thead>
<tbody>${points.map(numbers)}</tbody></table></div></details>
</figure>
`,
  )
}

function numbers({ published, sizes }: HistoryPoint): Html {
  const cells = FAMILIES.flatMap((family) => [sizes?.[family].prefixes, sizes?.[family].addresses])
  return html`<tr><th scope="row">${published}</th>${cells.map(
    (count) => html`<td class="n">${count === undefined ? '–' : formatCount(count)}</td>`,
  )}</tr>
`
}

interface Known {
  readonly published: string
  readonly count: bigint
}

function chart(tag: string, family: AddressFamily, points: readonly HistoryPoint[]): Html {
  const known = points.flatMap(({ published, sizes }): Known[] =>
    sizes && sizes[family].addresses > 0n ? [{ published, count: sizes[family].addresses }] : [],
  )
  const [first, last] = [known[0], known.at(-1)]
  const name = FAMILY_NAMES[family]
  if (!first || !last) return html`<p class="empty">No ${name} address in any document.</p>`
  const counts = known.map(({ count }) => count)
  const [least, most] = [counts.reduce(smaller), counts.reduce(larger)]
  const label = `${tag}, ${name}: ${formatCount(first.count)} addresses on ${first.published}, ${formatCount(last.count)} on ${last.published}; least ${formatCount(least)}, most ${formatCount(most)}, in ${plural(known.length, 'document')}`
  return html`<div><svg role="img" viewBox="0 0 ${WIDTH} ${HEIGHT}" aria-label="${label}"><title>${label}</title>
<path class="axis" d="M${PAD} ${HEIGHT - PAD}H${WIDTH - PAD}"/><path class="line" d="${pathOf(points, family, most)}"/>
</svg><p class="scale"><b>${name}</b> ${formatCount(last.count)} ${least === most ? 'addresses, always' : `addresses; most ${formatCount(most)}`}; the chart begins at zero<br>${first.published} to ${last.published}</p></div>`
}

/** A step line, because there are no values between documents; with a gap where a document lacks the tag. */
function pathOf(points: readonly HistoryPoint[], family: AddressFamily, most: bigint): string {
  const [start, end] = [points[0]?.published ?? '', points.at(-1)?.published ?? '']
  const days = Math.max(1, daysBetween(start, end))
  const x = (published: string) => round(PAD + (daysBetween(start, published) / days) * (WIDTH - 2 * PAD))
  const y = (count: bigint) => {
    const share = Number((count * 10_000n) / most) / 10_000
    return round(HEIGHT - PAD - share * (HEIGHT - 2 * PAD))
  }
  let path = ''
  let isOn = false
  for (const { published, sizes } of points) {
    const count = sizes?.[family].addresses ?? 0n
    if (isOn) path += `H${x(published)}`
    if (count > 0n) path += isOn ? `V${y(count)}` : `M${x(published)} ${y(count)}`
    isOn = count > 0n
  }
  // Draw the newest state too, even if it is the only one.
  return isOn ? `${path}h${PAD}` : path
}

const round = (value: number) => Math.round(value * 10) / 10
const smaller = (a: bigint, b: bigint) => (a < b ? a : b)
const larger = (a: bigint, b: bigint) => (a > b ? a : b)
