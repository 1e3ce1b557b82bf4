import { formatCount, plural } from '../../text/numbers.ts'
import { sanitize } from '../../text/sanitize.ts'
import { linkParts } from './tables.ts'

/** A sentence with working links to the pages of Microsoft. */
export const linked = (text: string) =>
  linkParts(text)
    .map(({ text, isLink }) => (isLink ? `<${text}>` : escaped(text)))
    .join('')

/** Text by a person or from a document, as inline code. */
export const code = (text: string) => `<code>${escaped(text)}</code>`

/**
 * Escapes text for Markdown and HTML with numeric references. GitHub still finds mentions and issues in the result, so a
 * zero-width space breaks those.
 */
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
export interface Block {
  readonly head: string
  /** Each line ends in a newline. */
  readonly lines: readonly string[]
  readonly tail: string
  /** The replacement for the last `count` lines. */
  readonly rest: (count: number) => string
}

/** The blocks that fit: as many as possible, then each as long as possible. */
export function fill(blocks: readonly Block[], budget: number): string {
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

export const paragraph = (text: string): Block => ({ head: `${text}\n\n`, lines: [], tail: '', rest: () => '' })

/** A table with at least one row. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): Block => ({
  head: `${row(head)}${row(head.map(() => '---'))}`,
  lines: rows.map(row),
  tail: '\n',
  rest: (count) => row([`and ${plural(count, 'more row')}`, ...head.slice(1).map(() => '')]),
})

/** A block below a title that opens it. */
export const folded = (title: string, block: Block): Block => ({
  ...block,
  head: `<details><summary>${title}</summary>\n\n${block.head}`,
  tail: `${block.tail}</details>\n\n`,
})

const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`

/** The rest of a list. */
export const andMore = (count: number) => `- and ${formatCount(count)} more\n`
