import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { FAMILY_NAMES } from '../../address/family.ts'
import type { AddressFamily } from '../../address/prefix.ts'
import { explainBySite, standingText } from '../../finding/finding.ts'
import { SHIPPED } from '../../paths.ts'
import { formatCount, listText, plural } from '../../text/numbers.ts'
import { sanitize } from '../../text/sanitize.ts'
import { MOST_DOCUMENTS, type RuleHistory } from './prefix-tables.ts'
import type { Report } from './report.ts'
import { type Folded, type ReportTable, type TableRows, withoutEmptyColumns } from './report-table.ts'
import { linkParts } from './tables.ts'

/** The report as one page without a network. Its content security policy allows a script for searching only, whatever names in documents contain. */
export function reportHtml(report: Report): string {
  const { tables, details, tags, tagsNote, history, prefixes } = report
  const charts = historyCharts(history)
  const drawn = charts.length > 0 && html`<div class="charts">\n${charts}</div>\n`
  const note = tagsNote && html`<p class="soft">${tagsNote}</p>\n`
  const sections = [
    ...tables.map(tableSection),
    section('findings', 'Findings', warnings(report)),
    section('changes', 'Changed prefixes', tags.length > 0 && html`${note}${tags.map(tagChanges)}`),
    ...details.map(tableSection),
    section('history', 'What each document changed', drawn),
    section(prefixes.id, prefixes.heading, prefixes.rows.length > 0 && everyPrefix(prefixes)),
  ].filter((one) => one !== undefined)
  const [style, script] = [partOfPage('report.css'), partOfPage('report.js')]
  return html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentPolicy(script)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${report.title}</title>
<style>${style}</style>
</head>
<body>
<header>
<h1>${report.heading}</h1>
${report.sentences.map((sentence) => html`<p>${sentence}</p>\n`)}</header>
<nav aria-label="Sections"><ul>${sections.map(({ id, heading }) => html`<li><a href="#${id}">${heading}</a></li>`)}</ul></nav>
<main>
${sections.map(({ body }) => body)}</main>
<footer>${report.unproved ?? html`Document: ${report.source}, SHA-256 <code>${report.sha256}</code>`}</footer>
<script>${script}</script>
</body>
</html>
`.text
}

/** A part of the page that is a file of its own, to stand inline in it. */
const partOfPage = (file: string) => new Html(`\n${readFileSync(join(SHIPPED.page, file), 'utf8')}`)

function contentPolicy(script: Html): string {
  const hash = createHash('sha256').update(script.text).digest('base64')
  return `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`
}

function section(id: string, heading: string, content: Html | false | undefined) {
  if (!content) return undefined
  const body = html`<section id="${id}" aria-labelledby="${id}-heading">
<h2 id="${id}-heading">${heading}</h2>
${content}</section>
`
  return { id, heading, body }
}

const tableSection = (one: ReportTable) => section(one.id, one.heading, table(`Table: ${one.heading}`, one))

/** The findings; absent without any. */
function warnings({ findings, standing }: Report): Html | undefined {
  const lines = [...explainBySite(findings), ...standingText(standing)].map(linked)
  return lines.length > 0 ? html`<ul class="notes">${lines.map((line) => html`<li>${line}</li>\n`)}</ul>\n` : undefined
}

/** A sentence with working links to Microsoft's pages, and to no other site. */
function linked(text: string): Html {
  return html`${linkParts(text).map(({ text, isLink }) => (isLink ? html`<a href="${text}">${text}</a>` : text))}`
}

// A page of a browser lists more of them without effort, but a cell of many rows each has as many.
const MOST_LISTED = 1000

/** A list shows its beginning, which a click opens to all of it. */
function cellText(cell: string | Folded): Html | string {
  if (typeof cell === 'string') return cell
  const { start, every } = cell
  if (start === every.join(', ')) return start
  const more = every.length - MOST_LISTED
  const rest = more > 0 ? html` and <a href="#all">${formatCount(more)} more</a>` : ''
  return html`<details><summary>${start}</summary>${every.slice(0, MOST_LISTED).join(', ')}${rest}</details>`
}

const tagChanges = (one: ReportTable): Html =>
  html`<h3>${one.heading}</h3>\n${table(`Changed prefixes of ${one.id}`, one, one.rows.length > 40)}`

function everyPrefix(prefixes: ReportTable): Html {
  return html`<p class="search" hidden><label for="search">Search</label><input id="search" type="search" placeholder="address, prefix, tag, region, date" autocomplete="off"><span id="found" role="status"></span></p>
<p class="only-print">The table of ${plural(prefixes.rows.length, 'prefix', 'prefixes')} is on the screen only.</p>
<div class="screen"><p class="soft">First seen: the first document from which on the tag holds the whole prefix, of those that are stored here.</p>
${table('Table of prefixes', prefixes, true)}</div>
`
}

/** HTML that is safe to insert into a page. */
class Html {
  constructor(readonly text: string) {}
}

type Value = Html | string | number | undefined | readonly Value[]

/** Template tag for HTML: escapes every value except HTML; undefined becomes empty. */
function html(strings: TemplateStringsArray, ...values: readonly Value[]): Html {
  return new Html(String.raw({ raw: strings }, ...values.map(textOf)))
}

/** The text of a value, escaped for elements and quoted attributes. */
function textOf(value: Value): string {
  if (value === undefined) return ''
  if (value instanceof Html) return value.text
  if (typeof value === 'object') return value.map(textOf).join('')
  return sanitize(String(value)).replaceAll(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`)
}

/**
 * A table without its empty columns; undefined without rows. On a phone, each row is a card with the labels of the columns. `label` is the name of its
 * region, different from those of all other regions of the page; `isTall`: it has hundreds of rows, and scrolls by itself.
 */
function table(label: string, whole: TableRows, isTall = false): Html | undefined {
  if (whole.rows.length === 0) return undefined
  const { columns, rows, name } = withoutEmptyColumns(whole)
  const labels = columns.map((column, place) => `--c${place + 1}:"${column.label}"`).join(';')
  const cell = (value: string | Folded, index: number) => {
    const kind = columns[index]?.kind
    const of = kind === 'text' ? '' : html` class="${kind}"`
    return index === name ? html`<th scope="row"${of}>${cellText(value)}</th>` : html`<td${of}>${cellText(value)}</td>`
  }
  return html`<div class="wide${isTall ? ' tall' : ''}" role="region" aria-label="${label}" tabindex="0"><table style="${labels}">
<thead><tr>${columns.map((column) => html`<th scope="col">${column.label}</th>`)}</tr></thead>
<tbody>
${rows.map(({ tone, cells }) => html`<tr${tone ? html` class="${tone}"` : ''}>${cells.map(cell)}</tr>\n`)}</tbody></table></div>
`
}

const [WIDTH, HEIGHT, PAD] = [320, 112, 4]
const MIDDLE = HEIGHT / 2

/** The gains and losses of each rule with each document: a chart per family that changed, and the numbers as a table. */
function historyCharts(history: readonly RuleHistory[]): Html[] {
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

function numbers(rule: string, families: readonly AddressFamily[], points: RuleHistory['points']): Html | undefined {
  const labels = families.flatMap((family) => ['gained', 'lost'].map((what) => `${FAMILY_NAMES[family]} ${what}`))
  const counts = Object.fromEntries(labels.map((label) => [label, 'n' as const]))
  const rows = points.map(({ published, changes }) => {
    const own = families.flatMap((family) => [changes?.[family].gained, changes?.[family].lost])
    return { cells: [published, ...own.map((count) => (count === undefined ? '–' : formatCount(count)))] }
  })
  return table(`Addresses of ${rule} by document`, { columns: { document: 'text', ...counts }, rows })
}

/** A column for each document: gained addresses above the axis, lost ones below it. */
function chart(rule: string, family: AddressFamily, points: RuleHistory['points']): Html {
  const columns = points.map(({ changes }) => changes?.[family] ?? NOTHING)
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
