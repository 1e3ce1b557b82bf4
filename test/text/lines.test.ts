import { expect, test } from 'vitest'
import { countLineChanges, countLines, formatTable } from '../../src/text/lines.ts'
import { randomFrom } from '../random.ts'

test.for<[before: string, after: string, added: number, removed: number]>([
  ['', '', 0, 0],
  ['a\nb\n', 'a\nb\n', 0, 0],
  ['a\nb\n', 'b\na\n', 1, 1],
  ['a\nb\nc\nd\n', 'b\nc\nd\na\n', 1, 1],
  ['a\n', 'a\na\nb\n', 2, 0],
  ['a\na\nc\n', 'a\n', 0, 2],
  ['a\nb\n', 'c\n', 1, 2],
])('from %j to %j, %d lines are added and %d removed', ([before, after, added, removed]) => {
  expect(countLineChanges(before, after)).toEqual({ added, removed })
})

/** The longest common subsequence, slowly. */
function common(old: readonly string[], young: readonly string[]): number {
  const lengths = old.reduce(
    (above, line) => {
      const own = [0]
      young.forEach((other, index) => {
        own.push(
          line === other ? (above[index] as number) + 1 : Math.max(own[index] as number, above[index + 1] as number),
        )
      })
      return own
    },
    [...young, ''].map(() => 0),
  )
  return lengths.at(-1) as number
}

test('the fewest lines are counted (seeds 1 to 300)', () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = randomFrom(seed)
    const lines = () =>
      Array.from({ length: Math.floor(random() * 14) }, () => 'abcdefgh'[Math.floor(random() * 8)] as string)
    const [old, young] = [lines(), lines()]
    const text = (all: readonly string[]) => all.map((line) => `${line}\n`).join('')
    const kept = common(old, young)
    const want = { added: young.length - kept, removed: old.length - kept }
    expect(countLineChanges(text(old), text(young)), `seed ${seed}`).toEqual(want)
    expect(countLines(text(old))).toBe(old.length)
  }
})

const TABLES: Readonly<Record<string, readonly [rows: string[][], right?: number[]]>> = {
  'no rows': [[]],
  'one cell': [[['a']]],
  'columns as wide as their widest cell': [
    [
      ['a', 'b', 'c'],
      ['long', 'x', 'longer'],
    ],
  ],
  'numbers to the right': [
    [
      ['tag', 'count'],
      ['A', '7'],
      ['Bee', '1,234'],
    ],
    [1],
  ],
  'no space at the end': [
    [
      ['a', 'b'],
      ['c', ''],
    ],
  ],
  'an indent': [[['', 'a']]],
  'rows of several lengths': [[['a'], ['b', 'c']]],
  'a short row among longer ones': [[['a', 'wide', 'z'], ['b'], ['c', 'd', 'e']]],
}

test('tables', async () => {
  const page = Object.entries(TABLES).map(([name, [rows, right]]) => `${name}\n${formatTable(rows, { right })}`)
  await expect(page.join('\n')).toMatchFileSnapshot('expected/tables.txt')
})
