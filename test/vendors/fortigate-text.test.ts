import { expect, test } from 'vitest'
import { readCommands } from '../../vendors/fortigate/reader-text.ts'
import { randomFrom } from '../random.ts'

// The same words mean the same bare, in double quotes and in single ones.

const commandsOf = (text: string) => {
  const found: [line: number, ...words: string[]][] = []
  const open = readCommands(text, (words, line) => found.push([line, ...words]))
  return { found, open }
}

test.each([
  ['bare, in quotes, and either', [...'abz09.:/-_[](),;<=>?@^`{|}~!$%&*+é'], ['', '"', 'either']],
  ['in quotes, with blanks and other words', [...'ab.#é\u00a0\t \n'], ['"']],
])('reads words as it reads them in single quotes: %s', (_, letters, quotes) => {
  const seed = 5
  const next = randomFrom(seed)
  const below = (most: number) => Math.floor(next() * most)
  const word = (least: number) =>
    Array.from({ length: least + below(4) }, () => letters[below(letters.length)] as string).join('')
  const BLANKS = [' ', '  ', '\t', ' \r ', '\u00a0']
  const blank = () => BLANKS[below(BLANKS.length)] as string
  for (let round = 0; round < 2000; round++) {
    const least = quotes.includes('') ? 1 : 0
    const lines = Array.from({ length: 1 + below(4) }, () => Array.from({ length: below(5) }, () => word(least)))
    const shape = lines.map((words) => ({ words, blanks: words.map(blank), end: below(2) ? blank() : '' }))
    const textWith = (quoteOf: () => string) =>
      shape
        .map(({ words, blanks, end }) => {
          const inner = words.map((word, index) => {
            const quote = quoteOf()
            return `${index > 0 ? blanks[index] : ''}${quote}${word}${quote}`
          })
          return `${inner.join('')}${end}`
        })
        .join('\n')
    const expected = commandsOf(textWith(() => "'"))
    for (const quote of quotes) {
      const text = textWith(() => (quote === 'either' ? (below(2) ? '' : '"') : quote))
      expect(commandsOf(text), `seed ${seed}, round ${round}`).toEqual(expected)
    }
  }
})

test.for<[text: string, found: [number, ...string[]][]]>([
  ['# a comment\n  #another "one\nset a', [[3, 'set', 'a']]],
  [
    'set # a\n"#" b',
    [
      [1, 'set', '#', 'a'],
      [2, '#', 'b'],
    ],
  ],
  ['\n  \nnext\r\n', [[3, 'next']]],
  ['set "" a', [[1, 'set', '', 'a']]],
  ['set a"b c"d', [[1, 'set', 'ab cd']]],
  ['set "a"\'b\'', [[1, 'set', 'ab']]],
  ['set "a"b', [[1, 'set', 'ab']]],
  ['set a"b"', [[1, 'set', 'ab']]],
  ['set "a""b" "c"', [[1, 'set', 'ab', 'c']]],
  ['set "a\\"b" c\\ d', [[1, 'set', 'a"b', 'c d']]],
  [
    'set "a\nb"\nend',
    [
      [1, 'set', 'a\nb'],
      [3, 'end'],
    ],
  ],
  ["set it's b\nset c's", [[1, 'set', 'its b\nset cs']]],
])('reads %j', ([text, found]) => {
  expect(commandsOf(text)).toEqual({ found, open: undefined })
})

test('says where a quote begins that does not end', () => {
  expect(commandsOf('set a\nset "b\nnext')).toEqual({ found: [[1, 'set', 'a']], open: 2 })
})
