import { FAMILY_NAMES } from '../../address/family.ts'
import type { AddressFamily } from '../../address/prefix.ts'
import { formatCount, listText, plural } from '../../text/numbers.ts'
import { sanitize } from '../../text/sanitize.ts'
import { type Column, type Row, withoutEmptyColumns } from './report-table.ts'
import { type HistoryPoint, MOST_DOCUMENTS, type RuleHistory } from './report-values.ts'

/** HTML that is safe to insert into a page. */
export class Html {
  constructor(readonly text: string) {}
}

type Value = Html | string | number | undefined | readonly Value[]

/** Template tag for HTML: escapes every value except HTML; undefined becomes empty. */
export function html(strings: TemplateStringsArray, ...values: readonly Value[]): Html {
  return new Html(String.raw({ raw: strings }, ...values.map(textOf)))
}

function textOf(value: Value): string {
  if (value === undefined) return ''
  if (value instanceof Html) return value.text
  if (typeof value === 'number') return String(value)
  if (typeof value === 'string') return escapeHtml(value)
  return value.map(textOf).join('')
}

/** Escapes text for elements and quoted attributes. */
const escapeHtml = (text: string) =>
  sanitize(text).replaceAll(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`)

interface TableOptions {
  /** The name of its region, different from those of all other regions of the page. */
  readonly label: string
  readonly columns: readonly Column[]
  readonly rows: readonly Row<Html | string>[]
  /** True for hundreds of rows: it scrolls by itself. */
  readonly isTall?: boolean
}

/** A table without its empty columns; undefined without rows. On a phone, each row is a card with the labels of the columns. */
export function table({ label, isTall = false, ...whole }: TableOptions): Html | undefined {
  if (whole.rows.length === 0) return undefined
  const { columns, rows } = withoutEmptyColumns(whole)
  const labels = columns.map((column, place) => `--c${place + 1}:"${column.label}"`).join(';')
  return html`<div class="wide${isTall ? ' tall' : ''}" role="region" aria-label="${label}" tabindex="0"><table style="${labels}">
<thead><tr>${columns.map((column) => html`<th scope="col">${column.label}</th>`)}</tr></thead>
<tbody>
${rows.map(({ tone, cells }) => html`<tr${tone ? html` class="${tone}"` : ''}>${columns.map((column, index) => cell(column, cells[index] ?? ''))}</tr>\n`)}</tbody></table></div>
`
}

function cell({ kind, isName }: Column, text: Html | string): Html {
  const of = kind ? html` class="${kind}"` : ''
  return isName ? html`<th scope="row"${of}>${text}</th>` : html`<td${of}>${text}</td>`
}

/** The styles of the page, inline. */
export const STYLE = `
:root{color-scheme:light dark;--bg:#fff;--fg:#1f2328;--soft:#59636e;--line:#d1d9e0;--panel:#f6f8fa;--link:#0757b8;--gain:#116329;--gain-bg:#dafbe1;--loss:#b0190f;--loss-bg:#ffebe9;--risk:#7a4100;--risk-bg:#ffe8c2;--warn-bg:#fff8c5;--warn-line:#9a6700}
@media (prefers-color-scheme:dark){:root{--bg:#0d1117;--fg:#e6edf3;--soft:#a3adb8;--line:#3d444d;--panel:#161b22;--link:#79b8ff;--gain:#56d364;--gain-bg:#12341f;--loss:#ff8a80;--loss-bg:#43191a;--risk:#ffb454;--risk-bg:#402a08;--warn-bg:#33290b;--warn-line:#d4a72c}}
@media print{:root{color-scheme:light;--bg:#fff;--fg:#000;--soft:#444;--line:#bbb;--panel:#fff;--link:#000;--gain:#116329;--gain-bg:#fff;--loss:#b0190f;--loss-bg:#fff;--risk:#7a4100;--risk-bg:#fff;--warn-bg:#fff;--warn-line:#666}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:76rem;padding:1.5rem 1rem 4rem;background:var(--bg);color:var(--fg);font:15px/1.5 system-ui,"Segoe UI",Roboto,"DejaVu Sans",sans-serif}
h1{font-size:1.6rem;line-height:1.25;margin:.2rem 0 1rem;overflow-wrap:anywhere}
h2{font-size:1.2rem;margin:2.2rem 0 .6rem;padding-bottom:.25rem;border-bottom:1px solid var(--line)}
h3{font-size:1rem;margin:1.2rem 0 .4rem;overflow-wrap:anywhere}
p{margin:.4rem 0;max-width:52rem;overflow-wrap:anywhere}
a{color:var(--link)}
a:focus-visible,summary:focus-visible,input:focus-visible,.wide:focus-visible{outline:3px solid var(--link);outline-offset:2px}
nav ul{display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;list-style:none;margin:.8rem 0;padding:0}
code,.cidr,.code{font-family:ui-monospace,"Cascadia Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.92em}
.wide{overflow-x:auto;margin:.6rem 0;max-width:100%}
.tall{max-height:70vh;overflow:auto;border:1px solid var(--line)}
table{border-collapse:collapse;min-width:min(100%,40rem)}
tr[hidden]{display:none}
th,td{padding:.3rem .7rem;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}
thead th{background:var(--panel);font-weight:600;white-space:nowrap}
.tall thead th{position:sticky;top:0}
tbody th{font-weight:500}
.n{text-align:right;font-variant-numeric:tabular-nums}
.n,.cidr,.date{white-space:nowrap}
td.gain{color:var(--gain)}td.loss{color:var(--loss)}
tr.gain>*{background:var(--gain-bg)}tr.risk>*{background:var(--risk-bg)}tr.loss>*{background:var(--loss-bg)}
tr.gain .sign{color:var(--gain)}tr.risk .sign{color:var(--risk)}tr.loss .sign{color:var(--loss)}
.sign{font-weight:700;white-space:nowrap}
.soft,.scale{color:var(--soft)}
.notes{background:var(--warn-bg);border-left:4px solid var(--warn-line);padding:.5rem 1rem .5rem 2rem;margin:1rem 0}
.notes li{overflow-wrap:anywhere}
.charts{display:grid;gap:1.2rem;grid-template-columns:repeat(auto-fill,minmax(min(100%,28rem),1fr))}
figure{margin:0;min-width:0}
figure.history{border:1px solid var(--line);border-radius:6px;padding:.7rem .9rem}
figcaption{font-weight:600;overflow-wrap:anywhere}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,11rem),1fr));gap:1rem}
.scale{margin:.1rem 0;font-size:.85rem}
svg{display:block;width:100%;height:auto}
.axis{fill:none;stroke:var(--line)}
rect.gain{fill:var(--gain)}rect.loss{fill:var(--loss)}
summary{cursor:pointer;padding:.15rem 0;overflow-wrap:anywhere}
label{font-weight:600}
input{font:inherit;padding:.35rem .6rem;margin:0 .6rem;border:1px solid var(--soft);border-radius:4px;background:var(--bg);color:var(--fg);width:22rem;max-width:100%}
footer{margin-top:2.5rem;color:var(--soft);font-size:.85rem;overflow-wrap:anywhere}
@media (max-width:40rem){body{padding-top:.8rem}
h1{font-size:1.2rem;margin-bottom:.6rem}
h2{margin-top:1.4rem}
table,tbody,tr,td,tbody th{display:block}
thead{display:none}
table{min-width:0}
tbody tr{border:1px solid var(--line);border-radius:6px;padding:.4rem .7rem;margin:.5rem 0}
tr.gain{background:var(--gain-bg)}tr.risk{background:var(--risk-bg)}tr.loss{background:var(--loss-bg)}
tbody tr>*,tbody tr>.n{border:0;padding:.05rem 0;text-align:left;white-space:normal;overflow-wrap:anywhere}
tbody th{font-weight:600}
tbody tr>:empty{display:none}
tbody td:not(.sign)::before{color:var(--soft);margin-right:.4rem}
tbody td:not(.sign):nth-child(1)::before{content:var(--c1) ':'}tbody td:not(.sign):nth-child(2)::before{content:var(--c2) ':'}tbody td:not(.sign):nth-child(3)::before{content:var(--c3) ':'}tbody td:not(.sign):nth-child(4)::before{content:var(--c4) ':'}tbody td:not(.sign):nth-child(5)::before{content:var(--c5) ':'}tbody td:not(.sign):nth-child(6)::before{content:var(--c6) ':'}tbody td:not(.sign):nth-child(7)::before{content:var(--c7) ':'}tbody td:not(.sign):nth-child(8)::before{content:var(--c8) ':'}tbody td:not(.sign):nth-child(9)::before{content:var(--c9) ':'}}
@media print{body{max-width:none;padding:0;font-size:10pt}h1{font-size:1.3rem}nav,.search,.screen{display:none}.only-print{display:block!important}.wide,.tall{overflow:visible;max-height:none}h2,h3{break-after:avoid}figure,tr,.notes{break-inside:avoid}th,td{padding:.15rem .4rem}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
.only-print{display:none}
`

/** Filters the table of prefixes while typing: by words, or by the prefix that holds an address. The page is complete without it. */
export const SCRIPT = `
(function () {
  var search = document.getElementById('search')
  if (!search) return
  var rows = Array.prototype.slice.call(document.querySelectorAll('#all tbody tr'))
  var texts = rows.map(function (row) { return row.textContent.toLowerCase() })
  var prefixes = rows.map(function (row) {
    var parts = row.querySelector('th').textContent.split('/')
    var bits = bitsOf(parts[0])
    return bits && { size: bits.length, start: bits.slice(0, Number(parts[1])) }
  })
  var found = document.getElementById('found')
  function digits(value, base, length) {
    var text = parseInt(value, base).toString(2)
    return new Array(length - text.length + 1).join('0') + text
  }
  function bitsOf(text) {
    if (/^\\d{1,3}(\\.\\d{1,3}){3}$/.test(text)) {
      var bytes = text.split('.')
      return bytes.every(function (byte) { return byte < 256 }) ? bytes.map(function (byte) { return digits(byte, 10, 8) }).join('') : ''
    }
    if (!/^[0-9a-f:]*:[0-9a-f:]*$/.test(text)) return ''
    var sides = text.split('::')
    var groups = sides.map(function (side) { return side === '' ? [] : side.split(':') })
    var missing = 8 - groups[0].length - (groups[1] || []).length
    if (sides.length > 2 || (sides.length === 2 ? missing < 1 : missing !== 0)) return ''
    var all = groups[0].concat(sides.length === 2 ? new Array(missing + 1).join('0').split('') : [], groups[1] || [])
    return all.every(function (group) { return /^[0-9a-f]{1,4}$/.test(group) }) ? all.map(function (group) { return digits(group, 16, 16) }).join('') : ''
  }
  function filter() {
    var words = search.value.toLowerCase().split(/\\s+/).filter(Boolean)
    var addresses = words.map(bitsOf)
    var count = 0
    rows.forEach(function (row, index) {
      var own = prefixes[index]
      row.hidden = !words.every(function (word, place) {
        var address = addresses[place]
        return texts[index].indexOf(word) >= 0 || Boolean(address && own && address.length === own.size && address.indexOf(own.start) === 0)
      })
      if (!row.hidden) count += 1
    })
    found.textContent = count + ' of ' + rows.length
  }
  search.parentNode.hidden = false
  search.addEventListener('input', filter)
  filter()
})()
`

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

function numbers(rule: string, families: readonly AddressFamily[], points: readonly HistoryPoint[]): Html | undefined {
  const columns: Column[] = [
    { label: 'document', isName: true },
    ...families.flatMap((family): Column[] =>
      ['gained', 'lost'].map((what) => ({ label: `${FAMILY_NAMES[family]} ${what}`, kind: 'n' })),
    ),
  ]
  const rows = points.map(({ published, changes }): Row<string> => {
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
  const changed = columns.filter(isChange).length
  const label = `${rule}, ${name}: addresses changed in ${changed} of ${plural(points.length, 'document')}`
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

/** The height of a count, from 0 to 1, on a logarithmic scale: 8 and 65,536 addresses are both to be seen. */
const shareOf = (count: bigint, most: bigint) => Math.log2(1 + Number(count)) / Math.log2(1 + Number(most))

const round = (value: number) => Math.round(value * 10) / 10

const larger = (a: bigint, b: bigint) => (a > b ? a : b)
