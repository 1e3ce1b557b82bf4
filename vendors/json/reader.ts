import type { Device, Item, LocatedJson, Note, PrefixSet, ReaderContext, ReadFile, Reading } from 'tagwall/reader'
import { addressesIn, type FileScope, fileScope, rootOf } from '../_json/file-scope.ts'
import { bindKit, kit } from '../_kit/kit.ts'
import {
  type AddressSet,
  checkFields,
  itemsIn,
  nameOf,
  rulesOf,
  setsOf,
  tagsOf,
  type WrittenRule,
} from './reader-rules.ts'

type Purpose = ReaderContext['purpose']

const FORMATS = { file: 'tagwall-ruleset-1', delta: 'tagwall-ruleset-delta-1' } as const

/**
 * The compiled ruleset, in the format that the README describes. A consumer replaces the previous file as a whole, by the ruleset or by the result of
 * a delta.
 */
export const device = ({ kit: given, purpose }: ReaderContext): Device => {
  bindKit(given)
  let rulesets: Ruleset[] = []
  return {
    *load(files, kind) {
      if (kind === 'full') rulesets = files.map((file) => readRuleset(file, purpose))
      else for (const file of files) applyDelta(file, rulesets[0] ?? emptyRuleset(file.part), purpose)
      yield
    },
    reading() {
      const readings = rulesets.map((ruleset) => readingOf(ruleset, purpose))
      return { rules: readings.flatMap(({ rules }) => rules), lists: [], notes: readings.flatMap(({ notes }) => notes) }
    },
    items: () => rulesets.flatMap(itemsOf),
  }
}

/** The ruleset of one file, with the deltas applied. */
interface Ruleset {
  readonly part: string
  items: WrittenRule[]
  readonly sets: Map<string, AddressSet>
  readonly notes: Note[]
}

const emptyRuleset = (part: string): Ruleset => ({ part, items: [], sets: new Map(), notes: [] })

function readRuleset({ part, text }: ReadFile, purpose: Purpose): Ruleset {
  const notes: Note[] = []
  const scope = fileScope(purpose, part, notes)
  const root = rulesetIn(text, scope, 'file')
  if (!root) return { ...emptyRuleset(part), notes: notes.map((note) => ({ ...note, isForeign: true })) }
  const sets = setsOf(root, scope)
  return { part, items: itemsIn(root, scope), sets, notes }
}

/** The rules by priority, then the sets that they name. */
function itemsOf({ items, sets }: Ruleset): Item[] {
  const priorityOf = ({ rule }: WrittenRule) => kit.numberOf(kit.fieldOf(rule, 'priority')) ?? 0
  const rules = items.toSorted((a, b) => priorityOf(a) - priorityOf(b))
  return [
    ...rules.map(({ name = '(no name)', rule }): Item => {
      const ports = kit.itemsOf(kit.fieldOf(rule, 'ports')).map(portsText)
      return { kind: 'rule', name, list: 'rules', fields: { ...kit.fieldsByPath(rule, ['name', 'ports']), ports } }
    }),
    ...Array.from(sets, ([name, { tags, addresses }]): Item => {
      return { kind: 'set', name, fields: { tags, addresses: addresses.texts } }
    }),
  ]
}

/** `443`, or `8000-8080`. */
function portsText(range: LocatedJson): string {
  const { first, last } = kit.fieldsByPath(range)
  return first === last ? `${first}` : `${first}-${last}`
}

function readingOf({ part, items, sets, notes }: Ruleset, purpose: Purpose): Reading {
  const found = [...notes]
  if (notes.some(({ isForeign }) => isForeign)) return { rules: [], lists: [], notes: found }
  const scope = fileScope(purpose, part, found)
  const rules = rulesOf(items, sets, scope)
  const used = new Set(items.map(({ rule }) => kit.textOf(kit.fieldOf(rule, 'set'))))
  for (const [name, { part, line }] of sets) {
    if (scope.isStrict && !used.has(name)) scope.note({ part, line }, name, 'is a set that no rule names')
  }
  return { rules, lists: [], notes: found }
}

function applyDelta({ part, text }: ReadFile, ruleset: Ruleset, purpose: Purpose): void {
  const scope = fileScope(purpose, part, ruleset.notes)
  const root = rulesetIn(text, scope, 'delta')
  const { sets } = ruleset
  const changed = itemsIn(root, scope)
  const gone = new Set<string | undefined>(namesIn(kit.fieldOf(root, 'removedRules'), 'removedRules', scope))
  for (const { rule } of changed) nameOf(rule, scope)
  ruleset.items = [
    ...ruleset.items.map((item) => changed.find(({ name }) => name === item.name) ?? item),
    ...changed.filter(({ name }) => !ruleset.items.some((item) => item.name === name)),
  ].filter(({ name }) => !gone.has(name))
  for (const set of kit.itemsOf(kit.fieldOf(root, 'sets'))) {
    const name = nameOf(set, scope)
    checkFields(set, 'setDelta', name, scope)
    const [added, removed] = ['added', 'removed'].map((field) =>
      addressesIn(kit.fieldOf(set, field), name, { ...scope, isStrict: false }),
    )
    const held = sets.get(name)?.addresses ?? kit.empty
    const addresses = held.subtract(removed as PrefixSet).union(added as PrefixSet)
    sets.set(name, { part, line: set.line, tags: tagsOf(set, name, scope), addresses })
  }
  for (const name of namesIn(kit.fieldOf(root, 'removedSets'), 'removedSets', scope)) sets.delete(name)
}

/** The ruleset or delta in a text; undefined with a note for any other text. */
function rulesetIn(text: string, scope: FileScope, kind: 'file' | 'delta'): LocatedJson | undefined {
  const root = rootOf(text, scope)
  if (!root) return undefined
  const format = kit.textOf(kit.fieldOf(root, 'format'))
  checkFields(root, kind, 'the file', scope)
  if (format === FORMATS[kind]) return root
  scope.note(root.line, format ?? 'the file', `is not of the format ${FORMATS[kind]}`)
  return undefined
}

/** The names in a list of names, such as the rules that a delta removes. */
function namesIn(list: LocatedJson | undefined, what: string, { note }: FileScope): string[] {
  return kit.itemsOf(list).flatMap((item) => {
    const name = kit.textOf(item)
    if (!name) note(item.line, what, 'has an entry other than a name')
    return name ? [name] : []
  })
}
