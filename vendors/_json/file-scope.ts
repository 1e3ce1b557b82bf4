import type { AddressFamily, FoundLocal, LocatedJson, Note, Place, PrefixSet, ReaderContext } from 'tagwall/reader'
import { kit, valueIn } from '../_kit/kit.ts'

// Files that are JSON.

/** The context in which the values of a file are read. */
export interface FileScope {
  /** True in a proof: everything must be understood. */
  readonly isStrict: boolean
  readonly part: string
  /** Notes something about a line of `part`, or about a place elsewhere. */
  note(at: number | Place, text: string, reason: string, more?: Pick<Note, 'about' | 'isHarmless'>): void
}

/** A scope that collects its notes in `notes`. */
export const fileScope = (purpose: ReaderContext['purpose'], part: string, notes: Note[]): FileScope => ({
  isStrict: purpose === 'prove',
  part,
  note: (at, text, reason, more = {}) => {
    const place = typeof at === 'number' ? { part, line: at } : { part: at.part, line: at.line }
    notes.push({ place, text: text.slice(0, 120), reason, ...more })
  },
})

/** The same scope for another file. */
export const scopeIn = <Scope extends FileScope>(scope: Scope, part: string): Scope => ({
  ...scope,
  part,
  note: (at, ...rest) => scope.note(typeof at === 'number' ? { part, line: at } : at, ...rest),
})

/** The JSON of a file; undefined with a note if the text is not JSON. */
export function rootOf(text: string, { note }: FileScope): LocatedJson | undefined {
  const root = kit.readJson(text)
  if (root.kind !== 'broken') return root
  if (text.trim() === '') note(1, 'the file', 'is empty')
  else note(root.line, root.text, root.reason)
  return undefined
}

type Fields = Parameters<typeof kit.fieldFaults>[1]

/** Notes a value that should be an object. In a proof also fields that the templates never write, and missing ones that they always write. */
export function checkFields(value: LocatedJson, fields: Fields, text: string, { isStrict, note }: FileScope): void {
  if (value.kind === 'object' && !isStrict) return
  for (const { line, reason } of kit.fieldFaults(value, fields)) note(line, text, reason)
}

/** A value as a message shows it. */
export function show(value: LocatedJson | undefined): string {
  if (value?.kind === 'scalar') return JSON.stringify(value.value).slice(0, 80)
  return value ? `(${value.kind})` : '(none)'
}

/** The values whose key an earlier one has, each with the first that has it. A value without a key has no equal. */
export function* repeated<One>(
  values: Iterable<One>,
  keyOf: (value: One) => string | undefined,
): Iterable<readonly [value: One, first: One]> {
  const known = new Map<string, One>()
  for (const value of values) {
    const key = keyOf(value)
    const first = key === undefined ? undefined : known.get(key)
    if (first !== undefined) yield [value, first]
    else if (key !== undefined) known.set(key, value)
  }
}

/** The value of a field whose words are those of a table; another word is a note. */
export function wordIn<Value>(
  object: LocatedJson,
  field: string,
  words: Readonly<Record<string, Value>>,
  name: string,
  { note }: FileScope,
): Value | undefined {
  const written = kit.fieldOf(object, field)
  const value = valueIn(words, kit.textOf(written) ?? '')
  const known = Object.keys(words).join(' or ')
  if (value === undefined)
    note(written?.line ?? object.line, name, `has the ${field} ${show(written)}, which is not ${known}`)
  return value
}

/** The items of a list. Another value than a list is a note, and in a proof an item that is there twice. */
export function listIn(list: LocatedJson | undefined, name: string, scope: FileScope): readonly LocatedJson[] {
  if (list && list.kind !== 'list') scope.note(list.line, name, 'has no list where a list is expected')
  const items = kit.itemsOf(list)
  for (const [item] of scope.isStrict ? repeated(items, kit.textOf) : [])
    scope.note(item.line, name, `has ${show(item)} twice`)
  return items
}

/** The addresses of a list of prefixes, all of one family if that is given. Anything else is a note. */
export function addressesIn(
  list: LocatedJson | undefined,
  name: string,
  scope: FileScope,
  family?: AddressFamily,
): PrefixSet {
  return kit.setOf(
    listIn(list, name, scope).flatMap((item) => {
      const text = kit.textOf(item) ?? ''
      const prefix = text.includes('/') ? kit.prefixOrReason(text) : `${show(item)} is not a CIDR`
      if (typeof prefix !== 'string' && (family === undefined || prefix.family === family)) return [prefix]
      scope.note(item.line, name, typeof prefix === 'string' ? prefix : `has ${text} among its ${family} addresses`)
      return []
    }),
  )
}

/** A local side, which is either a list of addresses or the name of an object. */
export function localIn(
  { list, object }: { readonly list: LocatedJson | undefined; readonly object: LocatedJson | undefined },
  line: number,
  name: string,
  scope: FileScope,
): FoundLocal {
  const addresses = addressesIn(list, name, scope)
  const text = kit.textOf(object)
  // An empty list must not be taken for any address.
  if ((list && object) || Boolean(text) === !addresses.isEmpty)
    scope.note(line, name, 'must have either addresses or an object as local side')
  return { addresses, objects: text ? [text] : [] }
}
