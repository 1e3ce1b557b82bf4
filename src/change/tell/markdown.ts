import { explainBySite, standingText } from '../../finding/finding.ts'
import { formatTable } from '../../text/lines.ts'
import { formatCount, plural } from '../../text/numbers.ts'
import { sanitize } from '../../text/sanitize.ts'
import { andMore, type Block, code, escaped, fill, folded, linked, paragraph, table } from './markdown-text.ts'
import { overview, reportTitle, unprovedDocument } from './overview.ts'
import { marked, type ReportTable, textOfCell, withoutEmptyColumns } from './report-table.ts'
import type { Report } from './report-values.ts'
import { headline } from './sentences.ts'
import {
  capacityTable,
  fileTable,
  itemTable,
  optionTable,
  placesNote,
  priceTable,
  ruleTable,
  tagTables,
  trafficTable,
} from './tables.ts'

/** GitHub's limit for the text of a pull request or comment. */
export const LONGEST_BODY = 65_536

// Leaves room for a few lines by whoever posts the text.
const BUDGET = 60_000

/** The report with its title as a heading. `pointer` is one sentence of Markdown that names the full report. */
export function reportMarkdown(report: Report, pointer: string): string {
  const answer = headline(report.change, MOST_NAMED)
  const title = reportTitle(report)
  return `## ${escaped(title)}\n\n${bodyWith(title.includes(answer) ? [] : [answer], report, pointer)}`
}

/**
 * The report as the text of a pull request, within GitHub's limit: omitted parts are counted, and `pointer` says where they
 * are. Names and texts from documents are escaped, so they cannot become Markdown or HTML.
 */
export const reportBody = (report: Report, pointer: string): string =>
  bodyWith([headline(report.change, MOST_NAMED)], report, pointer)

/** The text below the title; `answer` is the first line, unless the title says the same. */
function bodyWith(answer: readonly string[], report: Report, pointer: string): string {
  const unproved = unprovedDocument(report)
  const source = `<sub>${escaped(unproved ?? `Document: ${report.source}, SHA-256 ${report.sha256}`)}</sub>\n`
  const end = `\n${pointer}\n\n${source}`
  const sentences = overview(report).map((text) => paragraph(escaped(text)))
  const start = [...answer.map((text) => paragraph(`**${escaped(text)}**`)), ...sentences]
  if (isQuiet(report)) return `${fill([...start, ...warnings(report)], BUDGET)}${unproved ? source : ''}`
  const { targets } = report.change
  const tables = [trafficTable(targets), optionTable(targets), itemTable(targets), ruleTable(report)]
  const first = [...start, ...tables.flatMap(tableBlocks)]
  const last = [
    ...[fileTable(report), capacityTable(report), priceTable(report)].flatMap((one) =>
      tableBlocks(one).map((block) => folded(one.heading, block)),
    ),
    ...warnings(report),
  ]
  const [head, tail] = [fill(first, BUDGET / 3), fill(last, BUDGET / 4)]
  // The longest part gets the remaining space.
  return `${head}${fill(changes(report), BUDGET - head.length - tail.length - end.length)}${tail}${end}`
}

/** True if neither the policy nor the document changed for any target, as in a pull request that touches no file of tagwall. */
const isQuiet = ({ change, before, after }: Report) =>
  change.targets.every(
    ({ kind, options, edited, unfit }) => kind === 'same' && options.length + edited.length + unfit.length === 0,
  ) &&
  (before === undefined || before.published === after.published)

/** Pieces that the first line names. */
const MOST_NAMED = 3

/** A table. Where not all rows fit, openings and closings are cut by themselves. */
function tableBlocks(whole: ReportTable): Block[] {
  const { head, rows } = marked(whole, code, escaped)
  const parts = [false, true].map((closes) => rows.filter((row) => row.closes === closes).map(({ cells }) => cells))
  const blocks = parts.filter((own) => own.length > 0).map((own) => table(head, own))
  // Both are rows of one table.
  return blocks.map((block, index) => ({
    ...block,
    head: index === 0 ? block.head : '',
    tail: index === blocks.length - 1 ? block.tail : '',
  }))
}

/** The findings, folded, and the count of those that an earlier run has said. */
function warnings({ findings, standing }: Report): Block[] {
  const texts = explainBySite(findings)
  const counted = standingText(standing).map((text) => paragraph(linked(`${text}.`)))
  if (texts.length === 0) return counted
  const block = { head: '', lines: texts.map((text) => `- ${linked(text)}\n`), tail: '\n', rest: andMore }
  return [folded(plural(texts.length, 'finding'), block), ...counted]
}

function changes(report: Report): Block[] {
  if (report.before === undefined) return []
  const note = placesNote(report)
  return [...unfolded(tagTables(report).map(tagBlock)), ...(note ? [paragraph(escaped(note))] : [])]
}

// As many lines as a reviewer reads at a glance.
const MOST_UNFOLDED = 40

/** The blocks, unfolded while they show at most this many lines together. */
function unfolded(blocks: readonly Block[]): Block[] {
  let lines = 0
  return blocks.map((block) => {
    lines += block.lines.length
    return lines > MOST_UNFOLDED ? block : { ...block, head: block.head.replace('<details>', '<details open>') }
  })
}

function tagBlock(whole: ReportTable): Block {
  const heading = escaped(whole.heading)
  if (whole.rows.length === 0) return paragraph(heading)
  const { columns, rows } = withoutEmptyColumns(whole)
  const texts = rows.map(({ tone, cells: [, prefix, ...cells] }) => {
    return [`${tone === 'loss' ? '-' : '+'} ${prefix}`, ...cells.map(textOfCell)].map(harmless)
  })
  const [, first, ...labels] = columns.map(({ label }) => label)
  const [head = '', ...lines] = formatTable([[`  ${first}`, ...labels], ...texts]).split(/(?<=\n)/)
  const countOf = (kind: 'gain' | 'loss', sign: string) => {
    const count = rows.filter(({ tone }) => tone === kind).length
    return count > 0 ? [`${sign}${formatCount(count)}`] : []
  }
  const counts = [...countOf('gain', '+'), ...countOf('loss', '−')]
  return folded(`${heading}: ${counts.join(' ')}`, {
    head: `\`\`\`diff\n${head}`,
    lines,
    tail: '```\n\n',
    rest: (count) => `# and ${plural(count, 'more prefix', 'more prefixes')}\n`,
  })
}

/** Regions come from the document, so they must not end the code block around them. */
const harmless = (text: string) => sanitize(text).replaceAll('`', "'")
