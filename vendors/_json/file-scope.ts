import type { LocatedJson, Note, Place, ReaderContext } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'

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
