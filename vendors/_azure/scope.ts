import type { Action, LocatedJson, Note, Place, ReaderContext } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'

/** The spelling of the service's names in files: `sourcePortRange` in its own JSON, `source_port_range` in Terraform's. */
export interface Spelling {
  /** The name of a field in the files. */
  nameOf(field: string): string
  /** A field that is set. */
  fieldOf(object: LocatedJson | undefined, field: string): LocatedJson | undefined
}

/** A rule, a route or another resource as it is written. */
export interface Raw extends Place {
  readonly name: string
  /** The object that holds its fields. */
  readonly fields: LocatedJson
}

/** The context that all parts of a reader share. */
export interface Scope extends Pick<ReaderContext, 'options' | 'narrow' | 'remotes'> {
  readonly spelling: Spelling
  /** True in a proof: everything must be understood, and match the options. */
  readonly isStrict: boolean
  /** Names of objects that stand for local sides. */
  readonly localObjects: readonly string[]
  readonly part: string
  /** The value of a field or of its expression; undefined for an unknown expression. */
  evaluate(value: LocatedJson): LocatedJson | undefined
  /** Notes something about a line of `part`, or about a place elsewhere. */
  note(at: number | Place, text: string, reason: string, more?: Pick<Note, 'about' | 'isHarmless'>): void
}

/** A scope that collects its notes in `notes`. */
export function scopeOf(
  { options, purpose, localObjects = [], narrow, remotes }: ReaderContext,
  spelling: Spelling,
  part: string,
  notes: Note[],
): Scope {
  return {
    spelling,
    options,
    narrow,
    remotes,
    isStrict: purpose === 'prove',
    localObjects,
    part,
    evaluate: (value) => value,
    note: (at, text, reason, more = {}) => {
      const place = typeof at === 'number' ? { part, line: at } : { part: at.part, line: at.line }
      notes.push({ place, text: text.slice(0, 120), reason, ...more })
    },
  }
}

/** The same scope for another file. */
export const scopeIn = (scope: Scope, part: string): Scope => ({
  ...scope,
  part,
  note: (at, ...rest) => scope.note(typeof at === 'number' ? { part, line: at } : at, ...rest),
})

/** A value that was read, and the notes about it, which every later reading repeats. */
export interface ReadOnce<Value> {
  readonly value: Value
  readonly notes: readonly Parameters<Scope['note']>[]
}

/** Reads a value with the notes about it. */
export function readOnce<Value>(scope: Scope, read: (scope: Scope) => Value): ReadOnce<Value> {
  const notes: Parameters<Scope['note']>[] = []
  return { value: read({ ...scope, note: (...note) => void notes.push(note) }), notes }
}

/** The JSON of a file; undefined with a note if the text is not JSON. */
export function rootOf(text: string, { note }: Scope): LocatedJson | undefined {
  const root = kit.readJson(text)
  if (root.kind !== 'broken') return root
  if (text.trim() === '') note(1, 'the file', 'is empty')
  else note(root.line, root.text, root.reason)
  return undefined
}

/** Notes the fields of an object that are not allowed. */
export function onlyFields(
  object: LocatedJson | undefined,
  optional: readonly string[],
  text: string,
  { note }: Scope,
): void {
  for (const { line, reason } of object ? kit.fieldFaults(object, { optional }) : []) note(line, text, reason)
}

/** The fields of an object that are not known. In an audit unset ones do not count, and PowerShell writes a capital first. */
export const unknownFields = (object: LocatedJson, isKnown: (name: string) => boolean, { isStrict, spelling }: Scope) =>
  (object.kind === 'object' ? [...object.fields] : []).flatMap(([key, value]) => {
    const name = isStrict ? key : `${key.charAt(0).toLowerCase()}${key.slice(1)}`
    const isUnset = !isStrict && !spelling.fieldOf(object, key)
    return isUnset || isKnown(name) ? [] : [{ key, name, value }]
  })

/** A value as a message shows it. */
export function show(value: LocatedJson | undefined): string {
  if (value?.kind === 'scalar') return JSON.stringify(value.value).slice(0, 80)
  return value ? `(${value.kind})` : '(none)'
}

/** The service's words for actions. */
export const ACTIONS: Readonly<Record<string, Action>> = { Allow: 'allow', Deny: 'deny' }

/** The spelling of a service tag. */
export const TAG = /^[A-Za-z][A-Za-z0-9_.-]*$/

/** A name as the service knows it, which ignores case; or as it is written. */
export const nameAmong = (known: readonly string[], name: string) => known.find((one) => kit.isSame(one, name)) ?? name

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
