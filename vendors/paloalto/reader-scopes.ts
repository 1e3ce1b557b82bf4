import type { Item, ItemKind, Entry as KitEntry, Place } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'
import { FIELDS, RULEBASES, type RuleOrObject, type Section } from './reader-sections.ts'

/** An object or a rule, as far as it has been read. */
export interface Entry extends KitEntry {
  /** The scope: `vsys vsys1`, `device-group Branch`, `shared`, `panorama`. */
  readonly scope: string
}

const newEntry = (name: string, scope: string, place: Place): Entry => ({
  name,
  scope,
  place,
  fields: new Map(),
  notes: [],
})

/** The entries of each scope, by section and name. */
export class Scopes {
  readonly #sections = new Map<string, Map<Section, Map<string, Entry>>>()
  /** The device groups around each. */
  readonly parents = new Map<string, string>()
  /** Other people's rules that only serve as a position. */
  readonly #anchors = new WeakSet<Entry>()

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

  section(scope: string, section: Section): Map<string, Entry> | undefined {
    return this.#sections.get(scope)?.get(section)
  }

  /** The entries of a section, in order; without the user's rule that the options name. */
  entriesOf(scope: string, section: Section): Entry[] {
    return [...(this.section(scope, section)?.values() ?? [])].filter((entry) => !this.#anchors.has(entry))
  }

  /** The entry with this name, created if missing. */
  entry(scope: string, section: Section, name: string, place: Place): Entry {
    const known = this.section(scope, section)?.get(name)
    if (known) return known
    const sections = this.#sections.get(scope) ?? new Map<Section, Map<string, Entry>>()
    const entries = sections.get(section) ?? new Map<string, Entry>()
    const entry = newEntry(name, scope, place)
    this.#sections.set(scope, sections.set(section, entries.set(name, entry)))
    return entry
  }

  /**
   * Puts a rule before or after another one of its section; a reason where it cannot. The rule of others that the options name
   * is there before those that are loaded.
   */
  move(entry: Entry, section: Section, where: 'before' | 'after', other: string, anchor: string | undefined) {
    const entries = this.section(entry.scope, section)
    if (!entries || entry.name === other) return 'moves a rule that does not exist'
    const rules = [...entries.values()].filter((rule) => rule !== entry)
    if (!entries.has(other)) {
      if (other !== anchor) return 'moves a rule to one that does not exist'
      const placed = newEntry(other, entry.scope, entry.place)
      this.#anchors.add(placed)
      rules.unshift(placed)
    }
    const at = rules.findIndex((rule) => rule.name === other) + (where === 'after' ? 1 : 0)
    entries.clear()
    for (const rule of rules.toSpliced(at, 0, entry)) entries.set(rule.name, rule)
    return undefined
  }

  /** True if rules are, in this order, directly before or directly after another rule of any rulebase. */
  stand(
    names: readonly string[],
    scope: string,
    { name, isBefore }: { readonly name: string; readonly isBefore: boolean },
  ) {
    return RULEBASES.some((rulebase) => {
      const all = [...(this.section(scope, rulebase)?.keys() ?? [])]
      const at = all.indexOf(name)
      const first = isBefore ? at - names.length : at + 1
      return at >= 0 && names.every((rule, index) => all[first + index] === rule)
    })
  }
}

const KINDS: readonly (readonly [section: RuleOrObject, kind: ItemKind, members?: string])[] = [
  ...RULEBASES.map((rulebase) => [rulebase, 'rule'] as const),
  ['address-group', 'group', 'static'],
  ['address', 'object'],
  ['service-group', 'service', 'members'],
  ['service', 'service'],
]

/**
 * All that a scope holds: the rules of each rulebase in its order, then groups, outer ones before inner ones, and objects last. `known` has the items of
 * entries that did not change since.
 */
export function itemsOf(scopes: Scopes, scope: string, known: Map<Entry, Item>): Item[] {
  return KINDS.flatMap(([section, kind, members]) => {
    const entries = new Map(scopes.entriesOf(scope, section).map((entry) => [entry.name, entry]))
    const membersOf = (name: string) => (entries.get(name)?.fields.get(members ?? '') ?? []).map(({ text }) => text)
    const names = members ? kit.outerFirst([...entries.keys()], membersOf) : [...entries.keys()]
    return names.map((name): Item => {
      const entry = entries.get(name) as Entry
      const list = kind === 'rule' ? { list: section } : {}
      const item = known.get(entry) ?? Object.freeze({ kind, name, ...list, fields: fieldsOf(section, entry) })
      known.set(entry, item)
      return item
    })
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
