import { largest } from './numbers.ts'

/** The alignment of a column; the last column is not padded. */
export type Align = 'left' | 'right'

/** Formats rows in columns, two spaces apart, one line per row. */
export function formatTable(rows: readonly (readonly string[])[], align: readonly Align[] = []): string {
  const columns = largest(rows.map((row) => row.length))
  const widths = Array.from({ length: columns }, (_, index) => largest(rows.map((row) => row[index]?.length ?? 0)))
  return rows
    .map((row) =>
      row
        .map((cell, index) =>
          align[index] === 'right' ? cell.padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('')
}

/** A table that may lose columns. */
export interface FittedTable {
  readonly rows: readonly (readonly string[])[]
  readonly align?: readonly Align[]
  /** The columns to drop if the table is too wide, in this order. */
  readonly drop: readonly number[]
}

/** Like `formatTable`, but drops columns to fit `width`; undefined means any width. */
export function fitTable({ rows, align = [], drop }: FittedTable, width: number | undefined): string {
  const text = formatTable(rows, align)
  const [first, ...rest] = drop
  if (width === undefined || first === undefined || widthOf(text) <= width) return text
  const without = <Value>(row: readonly Value[]) => row.filter((_, index) => index !== first)
  const next = rest.map((index) => (index > first ? index - 1 : index))
  return fitTable({ rows: rows.map(without), align: without(padded(align, rows)), drop: next }, width)
}

const widthOf = (text: string) => largest(text.split('\n').map((line) => line.length))

const padded = (align: readonly Align[], rows: readonly (readonly string[])[]): Align[] =>
  (rows[0] ?? []).map((_, index) => align[index] ?? 'left')
