import type { Notes, Place, ReadFile, Word } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'

/** A piece of the configuration in braces: the words before a semicolon or a brace. */
export interface Token {
  readonly words: readonly Word[]
  readonly mark: ';' | '{' | '}'
  readonly place: Place
}

/** A command of the CLI. */
export interface Command {
  readonly verb: string
  readonly words: readonly Word[]
  readonly place: Place
  readonly text: string
}

const COMMAND = /^(?:\S+[>#] )?(?:set|delete|deactivate|activate|insert|protect) \S/m

/** True if a text is set commands, not a configuration in braces. */
export const isCommands = (text: string): boolean => {
  const [command, brace] = [text.search(COMMAND), text.search(/\{[ \t]*(?:##.*)?$/m)]
  return command >= 0 && (brace < 0 || command < brace)
}

/** The commands of a text, one per line. */
export function* commandsOf(file: ReadFile, notes: Notes): Iterable<Command> {
  const syntax = { quotes: { '"': 'quote' }, lists: true, comments: ['#'] } as const
  for (const { words, place, text, broken } of kit.readStatements(file, syntax)) {
    const [verb, ...rest] = words
    const swallows = words.flat().some((word) => /\n(?:set|delete|deactivate) /.test(word))
    if (typeof verb === 'string' && !broken && !swallows) yield { verb, words: rest, place, text }
    else
      notes.add(place, text, broken ?? (swallows ? 'has a quote that runs over other commands' : 'is not understood'))
  }
}

// In this order: blanks and comments, a quoted string, a list, punctuation, a word.
const PIECE =
  /(\s+|##.*|#.*|\/\*[\s\S]*?\*\/)|"((?:[^"\\]|\\[\s\S])*)"|\[((?:[^[\]"]|"(?:[^"\\]|\\[\s\S])*")*)\]|([{};])|([^\s{};[\]"]+)/y

/** The statements of a configuration in braces. */
export function tokensOf({ part, text }: ReadFile, notes: Notes): Token[] {
  const tokens: Token[] = []
  let words: Word[] = []
  let line = 1
  let first = 1
  for (let at = 0; at < text.length; ) {
    PIECE.lastIndex = at
    const match = PIECE.exec(text)
    if (!match) {
      notes.add({ part, line }, text.slice(at, at + 40), 'has a quote or bracket that does not end')
      return tokens
    }
    const [whole, blank, quoted, list, mark, word] = match
    if (words.length === 0) first = line
    if (quoted !== undefined) words.push(meaning(quoted))
    else if (list !== undefined) words.push(wordsOf(list))
    else if (word !== undefined) words.push(word)
    else if (blank === undefined) {
      const place = { part, line: first }
      const isEnd = mark === '}'
      if (isEnd && words.length > 0) notes.add(place, words.flat().join(' '), 'is a statement without an end')
      tokens.push({ words, mark: mark as Token['mark'], place: isEnd ? { part, line } : place })
      words = []
    }
    for (const letter of whole) if (letter === '\n') line++
    at = PIECE.lastIndex
  }
  if (words.length > 0) notes.add({ part, line: first }, words.flat().join(' '), 'is a statement without an end')
  return tokens
}

const meaning = (quoted: string) => quoted.replace(/\\([\s\S])/g, '$1')

const wordsOf = (list: string): string[] =>
  Array.from(list.matchAll(/"((?:[^"\\]|\\[\s\S])*)"|([^\s"]+)/g), ([, quoted, word]) =>
    quoted === undefined ? (word ?? '') : meaning(quoted),
  )

const SESSION = /^(?:[^\s@]+@[^\s>#]+[>#].*|\{\w+(?::\w+)?\}|\[edit.*\]|-+\(more.*|show .*)$/

/** A text without the lines of a session in a terminal, which become blank. */
export const withoutSession = (text: string): string =>
  text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .map((line) => (SESSION.test(line.trim()) ? '' : line))
    .join('\n')
