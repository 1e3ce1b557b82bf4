import { sanitize } from '../../text/sanitize.ts'

/** HTML that is safe to insert into a page. */
export class Html {
  constructor(readonly text: string) {}
}

type Value = Html | string | number | undefined | readonly Value[]

/** Template tag for HTML: escapes every value except HTML; undefined becomes empty. */
export function html(strings: TemplateStringsArray, ...values: readonly Value[]): Html {
  return new Html(String.raw({ raw: strings }, ...values.map(textOf)))
}

function textOf(value: Value): string {
  if (value === undefined) return ''
  if (value instanceof Html) return value.text
  if (typeof value === 'number') return String(value)
  if (typeof value === 'string') return escapeHtml(value)
  return value.map(textOf).join('')
}

/** Escapes text for elements and quoted attributes. */
const escapeHtml = (text: string) =>
  sanitize(text).replaceAll(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`)

/** A column of a table. */
export interface Column {
  readonly label: string
  /** `n`: numbers; `cidr`: prefixes and paths; `sign`: what happens; `date`: never wrapped. */
  readonly kind?: 'n' | 'cidr' | 'sign' | 'date'
  /** True for the column whose cells name their row. */
  readonly isName?: boolean
}

/** A row of a table; `tone` is its colour. */
export interface Row {
  readonly tone?: 'gain' | 'risk' | 'loss' | undefined
  readonly cells: readonly (Html | string)[]
}

interface TableOptions {
  /** The name of its region, different from those of all other regions of the page. */
  readonly label: string
  readonly columns: readonly Column[]
  readonly rows: readonly Row[]
  /** True for hundreds of rows: it scrolls by itself. */
  readonly isTall?: boolean
}

/** A table without its empty columns. On a phone, each row is a card with the labels of the columns. */
export function table({ label, columns, rows, isTall = false }: TableOptions): Html {
  const shown = columns.flatMap((column, index) =>
    rows.some(({ cells }) => cells[index] !== '') ? [{ column, index }] : [],
  )
  const labels = shown.map(({ column }, place) => `--c${place + 1}:"${column.label}"`).join(';')
  return html`<div class="wide${isTall ? ' tall' : ''}" role="region" aria-label="${label}" tabindex="0"><table style="${labels}">
<thead><tr>${shown.map(({ column }) => html`<th scope="col">${column.label}</th>`)}</tr></thead>
<tbody>
${rows.map(({ tone, cells }) => html`<tr${tone ? html` class="${tone}"` : ''}>${shown.map(({ column, index }) => cell(column, cells[index] ?? ''))}</tr>\n`)}</tbody></table></div>
`
}

function cell({ kind, isName }: Column, text: Html | string): Html {
  const of = kind ? html` class="${kind}"` : ''
  return isName ? html`<th scope="row"${of}>${text}</th>` : html`<td${of}>${text}</td>`
}
