import { isAscii } from 'node:buffer'

/**
 * What `JSON.parse` makes of two documents that are mostly the same text: entries of `values` with the same text are
 * parsed once, and are the same object in both. Returns undefined where one of them is no JSON, or not laid out as it
 * is published, an entry of `values` beginning and ending with a brace on a line of its own; then each is to be parsed
 * by itself.
 *
 * That is exact, whatever stands in the text: each entry is parsed by itself, so it is one whole value; and a number in
 * the place of all of them makes the rest a document whose `values` hold that number alone, so that is where they stand.
 */
export function parseAlike(before: Uint8Array, after: Uint8Array): readonly [unknown, unknown] | undefined {
  try {
    const known = new Map<string, Entry>()
    const [old, young] = [before, after].map((bytes) => parse(decode(bytes), known))
    return old === undefined || young === undefined ? undefined : [old, young]
  } catch {
    return undefined
  }
}

interface Entry {
  readonly text: string
  readonly value: unknown
}

/** The document in `text`, with the entries of `known` that are in it; adds the others. Throws what JSON.parse does. */
function parse(text: string, known: Map<string, Entry>): unknown {
  const lineEnd = text.includes('\r\n') ? '\r\n' : '\n'
  const opening = `[${lineEnd}    `
  const first = text.indexOf(`${opening}{`) + opening.length
  const last = text.lastIndexOf(`}${lineEnd}  ]`)
  if (first < opening.length || last < first) return undefined
  const rootWith = (values: string) => JSON.parse(text.slice(0, first) + values + text.slice(last + 1))
  const root = rootWith('0')
  if (!holdsOnly(root.values, 0) || !holdsOnly(rootWith('1').values, 1)) return undefined
  const entries = text.slice(first + 1, last).split(`},${lineEnd}    {`)
  return { ...root, values: entries.map((entry) => parseEntry(entry, known)) }
}

const holdsOnly = (values: unknown, value: number) =>
  Array.isArray(values) && values.length === 1 && values[0] === value

function parseEntry(text: string, known: Map<string, Entry>): unknown {
  // Mostly its name: shorter to look up than all of it.
  const beginning = text.slice(0, text.indexOf(','))
  const before = known.get(beginning)
  if (before?.text === text) return before.value
  const value: unknown = JSON.parse(`{${text}}`)
  known.set(beginning, { text, value })
  return value
}

function decode(bytes: Uint8Array): string {
  if (!isAscii(bytes)) return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
}
