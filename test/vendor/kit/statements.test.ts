import { expect, test } from 'vitest'
import { KIT } from '../../../src/vendor/kit/kit.ts'
import type { Statement, Syntax, Word } from '../../../src/vendor/kit/statements.ts'
import { expectPage } from '../../golden-page.ts'
import { randomFrom } from '../../random.ts'

// What the kit cuts with regular expressions, the oracle cuts one character after the other.

const SYNTAXES: Readonly<Record<string, Syntax>> = {
  plain: {},
  'comments of two kinds': { comments: ['#', '//'] },
  'quotes in words, a backslash takes anything': {
    quotes: { '"': 'any', "'": 'none' },
    quotesInWords: true,
    backslash: 'any',
    comments: ['#'],
  },
  'quotes in words, escapes within quotes only': { quotes: { '"': 'any' }, quotesInWords: true },
  'whole words quoted, lists': { quotes: { '"': 'quote', "'": 'none' }, lists: true },
  'quotes in words, lines go on': {
    quotes: { '"': 'quote' },
    quotesInWords: true,
    backslash: 'line',
    comments: ['#'],
  },
  'whole words quoted, without escapes': { quotes: { '"': 'none' }, comments: ['!', '*'] },
  'single quotes with escapes': { quotes: { "'": 'quote' }, lists: true, backslash: 'line' },
}

interface Cut {
  readonly line: number
  readonly words: readonly Word[]
  readonly broken: boolean
}

/** The slow, obvious way. */
function oracle(source: string, { quotes = {}, quotesInWords, backslash, comments = [], lists }: Syntax): Cut[] {
  const text = source.startsWith('\ufeff') ? source.slice(1) : source
  const cuts: Cut[] = []
  let at = 0
  let line = 1
  const isEnd = () => at >= text.length || text[at] === '\n' || text.startsWith('\r\n', at)
  const isBlank = () => text[at] === ' ' || text[at] === '\t'
  const goesOn = () => (backslash === 'line' ? (/^\\\r?\n/.exec(text.slice(at, at + 3))?.[0].length ?? 0) : 0)
  const isQuote = () => text[at] !== undefined && Object.hasOwn(quotes, text[at] as string)
  while (at < text.length) {
    const [start, firstLine] = [at, line]
    const words: { text: string; isBare: boolean }[] = []
    let broken = false
    let wordStart = at
    while (isBlank()) at++
    if (comments.some((mark) => text.startsWith(mark, at))) while (at < text.length && text[at] !== '\n') at++
    else at = start
    for (;;) {
      while (isBlank() || goesOn() > 0) at += goesOn() || 1
      if (isEnd()) break
      const isBare = !(text[at] === '"' || text[at] === "'")
      let word = ''
      let isFirst = true
      wordStart = at
      for (;;) {
        if (isEnd() || isBlank()) break
        if (isQuote() && (quotesInWords || isFirst)) {
          const quote = text[at] as '"' | "'"
          const mode = quotes[quote]
          let end = at + 1
          let inner = ''
          while (end < text.length && text[end] !== quote) {
            if (text[end] === '\\' && mode !== 'none') {
              const next = text[end + 1] ?? ''
              const isTaken = mode === 'any' || next === quote || next === '\\'
              inner += isTaken ? next : `\\${next}`
              end += 2
            } else inner += text[end++]
          }
          if (end >= text.length) {
            broken = true
            break
          }
          word += inner
          at = end + 1
          if (!quotesInWords) {
            if (!isEnd() && !isBlank() && goesOn() === 0) broken = true
            break
          }
        } else if (text[at] === '"' && isQuote()) {
          broken = true
          break
        } else if (text[at] === '\\' && backslash === 'any') {
          word += text[at + 1] ?? ''
          at = Math.min(at + 2, text.length)
        } else if (goesOn() > 0) {
          // Within a word it is as if neither the line's end nor the blanks behind it were there.
          if (!quotesInWords) break
          at += goesOn()
          while (isBlank()) at++
        } else word += text[at++]
        isFirst = false
      }
      if (broken) break
      words.push({ text: word, isBare })
    }
    if (broken) {
      at = wordStart
      while (at < text.length && text[at] !== '\n') at++
      at++
    } else if (at < text.length) at += text[at] === '\r' ? 2 : 1
    const list = lists ? listed(words) : words.map(({ text }) => text)
    if (broken || words.length > 0)
      cuts.push({ line: firstLine, words: broken || !list ? [] : list, broken: broken || !list })
    line += text.slice(start, at).split('\n').length - 1
  }
  return cuts
}

function listed(words: readonly { text: string; isBare: boolean }[]): Word[] | undefined {
  const found: Word[] = []
  let list: string[] | undefined
  for (const { text, isBare } of words) {
    if (isBare && text === '[') {
      if (list) return undefined
      list = []
    } else if (isBare && text === ']') {
      if (!list) return undefined
      found.push(list)
      list = undefined
    } else if (list) list.push(text)
    else found.push(text)
  }
  return list ? undefined : found
}

const cutsOf = (text: string, syntax: Syntax): Cut[] =>
  Array.from(
    KIT.readStatements({ part: 'f', text }, syntax as Syntax & { lists: true }),
    ({ words, place, broken }: Statement<Word>) => ({
      line: place.line,
      words: broken ? [] : words,
      broken: broken !== undefined,
    }),
  )

const LETTERS = ['a', ' ', '\n', '"', "'", '\\', '#', '[', ']', '\r', '/', '\t']

test.for(Object.entries(SYNTAXES))('cuts every short text as the oracle does: %s', ([, syntax]) => {
  // Every text of up to four of the letters that matter, and longer ones of those that matter most.
  const check = (letters: readonly string[], length: number, text = '') => {
    const found = cutsOf(text, syntax)
    const wanted = oracle(text, syntax)
    if (JSON.stringify(found) !== JSON.stringify(wanted)) expect(found, JSON.stringify(text)).toEqual(wanted)
    if (length > 0) for (const letter of letters) check(letters, length - 1, text + letter)
  }
  check(LETTERS.slice(0, 9), 4)
  check(['a', ' ', '\n', '"', '\\'], 6)
  check(['a', ' ', '\n', '\r', '\\', '#'], 5)
})

test.for(Object.entries(SYNTAXES))(
  'cuts long random texts as the oracle does, and knows their lines: %s',
  ([, syntax]) => {
    const seed = 11
    const next = randomFrom(seed)
    for (let round = 0; round < 3000; round++) {
      const text = Array.from(
        { length: Math.floor(next() * 60) },
        () => LETTERS[Math.floor(next() * LETTERS.length)],
      ).join('')
      const [found, wanted] = [cutsOf(text, syntax), oracle(text, syntax)]
      if (JSON.stringify(found) !== JSON.stringify(wanted))
        expect(found, `seed ${seed}, round ${round}: ${JSON.stringify(text)}`).toEqual(wanted)
    }
  },
)

const TEXTS: readonly (readonly [syntax: string, text: string])[] = [
  ['plain', '\ufeffa  b\tc\r\n\n d'],
  ['plain', 'a\rb\r'],
  ['comments of two kinds', '# x\n  // y\na # b\n'],
  ['quotes in words, a backslash takes anything', 'set a"b c"\'d\\\' e\\ f ""'],
  ['quotes in words, a backslash takes anything', 'a "b\nc" d\ne'],
  ['quotes in words, a backslash takes anything', 'a\nb "c\nd'],
  ['whole words quoted, lists', `set x [ a "b ]" ] 'c"' it's "d\\"e\\f"`],
  ['whole words quoted, lists', 'a "b"c\nd'],
  ['whole words quoted, lists', '[ a\n[ [ ] ]\n]'],
  ['whole words quoted, without escapes', '! x\n* y\na * "b\\" !'],
  ['quotes in words, lines go on', 'add list=\\\r\n    "a b" \\\n  c\nd'],
]

test('reads statements', async () => {
  await expectPage(
    'statements.txt',
    TEXTS.map(([syntax, text]) => {
      const found = KIT.readStatements({ part: 'f', text }, SYNTAXES[syntax] as Syntax & { lists: true })
      const lines = Array.from(found, ({ place, words, broken, text }) =>
        JSON.stringify([place.line, ...(broken ? [broken, text] : words)]),
      )
      return [`${syntax}: ${JSON.stringify(text)}`, lines]
    }),
  )
})

test.for<[text: string, indented: boolean[]]>([
  [' a', [true]],
  ['\ta', [true]],
  ['a\n b\nc\n\td', [false, true, false, true]],
  ['\n  \n a\r\nb', [true, false]],
])('of %j, these are indented: %j', ([text, indented]) => {
  const found = Array.from(KIT.readStatements({ part: 'f', text }, {}), ({ isIndented }) => isIndented)
  expect(found).toEqual(indented)
})

test.for(Object.entries(SYNTAXES))('long hostile texts throw nothing: %s', ([, syntax]) => {
  const PIECES = ['a', ' ', '\n', '"', "'", '\\', '\\\n', '[ ', '] ', '\r', '"\\', '\'"', '#', '\u0000', '\ud800']
  for (const piece of PIECES) {
    const text = piece.repeat(50_000)
    const found = [...KIT.readStatements({ part: 'f', text }, syntax as Syntax & { lists: true })]
    expect(found.length).toBeLessThanOrEqual(50_001)
    KIT.splitter(syntax)(text)
  }
})

test.for([
  ['-A "b c" d', ['-A', 'b c', 'd']],
  ['', []],
  ['a"b', undefined],
  ['a\nb', undefined],
  ['a\r', ['a\r']],
  ['[ a ]', ['[', 'a', ']']],
])('splits the line %j', ([line, words]) => {
  const split = KIT.splitter({ quotes: { '"': 'any' }, quotesInWords: true, lists: true })
  expect(split(line as string)).toEqual(words)
})

test.for([
  ['a', 'a', true],
  ['Allow', 'aLLOW', true],
  ['a', 'b', false],
  ['a', undefined, false],
  [undefined, 'a', false],
  [undefined, undefined, false],
  ['', undefined, false],
] as const)('%j and %j are the same but for case: %j', ([one, other, want]) => {
  expect(KIT.isSame(one, other)).toBe(want)
})

test('hands words out one by one', () => {
  const words = KIT.words<Word>(['permit', ['a', 'b'], 'eq', '443', 'log'])
  expect([words.at, words.isDone, words.peek]).toEqual([0, false, 'permit'])
  expect(words.take('deny', 'permit')).toBe('permit')
  expect(words.take('a')).toBeUndefined()
  expect(words.next()).toEqual(['a', 'b'])
  expect(words.take('eq')).toBe('eq')
  expect(words.at).toBe(3)
  expect(words.rest()).toEqual(['443', 'log'])
  expect([words.at, words.isDone, words.peek, words.next(), words.take('log')]).toEqual([
    5,
    true,
    undefined,
    undefined,
    undefined,
  ])
  expect([words.at, words.rest()]).toEqual([5, []])
})
