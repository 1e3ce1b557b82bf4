import { createHash } from 'node:crypto'
import { formatPrefix } from '../../address/prefix.ts'
import { explainBySite, standingText } from '../../finding/finding.ts'
import { formatCount, plural } from '../../text/numbers.ts'
import { Html, historyCharts, html, SCRIPT, STYLE, table } from './html.ts'
import { overview, reportTitle, titleWith, unprovedDocument } from './overview.ts'
import type { Column, Folded, ReportTable, Row } from './report-table.ts'
import type { Report } from './report-values.ts'
import { headline } from './sentences.ts'
import {
  capacityTable,
  fileTable,
  itemTable,
  linkParts,
  optionTable,
  placesCell,
  placesNote,
  priceTable,
  ruleTable,
  tagTables,
  trafficTable,
} from './tables.ts'

/**
 * The whole report as one self-contained page: no network, and only a script for searching. Its content security policy forbids
 * everything else, whatever a name in a document contains.
 */
export function reportHtml(report: Report): string {
  const all = report.change.targets
  const sections = [
    ...[trafficTable(all), optionTable(all), itemTable(all), ruleTable(report)].map(tableSection),
    section('findings', 'Findings', warnings(report)),
    section('changes', 'Changed prefixes', changes(report)),
    ...[fileTable(report), capacityTable(report), priceTable(report)].map(tableSection),
    section('history', 'What each document changed', history(report)),
    section('all', 'Every prefix', prefixes(report)),
  ].filter((one) => one !== undefined)
  return html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentPolicy()}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${reportTitle(report)}</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<header>
<h1>${titleWith(headline(report.change), report)}</h1>
${overview(report).map((sentence) => html`<p>${sentence}</p>\n`)}</header>
<nav aria-label="Sections"><ul>${sections.map(({ id, heading }) => html`<li><a href="#${id}">${heading}</a></li>`)}</ul></nav>
<main>
${sections.map(({ body }) => body)}</main>
<footer>${unprovedDocument(report) ?? html`Document: ${report.source}, SHA-256 <code>${report.sha256}</code>`}</footer>
<script>${new Html(SCRIPT)}</script>
</body>
</html>
`.text
}

function contentPolicy(): string {
  const hash = createHash('sha256').update(SCRIPT).digest('base64')
  return `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`
}

interface Section {
  readonly id: string
  readonly heading: string
  readonly body: Html
}

function section(id: string, heading: string, content: Html | undefined): Section | undefined {
  if (content === undefined) return undefined
  const body = html`<section id="${id}" aria-labelledby="${id}-heading">
<h2 id="${id}-heading">${heading}</h2>
${content}</section>
`
  return { id, heading, body }
}

function tableSection({ id, heading, columns, rows }: ReportTable): Section | undefined {
  return section(id, heading, table({ label: `Table: ${heading}`, columns, rows: rows.map(pageRow) }))
}

const pageRow = ({ tone, cells }: Row<string | Folded>) => ({ tone, cells: cells.map(cellOf) })

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
function cellOf(cell: string | Folded): Html | string {
  if (typeof cell === 'string') return cell
  const { start, every } = cell
  if (start === every.join(', ')) return start
  const more = every.length - MOST_LISTED
  const rest = more > 0 ? html` and <a href="#all">${formatCount(more)} more</a>` : ''
  return html`<details><summary>${start}</summary>${every.slice(0, MOST_LISTED).join(', ')}${rest}</details>`
}

function changes(report: Report): Html | undefined {
  if (report.before === undefined || report.tags.length === 0) return undefined
  const note = placesNote(report)
  return html`${note && html`<p class="soft">${note}</p>\n`}${tagTables(report).map(tagChanges)}`
}

function tagChanges({ id, heading, columns, rows }: ReportTable): Html {
  const label = `Changed prefixes of ${id}`
  return html`<h3>${heading}</h3>\n${table({ label, columns, rows: rows.map(pageRow), isTall: rows.length > 40 })}`
}

function history({ history }: Report): Html | undefined {
  const charts = historyCharts(history)
  return charts.length > 0 ? html`<div class="charts">\n${charts}</div>\n` : undefined
}

const HELD_COLUMNS: Column[] = [
  { label: 'prefix', kind: 'cidr', isName: true },
  ...[{ label: 'tag' }, { label: 'regions' }],
  { label: 'first seen', kind: 'date' },
  { label: 'change', kind: 'sign' },
]

function prefixes({ prefixes }: Report): Html | undefined {
  if (prefixes.length === 0) return undefined
  const states = { held: '', gained: '+ gained', lost: '− lost' } as const
  const tones = { held: undefined, gained: 'gain', lost: 'loss' } as const
  const rows = prefixes.map(({ prefix, tag, state, regions, since, isOldest }) => {
    const places = placesCell(regions, 'no region')
    const seen = `${since}${isOldest ? ' or before' : ''}`
    return pageRow({ tone: tones[state], cells: [formatPrefix(prefix), tag, places, seen, states[state]] })
  })
  return html`<p class="search" hidden><label for="search">Search</label><input id="search" type="search" placeholder="address, prefix, tag, region, date" autocomplete="off"><span id="found" role="status"></span></p>
<p class="only-print">The table of ${plural(prefixes.length, 'prefix', 'prefixes')} is on the screen only.</p>
<div class="screen"><p class="soft">First seen: the first document from which on the tag holds the whole prefix, of those that are stored here.</p>
${table({ label: 'Table of prefixes', columns: HELD_COLUMNS, rows, isTall: true })}</div>
`
}
