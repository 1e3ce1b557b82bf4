import type { Line, Notes, ReadFile } from 'tagwall/reader'

/** The values of macros, by name. */
export type Macros = Map<string, string>

// The tokens: a quoted string, a table, operators and punctuation, a word.
const WORD = /"([^"\n]*)"|<[^<>\s=]+>|!=|<=|>=|><|<>|[{}(),=!<>]|[^\s{}(),="<>!]+/y
/** Nested macros grow exponentially: the most characters of one macro, and words of all macros in a file. */
const LONGEST_MACRO = 100_000
const MOST_WORDS = 1_000_000

/**
 * The statements of a file. A line is one, but for a list in braces. With `macros`, these take the place of their names. Punctuation is a
 * word of its own, and a quoted string keeps its opening quote.
 */
export function statementsOf({ part, text }: ReadFile, notes: Notes, macros?: Macros): Line[] {
  const statements: Line[] = []
  let words: string[] = []
  let depth = 0
  let first = 1
  let said = ''
  let expanded = 0
  /** The expansion of a word: the word itself, or the value of a macro. */
  const meaningOf = (word: string): readonly string[] => {
    // The text goes on behind a name: `$lan:network`.
    const [dollar = '', name = ''] = /^\$(\w+)/.exec(word) ?? []
    const value = name !== '' && expanded < MOST_WORDS ? macros?.get(name) : undefined
    if (value === undefined) return [word]
    const { words } = wordsOf(value + word.slice(dollar.length))
    expanded += words.length
    return words
  }
  const end = () => {
    if (words.length > 0) statements.push({ words, place: { part, line: first }, text: said.trim().slice(0, 200) })
    if (macros && words[1] === '=') define(words, macros)
    words = []
    said = ''
  }
  for (const { line, number } of linesOf(text)) {
    if (words.length === 0) first = number
    said += `${line} `
    const found = wordsOf(line)
    if (!found.isWhole) notes.add({ part, line: number }, line, 'is not understood')
    for (const word of found.words.flatMap(meaningOf)) {
      if (word === '{') depth++
      if (word === '}') depth--
      words.push(word)
    }
    if (depth <= 0) {
      if (depth < 0) notes.add({ part, line: number }, line, 'closes a list that was not opened')
      depth = 0
      end()
    }
  }
  if (depth > 0) notes.add({ part, line: first }, said, 'is a list that does not end')
  return statements
}

/** Lines without comments. A backslash at the end of a line joins the next one, in a comment too. */
function linesOf(text: string): { line: string; number: number }[] {
  let next = 1
  return text.split(/(?<!\\|\\\r)\r?\n/).map((piece) => {
    const number = next
    const lines = piece.split(/\r?\n/)
    next += lines.length
    const [line = ''] = UNCOMMENTED.exec(lines.map((one) => one.replace(/\\$/, '')).join(' ')) ?? []
    return { line, number }
  })
}

/** All before a `#` outside quotes. */
const UNCOMMENTED = /^(?:[^"#]|"[^"]*(?:"|$))*/

function wordsOf(line: string): { words: string[]; isWhole: boolean } {
  const words: string[] = []
  const blank = /\s*/y
  for (let at = 0; ; ) {
    blank.lastIndex = at
    blank.test(line)
    if (blank.lastIndex >= line.length) return { words, isWhole: true }
    WORD.lastIndex = blank.lastIndex
    const match = WORD.exec(line)
    if (!match) return { words, isWhole: false }
    words.push(match[1] === undefined ? match[0] : `"${match[1]}`)
    at = WORD.lastIndex
  }
}

/** `name = "value" $other`: the values, one after the other. */
function define([name = '', , ...values]: readonly string[], macros: Macros): void {
  const value = values.map((word) => word.replace(/^"/, '')).join(' ')
  if (value.length <= LONGEST_MACRO && wordsOf(value).isWhole) macros.set(name, value)
  else macros.delete(name)
}
