import { groupsOf } from '../model/group-by.ts'
import { memo } from '../model/lazy.ts'
import type { ReadFile } from '../model/reading.ts'
import { EDITS, type EditKind } from './result.ts'

/** One edit of one line of a text. */
export interface Edit {
  readonly kind: EditKind
  /** From 1. */
  readonly line: number
  /** The line, and the next one where both are swapped; of swapped blocks, the first lines. */
  readonly lines: readonly string[]
  /** The number of lines that are replaced. */
  readonly span: number
  /** The lines that replace them. */
  readonly put: readonly string[]
}

/** Makes any word another one. */
const MISSPELT = 'q'
/** A word that no dialect has. */
const EXTRA = 'unread'

/** Words that people and devices use for opposites. */
const OPPOSITES: readonly (readonly [string, string])[] = [
  ['allow', 'deny'],
  ['accept', 'drop'],
  ['permit', 'deny'],
  ['pass', 'block'],
  ['allow', 'block'],
  ['inbound', 'outbound'],
  ['tcp', 'udp'],
  ['ipv4', 'ipv6'],
  ['source', 'destination'],
  ['src', 'dst'],
  ['enable', 'disable'],
  ['true', 'false'],
]

/** Our opposites, and the vendor's own words for them, both ways round. */
export function oppositesOf(words: Readonly<Record<string, string>>) {
  const own = OPPOSITES.map(([one, other]) => [words[one] ?? one, words[other] ?? other] as const)
  const all = [...OPPOSITES, ...own].filter(([one, other]) => one !== other && one !== '' && other !== '')
  const pairs = [...new Map(all.map((pair) => [pair.join(' '), pair])).values()]
  return pairs.flatMap(([one, other]) => [opposite(one, other), opposite(other, one)])
}

type Opposite = ReturnType<typeof opposite>

/** A word, whole and in any case, and its opposite. */
function opposite(word: string, other: string) {
  const escaped = word.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return { word: new RegExp(`(?<![A-Za-z0-9])${escaped}(?![A-Za-z0-9])`, 'i'), other }
}

/**
 * Edits of these kinds of every line of `text` that matches `form`, at most `most` of them. If there are more, the result has each kind
 * of edit for each form of line, and the same choice of the others on every run.
 */
export function editsOf(
  text: string,
  opposites: readonly Opposite[],
  kinds: readonly EditKind[],
  most: number,
  form = /^/,
): Edit[] {
  const lines = text.replace(/\n$/, '').split('\n')
  const edits = lines
    .flatMap((line, index) => {
      if (!form.test(line)) return []
      return [...editsOfLine(line, lines[index + 1], index + 1, opposites), ...swapOfBlocks(lines, index)]
    })
    .filter(({ kind }) => kinds.includes(kind))
  if (edits.length <= most) return edits
  // Each kind is shuffled separately, so a new kind does not change the others.
  const inKinds = EDITS.flatMap((kind) => shuffled(edits.filter((edit) => edit.kind === kind)))
  const formOf = memo((line: string) => line.replaceAll(/[0-9a-f:.]+/gi, (word) => (/\d/.test(word) ? '9' : word)))
  const rounds = groupsOf(inKinds, ({ kind, lines }) => `${kind} ${lines.map(formOf).join(' ')}`)
  const inTurn = rounds.flatMap((group) => group.map((edit, turn) => ({ edit, turn })))
  const chosen = inTurn.sort((a, b) => a.turn - b.turn).slice(0, most)
  return chosen.map(({ edit }) => edit).sort((a, b) => a.line - b.line)
}

function* editsOfLine(
  line: string,
  next: string | undefined,
  number: number,
  opposites: readonly Opposite[],
): Generator<Edit> {
  const edit = (kind: EditKind, put: readonly string[], lines = [line]): Edit => {
    return { kind, line: number, lines, span: lines.length, put }
  }
  yield edit('drop', [])
  yield edit('duplicate', [line, line])
  if (/[A-Za-z0-9]/.test(line)) {
    yield edit('unknown', [line, line.replace(/[A-Za-z0-9]+/, (word) => `${word}${MISSPELT}`)])
    yield edit('extra', [`${line} ${EXTRA}`])
  }
  if (next !== undefined && next !== line) yield edit('swap', [next, line], [line, next])
  const words = [...line.matchAll(WORD)]
  for (const word of new Set([words[0], words.at(-1)]))
    if (word) {
      const cased = `${line.slice(0, word.index)}${otherCase(word[0])}${line.slice(word.index + word[0].length)}`
      yield edit('case', [cased])
    }
  for (const { index, 0: digits } of line.matchAll(/\d+/g)) {
    const last = index + digits.length - 1
    yield edit('digit', [`${line.slice(0, last)}${(Number(line[last]) + 1) % 10}${line.slice(last + 1)}`])
  }
  const put = new Set(opposites.map((pair) => withOpposite(line, pair)))
  put.delete(line)
  for (const other of put) yield edit('word', [other])
}

/** A word outside addresses, numbers and paths. */
const WORD = /(?<![\w:./])[A-Za-z]{2,}(?![\w./]|:\S)/g

const otherCase = (word: string) => (word === word.toLowerCase() ? word.toUpperCase() : word.toLowerCase())

/** The block that begins at a line after the block behind it, if both are of the same form and of several lines, as rules often are. */
function* swapOfBlocks(lines: readonly string[], start: number): Generator<Edit> {
  const middle = endOfBlock(lines, start)
  const end = endOfBlock(lines, middle)
  const [first = '', second = ''] = [lines[start], lines[middle]]
  if (middle - start < 2 || end - middle < 2 || indentOf(first) !== indentOf(second)) return
  const put = [...lines.slice(middle, end), ...lines.slice(start, middle)]
  yield { kind: 'swap', line: start + 1, lines: [first, second], span: end - start, put }
}

/** The line behind a block: deeper lines belong to it, and one that closes it. */
function endOfBlock(lines: readonly string[], start: number): number {
  const depth = indentOf(lines[start] ?? '')
  let end = start + 1
  while (end < lines.length && indentOf(lines[end] as string) > depth) end++
  const closes =
    end > start + 1 && indentOf(lines[end] ?? '') === depth && /^\s*(?:[\])}]+[,;]?|<\/.*)$/.test(lines[end] ?? '')
  return closes ? end + 1 : Math.min(end, lines.length)
}

const indentOf = (line: string) => line.length - line.trimStart().length

/** `line` with the first such word replaced. */
function withOpposite(line: string, { word, other }: Opposite): string {
  return line.replace(word, (found) => {
    if (found === found.toUpperCase() && found !== found.toLowerCase()) return other.toUpperCase()
    return /^[A-Z]/.test(found) ? other.replace(/^./, (letter) => letter.toUpperCase()) : other
  })
}

/** The files with the edit made in the one at `at`. */
export const withEdit = <One extends ReadFile>(files: readonly One[], at: number, edit: Edit): One[] =>
  files.map((file, index) => (index === at ? { ...file, text: edited(file.text, edit) } : file))

function edited(text: string, { line, span, put }: Edit): string {
  const all = text.split('\n')
  all.splice(line - 1, span, ...put)
  return all.join('\n')
}

/** The same order for the same input: the numbers come from a fixed seed. */
function shuffled<Item>(items: readonly Item[]): Item[] {
  let state = 7
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
  return items
    .map((item) => ({ item, at: next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item)
}

/** The sentence about an edit, with each line as `show` prints it: `shown`, or `formOf`. */
export function sentenceOf({ kind, lines, put }: Edit, show: (line: string, at?: number) => string): string {
  const [line = '', next = ''] = lines.map((line) => show(line))
  switch (kind) {
    case 'drop':
      return `without the line ${line}`
    case 'duplicate':
      return `twice the line ${line}`
    case 'swap':
      return `${line} after ${next}`
    case 'unknown':
      return `the line ${show(put[1] ?? '')} after ${line}`
    case 'extra':
    case 'case':
    case 'digit':
    case 'word': {
      const [old = '', young = ''] = [lines[0], put[0]].map((text) => text?.trim())
      const at = [...young].findIndex((character, index) => character !== old[index])
      return `${show(young, at)} in place of ${show(old, at)}`
    }
  }
}

const LONGEST = 70

/** A shortened line that shows the text at `at`. */
export function shown(line: string, at = 0): string {
  const text = line.trim()
  const from = Math.max(0, at - LONGEST + 20)
  const end = from + LONGEST
  return `\`${from > 0 ? '…' : ''}${text.slice(from, end)}${end < text.length ? '…' : ''}\``
}

/** The same for lines that differ in names and numbers only. */
export const formOf = (line: string): string =>
  line
    .trim()
    .replaceAll(/"[^"]*"(?!:)/g, '""')
    .replaceAll(/[\w.:/-]+/g, (word) => (/\d/.test(word) ? '9' : word))
