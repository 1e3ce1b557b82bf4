import type { Item } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'
import type { Scopes } from './reader-scopes.ts'
import { RULEBASES, type Section } from './reader-sections.ts'

const KINDS: readonly (readonly [section: Section, kind: 'rule' | 'group' | 'object' | 'service', members?: string])[] =
  [
    ...RULEBASES.map((rulebase) => [rulebase, 'rule'] as const),
    ['address-group', 'group', 'static'],
    ['address', 'object'],
    ['service-group', 'service', 'members'],
    ['service', 'service'],
  ]

/** The named items of a scope: rules and their members, groups, outer ones before inner ones, their members, objects last. */
export function inventoryOf(scopes: Scopes, scope: string): Item[] {
  return KINDS.flatMap(([section, kind, members]) => {
    const entries = scopes.entriesOf(scope, section)
    const membersOf = (name: string) =>
      scopes
        .section(scope, section)
        ?.get(name)
        ?.fields.get(members ?? '') ?? []
    const names = entries.map(({ name }) => name)
    const ordered = members ? kit.outerFirst(names, (name) => membersOf(name).map(({ text }) => text)) : names
    const items = ordered.map((name): Item => ({ kind, name }))
    if (kind === 'service' || kind === 'object') return items
    // Merging adds to lists, so earlier members stay.
    const held = entries.flatMap(({ name: holder, fields }) =>
      [...fields]
        .filter(([field]) => LISTS.has(field))
        .flatMap(([field, values]) =>
          values.map(({ text }): Item => ({ kind: 'member', name: text, of: { kind, name: holder, field } })),
        ),
    )
    return [...items, ...held]
  })
}

const LISTS: ReadonlySet<string> = new Set(['static', 'from', 'to', 'source', 'destination', 'service', 'tag'])
