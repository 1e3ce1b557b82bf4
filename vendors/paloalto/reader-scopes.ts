import type { Item, ItemKind, Entry as KitEntry, Place } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'
import type { Changes, Table } from '../_policies/changes.ts'
import { FIELDS, RULEBASES, type RuleOrObject, type Section } from './reader-sections.ts'

/** An object or a rule, as far as it has been read. */
export interface Entry extends KitEntry {
  /** The scope: `vsys vsys1`, `device-group Branch`, `shared`, `panorama`. */
  readonly scope: string
}

/** The entries of each scope, by section and name. */
export class Scopes {
  readonly #sections = new Map<string, Map<Section, Table<Entry>>>()
  /** The device groups around each. */
  readonly parents = new Map<string, string>()

  get names(): string[] {
    return [...this.#sections.keys()]
  }

  /** The scopes in which a name in `scope` is looked up, in this order. */
  chainOf(scope: string): readonly string[] {
    const chain: string[] = []
    for (let at: string | undefined = scope; at && !chain.includes(at); at = this.parents.get(at)) chain.push(at)
    if (scope.startsWith('vsys ')) chain.push(`panorama ${scope}`)
    return [...new Set([...chain, ...(/^(?:vsys|panorama)/.test(scope) ? ['panorama'] : []), 'shared'])]
  }

  section(scope: string, section: Section): Table<Entry> | undefined {
    return this.#sections.get(scope)?.get(section)
  }

  /** The entry with this name, created if missing. */
  entry(scope: string, section: Section, name: string, place: Place): Entry {
    const known = this.section(scope, section)?.get(name)
    if (known) return known
    const sections = this.#sections.get(scope) ?? new Map<Section, Table<Entry>>()
    const entries = sections.get(section) ?? new Map<string, Entry>()
    const entry: Entry = { name, scope, place, fields: new Map(), notes: [] }
    this.#sections.set(scope, sections.set(section, entries.set(name, entry)))
    return entry
  }
}

const KINDS: readonly (readonly [section: RuleOrObject, kind: ItemKind, members?: string])[] = [
  ...RULEBASES.map((rulebase) => [rulebase, 'rule'] as const),
  ['address-group', 'group', 'static'],
  ['address', 'object'],
  ['service-group', 'service', 'members'],
  ['service', 'service'],
]

/** All that a scope holds: the rules of each rulebase in its order, then groups, outer ones before inner ones, and objects last. */
export function itemsOf(scopes: Scopes, scope: string, changes: Changes<Entry>): Item[] {
  return KINDS.flatMap(([section, kind, members]) => {
    const list = kind === 'rule' ? { list: section } : {}
    const make = (entry: Entry): Item => ({ kind, name: entry.name, ...list, fields: fieldsOf(section, entry) })
    const items = changes.inOrder(scopes.section(scope, section)).map((entry) => changes.itemOf(entry, make))
    if (!members) return items
    const named = new Map(items.map((item) => [item.name, item]))
    const membersOf = (name: string) => [named.get(name)?.fields[members] ?? []].flat()
    return kit.outerFirst([...named.keys()], membersOf).map((name) => named.get(name) as Item)
  })
}

/** The fields of an entry. An empty list is the same to the device as none. */
function fieldsOf(section: RuleOrObject, { fields }: Entry): Item['fields'] {
  const values = [...fields].filter(([, values]) => values.length > 0)
  return Object.fromEntries(
    values.map(([field, values]) => {
      const texts = values.map(({ text }) => text)
      return [field, FIELDS[section].get(field) === 'value' ? (texts.at(-1) as string) : texts]
    }),
  )
}
