/** A command: its words without their quotes, and the line on which it begins. */
export type TakeCommand = (words: readonly string[], line: number) => void

/**
 * Hands every command of a FortiOS configuration to `take`. Double quotes take escapes, single ones do not, and both
 * may hold line ends; `#` begins a comment at the start of a line only. Returns the line of a quote that is not closed.
 */
export function readCommands(text: string, take: TakeCommand): number | undefined {
  let line = 1
  for (let at = 0; at < text.length; ) {
    COMMENT.lastIndex = at
    if (COMMENT.test(text)) at = COMMENT.lastIndex
    const { words, next, isOpen } = commandAt(text, at)
    if (isOpen) return line
    if (words.length > 0) take(words, line)
    line += linesIn(text, at, next)
    at = next
  }
  return undefined
}

const COMMENT = /[^\S\n]*#[^\n]*/y

/** The command that begins at `at`, and where the next one begins. */
function commandAt(text: string, at: number): { words: string[]; next: number; isOpen: boolean } {
  const words: string[] = []
  let word: string | undefined
  while (at < text.length && text[at] !== '\n') {
    const character = text[at] as string
    if (/\s/.test(character)) {
      if (word !== undefined) words.push(word)
      word = undefined
      at++
    } else if (character === '"' || character === "'") {
      const { value, next } = quoted(text, at, character)
      if (next === undefined) return { words, next: text.length, isOpen: true }
      word = (word ?? '') + value
      at = next
    } else if (character === '\\') {
      word = (word ?? '') + (text[at + 1] ?? '')
      at += 2
    } else {
      const next = endOfBare(text, at)
      word = (word ?? '') + text.slice(at, next)
      at = next
    }
  }
  if (word !== undefined) words.push(word)
  return { words, next: at + 1, isOpen: false }
}

/** The text between the quote at `at` and the one that closes it. */
function quoted(text: string, at: number, quote: string): { value: string; next: number | undefined } {
  const parts: string[] = []
  let from = at + 1
  for (let i = from; i < text.length; i++) {
    if (text[i] === quote) {
      parts.push(text.slice(from, i))
      return { value: parts.join(''), next: i + 1 }
    }
    if (text[i] === '\\' && quote === '"') {
      parts.push(text.slice(from, i))
      i++
      from = i
    }
  }
  return { value: '', next: undefined }
}

const BARE = /[^"'\\\s]+/y

function endOfBare(text: string, at: number): number {
  BARE.lastIndex = at
  return BARE.test(text) ? BARE.lastIndex : at
}

function linesIn(text: string, from: number, to: number): number {
  let lines = 0
  for (let at = text.indexOf('\n', from); at >= 0 && at < to; at = text.indexOf('\n', at + 1)) lines++
  return lines
}

/** Text as it may stand in a note: on one line and short. */
export function inShort(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a note must not hold what a terminal would obey.
  const clean = text.slice(0, 200).replaceAll(/[\s\u0000-\u001f\u007f-\u009f]+/g, ' ')
  return clean.length > 80 ? `${clean.slice(0, 79)}…` : clean
}
