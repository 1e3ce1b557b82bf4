import { expect, test } from 'vitest'
import { type Align, formatTable } from '../../src/text/lines.ts'

test.for<[name: string, rows: string[][], align: Align[], want: string]>([
  ['no rows', [], [], ''],
  ['one cell', [['a']], [], 'a\n'],
  [
    'columns as wide as their widest cell',
    [
      ['a', 'b', 'c'],
      ['long', 'x', 'longer'],
    ],
    [],
    'a     b  c\nlong  x  longer\n',
  ],
  [
    'numbers to the right',
    [
      ['tag', 'count'],
      ['A', '7'],
      ['Bee', '1,234'],
    ],
    ['left', 'right'],
    'tag  count\nA        7\nBee  1,234\n',
  ],
  [
    'no space at the end',
    [
      ['a', 'b'],
      ['c', ''],
    ],
    [],
    'a  b\nc\n',
  ],
  ['an indent', [['', 'a']], [], '  a\n'],
  ['rows of several lengths', [['a'], ['b', 'c']], [], 'a\nb  c\n'],
  ['a short row among longer ones', [['a', 'wide', 'z'], ['b'], ['c', 'd', 'e']], [], 'a  wide  z\nb\nc  d     e\n'],
])('%s', ([, rows, align, want]) => {
  expect(formatTable(rows, align)).toBe(want)
})
