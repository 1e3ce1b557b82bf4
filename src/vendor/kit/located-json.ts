import { printParseErrorCode, visit } from 'jsonc-parser'
import { DEEPEST } from './deepest.ts'
import type { BrokenJson, LocatedJson } from './located-values.ts'

/** The first syntax error of a JSON text, with its line. */
class NotJson extends Error {
  constructor(
    readonly line: number,
    readonly text: string,
    reason: string,
  ) {
    super(reason)
  }
}

/** Strict JSON in which every value has its line; or the syntax error and its place. */
export function readJson(text: string): LocatedJson | BrokenJson {
  const source = text.startsWith('\ufeff') ? text.slice(1) : text
  try {
    return parseLocated(source)
  } catch (error) {
    if (!(error instanceof NotJson)) throw error
    return { kind: 'broken', line: error.line, text: error.text, reason: error.message }
  }
}

/** An object or a list whose end is still to come. */
interface Open {
  readonly fields?: Map<string, LocatedJson>
  readonly items?: LocatedJson[]
  /** The key of the value that comes next. */
  key: string
}

function parseLocated(source: string): LocatedJson {
  let root: LocatedJson | undefined
  const open: Open[] = []
  const put = (value: LocatedJson, offset: number, length: number) => {
    if (open.length > DEEPEST)
      throw new NotJson(value.line, source.slice(offset, offset + length), `is nested deeper than ${DEEPEST} levels`)
    const holder = open.at(-1)
    holder?.fields?.set(holder.key, value)
    holder?.items?.push(value)
    root ??= value
  }
  const end = () => void open.pop()
  const visitor = {
    onObjectBegin: (offset: number, length: number, line: number) => {
      const fields = new Map<string, LocatedJson>()
      put({ kind: 'object', line: line + 1, fields }, offset, length)
      open.push({ fields, key: '' })
    },
    onArrayBegin: (offset: number, length: number, line: number) => {
      const items: LocatedJson[] = []
      put({ kind: 'list', line: line + 1, items }, offset, length)
      open.push({ items, key: '' })
    },
    onObjectEnd: end,
    onArrayEnd: end,
    onObjectProperty: (key: string, offset: number, length: number, line: number) => {
      const holder = open.at(-1) as Open
      // Programs disagree on which of the two counts.
      if (holder.fields?.has(key))
        throw new NotJson(line + 1, source.slice(offset, offset + length), 'appears twice in one object')
      holder.key = key
    },
    onLiteralValue: (value: string | number | boolean | null, offset: number, length: number, line: number) =>
      put({ kind: 'scalar', line: line + 1, value }, offset, length),
    onError: (code: number, offset: number, length: number, line: number) => {
      const reason = root && open.length === 0 ? 'follows the end of the JSON' : reasonOf(code, open.at(-1))
      if (offset >= source.length) throw new NotJson(line + 1, '', 'ends in the middle of the JSON')
      throw new NotJson(line + 1, source.slice(offset, offset + length), reason)
    },
  }
  visit(source, visitor, { disallowComments: true })
  return root as LocatedJson
}

function reasonOf(code: number, holder: Open | undefined): string {
  switch (printParseErrorCode(code)) {
    case 'PropertyNameExpected':
      return 'is not JSON: expected a key in quotes'
    case 'ColonExpected':
      return 'is not JSON: expected : here'
    case 'CommaExpected':
      return `is not JSON: expected , or ${holder?.fields ? '}' : ']'} here`
    default:
      return 'is not JSON'
  }
}
