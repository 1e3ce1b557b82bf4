import type { AddressFamily, LocatedJson, Note, Prefix, PrefixSet } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'

const FAMILIES: readonly AddressFamily[] = ['ipv4', 'ipv6']

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

export interface AddressSet {
  readonly part: string
  readonly line: number
  readonly tags: string
  readonly addresses: PrefixSet
}

export function setsOf(root: LocatedJson, scope: Scope): Map<string, AddressSet> {
  const sets = new Map<string, AddressSet>()
  for (const set of kit.itemsOf(kit.fieldOf(root, 'sets'))) {
    const name = nameOf(set, scope)
    checkFields(set, 'set', name, scope)
    if (sets.has(name)) scope.note(set.line, name, 'is a set that is defined twice')
    const addresses = addressesOf(kit.fieldOf(set, 'prefixes'), name, scope)
    if (addresses.isEmpty) scope.note(set.line, name, 'is a set without addresses')
    sets.set(name, { part: scope.at.part, line: set.line, tags: tagsOf(set, name, scope), addresses })
  }
  return sets
}

function addressesOf(families: LocatedJson | undefined, name: string, scope: Scope): PrefixSet {
  if (families) checkFields(families, 'prefixes', name, scope)
  const seen = new Set<string | undefined>()
  const prefixes = FAMILIES.flatMap((family) =>
    kit.itemsOf(kit.fieldOf(families, family)).flatMap((item) => {
      if (seen.has(kit.textOf(item))) scope.note(item.line, name, `has ${kit.textOf(item)} twice`)
      seen.add(kit.textOf(item))
      return prefixOf(item, family, name, scope)
    }),
  )
  return kit.setOf(prefixes)
}

function prefixOf(item: LocatedJson, family: AddressFamily | undefined, name: string, { note }: Scope): Prefix[] {
  try {
    const prefix = kit.parsePrefix(kit.textOf(item) ?? '')
    if (family === undefined || prefix.family === family) return [prefix]
    note(item.line, name, `has ${kit.textOf(item)} among its ${family} addresses`)
  } catch (error) {
    note(item.line, name, (error as Error).message)
  }
  return []
}

export function listedIn(list: LocatedJson | undefined, name: string, scope: Scope): PrefixSet {
  return kit.setOf(kit.itemsOf(list).flatMap((item) => prefixOf(item, undefined, name, scope)))
}
