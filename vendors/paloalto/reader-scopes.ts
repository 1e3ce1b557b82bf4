import type { Item, ItemKind, Note, Place, Value } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'
import { type Changes, Table } from '../_policies/changes.ts'
import { RULEBASES, type RuleOrObject, type Section } from './reader-sections.ts'

/** The values of a list by their texts, in their order; or the only value of a field. There may be as many fields as addresses. */
export type Field = Map<string, Value> | Value

/** An object or a rule, as far as it has been read. */
export interface Entry {
  readonly name: string
  /** The scope: `vsys vsys1`, `device-group Branch`, `shared`, `panorama`. */
  readonly scope: string
  /** The first place that names it. */
  readonly place: Place
  readonly fields: Partial<Record<string, Field>>
  /** Notes about its settings, which only matter if it is used. */
  notes?: Note[]
}

/** The values of a field; none if it is not set. */
export function valuesIn({ fields }: Entry, name: string): readonly Value[] {
  const field = fields[name]
  return field instanceof Map ? [...field.values()] : field ? [field] : []
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
    const entries = sections.get(section) ?? new Table<Entry>()
    const entry: Entry = { name, scope, place, fields: {} }
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
    const make = (entry: Entry): Item => ({ kind, name: entry.name, ...list, fields: fieldsOf(entry) })
    const items = changes.inOrder(scopes.section(scope, section)).map((entry) => changes.itemOf(entry, make))
    if (!members) return items
    const named = new Map(items.map((item) => [item.name, item]))
    const membersOf = (name: string) => (named.get(name)?.fields[members] ?? []) as readonly string[]
    return kit.outerFirst([...named.keys()], membersOf).map((name) => named.get(name) as Item)
  })
}

/** The fields of an entry. An empty list is the same to the device as none. */
function fieldsOf({ fields }: Entry): Item['fields'] {
  const texts: Record<string, string | string[]> = {}
  for (const [name, field] of Object.entries(fields)) {
    if (!(field instanceof Map)) texts[name] = (field as Value).text
    else if (field.size > 0) texts[name] = [...field.keys()]
  }
  return texts
}

/** Alternatives, by each of them: setting one unsets the others. */
const CHOICES = new Map(
  [
    ['ip-netmask', 'ip-range', 'fqdn', 'ip-wildcard'],
    ['static', 'dynamic'],
  ].flatMap((names) => names.map((name) => [name, names] as const)),
)

/** A choice has one value; the ports are those of the protocol. True if there was another value. */
export function unsetOthers(entry: Entry, field: string, text: string | undefined): boolean {
  const { fields } = entry
  const isOther = field === 'protocol' && valuesIn(entry, field)[0]?.text !== text
  const others = isOther ? ['port', 'source-port'] : fields[field] ? [] : CHOICES.get(field)
  const gone = others?.filter((name) => fields[name]) ?? []
  for (const name of gone) delete fields[name]
  return gone.length > 0
}
