import { explainBySite, standingText } from '../../finding/finding.ts'
import { formatTable } from '../../text/lines.ts'
import { formatCount, plural } from '../../text/numbers.ts'
import { sanitize } from '../../text/sanitize.ts'
import type { Report } from './report.ts'
import { marked, type ReportTable, textOfCell, withoutEmptyColumns } from './report-table.ts'
import { linkParts } from './tables.ts'

// GitHub's limit for the text of a pull request or comment is 65,536. The rest is for a few lines by whoever posts the text.
const BUDGET = 60_000

/** The report with its title as a heading. `pointer` is one sentence of Markdown that names the full report. */
export function reportMarkdown(report: Report, pointer: string): string {
  const { title, answer } = report
  return `## ${escaped(title)}\n\n${bodyWith(title.includes(answer) ? [] : [answer], report, pointer)}`
}

/** The same as the text of a pull request, within GitHub's limit: omitted parts are counted, and `pointer` says where they are. */
export const reportBody = (report: Report, pointer: string): string => bodyWith([report.answer], report, pointer)

/** The text below the title; `answer` is the first line, unless the title says the same. */
function bodyWith(answer: readonly string[], report: Report, pointer: string): string {
  const { unproved, sentences, tables, details, tags, tagsNote } = report
  const source = `<sub>${escaped(unproved ?? `Document: ${report.source}, SHA-256 ${report.sha256}`)}</sub>\n`
  const end = `\n${pointer}\n\n${source}`
  const start = [...answer.map((text) => `**${escaped(text)}**`), ...sentences.map(escaped)].map(paragraph)
  if (report.isQuiet) return `${fill([...start, ...warnings(report)], BUDGET)}${unproved ? source : ''}`
  const first = [...start, ...tables.flatMap(tableBlocks)]
  const last = [
    ...details.flatMap((one) => tableBlocks(one).map((block) => folded(one.heading, block))),
    ...warnings(report),
  ]
  const changes = [...unfolded(tags.map(tagBlock)), ...(tagsNote ? [paragraph(escaped(tagsNote))] : [])]
  const [head, tail] = [fill(first, BUDGET / 3), fill(last, BUDGET / 4)]
  // The longest part gets the remaining space.
  return `${head}${fill(changes, BUDGET - head.length - tail.length - end.length)}${tail}${end}`
}

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
  const rest = (count: number) => `- and ${formatCount(count)} more\n`
  const block = { head: '', lines: texts.map((text) => `- ${linked(text)}\n`), tail: '\n', rest }
  return [folded(plural(texts.length, 'finding'), block), ...counted]
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

/** A sentence with working links to the pages of Microsoft. */
export const linked = (text: string) =>
  linkParts(text)
    .map(({ text, isLink }) => (isLink ? `<${text}>` : escaped(text)))
    .join('')

/** Text by a person or from a document, as inline code. */
const code = (text: string) => `<code>${escaped(text)}</code>`

/** Escapes text for Markdown and HTML. GitHub still finds mentions and issues in the result, so a zero-width space breaks those. */
export function escaped(text: string): string {
  return sanitize(text)
    .replaceAll(/[&<>`*_~[\]|\\$@#]|:\/\/|\bwww\./gi, (found) => {
      if (found === '@' || found === '#') return `${found}&#8203;`
      return found.length > 1
        ? `${found.slice(0, -1)}&#${found.charCodeAt(found.length - 1)};`
        : `&#${found.charCodeAt(0)};`
    })
    .replace(/^(?=([-+]|\d+[.)]|=+)(\s|$))/, '&#8203;')
}

/** A part of the text that may be omitted or cut. */
interface Block {
  readonly head: string
  /** Each line ends in a newline. */
  readonly lines: readonly string[]
  readonly tail: string
  /** The replacement for the last `count` lines. */
  readonly rest: (count: number) => string
}

/** The blocks that fit: as many as possible, then each as long as possible. */
function fill(blocks: readonly Block[], budget: number): string {
  const omitted = (count: number) => `**${plural(count, 'more section')} did not fit.**\n\n`
  let room = budget - omitted(blocks.length).length
  const begun = blocks.filter((block) => {
    const least = leastOf(block)
    if (least > room) return false
    room -= least
    return true
  })
  const wanted = begun.map((block) => lengthOf(block) - leastOf(block))
  const shares = fairShares(wanted, room)
  const texts = begun.map((block, index) => cut(block, leastOf(block) + (shares[index] ?? 0)))
  return `${texts.join('')}${begun.length < blocks.length ? omitted(blocks.length - begun.length) : ''}`
}

const lengthOf = ({ head, lines, tail }: Block) =>
  head.length + tail.length + lines.reduce((sum, line) => sum + line.length, 0)

const leastOf = ({ head, lines, tail, rest }: Block) =>
  head.length + tail.length + (lines[0]?.length ?? 0) + (lines.length > 0 ? rest(lines.length).length : 0)

/** Divides a total: everyone gets what they need, or an equal share if the total is too small. */
function fairShares(wanted: readonly number[], room: number): number[] {
  const shares = wanted.map(() => 0)
  const inOrder = wanted.map((want, index) => ({ want, index })).sort((a, b) => a.want - b.want)
  let left = room
  for (const [place, { want, index }] of inOrder.entries()) {
    const share = Math.max(0, Math.min(want, Math.floor(left / (inOrder.length - place))))
    shares[index] = share
    left -= share
  }
  return shares
}

function cut(block: Block, most: number): string {
  const { head, lines, tail, rest } = block
  if (lengthOf(block) <= most) return `${head}${lines.join('')}${tail}`
  let room = most - head.length - tail.length - rest(lines.length).length
  const end = lines.findIndex((line) => {
    room -= line.length
    return room < 0
  })
  return `${head}${lines.slice(0, end).join('')}${rest(lines.length - end)}${tail}`
}

const paragraph = (text: string): Block => ({ head: `${text}\n\n`, lines: [], tail: '', rest: () => '' })

/** A table with at least one row. */
const table = (head: readonly string[], rows: readonly (readonly string[])[]): Block => ({
  head: `${row(head)}${row(head.map(() => '---'))}`,
  lines: rows.map(row),
  tail: '\n',
  rest: (count) => row([`and ${plural(count, 'more row')}`, ...head.slice(1).map(() => '')]),
})

/** A block below a title that opens it. */
const folded = (title: string, block: Block): Block => ({
  ...block,
  head: `<details><summary>${title}</summary>\n\n${block.head}`,
  tail: `${block.tail}</details>\n\n`,
})

const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`
