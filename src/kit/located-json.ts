import type { BrokenJson, LocatedJson } from '../model/located.ts'

/** What is wrong with a text as JSON, and where. */
class NotJson extends Error {
  constructor(
    readonly line: number,
    readonly text: string,
    reason: string,
  ) {
    super(reason)
  }
}

// A new line, a mark, a text, a word; or one character that begins none of these.
const TOKEN = /[ \t\r]*(?:(\n)|([{}[\],:])|("(?:[^"\\\n]|\\[^\n])*")|([^\s"{}[\],:]+)|([^ \t\r\n]))/y
const DEEPEST = 200

/** Strict JSON, in which every value knows its line; or what is wrong with it, and where. */
export function readJson(text: string): LocatedJson | BrokenJson {
  try {
    return parseLocated(text)
  } catch (error) {
    if (!(error instanceof NotJson)) throw error
    return { kind: 'broken', line: error.line, text: error.text, reason: error.message }
  }
}

function parseLocated(text: string): LocatedJson {
  const source = text.startsWith('\ufeff') ? text.slice(1) : text
  const next = tokensOf(source)
  const value = readValue(next(), next, 0)
  const rest = next()
  if (rest.text !== '') throw new NotJson(rest.line, rest.text, 'follows the end of the JSON')
  return value
}

interface Token {
  /** Empty at the end. */
  readonly text: string
  readonly line: number
}

type Next = () => Token

function tokensOf(source: string): Next {
  const token = new RegExp(TOKEN)
  let line = 1
  return () => {
    for (;;) {
      const match = token.exec(source)
      if (!match) return { text: '', line }
      if (!match[1]) return { text: match[2] ?? match[3] ?? match[4] ?? (match[5] as string), line }
      line++
    }
  }
}

function readValue({ text, line }: Token, next: Next, depth: number): LocatedJson {
  if (depth > DEEPEST) throw new NotJson(line, text, `lies deeper than ${DEEPEST} levels`)
  if (text === '{') return { kind: 'object', line, fields: fieldsOf(next, depth) }
  if (text === '[') return { kind: 'list', line, items: itemsOf(next, depth) }
  return { kind: 'scalar', line, value: scalarOf({ text, line }) }
}

function scalarOf({ text, line }: Token): string | number | boolean | null {
  if (text === '') throw new NotJson(line, '', 'ends in the middle of the JSON')
  try {
    return JSON.parse(text)
  } catch {
    throw new NotJson(line, text, 'is not JSON')
  }
}

function fieldsOf(next: Next, depth: number): Map<string, LocatedJson> {
  const fields = new Map<string, LocatedJson>()
  for (let token = next(); fields.size > 0 || token.text !== '}'; token = next()) {
    const key = scalarOf(token)
    if (typeof key !== 'string') throw new NotJson(token.line, token.text, 'is not JSON: a key is a text')
    // Programs disagree on which of the two counts.
    if (fields.has(key)) throw new NotJson(token.line, token.text, 'is there twice in one object')
    expectOne(next(), ':')
    fields.set(key, readValue(next(), next, depth + 1))
    if (expectOne(next(), ',', '}') === '}') break
  }
  return fields
}

function itemsOf(next: Next, depth: number): LocatedJson[] {
  const items: LocatedJson[] = []
  for (let token = next(); items.length > 0 || token.text !== ']'; token = next()) {
    items.push(readValue(token, next, depth + 1))
    if (expectOne(next(), ',', ']') === ']') break
  }
  return items
}

function expectOne({ text, line }: Token, ...wanted: string[]): string {
  if (wanted.includes(text)) return text
  if (text === '') throw new NotJson(line, '', 'ends in the middle of the JSON')
  throw new NotJson(line, text, `is not JSON: ${wanted.join(' or ')} comes here`)
}
