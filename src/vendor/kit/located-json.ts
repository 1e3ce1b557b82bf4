import { printParseErrorCode, visit } from 'jsonc-parser'
import type { FieldValue, Item } from '../../model/item.ts'

/** The levels that a text may nest: more than people write, and too few for a hostile text to exhaust the stack. */
export const DEEPEST = 200

/** The first syntax error of a text, with its line. */
export class Malformed extends Error {
  constructor(
    readonly line: number,
    readonly text: string,
    reason: string,
  ) {
    super(reason)
  }
}

/** The value that `read` returns, or the syntax error that it throws. */
export function orBroken(read: () => LocatedJson): LocatedJson | BrokenJson {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof Malformed)) throw error
    return { kind: 'broken', line: error.line, text: error.text, reason: error.message }
  }
}

/** Strict JSON in which every value has its line; or the syntax error and its place. */
export const readJson = (text: string): LocatedJson | BrokenJson =>
  orBroken(() => parseLocated(text.startsWith('\ufeff') ? text.slice(1) : text))

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
      throw new Malformed(value.line, source.slice(offset, offset + length), `is nested deeper than ${DEEPEST} levels`)
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
        throw new Malformed(line + 1, source.slice(offset, offset + length), 'appears twice in one object')
      holder.key = key
    },
    onLiteralValue: (value: string | number | boolean | null, offset: number, length: number, line: number) =>
      put({ kind: 'scalar', line: line + 1, value }, offset, length),
    onError: (code: number, offset: number, length: number, line: number) => {
      const reason = root && open.length === 0 ? 'follows the end of the JSON' : reasonOf(code, open.at(-1))
      if (offset >= source.length) throw new Malformed(line + 1, '', 'ends in the middle of the JSON')
      throw new Malformed(line + 1, source.slice(offset, offset + length), reason)
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

/** A JSON value and the line that it begins on. */
export type LocatedJson = { readonly line: number } & (
  | { readonly kind: 'object'; readonly fields: ReadonlyMap<string, LocatedJson> }
  | { readonly kind: 'list'; readonly items: readonly LocatedJson[] }
  | { readonly kind: 'scalar'; readonly value: string | number | boolean | null }
)

/** The syntax error of a JSON text, and its line. */
export interface BrokenJson {
  readonly kind: 'broken'
  readonly line: number
  readonly text: string
  readonly reason: string
}

/** An element of an XML text and the line that its tag begins on. */
export interface LocatedXml {
  readonly line: number
  readonly tag: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: readonly LocatedXml[]
  /** The text of the element itself, without its children and without surrounding blanks. */
  readonly text: string
  /** The line that its end tag is on. */
  readonly endLine: number
}

/** The elements of an XML text, including those before a syntax error. Each fault must become a note. */
export interface XmlText {
  readonly root: LocatedXml | undefined
  /** The text before and after the root element. */
  readonly around: string
  readonly faults: readonly Omit<BrokenJson, 'kind'>[]
}

/** A field of an object. Null counts as absent, because programs print null for unset fields. */
export function fieldOf(value: LocatedJson | undefined, name: string): LocatedJson | undefined {
  const found = value?.kind === 'object' ? value.fields.get(name) : undefined
  return found?.kind === 'scalar' && found.value === null ? undefined : found
}

/** The items of a list; none of anything else. */
export function itemsOf(value: LocatedJson | undefined): readonly LocatedJson[] {
  return value?.kind === 'list' ? value.items : []
}

/** A value that is a text. */
export function textOf(value: LocatedJson | undefined): string | undefined {
  return value?.kind === 'scalar' && typeof value.value === 'string' ? value.value : undefined
}

/** A value that is a number. */
export function numberOf(value: LocatedJson | undefined): number | undefined {
  return value?.kind === 'scalar' && typeof value.value === 'number' ? value.value : undefined
}

/**
 * The scalars of a value as texts by their path, such as `local.object`, for the fields of an item: null counts as absent, a list of scalars is one
 * list, and other lists have an index in the path. Fields at the top that are in `left` are left out.
 */
export function fieldsByPath(value: LocatedJson | undefined, left: readonly string[] = []): Item['fields'] {
  const found: Record<string, FieldValue> = {}
  const add = (at: string, one: LocatedJson) => {
    if (one.kind === 'scalar') {
      if (one.value !== null) found[at] = `${one.value}`
    } else if (one.kind === 'object') {
      for (const [name, field] of one.fields) add(`${at}.${name}`, field)
    } else if (one.items.every((item) => item.kind === 'scalar')) {
      found[at] = one.items.map((item) => `${item.value}`)
    } else for (const [index, item] of one.items.entries()) add(`${at}[${index}]`, item)
  }
  if (value?.kind !== 'object') return found
  for (const [name, field] of value.fields) if (!left.includes(name)) add(name, field)
  return found
}

/** The fields that an object may have. */
interface FieldNames {
  /** Fields that must be there. */
  readonly wanted?: readonly string[]
  readonly optional?: readonly string[]
  /** True if null counts as absent, as programs print it for unset fields. Otherwise null is a fault. */
  readonly mayBeNull?: boolean
}

/** Unknown fields, missing ones, and null, with their lines. A doubled field is a syntax error of `readJson` and `readYaml`. */
export function fieldFaults(value: LocatedJson, { wanted = [], optional = [], mayBeNull = false }: FieldNames) {
  if (value.kind !== 'object') return [{ line: value.line, reason: 'is not an object' }]
  const unfit = [...value.fields].flatMap(([name, { line }]) => {
    const isNull = fieldOf(value, name) === undefined
    if (isNull && mayBeNull) return []
    const isKnown = wanted.includes(name) || optional.includes(name)
    if (!isKnown) return [{ line, reason: `has the field "${name}", which is not understood` }]
    return isNull ? [{ line, reason: `has null as "${name}"` }] : []
  })
  const missing = wanted.filter((name) => !value.fields.has(name))
  return [...unfit, ...missing.map((name) => ({ line: value.line, reason: `has no field "${name}"` }))]
}
