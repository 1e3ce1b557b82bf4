import { styleText } from 'node:util'
import { largest } from './numbers.ts'

/** The number of lines in a text, or in its bytes; each ends in a newline. */
export function countLines(text: string | Buffer): number {
  const next = (from: number) => (typeof text === 'string' ? text.indexOf('\n', from) : text.indexOf(10, from))
  let count = 0
  for (let at = next(0); at >= 0; at = next(at + 1)) count++
  return count
}

/** A text with the line ends that tagwall writes: git changes them on Windows. */
export const withUnixLines = (text: string): string => text.replaceAll('\r\n', '\n')

const CONFLICT = /^(?:<{7}|={7}\r?$|>{7})/m

/** The number of the first line that git writes where a merge has a conflict; 0 without one. */
export function conflictLine(text: string): number {
  const marker = CONFLICT.exec(text)
  return marker ? countLines(text.slice(0, marker.index)) + 1 : 0
}

/** The lines that one text has and another lacks, in order: a moved line is removed and added, as in a diff. */
export function countLineChanges(before: string, after: string): { readonly added: number; readonly removed: number } {
  if (before === after) return { added: 0, removed: 0 }
  const numbers = new Map<string, number>()
  const numberOf = (line: string) => {
    const number = numbers.get(line) ?? numbers.size
    numbers.set(line, number)
    return number
  }
  const [old, young] = [before, after].map((text) => text.split('\n').slice(0, -1).map(numberOf)) as [
    number[],
    number[],
  ]
  const [inOld, inYoung] = [new Set(old), new Set(young)]
  const kept = old.filter((line) => inYoung.has(line))
  const known = young.filter((line) => inOld.has(line))
  // A line that only one text has is one edit; only the order of the others is worth a search.
  const edits = old.length - kept.length + (young.length - known.length) + countEdits(kept, known)
  const more = young.length - old.length
  return { added: (edits + more) / 2, removed: (edits - more) / 2 }
}

/** The fewest insertions and deletions between two sequences (Myers, "An O(ND) Difference Algorithm", 1986). */
function countEdits(before: readonly number[], after: readonly number[]): number {
  const [rows, columns] = [before.length, after.length]
  // For each diagonal, the furthest row that so many edits reach.
  const furthest = new Int32Array(2 * (rows + columns) + 3)
  const middle = rows + columns + 1
  for (let edits = 0; ; edits++) {
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      const [down, right] = [furthest[middle + diagonal + 1] as number, furthest[middle + diagonal - 1] as number]
      let row = diagonal === -edits || (diagonal !== edits && right < down) ? down : right + 1
      while (row < rows && row - diagonal < columns && before[row] === after[row - diagonal]) row++
      furthest[middle + diagonal] = row
      if (row >= rows && row - diagonal >= columns) return edits
    }
  }
}

/** Breaks `text` at spaces into lines of at most `width` characters; a longer word gets its own line. */
export function wrap(text: string, width = 100, indent = ''): string {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && indent.length + line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else {
      line = line === '' ? word : `${line} ${word}`
    }
  }
  return [...lines, line].map((each) => indent + each).join('\n')
}

/** The form of a table. */
interface TableForm {
  /** The columns of numbers, by their positions. */
  readonly right?: readonly number[]
  /** The columns to drop if the table is wider than `width`, in this order. */
  readonly drop?: readonly number[]
  readonly width?: number | undefined
}

/** Formats rows in columns, two spaces apart, one line per row. */
export function formatTable(
  rows: readonly (readonly string[])[],
  { right = [], drop = [], width = Number.POSITIVE_INFINITY }: TableForm = {},
): string {
  const columns = largest(rows.map((row) => row.length))
  const widths = Array.from({ length: columns }, (_, index) => largest(rows.map((row) => row[index]?.length ?? 0)))
  const padded = rows.map((row) =>
    row.map((cell, index) => cell[right.includes(index) ? 'padStart' : 'padEnd'](widths[index] as number)),
  )
  for (let count = 0; ; count++) {
    const isShown = (_: string, index: number) => !drop.slice(0, count).includes(index)
    const lines = padded.map((cells) => cells.filter(isShown).join('  ').trimEnd())
    if (count === drop.length || largest(lines.map((line) => line.length)) <= width) return linesText(lines)
  }
}

/** Lines with their ends. */
export const linesText = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('')

/** At most `most` lines, and then one that counts the others. */
export const firstLines = <Line>(
  lines: readonly Line[],
  most: number,
  rest: (more: number) => Line,
): readonly Line[] => (lines.length > most ? [...lines.slice(0, most), rest(lines.length - most)] : lines)

/** Colors a text, or leaves it as it is. */
export type Color = (style: 'green' | 'yellow' | 'red' | 'bold', text: string) => string

/** Color for a terminal, or none. */
export function colorFor(wantsColor: boolean): Color {
  return wantsColor ? (style, text) => styleText(style, text, { validateStream: false }) : (_, text) => text
}
