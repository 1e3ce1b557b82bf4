import type { Place, ReadFile } from '../../model/reading.ts'

/** The syntax by which a dialect splits a text into statements and words. A line is a statement; words have blanks between them. */
export interface Syntax {
  /**
   * The characters that quote, and what a backslash takes as it is between them: `any` character, only the `quote` itself and a
   * backslash, or `none`. What is quoted may run over lines.
   */
  readonly quotes?: Readonly<Partial<Record<'"' | "'", 'any' | 'quote' | 'none'>>>
  /** True if quotes may occur within a word: `a"b c"`. Otherwise only a whole word can be quoted. */
  readonly quotesInWords?: boolean
  /** Outside quotes a backslash escapes `any` character, or at the end of a `line` joins the next line. */
  readonly backslash?: 'any' | 'line'
  /** The texts that begin a comment, at the start of a line. */
  readonly comments?: readonly string[]
  /** True if `[ a b ]` is one word, a list. */
  readonly lists?: boolean
}

/** A word without its quotes; or, of a syntax that has them, a list. */
export type Word = string | readonly string[]

/** A statement: its words, and where it begins. */
export interface Statement<One extends Word = string> {
  readonly words: readonly One[]
  readonly place: Place
  /** The original text. */
  readonly text: string
  /** True if a blank stands before it. */
  readonly isIndented: boolean
  /** The reason why the line could not be split into words, which must become a note. Reading continues with the next line. */
  readonly broken: string | undefined
}

type NamedText = Pick<ReadFile, 'part' | 'text'>

/**
 * The statements of a text, one per line, except where quotes and backslashes join lines. Each is cut when it is asked for, so a long text is
 * never in memory as statements. Without `lists` in the syntax, no word is a list.
 */
export function readStatements(file: NamedText, syntax: Syntax & { readonly lists: true }): Iterable<Statement<Word>>
export function readStatements(file: NamedText, syntax: Syntax): Iterable<Statement>
export function* readStatements({ part, text }: NamedText, syntax: Syntax): Iterable<Statement<Word>> {
  const cut = cutterOf(syntax)
  let line = 1
  for (let at = text.startsWith('\ufeff') ? 1 : 0; at < text.length; ) {
    const { words, end, broken } = cut(text, at)
    const isIndented = text[at] === ' ' || text[at] === '\t'
    if (words.length > 0 || broken)
      yield { words, place: { part, line }, text: text.slice(at, end).trim(), isIndented, broken }
    for (let next = text.indexOf('\n', at); next >= 0 && next < end; next = text.indexOf('\n', next + 1)) line++
    at = end
  }
}

/** Cuts one line into words; undefined where a quote does not end. */
export function splitter(syntax: Syntax): (line: string) => readonly string[] | undefined {
  const cut = cutterOf({ ...syntax, lists: false })
  return (line) => {
    const { words, end, broken } = cut(line, 0)
    return broken || end < line.length ? undefined : (words as readonly string[])
  }
}

/** Finds the statement that begins at a position, and the offset of the next one. */
function cutterOf(syntax: Syntax) {
  const { comment, blanks, plain, piece, wordEnd } = patternsOf(syntax)
  const { lists, quotesInWords } = syntax
  /** Undefined where a quote does not end, or is out of place. */
  const wordAt = (text: string, first: number): { readonly word: string; readonly end: number } | undefined => {
    const end = endOfMatch(plain, text, first)
    if (end !== undefined) return { word: text.slice(first, end), end }
    let [word, at] = ['', first]
    do {
      const next = endOfMatch(piece, text, at)
      if (next === undefined) return undefined
      word += meaningOf(text.slice(at, next), syntax)
      at = next
      if (endOfMatch(wordEnd, text, at) !== undefined) return { word, end: at }
    } while (quotesInWords)
    return undefined
  }
  return (text: string, start: number) => {
    let at = endOfMatch(comment, text, start) ?? start
    const words: string[] = []
    const quoted: boolean[] = []
    for (;;) {
      at = endOfMatch(blanks, text, at) as number
      const found = wordAt(text, at)
      if (found) {
        words.push(found.word)
        if (lists) quoted.push(text[at] === '"' || text[at] === "'")
        at = found.end
        continue
      }
      const end = endOfMatch(LINE_END, text, at)
      if (end !== undefined)
        return lists && words.some(isBracket) ? { ...withLists(words, quoted), end } : { words, end, broken: undefined }
      // After a bad quote nothing is certain: the next line may be a statement of its own.
      const next = text.indexOf('\n', at)
      const reason = quotesInWords ? 'has a quote that does not end' : 'has a quote that is out of place'
      return { words, end: next < 0 ? text.length : next + 1, broken: reason }
    }
  }
}

const LINE_END = /\r?\n|$/y

const isBracket = (word: string) => word === '[' || word === ']'

/** The position after what `pattern` matches at `at`; undefined where it does not match. */
function endOfMatch(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : undefined
}

function patternsOf({ quotes = {}, quotesInWords, backslash, comments = [] }: Syntax) {
  const marks = Object.keys(quotes).join('')
  const single = quotes["'"] === 'none' ? `'[^']*'` : `'[^'\\\\]*(?:\\\\[^][^'\\\\]*)*'`
  const double = quotes['"'] === 'none' ? `"[^"]*"` : `"[^"\\\\]*(?:\\\\[^][^"\\\\]*)*"`
  const never = '(?!)'
  // Where only whole words are quoted, an apostrophe within a word is an ordinary character.
  const inside = quotesInWords ? marks : marks.replace("'", '')
  const goesOn = backslash === 'line' ? '\\\\\\r?\\n' : never
  const escaped = backslash === 'any' ? '\\\\[^]?' : `${goesOn}[ \\t]*`
  const free = backslash === 'any' ? '' : backslash === 'line' ? `|\\\\(?!\\r?\\n)` : '|\\\\'
  const other = (excluded: string) => `(?:[^ \\t\\r\\n\\\\${excluded}]|\\r(?!\\n)${free})`
  const bare = `${other(marks)}${other(inside)}*`
  const begin = comments.length > 0 ? `[ \\t]*(?:${comments.map(literal).join('|')})[^\\n]*` : never
  const pieces = [quotes['"'] ? double : never, quotes["'"] ? single : never, escaped, bare]
  const wordEnd = `[ \\t]|\\r?\\n|$|${quotesInWords ? never : goesOn}`
  return {
    comment: new RegExp(begin, 'y'),
    blanks: new RegExp(`[ \\t]*(?:${goesOn}[ \\t]*)*`, 'y'),
    plain: new RegExp(`${bare}(?=${wordEnd})`, 'y'),
    piece: new RegExp(pieces.join('|'), 'y'),
    wordEnd: new RegExp(wordEnd, 'y'),
  }
}

const literal = (text: string) => text.replaceAll(/[^\w\s]/g, '\\$&')

/** The value of a part of a word, without quotes and escapes. */
function meaningOf(piece: string, { quotes = {}, backslash }: Syntax): string {
  const mark = piece[0]
  const escapes = mark === '"' || mark === "'" ? quotes[mark] : undefined
  if (escapes) {
    const text = piece.slice(1, -1)
    if (escapes === 'none' || !text.includes('\\')) return text
    return text.replaceAll(escapes === 'any' ? /\\([\s\S])/g : mark === '"' ? /\\(["\\])/g : /\\(['\\])/g, '$1')
  }
  if (mark !== '\\') return piece
  return backslash === 'any' ? piece.slice(1) : piece.replace(/\\\r?\n[ \t]*/, '')
}

/** Words with those between brackets as one. */
function withLists(
  words: readonly string[],
  quoted: readonly boolean[],
): { words: readonly Word[]; broken: string | undefined } {
  const found: Word[] = []
  let list: string[] | undefined
  for (const [index, word] of words.entries()) {
    const mark = quoted[index] ? '' : word
    if (mark === '[') {
      if (list) return { words, broken: 'has a list in a list' }
      list = []
    } else if (mark === ']') {
      if (!list) return { words, broken: 'ends a list that did not begin' }
      found.push(list)
      list = undefined
    } else (list ?? found).push(word)
  }
  return list ? { words, broken: 'has a list that does not end' } : { words: found, broken: undefined }
}
