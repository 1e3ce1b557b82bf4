import { createHash } from 'node:crypto'
import { formatPrefix, sizeOf } from '../../address/prefix.ts'
import { explainBySite, standingText } from '../../finding/finding.ts'
import { formatCount, plural } from '../../text/numbers.ts'
import { type Column, Html, historyCharts, html, type Row, SCRIPT, STYLE, table } from './html.ts'
import { overview, reportTitle, titleWith, unprovedDocument } from './overview.ts'
import type { ChangedPrefix, Report } from './report-values.ts'
import {
  capacityTable,
  countUnchanged,
  deviceText,
  fileRows,
  holdersText,
  itemTable,
  kindNote,
  linkParts,
  optionTable,
  PIECE_HEAD,
  type PlainTable,
  pieceRows,
  placesNote,
  priceRows,
  regionsText,
  summaryRows,
  type TagRow,
  tagRows,
} from './rows.ts'
import { headline } from './sentences.ts'

/**
 * The whole report as one self-contained page: no network, and only a script for searching. Its content security policy forbids
 * everything else, whatever a name in a document contains.
 */
export function reportHtml(report: Report): string {
  const sections = [
    section('traffic', 'What opens and what closes', traffic(report)),
    section('options', 'Changed options', plainTable('Options', optionTable(report))),
    section('items', 'What changes on the devices', plainTable('Items', itemTable(report))),
    section('findings', 'Findings', warnings(report)),
    section('changes', 'Changed prefixes', changes(report)),
    section('summary', 'Rules', summary(report)),
    section('targets', 'Files', targets(report)),
    section('capacity', 'Device limits that moved or are nearly full', capacity(report)),
    section('price', 'The price of widening', widening(report)),
    section('history', 'What each document changed', history(report)),
    section('all', 'Every prefix', prefixes(report)),
  ].filter((one) => one !== undefined)
  const unchanged = countUnchanged(report)
  const sentences = [
    ...overview(report),
    ...(unchanged > 0 ? [`${plural(unchanged, 'rule is', 'rules are')} unchanged.`] : []),
  ]
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
${sentences.map((sentence) => html`<p>${sentence}</p>\n`)}</header>
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

/** Accepted guards and findings; absent without any. */
function warnings({ findings, standing, accepted }: Report): Html | undefined {
  const lines = [
    ...accepted.map(
      ({ published, guards }) =>
        html`<b>Accepted by a person:</b> the document of ${published}, despite ${guards.join(', ')}`,
    ),
    ...[...explainBySite(findings), ...standingText(standing)].map(linked),
  ]
  return lines.length > 0 ? html`<ul class="notes">${lines.map((line) => html`<li>${line}</li>\n`)}</ul>\n` : undefined
}

/** A sentence with working links to Microsoft's pages, and to no other site. */
function linked(text: string): Html {
  return html`${linkParts(text).map(({ text, isLink }) => (isLink ? html`<a href="${text}">${text}</a>` : text))}`
}

function traffic(report: Report): Html | undefined {
  const rows = pieceRows(report).map(
    ({ opens, isRisk, sign, traffic, local, rule, cause, addresses, prefixes, every, targets }): Row => ({
      tone: isRisk ? 'risk' : opens ? 'gain' : 'loss',
      cells: [
        `${opens ? '+' : '−'} ${sign}`,
        ...[traffic, local, rule, cause, addresses],
        prefixList(prefixes, every),
        targets,
      ],
    }),
  )
  const columns = PIECE_HEAD.map(
    (label, index): Column => (index === 0 ? { label, kind: 'sign' } : { label, isName: index === 1 }),
  )
  return table({ label: 'Traffic', columns, rows })
}

// A page of a browser lists more of them without effort, but a cell of many rows each has as many.
const MOST_LISTED = 1000

/** The first prefixes, which a click opens to all of them. */
function prefixList(first: string, every: readonly string[]): Html | string {
  if (first === every.join(', ')) return first
  const more = every.length - MOST_LISTED
  const rest = more > 0 ? html` and <a href="#all">${formatCount(more)} more</a>` : ''
  return html`<details><summary>${first}</summary>${every.slice(0, MOST_LISTED).join(', ')}${rest}</details>`
}

const plainTable = (label: string, { head, rows }: PlainTable) =>
  table({ label, columns: named(head), rows: rows.map((cells) => ({ cells })) })

/** Columns of text, of which the first names the row. */
const named = (labels: readonly string[]): Column[] => labels.map((label, index) => ({ label, isName: index === 0 }))

function summary(report: Report): Html | undefined {
  const rows = summaryRows(report).map(({ rule, note, family, prefixes, addresses, gained, lost }): Row => {
    return {
      cells: [
        `${rule.name}${note && ` (${note})`}`,
        gained && html`<span class="${rule.isRisk ? 'risk' : 'gain'}">+ ${gained}</span>`,
        lost && html`<span class="loss">− ${lost}</span>`,
        ...[family, prefixes, addresses, rule.flows.join(', ')],
      ],
    }
  })
  const columns: Column[] = [
    ...named(['rule', 'gained', 'lost', 'family']),
    { label: 'prefixes', kind: 'n' },
    { label: 'addresses', kind: 'n' },
    { label: 'traffic' },
  ]
  return table({ label: 'Changed rules', columns, rows })
}

function changes(report: Report): Html | undefined {
  if (report.before === undefined || report.tags.length === 0) return undefined
  const note = placesNote(report)
  return html`${note && html`<p class="soft">${note}</p>\n`}${tagRows(report).map(tagChanges)}`
}

const PREFIX_COLUMNS: Column[] = [
  { label: 'change', kind: 'sign' },
  { label: 'prefix', kind: 'cidr', isName: true },
  { label: 'addresses', kind: 'n' },
  ...[{ label: 'regions' }, { label: 'other tags' }],
]

function tagChanges({ rule, others, tag: change }: TagRow): Html {
  const { tag, added, removed } = change
  const also = others.length > 0 ? `, also in ${others.join(', ')}` : ''
  const users = rule ? `${rule.name} (${rule.flows.join(', ')})${also}` : 'In no rule'
  const row = (change: ChangedPrefix, tone: 'gain' | 'loss', sign: string): Row => ({
    tone,
    cells: [
      ...[sign, formatPrefix(change.prefix), formatCount(sizeOf(change.prefix))],
      change.regions ? regionsText(change, 12) : '',
      change.holders ? holdersText(change, 12) : '',
    ],
  })
  const rows = [
    ...removed.map((change) => row(change, 'loss', '− lost')),
    ...added.map((change) => row(change, 'gain', '+ gained')),
  ]
  const heading = html`<h3>${users}: ${tag}${kindNote(change)}</h3>\n`
  const label = `Changed prefixes of ${tag}`
  return html`${heading}${table({ label, columns: PREFIX_COLUMNS, rows, isTall: rows.length > 40 })}`
}

function targets({ targets, before }: Report): Html | undefined {
  const rows = targets.flatMap((target): Row[] => {
    const files = fileRows(target)
    if (files.length === 0) return []
    return [
      {
        cells: [
          `${target.target} (${target.vendor})`,
          html`${files.map(({ paths, text }) => html`<div><span class="path">${paths.join(', ')}</span>: ${text}</div>`)}`,
          before ? deviceText(target) : '',
        ],
      },
    ]
  })
  return table({ label: 'Files of targets', columns: named(['target', 'files', 'on the device']), rows })
}

function capacity(report: Report): Html | undefined {
  const { head, rows } = capacityTable(report)
  const columns = named(head).map((column, index): Column => {
    return index > 1 && index < 5 ? { ...column, kind: 'n' } : column
  })
  return table({ label: 'Limits', columns, rows: rows.map((cells) => ({ cells })) })
}

function widening(report: Report): Html | undefined {
  const rows = priceRows(report).map(({ target, rule, text, gained, lost }): Row => {
    return { cells: [target, rule, text, ...[gained, lost].map((count) => (report.before ? formatCount(count) : ''))] }
  })
  const columns: Column[] = [
    ...named(['target', 'rule', 'price']),
    { label: 'gained beyond the tags', kind: 'n' },
    { label: 'lost beyond the tags', kind: 'n' },
  ]
  return table({ label: 'Prices', columns, rows })
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
  const rows = prefixes.map((held): Row => {
    const since = `${held.since}${held.isOldest ? ' or before' : ''}`
    const regions = held.regions ? regionsText(held, 6) : ''
    return { tone: tones[held.state], cells: [formatPrefix(held.prefix), held.tag, regions, since, states[held.state]] }
  })
  return html`<p class="search" hidden><label for="search">Search</label><input id="search" type="search" placeholder="address, prefix, tag, region, date" autocomplete="off"><span id="found" role="status"></span></p>
<p class="only-print">The table of ${plural(prefixes.length, 'prefix', 'prefixes')} is on the screen only.</p>
<div class="screen"><p class="soft">First seen: the first document from which on the tag holds the whole prefix, of those that are stored here.</p>
${table({ label: 'Table of prefixes', columns: HELD_COLUMNS, rows, isTall: true })}</div>
`
}
