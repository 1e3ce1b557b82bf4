/** A table of a report. */
export interface ReportTable extends TableRows {
  /** The name of its section, for links. */
  readonly id: string
  readonly heading: string
}

/** The columns and the rows of a table. */
export interface TableRows {
  readonly columns: readonly Column[]
  readonly rows: readonly Row[]
}

/** A column of a table. */
export interface Column {
  readonly label: string
  /**
   * `sign`: what happens; `code`: names and values of people; `cidr`: prefixes; `gain`, `loss`: what comes and goes; `n`: numbers; `date`: never
   * wrapped.
   */
  readonly kind?: 'sign' | 'code' | 'cidr' | 'gain' | 'loss' | 'n' | 'date'
  /** True for the column whose cells name their row. */
  readonly isName?: boolean
}

/** The first column of tables about targets. */
export const TARGET: Column = { label: 'target', isName: true }

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

/** The columns of a table whose cells are not all empty. */
export function withoutEmptyColumns(table: TableRows): TableRows {
  const isShown = table.columns.map((_, index) => table.rows.some(({ cells }) => cells[index] !== ''))
  const shown = <Value>(values: readonly Value[]) => values.filter((_, index) => isShown[index])
  const rows = table.rows.map((row) => ({ ...row, cells: shown(row.cells) }))
  return { columns: shown(table.columns), rows }
}

/**
 * The head and the rows of a table in Markdown: `code` and `plain` mark its texts, and what opens more than new addresses of open traffic is bold. A row
 * names its target only if the row above has another one.
 */
export function marked(whole: ReportTable, code: (text: string) => string, plain: (text: string) => string) {
  const { columns, rows } = withoutEmptyColumns(whole)
  return {
    head: columns.map(({ label }) => label),
    rows: rows.map(({ tone, cells }, at) => ({
      closes: tone === 'loss',
      cells: columns.map(({ kind, isName }, index) => {
        const text = textOfCell(cells[index] ?? '')
        const isAgain = index === 0 && isName && cells[0] === rows[at - 1]?.cells[0]
        if (text === '' || isAgain) return ''
        return kind === 'code' ? code(text) : kind === 'sign' && tone === 'risk' ? `**${text}**` : plain(text)
      }),
    })),
  }
}
