// How a benchmark says what it saw. `row` is a line of the table: a figure, which should be at most `must`, better `aim`.

const isJson = process.argv.includes('--json')

/** A row: `what` was measured `against` what, what it must be at most, what it should be, and what was seen. */
export const row = (what, against, must, aim, seen, note) => ({ what, against, must, aim, seen, note })

/** Prints rows, and `text` beside them that is no row; with --json as JSON. */
export function report({ title, rows = [], text = '', ...more }) {
  if (isJson) console.log(JSON.stringify({ title, rows, text, ...more }))
  else console.log(`${table(rows)}${text}`)
}

/** Rows as a Markdown table. */
export function table(rows) {
  if (rows.length === 0) return ''
  const lines = rows.map(({ what, against, must, aim, seen, note }) =>
    [
      what,
      against,
      must === undefined ? '' : number(must),
      aim === undefined ? '' : number(aim),
      seen === undefined ? 'not measured' : number(seen),
      verdict({ must, aim, seen }),
      note ?? '',
    ].join(' | '),
  )
  return ['what | against | must | aim | seen | | ', '--- | --- | --- | --- | --- | --- | ---', ...lines]
    .map((line) => `| ${line} |\n`)
    .join('')
}

const number = (value) => (value >= 100 ? value.toFixed(0) : value >= 1 ? value.toFixed(2) : value.toPrecision(2))

function verdict({ must, aim, seen }) {
  if (seen === undefined || must === undefined) return ''
  return seen <= aim ? 'aim met' : seen <= must ? 'must met' : 'not met'
}
