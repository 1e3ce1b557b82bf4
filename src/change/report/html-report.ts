import { createHash } from 'node:crypto'
import { formatPrefix, sizeOf } from '../../address/prefix.ts'
import { explainBySite, standingText } from '../../finding/finding.ts'
import { formatCount, plural } from '../../text/numbers.ts'
import { headline } from '../text/sentences.ts'
import { historyCharts } from './chart.ts'
import { Html, html } from './html.ts'
import { linkParts } from './links.ts'
import { ITEM_HEAD, itemRows, OPTION_HEAD, optionRows } from './option-rows.ts'
import { overview, unprovedDocument } from './overview.ts'
import { PIECE_HEAD, pieceRows } from './piece-rows.ts'
import { holdersText, kindNote, placesNote, regionsText } from './places-text.ts'
import type { ChangedPrefix, DeviceChange, HeldPrefix, Report } from './report-values.ts'
import { countUnchanged, summaryRows, type TagRow, tagRows } from './rule-rows.ts'
import { SCRIPT, STYLE } from './style.ts'
import { CAPACITY_HEAD, capacityRows, deviceText, fileRows, priceRows } from './target-rows.ts'
import { reportTitle } from './title.ts'

/**
 * The whole report as one self-contained page: no network, and only a script for searching. Its content security policy forbids
 * everything else, whatever a name in a document contains.
 */
export function reportHtml(report: Report): string {
  const title = reportTitle(report)
  const sections = [
    section('traffic', 'What opens and what closes', traffic(report)),
    section('options', 'Changed options', options(report)),
    section('items', 'What changes on the devices', items(report)),
    section('summary', 'Rule by rule', summary(report)),
    section('changes', 'Changed prefixes', changes(report)),
    section('targets', 'The files of the targets', targets(report)),
    section('capacity', 'How much of each device limit is used', capacity(report)),
    section('price', 'The price of widening', widening(report)),
    section('history', 'What each document changed', history(report)),
    section('all', 'Every prefix', prefixes(report)),
  ].filter((one) => one !== undefined)
  return html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentPolicy()}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<header>
<h1>${title}</h1>
<p><b>${headline(report.change, 3)}</b></p>
${overview(report).map((sentence) => html`<p>${sentence}</p>\n`)}</header>
${warnings(report)}<nav aria-label="Sections"><ul>${sections.map(({ id, heading }) => html`<li><a href="#${id}">${heading}</a></li>`)}</ul></nav>
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

/** A table that scrolls by itself on a narrow page, also by keyboard. */
function table(label: string, head: readonly string[], rows: readonly Html[], isTall = false): Html {
  return html`<p class="hint" aria-hidden="true">The table scrolls sideways.</p>
<div class="wide${isTall ? ' tall' : ''}" role="region" aria-label="${label}" tabindex="0"><table>
<thead><tr>${head.map((cell) => html`<th scope="col">${cell}</th>`)}</tr></thead>
<tbody>
${rows}</tbody></table></div>
`
}

function warnings({ findings, standing, accepted }: Report): Html | undefined {
  const lines = [
    ...accepted.map(
      ({ published, guards }) =>
        html`<b>Accepted by a person:</b> the document of ${published}, despite ${guards.join(', ')}`,
    ),
    ...[...explainBySite(findings), ...standingText(standing)].map(linked),
  ]
  if (lines.length === 0) return undefined
  return html`<aside class="notes" aria-label="Findings"><b>${plural(lines.length, 'finding')}</b>
<ul>${lines.map((line) => html`<li>${line}</li>\n`)}</ul></aside>
`
}

/** A sentence with working links to Microsoft's pages, and to no other site. */
function linked(text: string): Html {
  return html`${linkParts(text).map(({ text, isLink }) => (isLink ? html`<a href="${text}">${text}</a>` : text))}`
}

function traffic(report: Report): Html | undefined {
  const rows = pieceRows(report).map(
    ({ opens, isRisk, sign, traffic, local, rule, cause, addresses, prefixes, targets }) =>
      html`<tr class="${isRisk ? 'risk' : opens ? 'gain' : 'loss'}"><td class="sign">${opens ? '+' : '−'} ${sign}</td><th scope="row">${traffic}</th><td>${local}</td><td>${rule}</td><td>${cause}</td><td>${addresses}</td><td class="list">${prefixes}</td><td>${targets}</td></tr>
`,
  )
  return rows.length > 0 ? table('Traffic', PIECE_HEAD, rows) : undefined
}

function options({ change }: Report): Html | undefined {
  const rows = optionRows(change).map(
    ([target, ...cells]) =>
      html`<tr><th scope="row">${target}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>\n`,
  )
  return rows.length > 0 ? table('Options', OPTION_HEAD, rows) : undefined
}

function items({ change }: Report): Html | undefined {
  const rows = itemRows(change).map(([target, line]) => html`<tr><th scope="row">${target}</th><td>${line}</td></tr>\n`)
  return rows.length > 0 ? table('Items', ITEM_HEAD, rows) : undefined
}

function summary(report: Report): Html {
  const rows = summaryRows(report).map(({ rule, note, family, prefixes, addresses, gained, lost }) => {
    return html`<tr><th scope="row">${rule.name}${note && ` (${note})`}</th><td class="${rule.isRisk ? 'risk' : 'gain'}">${gained && `+ ${gained}`}</td><td class="loss">${lost && `− ${lost}`}</td><td>${family}</td><td class="n">${prefixes}</td><td class="n">${addresses}</td><td>${rule.flows.join(', ')}</td></tr>
`
  })
  const unchanged = countUnchanged(report)
  const rest = unchanged > 0 ? html`<p>${plural(unchanged, 'unchanged rule')}.</p>\n` : ''
  const head = ['rule', 'gained', 'lost', 'family', 'prefixes', 'addresses', 'flow']
  return html`${rows.length > 0 ? table('Rules', head, rows) : ''}${rest}`
}

function changes(report: Report): Html | undefined {
  if (report.before === undefined) return undefined
  if (report.tags.length === 0) {
    // Prefixes stay where the policy opens more, and the page must not seem to deny that.
    return report.change.targets.some(({ pieces }) => pieces.length > 0)
      ? undefined
      : html`<p>No address changed.</p>\n`
  }
  const note = placesNote(report)
  return html`${note && html`<p class="soft">${note}</p>\n`}${tagRows(report).map(tagChanges)}`
}

function tagChanges({ rule, others, tag: change }: TagRow): Html {
  const { tag, added, removed } = change
  const also = others.length > 0 ? `, also in ${others.join(', ')}` : ''
  const users = rule ? `${rule.name} (${rule.flows.join(', ')})${also}` : 'In no rule'
  const row = (change: ChangedPrefix, [state, sign, word]: readonly [string, string, string]) =>
    html`<tr class="${state}"><td class="sign">${sign} ${word}</td><th scope="row" class="cidr">${formatPrefix(change.prefix)}</th><td class="n">${formatCount(sizeOf(change.prefix))}</td><td>${regionsText(change, 12)}</td><td>${holdersText(change, 12)}</td></tr>
`
  const rows = [
    ...removed.map((change) => row(change, ['loss', '−', 'lost'])),
    ...added.map((change) => row(change, ['gain', '+', 'gained'])),
  ]
  const heading = html`<h3>${users}: ${tag}${kindNote(change)}</h3>\n`
  if (rows.length === 0) return heading
  return html`${heading}${table(`Changed prefixes of ${tag}`, ['', 'prefix', 'addresses', 'regions', 'other tags'], rows, rows.length > 40)}`
}

function targets({ targets, before }: Report): Html | undefined {
  if (targets.length === 0) return undefined
  const head = ['target', 'file', 'lines', ...(before ? ['on the device'] : [])]
  return table(
    'Targets',
    head,
    targets.flatMap((target) => targetRows(target, before !== undefined)),
  )
}

function targetRows(target: DeviceChange, isChange: boolean): Html[] {
  const name = html`${target.target} <span class="soft">(${target.vendor})</span>`
  const lines = fileRows(target)
  return lines.map(({ path, text }, index) => {
    const isFirst = index === 0
    const span = html` rowspan="${lines.length}"`
    return html`<tr>${isFirst ? html`<th scope="rowgroup"${span}>${name}</th>` : ''}<td class="cidr">${path}</td><td>${text}</td>${isFirst && isChange ? html`<td${span}>${deviceText(target)}</td>` : ''}</tr>
`
  })
}

function capacity({ capacity }: Report): Html | undefined {
  if (capacity.length === 0) return undefined
  const rows = capacityRows(capacity).map(
    ({ target, what, count, limit, share, pace }) =>
      html`<tr><th scope="row">${target}</th><td>${what}</td><td class="n">${count}</td><td class="n">${limit}</td><td class="n">${share}</td><td>${pace}</td></tr>\n`,
  )
  return table('Limits', CAPACITY_HEAD, rows)
}

function widening(report: Report): Html | undefined {
  const { before, prices } = report
  if (prices.length === 0) return undefined
  const head = ['target', 'rule', 'price', ...(before ? ['gained beyond the tags', 'lost beyond the tags'] : [])]
  const rows = priceRows(report).map(({ target, rule, text, gained, lost }) => {
    const counts = [gained, lost].map((count) => html`<td class="n">${formatCount(count)}</td>`)
    return html`<tr><th scope="row">${target}</th><td>${rule}</td><td>${text}</td>${before ? counts : ''}</tr>\n`
  })
  return table('Prices', head, rows)
}

function history({ history }: Report): Html | undefined {
  if (history.length === 0) return undefined
  return html`<div class="charts">
${historyCharts(history)}</div>
`
}

function prefixes({ prefixes }: Report): Html | undefined {
  if (prefixes.length === 0) return undefined
  const states = { held: '', gained: '+ gained', lost: '− lost' } as const
  const classes = { held: '', gained: 'gain', lost: 'loss' } as const
  const row = (held: HeldPrefix) =>
    html`<tr${held.state === 'held' ? '' : html` class="${classes[held.state]}"`}><th scope="row" class="cidr">${formatPrefix(held.prefix)}</th><td>${held.tag}</td><td>${regionsText(held, 6)}</td><td>${held.since}${held.isOldest ? ' or before' : ''}</td><td class="sign">${states[held.state]}</td></tr>
`
  return html`<p class="search" hidden><label for="search">Search</label><input id="search" type="search" placeholder="prefix, tag, region, date" autocomplete="off"><span id="found" role="status"></span></p>
<p class="only-print">The table of ${plural(prefixes.length, 'prefix', 'prefixes')} is on the screen only.</p>
<div class="screen"><p class="soft">First seen: the first document from which on the tag holds the whole prefix, of those that are stored here.</p>
${table('Every prefix', ['prefix', 'tag', 'regions', 'first seen', 'change'], prefixes.map(row), true)}</div>
`
}
