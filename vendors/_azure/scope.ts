import type { Action, LocatedJson, Note, Place, ReaderContext } from 'tagwall/reader'
import { checkFields, type FileScope, fileScope } from '../_json/file-scope.ts'
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

/** The context that all parts of a reader share. In a proof everything must match the options too. */
export interface Scope extends FileScope, Pick<ReaderContext, 'options' | 'narrow' | 'remotes'> {
  readonly spelling: Spelling
  /** Names of objects that stand for local sides. */
  readonly localObjects: readonly string[]
  /** The value of a field or of its expression; undefined for an unknown expression. */
  evaluate(value: LocatedJson): LocatedJson | undefined
}

/** A scope that collects its notes in `notes`. */
export const scopeOf = (context: ReaderContext, spelling: Spelling, part: string, notes: Note[]): Scope => ({
  ...context,
  ...fileScope(context.purpose, part, notes),
  localObjects: context.localObjects ?? [],
  spelling,
  evaluate: (value) => value,
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

/** In a proof: notes the fields of an object that are not allowed. */
export function onlyFields(
  object: LocatedJson | undefined,
  known: readonly string[],
  text: string,
  scope: Scope,
): void {
  if (object) checkFields(object, { optional: known }, text, scope)
}

/** The fields of an object that are not known. In an audit unset ones do not count, and PowerShell writes a capital first. */
export const unknownFields = (object: LocatedJson, known: ReadonlySet<string>, { isStrict, spelling }: Scope) =>
  (object.kind === 'object' ? [...object.fields] : []).flatMap(([key, value]) => {
    const name = isStrict ? key : `${key.charAt(0).toLowerCase()}${key.slice(1)}`
    const isUnset = !isStrict && !spelling.fieldOf(object, key)
    return isUnset || known.has(name) ? [] : [{ key, name, value }]
  })

/** The service's words for actions. */
export const ACTIONS: Readonly<Record<string, Action>> = { Allow: 'allow', Deny: 'deny' }

/** The spelling of a service tag. */
export const TAG = /^[A-Za-z][A-Za-z0-9_.-]*$/

/** A name as the service knows it, which ignores case; or as it is written. */
export const nameAmong = (known: readonly string[], name: string) => known.find((one) => kit.isSame(one, name)) ?? name
