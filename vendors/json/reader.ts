import type {
  Action,
  AddressFamily,
  Device,
  Direction,
  FoundLocal,
  FoundRule,
  LocatedJson,
  Note,
  PortRange,
  Prefix,
  PrefixSet,
  Protocol,
  ReaderContext,
  ReaderKit,
  ReadFile,
  Reading,
} from 'tagwall/reader'

const FORMATS = { file: 'tagwall-ruleset-1', delta: 'tagwall-ruleset-delta-1' } as const
const DIRECTIONS: readonly Direction[] = ['outbound', 'inbound']
const ACTIONS: readonly Action[] = ['allow', 'deny']
const PROTOCOLS: readonly Protocol[] = ['tcp', 'udp', 'icmp', 'any']
const FAMILIES: readonly AddressFamily[] = ['ipv4', 'ipv6']
const FIELDS = {
  file: ['format', 'policy', 'cloud', 'published', 'changeNumber', 'rules', 'sets'],
  delta: ['format', 'policy', 'cloud', 'before', 'after', 'rules', 'removedRules', 'sets', 'removedSets'],
  setDelta: ['name', 'tags', 'added', 'removed'],
  rule: ['name', 'direction', 'action', 'protocol', 'ports', 'priority', 'tags', 'set'],
  ports: ['first', 'last'],
  set: ['name', 'tags', 'prefixes'],
  prefixes: FAMILIES,
  local: [],
}
/** Fields that are there only where they have something to say. None of them is about what is allowed. */
const OPTIONAL: Partial<Record<keyof typeof FIELDS, readonly string[]>> = {
  file: ['widened'],
  rule: ['description', 'local'],
  local: ['addresses', 'object'],
}

/**
 * The compiled ruleset, in the format that the README describes. Whoever applies a file replaces what was there as a whole, by the
 * ruleset or by what a delta makes of it.
 */
export const device = ({ purpose, kit }: ReaderContext): Device => {
  const isStrict = purpose === 'prove'
  let rulesets: Ruleset[] = []
  return {
    *load(files, kind) {
      if (kind === 'full') rulesets = files.map((file) => readRuleset(file, isStrict, kit))
      else for (const file of files) applyDelta(file, rulesets[0] ?? emptyRuleset(file.part), isStrict, kit)
      yield
    },
    reading() {
      const readings = rulesets.map((ruleset) => readingOf(ruleset, isStrict, kit))
      return { rules: readings.flatMap(({ rules }) => rules), lists: [], notes: readings.flatMap(({ notes }) => notes) }
    },
    inventory: () => [],
  }
}

/** What one file says, and what deltas have made of it. */
interface Ruleset {
  readonly part: string
  items: Item[]
  readonly sets: Map<string, AddressSet>
  readonly notes: Note[]
}

const emptyRuleset = (part: string): Ruleset => ({ part, items: [], sets: new Map(), notes: [] })

function readRuleset({ part, text }: ReadFile, isStrict: boolean, kit: ReaderKit): Ruleset {
  const notes: Note[] = []
  const scope = scopeOf(part, isStrict, kit, notes)
  const root = rootOf(text, scope)
  if (!root) return { ...emptyRuleset(part), notes: notes.map((note) => ({ ...note, isForeign: true })) }
  const sets = setsOf(root, scope)
  return { part, items: itemsIn(root, scope), sets, notes }
}

function readingOf({ part, items, sets, notes }: Ruleset, isStrict: boolean, kit: ReaderKit): Reading {
  const found = [...notes]
  if (notes.some(({ isForeign }) => isForeign)) return { rules: [], lists: [], notes: found }
  const scope = scopeOf(part, isStrict, kit, found)
  const used = new Set<string>()
  const rules = rulesOf(items, sets, used, scope)
  for (const [name, { part, line }] of sets) {
    scope.at.part = part
    if (isStrict && !used.has(name)) scope.note(line, name, 'is a set that no rule names')
  }
  return { rules, lists: [], notes: found }
}

function applyDelta({ part, text }: ReadFile, ruleset: Ruleset, isStrict: boolean, kit: ReaderKit): void {
  const scope = scopeOf(part, isStrict, kit, ruleset.notes)
  const root = rootOf(text, scope, 'delta')
  const { sets } = ruleset
  const changed = itemsIn(root, scope)
  const gone = new Set(scope.kit.itemsOf(scope.kit.fieldOf(root, 'removedRules')).map(scope.kit.textOf))
  for (const { rule } of changed) nameOf(rule, scope)
  ruleset.items = [
    ...ruleset.items.map((item) => changed.find(({ name }) => name === item.name) ?? item),
    ...changed.filter(({ name }) => !ruleset.items.some((item) => item.name === name)),
  ].filter(({ name }) => !gone.has(name))
  for (const set of scope.kit.itemsOf(scope.kit.fieldOf(root, 'sets'))) {
    const name = nameOf(set, scope)
    checkFields(set, 'setDelta', name, scope)
    const [added, removed] = ['added', 'removed'].map((field) => listedIn(scope.kit.fieldOf(set, field), name, scope))
    const held = sets.get(name)?.addresses ?? scope.kit.empty
    const addresses = held.subtract(removed as PrefixSet).union(added as PrefixSet)
    sets.set(name, { part, line: set.line, tags: tagsOf(set, name, scope), addresses })
  }
  for (const name of scope.kit.itemsOf(scope.kit.fieldOf(root, 'removedSets')))
    sets.delete(scope.kit.textOf(name) ?? '')
}

function listedIn(list: LocatedJson | undefined, name: string, scope: Scope): PrefixSet {
  return scope.kit.setOf(scope.kit.itemsOf(list).flatMap((item) => prefixOf(item, undefined, name, scope)))
}

interface Scope {
  readonly isStrict: boolean
  readonly kit: ReaderKit
  /** What is read right now; notes are about it. */
  readonly at: { part: string }
  note(line: number, text: string, reason: string): void
}

function scopeOf(part: string, isStrict: boolean, kit: ReaderKit, notes: Note[]): Scope {
  const at = { part }
  const note: Scope['note'] = (line, text, reason) => {
    notes.push({ place: { part: at.part, line }, text: text.slice(0, 120), reason })
  }
  return { isStrict, kit, at, note }
}

/** A rule as it is written, and the file that it is in. */
interface Item {
  readonly name: string | undefined
  readonly rule: LocatedJson
  readonly part: string
}

const itemsIn = (root: LocatedJson | undefined, { at: { part }, kit }: Scope): Item[] =>
  kit.itemsOf(kit.fieldOf(root, 'rules')).map((rule) => ({ name: kit.textOf(kit.fieldOf(rule, 'name')), rule, part }))

interface AddressSet {
  readonly part: string
  readonly line: number
  readonly tags: string
  readonly addresses: PrefixSet
}

function rootOf(text: string, scope: Scope, kind: 'file' | 'delta' = 'file'): LocatedJson | undefined {
  const root = scope.kit.readJson(text)
  if (root.kind === 'broken') {
    scope.note(root.line, root.text, root.reason)
    return undefined
  }
  const format = scope.kit.textOf(scope.kit.fieldOf(root, 'format'))
  checkFields(root, kind, 'the file', scope)
  if (format === FORMATS[kind]) return root
  scope.note(root.line, format ?? 'the file', `is not of the format ${FORMATS[kind]}`)
  return undefined
}

function setsOf(root: LocatedJson, scope: Scope): Map<string, AddressSet> {
  const sets = new Map<string, AddressSet>()
  for (const set of scope.kit.itemsOf(scope.kit.fieldOf(root, 'sets'))) {
    const name = nameOf(set, scope)
    checkFields(set, 'set', name, scope)
    if (sets.has(name)) scope.note(set.line, name, 'is a set that is there twice')
    const addresses = addressesOf(scope.kit.fieldOf(set, 'prefixes'), name, scope)
    if (addresses.isEmpty) scope.note(set.line, name, 'is a set without addresses')
    sets.set(name, { part: scope.at.part, line: set.line, tags: tagsOf(set, name, scope), addresses })
  }
  return sets
}

function addressesOf(families: LocatedJson | undefined, name: string, scope: Scope): PrefixSet {
  if (families) checkFields(families, 'prefixes', name, scope)
  const seen = new Set<string | undefined>()
  const prefixes = FAMILIES.flatMap((family) =>
    scope.kit.itemsOf(scope.kit.fieldOf(families, family)).flatMap((item) => {
      if (seen.has(scope.kit.textOf(item))) scope.note(item.line, name, `has ${scope.kit.textOf(item)} twice`)
      seen.add(scope.kit.textOf(item))
      return prefixOf(item, family, name, scope)
    }),
  )
  return scope.kit.setOf(prefixes)
}

function prefixOf(item: LocatedJson, family: AddressFamily | undefined, name: string, { kit, note }: Scope): Prefix[] {
  try {
    const prefix = kit.parsePrefix(kit.textOf(item) ?? '')
    if (family === undefined || prefix.family === family) return [prefix]
    note(item.line, name, `has ${kit.textOf(item)} among its ${family} addresses`)
  } catch (error) {
    note(item.line, name, (error as Error).message)
  }
  return []
}

function rulesOf(
  items: readonly Item[],
  sets: ReadonlyMap<string, AddressSet>,
  used: Set<string>,
  scope: Scope,
): FoundRule[] {
  if (items.length === 0) scope.note(1, 'the file', 'has no rules')
  const taken = new Map<string, string>()
  const rules = items.flatMap(({ rule, part }) => {
    scope.at.part = part
    const found = ruleOf(rule, part, sets, used, scope)
    if (!found) return []
    for (const key of [`name ${found.rule.name}`, `priority ${found.rule.direction} ${found.priority}`]) {
      if (taken.has(key)) scope.note(rule.line, found.rule.name, `has the ${key} of ${taken.get(key)}`)
      taken.set(key, found.rule.name)
    }
    return [found]
  })
  return rules.sort((a, b) => a.priority - b.priority).map(({ rule }) => rule)
}

function ruleOf(
  item: LocatedJson,
  part: string,
  sets: ReadonlyMap<string, AddressSet>,
  used: Set<string>,
  scope: Scope,
): { rule: FoundRule; priority: number } | undefined {
  const name = nameOf(item, scope)
  checkFields(item, 'rule', name, scope)
  const word = <T extends string>(field: string, words: readonly T[]): T | undefined => {
    const value = scope.kit.fieldOf(item, field)
    const found = words.find((word) => word === scope.kit.textOf(value))
    if (!found) scope.note(value?.line ?? item.line, name, `has no ${field} that is ${words.join(' or ')}`)
    return found
  }
  const direction = word('direction', DIRECTIONS)
  const action = word('action', ACTIONS)
  const protocol = word('protocol', PROTOCOLS)
  const priority = numberOf(scope.kit.fieldOf(item, 'priority'), scope.kit)
  if (priority === undefined) scope.note(item.line, name, 'has no priority that is a whole number')
  const list = scope.kit.fieldOf(item, 'ports')
  if (list?.kind !== 'list') scope.note(item.line, name, 'has no list of ports')
  const ports = portsOf(list, name, scope)
  const hasPorts = protocol === 'tcp' || protocol === 'udp'
  if (hasPorts !== ports.length > 0) scope.note(item.line, name, hasPorts ? 'has no ports' : `has ports of ${protocol}`)
  const setName = scope.kit.textOf(scope.kit.fieldOf(item, 'set')) ?? ''
  const set = sets.get(setName)
  if (!set)
    scope.note(scope.kit.fieldOf(item, 'set')?.line ?? item.line, name, `names a set that is not there: "${setName}"`)
  if (!set || !direction || !action || !protocol || priority === undefined) return undefined
  if (hasPorts !== ports.length > 0) return undefined
  used.add(setName)
  const description = scope.kit.fieldOf(item, 'description')
  if (description && !scope.kit.textOf(description))
    scope.note(description.line, name, 'has a description that is not a text')
  if (tagsOf(item, name, scope) !== set.tags) scope.note(item.line, name, 'has other tags than its set')
  const place = { part, line: item.line }
  const remote = { addresses: set.addresses, tags: [] }
  const local = localOf(scope.kit.fieldOf(item, 'local'), name, scope)
  const rule = { name, place, direction, action, protocol, coverage: 'whole', remote, ...(local && { local }) } as const
  return { priority, rule: { ...rule, ports: hasPorts ? ports : scope.kit.everyPort } }
}

/** The local side of a rule: addresses, or an object that exists on the device. */
function localOf(value: LocatedJson | undefined, name: string, scope: Scope): FoundLocal | undefined {
  if (!value) return undefined
  checkFields(value, 'local', name, scope)
  const { kit } = scope
  const object = kit.textOf(kit.fieldOf(value, 'object'))
  const list = kit.fieldOf(value, 'addresses')
  const addresses = listedIn(list, name, scope)
  const texts = kit.itemsOf(list).map(kit.textOf)
  if (new Set(texts).size < texts.length) scope.note(value.line, name, 'has a local address twice')
  if ((object === undefined) === addresses.isEmpty)
    scope.note(value.line, name, 'has a local side that is not either addresses or an object')
  return { addresses, objects: object === undefined ? [] : [object] }
}

/** Sorted and without overlap, as the format asks. */
function portsOf(list: LocatedJson | undefined, name: string, scope: Scope): PortRange[] {
  const ports: PortRange[] = []
  for (const item of scope.kit.itemsOf(list)) {
    checkFields(item, 'ports', name, scope)
    const first = numberOf(scope.kit.fieldOf(item, 'first'), scope.kit) ?? Number.NaN
    const last = numberOf(scope.kit.fieldOf(item, 'last'), scope.kit) ?? Number.NaN
    if (first <= last && last <= 65535 && first > (ports.at(-1)?.last ?? -1)) ports.push({ first, last })
    else scope.note(item.line, name, `has ports that are not understood: ${first} to ${last}`)
  }
  return ports
}

function checkFields(value: LocatedJson, kind: keyof typeof FIELDS, name: string, { isStrict, note }: Scope): void {
  if (value.kind !== 'object') {
    note(value.line, name, 'is not an object')
    return
  }
  const wanted: readonly string[] = FIELDS[kind]
  const allowed = [...wanted, ...(OPTIONAL[kind] ?? [])]
  for (const [key, { line }] of value.fields) {
    // New fields may come without a new format, but what tagwall writes has none that it does not know. Among
    // prefixes there are only the two families.
    if ((isStrict || kind === 'prefixes') && !allowed.includes(key)) note(line, name, `has the field "${key}"`)
  }
  for (const key of kind === 'prefixes' ? [] : wanted) {
    if (isStrict && !value.fields.has(key)) note(value.line, name, `has no field "${key}"`)
  }
}

function nameOf(value: LocatedJson, { kit, note }: Scope): string {
  const name = kit.textOf(kit.fieldOf(value, 'name'))
  if (!name) note(value.line, 'a rule or a set', 'has no name')
  return name ?? '(no name)'
}

function tagsOf(value: LocatedJson, name: string, { kit, note }: Scope): string {
  const list = kit.fieldOf(value, 'tags')
  if (list?.kind !== 'list') note(list?.line ?? value.line, name, 'has no list of tags')
  const tags = kit.itemsOf(list)
  for (const tag of tags) if (!kit.textOf(tag)) note(tag.line, name, 'has a tag that is not a text')
  return tags.map(kit.textOf).join(', ')
}

/** A whole number that is not negative. */
function numberOf(value: LocatedJson | undefined, kit: ReaderKit): number | undefined {
  const number = kit.numberOf(value)
  return number !== undefined && Number.isInteger(number) && number >= 0 ? number : undefined
}
