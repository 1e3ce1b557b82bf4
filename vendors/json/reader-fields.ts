import type { LocatedJson } from 'tagwall/reader'
import { checkFields as checkIn, type FileScope } from '../_json/file-scope.ts'
import { FAMILIES, kit } from '../_kit/kit.ts'

/** The fields of each object of the format. The optional ones do not affect the allowed traffic. */
const FIELDS = {
  file: {
    wanted: ['format', 'policy', 'cloud', 'published', 'changeNumber', 'rules', 'sets'],
    optional: ['widened'],
  },
  delta: {
    wanted: ['format', 'policy', 'cloud', 'before', 'after', 'rules', 'removedRules', 'sets', 'removedSets'],
  },
  setDelta: { wanted: ['name', 'tags', 'added', 'removed'] },
  rule: {
    wanted: ['name', 'direction', 'action', 'protocol', 'ports', 'priority', 'tags', 'set'],
    optional: ['description', 'local'],
  },
  ports: { wanted: ['first', 'last'] },
  set: { wanted: ['name', 'tags', 'prefixes'] },
  prefixes: { optional: FAMILIES },
  local: { optional: ['addresses', 'object'] },
}

/** A newer version may add fields to this format, but a file of this version has only known ones. Prefixes have only the two families. */
export function checkFields(value: LocatedJson, kind: keyof typeof FIELDS, name: string, scope: FileScope): void {
  checkIn(value, FIELDS[kind], name, kind === 'prefixes' ? { ...scope, isStrict: true } : scope)
}

export function nameOf(value: LocatedJson, { note }: FileScope): string {
  const name = kit.textOf(kit.fieldOf(value, 'name'))
  if (!name) note(value.line, 'a rule or a set', 'has no name')
  return name ?? '(no name)'
}

/** The names in a list of names, such as the rules that a delta removes. */
export function namesIn(list: LocatedJson | undefined, what: string, { note }: FileScope): string[] {
  return kit.itemsOf(list).flatMap((item) => {
    const name = kit.textOf(item)
    if (!name) note(item.line, what, 'has an entry other than a name')
    return name ? [name] : []
  })
}

export function tagsOf(value: LocatedJson, name: string, { note }: FileScope): string {
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
