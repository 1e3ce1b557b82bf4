import { expect, test } from 'vitest'
import { readCommands, type Statement } from '../../vendors/paloalto/reader-text.ts'
import { randomFrom } from '../random.ts'

// The same words mean the same bare, in double quotes and in single ones.

const statementsOf = (text: string): unknown[] => {
  const found: unknown[] = []
  readCommands(
    { part: 'all', family: undefined, text },
    {
      statement: (statement: Statement) => found.push(statement),
      note: (place, text, reason) => found.push({ place, text, reason }),
    },
  )
  return found
}

test('reads bare words as it reads them in quotes', () => {
  const next = randomFrom(3)
  const below = (most: number) => Math.floor(next() * most)
  const LETTERS = [...'abz09.:/-_#&(),;<=>?@^`{|}~!$%*+']
  const word = () => Array.from({ length: 1 + below(4) }, () => LETTERS[below(LETTERS.length)]).join('')
  const BLANKS = [' ', '  ', '\t', ' \r ', '\t ']
  for (let round = 0; round < 2000; round++) {
    const lines = Array.from({ length: 1 + below(4) }, () => Array.from({ length: below(5) }, word))
    const blank = () => BLANKS[below(BLANKS.length)] as string
    const around = () => (below(2) ? blank() : '')
    const shape = lines.map((words) => ({ words, blanks: words.map(blank), ends: [around(), around()] as const }))
    const textWith = (written: (word: string) => string) =>
      shape
        .map(({ words, blanks, ends: [start, end] }) => {
          const inner = words.map((word, index) => `${index > 0 ? blanks[index] : ''}${written(word)}`).join('')
          return `${start}${inner}${end}`
        })
        .join('\n')
    const expected = statementsOf(textWith((word) => `'${word}'`))
    expect(statementsOf(textWith((word) => word))).toEqual(expected)
    expect(statementsOf(textWith((word) => `"${word}"`))).toEqual(expected)
    expect(statementsOf(textWith((word) => (below(2) ? word : `"${word}"`)))).toEqual(expected)
  }
})

test('reads words that only quotes hold together as it reads them in single quotes', () => {
  const next = randomFrom(4)
  const below = (most: number) => Math.floor(next() * most)
  const LETTERS = [...'ab.:/[]#é\u00a0\t ']
  const word = () => Array.from({ length: below(5) }, () => LETTERS[below(LETTERS.length)]).join('')
  for (let round = 0; round < 2000; round++) {
    const words = Array.from({ length: 1 + below(4) }, word)
    const textWith = (quote: string) => `set ${words.map((word) => `${quote}${word}${quote}`).join(' ')}\nset next`
    expect(statementsOf(textWith('"'))).toEqual(statementsOf(textWith("'")))
  }
})

test.for([
  ['a\u00a0b', 'has a quote or bracket that is out of place'],
  ["it's", undefined],
  ['a[b]', undefined],
  ['set [ a b ] c', undefined],
  ['set "a"b', 'has a quote or bracket that is out of place'],
  ['set "a', 'has a quote or bracket that is out of place'],
  ['set "a\\" b" c', undefined],
])('leaves %j to the long way', ([text, reason]) => {
  const [found] = statementsOf(text as string) as { reason?: string }[]
  expect(found?.reason).toBe(reason)
})

test('takes a quoted backslash for what it escapes', () => {
  const found = statementsOf('set "a\\\\b"\nset "c\\"d"') as Statement[]
  expect(found.map(({ tokens }) => tokens)).toEqual([['a\\b'], ['c"d']])
})
