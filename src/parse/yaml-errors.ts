import type { YAMLParseError } from 'yaml'
import { conflictLine } from '../text/lines.ts'

/** A mistake in a YAML text: the position where a person looks for it (an offset), and one sentence. */
export interface YamlMistake {
  readonly offset: number
  readonly sentence: string
}

/** A line of a text, and where it begins. */
interface Line {
  readonly text: string
  readonly start: number
  readonly indent: number
}

/** The mistake behind the errors of the YAML library: the first is where the parser lost its way, and its line tells what a person wrote. */
export function yamlMistake(text: string, errors: readonly YAMLParseError[]): YamlMistake {
  const [first] = [...errors].sort((a, b) => a.pos[0] - b.pos[0])
  const lines = linesOf(text)
  const marker = lines[conflictLine(text) - 1]
  if (marker)
    return { offset: marker.start, sentence: 'this line is a conflict marker of git; resolve the merge first' }
  const tab = errors.find(({ code }) => code === 'TAB_AS_INDENT')
  if (tab) return { offset: tab.pos[0], sentence: 'a tab indents this line; use spaces' }
  const { pos, code, message } = first as YAMLParseError
  const [offset] = pos
  const at = lines.findLastIndex(({ start }) => start <= offset)
  const explained = BY_CODE[code]?.(message, { lines, at, offset })
  return explained ?? { offset, sentence: lowerCase(message.split(' at line ', 1)[0] as string) }
}

/** Where the first error is: its line, by index, and its offset. */
interface Place {
  readonly lines: readonly Line[]
  readonly at: number
  readonly offset: number
}

type Explain = (message: string, place: Place) => YamlMistake | undefined

const BY_CODE: Partial<Record<YAMLParseError['code'], Explain>> = {
  MULTIPLE_DOCS: (_, { offset }) => ({ offset, sentence: 'a second YAML document begins here; expected one' }),
  MULTILINE_IMPLICIT_KEY: (_, place) => ofKeys(place) ?? ofBrackets(place),
  BLOCK_AS_IMPLICIT_KEY: (_, place) => ofKeys(place),
  MISSING_CHAR: (message, place) => ofUnclosed(message, place) ?? ofIndent(place) ?? ofKeys(place),
  BAD_INDENT: (message, place) => ofUnclosed(message, place) ?? ofIndent(place),
  UNEXPECTED_TOKEN: (message, place) => ofToken(message, place) ?? ofIndent(place),
  BLOCK_IN_FLOW: (_, place) => ofBrackets(place),
  BAD_SCALAR_START: (_, { lines, at, offset }) => quotesNeeded(lines[at] as Line, offset),
  BAD_ALIAS: (_, { lines, at, offset }) => quotesNeeded(lines[at] as Line, offset),
}

/** A key without a colon, a colon or a dash without a space, or keys of one entry in different columns. */
function ofKeys({ lines, at, offset }: Place): YamlMistake | undefined {
  const line = lines[at] as Line
  const [next] = lines.slice(at + 1).filter(isFilled)
  const content = line.text.slice(line.indent)
  const dash = /^-(?=[^\s-])/.exec(content)
  if (dash) return { offset: line.start + line.indent, sentence: 'a space is missing after the dash of this entry' }
  const key = /^(?:- +)?([\w.]+)/.exec(content)
  const end = line.start + line.indent + (key?.[0].length ?? 0)
  const rest = key ? content.slice(key[0].length) : ''
  if (/^:\S/.test(rest)) return { offset: end, sentence: `a space is missing after the colon of "${key?.[1]}"` }
  if (/^: .*: /.test(rest)) return quotesNeeded(line, offset, 'a value with a colon and a space in it')
  if (key && !rest.startsWith(':')) return { offset: end, sentence: `a colon is missing after "${key[1]}"` }
  return next && next.indent > line.indent ? indentMistake(next, lines) : undefined
}

/** A line whose indentation fits no line before it. */
const ofIndent = ({ lines, at }: Place): YamlMistake | undefined => indentMistake(lines[at] as Line, lines)

/** A line that is indented unlike the one before it. */
function indentMistake(line: Line, lines: readonly Line[]): YamlMistake | undefined {
  const before = lines.slice(0, lines.indexOf(line)).findLast(isFilled)
  if (!before) return undefined
  const column = before.indent + (/^- */.exec(before.text.slice(before.indent))?.[0].length ?? 0)
  if (line.indent === column) return undefined
  const number = lines.indexOf(before) + 1
  const wanted = `the keys of one entry begin in one column, as in line ${number}, which has ${spaces(column)} before its key`
  return { offset: line.start + line.indent, sentence: `this line is indented by ${spaces(line.indent)}; ${wanted}` }
}

/** The opening of a bracket or a quote that is never closed. */
function ofUnclosed(message: string, { lines, offset }: Place): YamlMistake | undefined {
  const [, quote] = /closing (["'])/.exec(message) ?? []
  const [, bracket] = /end with a ([\]}])/.exec(message) ?? []
  const mark = quote ?? (bracket === ']' ? '[' : bracket === '}' ? '{' : undefined)
  if (mark === undefined) return undefined
  const isOpen = ({ text }: Line) =>
    quote ? count(text, quote) % 2 === 1 : count(text, mark) > count(text, bracket as string)
  const own = lines.filter(({ start }) => start <= offset)
  const line = quote ? own.find(isOpen) : own.findLast(isOpen)
  return line && { offset: line.start + line.text.lastIndexOf(mark), sentence: `this ${mark} is never closed` }
}

function ofToken(message: string, { lines, at, offset }: Place): YamlMistake | undefined {
  const line = lines[at] as Line
  const [before, after] = [line.text.slice(0, offset - line.start), line.text.slice(offset - line.start)]
  const closing = /^[\]}]/.exec(after)
  if (closing) return { offset, sentence: `this ${closing[0]} closes nothing` }
  if (after.startsWith(',')) return { offset, sentence: 'this comma separates nothing; remove it' }
  if (after.startsWith('- ')) return { offset, sentence: 'a list begins on the next line, or is written [a, b]' }
  if (/flow-(?:map|seq)-start at node end/.test(message)) {
    const value = /^.*(?:[:,-] |[[{]) */.exec(before)?.[0].length ?? 0
    return quotesNeeded(line, line.start + value, `a text with ${after.slice(0, 1)} in it`)
  }
  const value = /scalar at node end/.test(message) ? /^.*[:,[{-] +(?=[[{"'])/.exec(before) : null
  return value ? quotesNeeded(line, line.start + value[0].length) : undefined
}

/** Keys or entries between brackets without a comma, or with a dash. */
function ofBrackets({ lines, at, offset }: Place): YamlMistake | undefined {
  const line = lines[at] as Line
  const after = line.text.slice(offset - line.start)
  if (after.startsWith('-')) return { offset, sentence: 'a list between brackets has commas and no dashes: [a, b]' }
  const value = /^\S+ +(?=([\w.]+):)/.exec(after)
  return value ? { offset: offset + value[0].length, sentence: `a comma is missing before "${value[1]}"` } : undefined
}

/** A value that YAML reads as something else. */
function quotesNeeded(line: Line, offset: number, what?: string): YamlMistake {
  const rest = line.text.slice(offset - line.start).split(' #', 1)[0] as string
  // Between brackets, the value ends at a comma or a bracket.
  const isBetween = /[[{]/.test(line.text.slice(0, offset - line.start))
  const value = isBetween ? closed((rest.split(/,| [\]}]/, 1)[0] as string).trim()) : rest.trim()
  const why = what ?? `a text that begins with ${value.slice(0, 1)}`
  return { offset, sentence: `${why} needs quotes: ${JSON.stringify(value)}` }
}

/** A text without the brackets at its end, but for as many as it opens. */
function closed(text: string): string {
  let end = text.length
  while (/[\]}]/.test(text.charAt(end - 1))) end--
  return text.slice(0, end + count(text, '{') + count(text, '['))
}

const count = (text: string, of: string) => text.split(of).length - 1

function linesOf(text: string): Line[] {
  let start = 0
  return text.split('\n').map((raw) => {
    const line = raw.replace(/\r$/, '')
    const found = { text: line, start, indent: /^ */.exec(line)?.[0].length ?? 0 }
    start += raw.length + 1
    return found
  })
}

const isFilled = ({ text }: Line) => /^ *[^ #]/.test(text)

const spaces = (count: number) => (count === 1 ? '1 space' : `${count === 0 ? 'no' : count} spaces`)

const lowerCase = (text: string) => text.slice(0, 1).toLowerCase() + text.slice(1)

// A long line is cut on both sides of the mistake.
const MOST_BEFORE = 60
const MOST_SHOWN = 100

/** The line of a mistake with a caret below it, for a person. */
export function excerpt(text: string, offset: number): string[] {
  const start = text.lastIndexOf('\n', offset - 1) + 1
  const [line = ''] = text.slice(start).split(/\r?\n/, 1)
  const from = Math.max(0, offset - start - MOST_BEFORE)
  const shown = line.slice(from, from + MOST_SHOWN).replaceAll('\t', ' ')
  return [`    ${shown}`, `    ${' '.repeat(offset - start - from)}^`]
}
