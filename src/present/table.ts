/** How a column is aligned; the last one is not padded. */
export type Align = 'left' | 'right'

/** Rows in columns as wide as their widest cell, two spaces apart, without trailing space. One line a row. */
export function formatTable(rows: readonly (readonly string[])[], align: readonly Align[] = []): string {
  const widths = rows.reduce<number[]>(
    (widest, row) => row.map((cell, index) => Math.max(cell.length, widest[index] ?? 0)),
    [],
  )
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
