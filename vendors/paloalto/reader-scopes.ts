import type { Item, Entry as KitEntry, Place } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'
import { RULEBASES, type Section } from './reader-sections.ts'

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
