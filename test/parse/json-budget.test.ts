import { expect, test } from 'vitest'
import { JsonBudget, MOST_DOCUMENT_BYTES, MOST_VALUES } from '../../src/parse/json-budget.ts'
import { cidrSet, explainIssues } from '../../src/parse/schema.ts'

const MANY = `a has more than 500,000 values, too many for a service tag document; get it again from Microsoft`
const LARGE = `a is larger than 32 MB, too large for a service tag document; get it again from Microsoft`

// A list of n numbers has n - 1 commas, and its bracket.
test.for<[what: string, pages: readonly string[], want: string | undefined]>([
  ['as many numbers as allowed', [`[${'0,'.repeat(MOST_VALUES - 1)}0]`], undefined],
  ['one number more', [`[${'0,'.repeat(MOST_VALUES)}0]`], MANY],
  ['as many lists in each other', ['['.repeat(MOST_VALUES)], undefined],
  ['one list more', ['['.repeat(MOST_VALUES + 1)], MANY],
  ['objects', [`[${'{},'.repeat(MOST_VALUES / 2)}`], MANY],
  ['two pages that are too many together', ['0,'.repeat(MOST_VALUES - 1), '0,0,'], MANY],
  ['as many bytes as allowed', [' '.repeat(MOST_DOCUMENT_BYTES)], undefined],
  ['one byte more', [' '.repeat(MOST_DOCUMENT_BYTES + 1)], LARGE],
  ['two pages that are too large together', [' '.repeat(MOST_DOCUMENT_BYTES), ' '], LARGE],
])('JSON of %s', ([, pages, want]) => {
  const budget = new JsonBudget()
  const spend = () => pages.forEach((page) => void budget.spend(Buffer.from(page), 'a'))
  if (want === undefined) spend()
  else expect(spend).toThrow(want)
})

test.for<[count: number, lines: number, last: string]>([
  [99, 99, '[98]: "x" is not a CIDR: the /length is missing'],
  [100, 100, '1 more invalid prefix'],
  [100_000, 100, '99,901 more invalid prefixes'],
])('of %i invalid prefixes a list names the first 99, and counts the rest', ([count, lines, last]) => {
  const { error } = cidrSet.safeParse(Array.from({ length: count }, () => 'x'))
  const found = error ? explainIssues(error) : []
  expect([found.length, found.at(-1)]).toEqual([lines, last])
})
