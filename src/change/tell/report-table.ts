/** A table of a report. */
export interface ReportTable extends TableRows {
  /** The name of its section, for links. */
  readonly id: string
  readonly heading: string
}

/** The columns and the rows of a table. */
export interface TableRows {
  /** By their labels. The first one of another kind than `sign` names its row. */
  readonly columns: Readonly<Record<string, ColumnKind>>
  readonly rows: readonly Row[]
}

/** `sign`: what happens; `code`: names and values of people; `cidr`: prefixes; `gain`, `loss`: what comes and goes; `n`: numbers; `date`: never wrapped. */
type ColumnKind = 'text' | 'sign' | 'code' | 'cidr' | 'gain' | 'loss' | 'n' | 'date'

/** A row of a table; `tone` is its colour. */
export interface Row {
  readonly tone?: 'gain' | 'risk' | 'loss' | undefined
  readonly cells: readonly (string | Folded)[]
}

/** A list of which a text shows the beginning, and a page all. */
export interface Folded {
  readonly start: string
  readonly every: readonly string[]
}

export const textOfCell = (cell: string | Folded): string => (typeof cell === 'string' ? cell : cell.start)

/** A table without the columns whose cells are all empty. */
export function withoutEmptyColumns(table: TableRows) {
  const all = Object.entries(table.columns).map(([label, kind]) => ({ label, kind }))
  const isShown = all.map((_, index) => table.rows.some(({ cells }) => cells[index] !== ''))
  const columns = all.filter((_, index) => isShown[index])
  const rows = table.rows.map((row) => ({ ...row, cells: row.cells.filter((_, index) => isShown[index]) }))
  return { columns, rows, name: columns.findIndex(({ kind }) => kind !== 'sign') }
}

/** A table in Markdown: `code` and `plain` mark its texts, what is a risk is bold, and a row has no name if the row above has the same. */
export function marked(whole: ReportTable, code: (text: string) => string, plain: (text: string) => string) {
  const { columns, rows, name } = withoutEmptyColumns(whole)
  return {
    head: columns.map(({ label }) => label),
    rows: rows.map(({ tone, cells }, at) => ({
      closes: tone === 'loss',
      cells: columns.map(({ kind }, index) => {
        const text = textOfCell(cells[index] ?? '')
        const isAgain = index === 0 && name === 0 && cells[0] === rows[at - 1]?.cells[0]
        if (text === '' || isAgain) return ''
        return kind === 'code' ? code(text) : kind === 'sign' && tone === 'risk' ? `**${text}**` : plain(text)
      }),
    })),
  }
}
