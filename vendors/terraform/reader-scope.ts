import type { FoundRule, LocatedJson, Note, ReaderContext, ReaderKit, Traffic } from 'tagwall/reader'

/** What all parts of the reader share. */
export interface Scope {
  readonly kit: ReaderKit
  readonly options: ReaderContext['options']
  /** Everything must be understood, and as the options say. */
  readonly isStrict: boolean
  /** Names of objects that stand for local sides. */
  readonly localObjects: readonly string[]
  readonly narrow: ReaderContext['narrow']
  note(place: Where, text: string, reason: string, more?: NoteMore): void
}

/** A file and a line of it. */
export interface Where {
  readonly part: string
  readonly line: number
}

interface NoteMore {
  readonly about?: readonly Traffic[]
  readonly isHarmless?: boolean
}

/** A rule that was understood, and what orders it. */
export interface Ordered extends FoundRule {
  readonly priority: number
}

/** A scope that collects its notes in `notes`. */
export function scopeOf({ kit, options, purpose, localObjects = [], narrow }: ReaderContext, notes: Note[]): Scope {
  const note: Scope['note'] = ({ part, line }, text, reason, more = {}) => {
    notes.push({ place: { part, line }, text: text.slice(0, 120), reason, ...more })
  }
  return { kit, options, isStrict: purpose === 'prove', localObjects, narrow, note }
}

/** The resources of an Azure Firewall: groups of rule collections, rules of classic firewalls, policies. */
export const FIREWALL_TYPES = [
  'azurerm_firewall_policy_rule_collection_group',
  'azurerm_firewall_network_rule_collection',
  'azurerm_firewall_policy',
] as const

/** A value as a message shows it. */
export function show(value: LocatedJson | undefined): string {
  if (value?.kind === 'scalar') return JSON.stringify(value.value).slice(0, 80)
  return value ? `of another kind (${value.kind})` : 'that is not there'
}

/** A field that says something: null, and an empty text or list, are how Terraform prints what is not set. */
export function fieldOf(object: LocatedJson | undefined, name: string): LocatedJson | undefined {
  const value = object?.kind === 'object' ? object.fields.get(name) : undefined
  const isUnset =
    (value?.kind === 'scalar' && (value.value === null || value.value === '')) ||
    (value?.kind === 'list' && value.items.length === 0)
  return isUnset ? undefined : value
}

/** When proving: notes a field that the templates do not write, and one that they always write and that is not there. */
export function checkFields(
  object: LocatedJson,
  { wanted = [], optional = [] }: { wanted?: readonly string[]; optional?: readonly string[] },
  where: Where,
  text: string,
  { isStrict, note }: Scope,
): void {
  if (object.kind !== 'object') note(where, text, 'is not an object')
  if (!isStrict || object.kind !== 'object') return
  for (const [key, { line }] of object.fields)
    if (!wanted.includes(key) && !optional.includes(key))
      note({ ...where, line }, text, `has the field "${key}", which is not understood`)
  for (const key of wanted) if (!object.fields.has(key)) note(where, text, `has no field "${key}"`)
}

/** Texts of a list, each once; anything else is a note. */
export function textsOf(list: LocatedJson | undefined, where: Where, text: string, { kit, isStrict, note }: Scope) {
  if (list && list.kind !== 'list') note({ ...where, line: list.line }, text, 'has something else where a list belongs')
  const seen = new Set<string>()
  return kit.itemsOf(list).flatMap((item) => {
    const value = kit.textOf(item)
    if (value === undefined) note({ ...where, line: item.line }, text, `has ${show(item)}, which is not a text`)
    else if (isStrict && seen.has(value)) note({ ...where, line: item.line }, text, `has ${show(item)} twice`)
    if (value === undefined) return []
    seen.add(value)
    return [{ value, line: item.line }]
  })
}
