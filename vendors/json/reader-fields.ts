import type { LocatedJson, Note } from 'tagwall/reader'
import { FAMILIES, kit } from '../_kit/kit.ts'

const FIELDS = {
  file: ['format', 'policy', 'cloud', 'published', 'changeNumber', 'rules', 'sets'],
  delta: ['format', 'policy', 'cloud', 'before', 'after', 'rules', 'removedRules', 'sets', 'removedSets'],
  setDelta: ['name', 'tags', 'added', 'removed'],
  rule: ['name', 'direction', 'action', 'protocol', 'ports', 'priority', 'tags', 'set'],
  ports: ['first', 'last'],
  set: ['name', 'tags', 'prefixes'],
  prefixes: [],
  local: [],
}

/** Optional fields. None of them affects the allowed traffic. */
const OPTIONAL: Partial<Record<keyof typeof FIELDS, readonly string[]>> = {
  file: ['widened'],
  rule: ['description', 'local'],
  prefixes: FAMILIES,
  local: ['addresses', 'object'],
}

export interface Scope {
  readonly isStrict: boolean
  /** The part that is being read, for notes. */
  readonly at: { part: string }
  note(line: number, text: string, reason: string): void
}

export function scopeOf(part: string, isStrict: boolean, notes: Note[]): Scope {
  const at = { part }
  const note: Scope['note'] = (line, text, reason) => {
    notes.push({ place: { part: at.part, line }, text: text.slice(0, 120), reason })
  }
  return { isStrict, at, note }
}

export function checkFields(
  value: LocatedJson,
  kind: keyof typeof FIELDS,
  name: string,
  { isStrict, note }: Scope,
): void {
  // A newer version may add fields to this format, but a file of this version has only known ones. Prefixes have only the two families.
  if (value.kind === 'object' && !isStrict && kind !== 'prefixes') return
  const faults = kit.fieldFaults(value, { wanted: FIELDS[kind], optional: OPTIONAL[kind] ?? [] })
  for (const { line, reason } of faults) note(line, name, reason)
}

export function nameOf(value: LocatedJson, { note }: Scope): string {
  const name = kit.textOf(kit.fieldOf(value, 'name'))
  if (!name) note(value.line, 'a rule or a set', 'has no name')
  return name ?? '(no name)'
}

/** The names in a list of names, such as the rules that a delta removes. */
export function namesIn(list: LocatedJson | undefined, what: string, { note }: Scope): string[] {
  return kit.itemsOf(list).flatMap((item) => {
    const name = kit.textOf(item)
    if (!name) note(item.line, what, 'has an entry other than a name')
    return name ? [name] : []
  })
}

export function tagsOf(value: LocatedJson, name: string, { note }: Scope): string {
  const list = kit.fieldOf(value, 'tags')
  if (list?.kind !== 'list') note(list?.line ?? value.line, name, 'has no list of tags')
  const tags = kit.itemsOf(list)
  for (const tag of tags) if (!kit.textOf(tag)) note(tag.line, name, 'has a tag other than text')
  return tags.map(kit.textOf).join(', ')
}

/** A whole number, zero or more. */
export function numberOf(value: LocatedJson | undefined): number | undefined {
  const number = kit.numberOf(value)
  return number !== undefined && Number.isInteger(number) && number >= 0 ? number : undefined
}
