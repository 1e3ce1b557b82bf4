/** A command: its words without their quotes, and the line on which it begins. */
export type TakeCommand = (words: readonly string[], line: number) => void

/**
 * Hands every command of a FortiOS configuration to `take`. Double quotes take escapes, single ones do not, and both
 * may hold line ends; `#` begins a comment at the start of a line only. Returns the line of a quote that is not closed.
 */
export function readCommands(text: string, take: TakeCommand): number | undefined {
  let line = 1
  for (let at = 0; at < text.length; ) {
    PLAIN.lastIndex = at
    if (PLAIN.test(text)) {
      const words = text.slice(at, PLAIN.lastIndex).match(BARE_WORD)
      if (words) take(words, line)
      at = PLAIN.lastIndex
      line++
      continue
    }
    const end = endOfLine(text, at)
    const plain = text.slice(at, end)
    const known = COMMENT.test(plain) ? [] : PLAINLY_QUOTED.test(plain) ? wordsOf(plain) : undefined
    if (known) {
      if (known.length > 0) take(known, line)
      at = end + 1
      line++
      continue
    }
    const { words, next, isOpen } = quotedCommand(text, at)
    if (isOpen) return line
    take(words, line)
    line += linesIn(text, at, next)
    at = next
  }
  return undefined
}

/**
 * A line of bare words and of whole words in double quotes, without escapes, and with no blanks in quotes: nearly every line.
 * Its quotes say nothing, and its words are what is between them and the blanks.
 */
const PLAIN = /(?![^\S\n]*#)(?:[^\S\n]*(?:[^\s"'\\]+|"[^"\\\s]+")(?=\s|$))*[^\S\n]*(?:\n|$)/y
const BARE_WORD = /[^\s"]+/g

/** The same with blanks in quotes: nearly every other line. */
const PLAINLY_QUOTED = /^\s*(?:[^\s"'\\]+|"[^"\\]*")(?:\s+(?:[^\s"'\\]+|"[^"\\]*"))*\s*$/
const WORD = /"[^"]*"|[^\s"]+/g
const COMMENT = /^\s*#/

const wordsOf = (line: string) => line.match(WORD)?.map((word) => (word.startsWith('"') ? word.slice(1, -1) : word))

/** The command that begins at `at`, of which some words are quoted, and where the next one begins. */
function quotedCommand(text: string, at: number): { words: string[]; next: number; isOpen: boolean } {
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

const BARE_END = /["'\\\s]/

function endOfBare(text: string, at: number): number {
  while (at < text.length && !BARE_END.test(text[at] as string)) at++
  return at
}

function endOfLine(text: string, at: number): number {
  const end = text.indexOf('\n', at)
  return end < 0 ? text.length : end
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
