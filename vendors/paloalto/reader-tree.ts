import type {
  Entry as KitEntry,
  Notes,
  OptionValues,
  Place,
  ReaderContext,
  ReaderKit,
  Value,
  Word,
  Words,
} from 'tagwall/reader'
import type { Command } from './reader-text.ts'

/** An object or a rule: what has been set of it so far. */
export interface Entry extends KitEntry {
  /** Where it is: `vsys vsys1`, `device-group Branch`, `shared`, `panorama`. */
  readonly scope: string
}

export const RULEBASES = ['pre-rulebase', 'rulebase', 'post-rulebase'] as const
type Rulebase = (typeof RULEBASES)[number]
type RuleOrObject = Rulebase | 'default-rules' | 'address' | 'address-group' | 'service' | 'service-group'
/** `other`: what may be named as an address, and is not known here. */
export type Section = RuleOrObject | 'other'

/** `list`: set adds to it. `value`: set replaces it. `rest`: whatever follows, all of it. */
type Kind = 'list' | 'value' | 'rest'
type Fields = ReadonlyMap<string, Kind>

const fieldsOf = (kinds: Readonly<Partial<Record<Kind, string>>>): Fields =>
  new Map(
    Object.entries(kinds).flatMap(([kind, names]) =>
      names.split(' ').map((name): [string, Kind] => [name, kind as Kind]),
    ),
  )

const RULE = fieldsOf({
  list: 'from to source destination application service source-user category hip-profiles source-hip destination-hip source-imsi source-imei source-nw-slice devices tag',
  value:
    'action disabled negate-source negate-destination rule-type description log-setting log-start log-end schedule group-tag icmp-unreachable disable-inspect uuid',
  rest: 'profile-setting option qos target saas-tenant-list saas-user-list',
})
const GRAMMAR: Readonly<Record<RuleOrObject, Fields>> = {
  'pre-rulebase': RULE,
  rulebase: RULE,
  'post-rulebase': RULE,
  'default-rules': RULE,
  address: fieldsOf({ value: 'ip-netmask ip-range fqdn ip-wildcard description disable-override', list: 'tag' }),
  'address-group': fieldsOf({ list: 'static tag', value: 'description disable-override', rest: 'dynamic' }),
  service: fieldsOf({ value: 'protocol port source-port description disable-override', list: 'tag', rest: 'override' }),
  'service-group': fieldsOf({ list: 'members tag', value: 'description disable-override' }),
}
const SECTIONS = new Set<unknown>(['address', 'address-group', 'service', 'service-group'])
/** Of these, setting one unsets the others. */
const CHOICES = [
  ['ip-netmask', 'ip-range', 'fqdn', 'ip-wildcard'],
  ['static', 'dynamic'],
]
const OTHERS = new Map(
  CHOICES.flatMap((names) => names.map((name) => [name, names.filter((other) => other !== name)] as const)),
)
const OTHER_RULES =
  /^(?:nat|pbf|qos|decryption|application-override|captive-portal|authentication|tunnel-inspect|dos|sdwan|network-packet-broker)$/
/** By these a text is known as PAN-OS's. */
const SYSTEM =
  /^(?:deviceconfig|mgt-config|network|tag|zone|profiles|profile-group|log-settings|template|template-stack|application-group)$/
const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i

type Located = { readonly scope: string; readonly section: Section } | 'unrelated' | 'nothing' | undefined

/** The configuration as commands make it, one after the other. */
export class Tree {
  readonly notes: Notes
  /** Statements that were about objects or rules, or at least about something that PAN-OS has. */
  understood = 0
  /** What was set or deleted since somebody last emptied this. */
  readonly changed = new Set<Entry>()
  readonly parents = new Map<string, string>()
  /** The names of zones that are set up. */
  readonly zones = new Set<string>()
  private readonly scopes = new Map<string, Map<Section, Map<string, Entry>>>()
  /** The rules that the load under way has set, in its order. */
  readonly edited = new Set<string>()
  private readonly anchors = new WeakSet<Entry>()
  private readonly cleared = new Set<string>()
  /** Where each command is in the order of all that was loaded: XML comes a file at a time. */
  private readonly order = new WeakMap<Place, number>()
  private position = 0
  private firstOfLoad = 0
  private isFull = true

  /** With the options of a target, nothing is taken in but what these ask for. */
  constructor(
    private readonly kit: ReaderKit,
    private readonly strict: OptionValues | undefined,
  ) {
    this.notes = kit.notes()
  }

  /** A full load says everything; other commands may say again what was said. */
  beginLoad(isFull: boolean): void {
    this.isFull = isFull
    this.firstOfLoad = this.position + 1
    // What is in a list stays, so that each load must clear those that it fills anew.
    this.cleared.clear()
    this.edited.clear()
  }

  beginFile(): void {
    this.position++
  }

  /** Whether what is at `a` was loaded after what is at `b`. */
  isLater(a: Place, b: Place): boolean {
    return (this.order.get(a) ?? 0) > (this.order.get(b) ?? 0)
  }

  get scopeNames(): string[] {
    return [...this.scopes.keys()]
  }

  /** The scopes in which a name in `scope` is looked up, in this order. */
  chainOf(scope: string): readonly string[] {
    const chain: string[] = []
    for (let at: string | undefined = scope; at && !chain.includes(at); at = this.parents.get(at)) chain.push(at)
    if (scope.startsWith('vsys ')) chain.push(`panorama ${scope}`)
    return [...new Set([...chain, ...(/^(?:vsys|panorama)/.test(scope) ? ['panorama'] : []), 'shared'])]
  }

  section(scope: string, section: Section): ReadonlyMap<string, Entry> | undefined {
    return this.scopes.get(scope)?.get(section)
  }

  /** Takes in a `set`, a `delete` or a leaf of the XML. */
  apply(command: Command): void {
    const { verb, tokens, place } = command
    if (verb !== '') this.position++
    this.order.set(place, this.position)
    const words = this.kit.words(tokens)
    const reason = this.follow(command, words, this.locate(words))
    if (reason) this.notes.add(place, shown({ verb, tokens }), reason)
  }

  /** Does what a command says, or returns why not. */
  private follow({ verb, tokens, place }: Command, words: Words<Word>, located: Located): string | undefined {
    const { strict } = this
    if (located === undefined) return 'is not understood'
    // XML has elements that are empty, or only lead to others.
    if (located === 'nothing' && verb === '') return undefined
    if (located === 'unrelated' || located === 'nothing') return strict && 'does not belong here'
    this.understood++
    const { scope, section } = located
    const problem = strict && this.outOfPlace(scope, section, strict)
    if (problem) return problem
    const name = words.next()
    if (name === undefined && verb === '') return undefined
    if (typeof name !== 'string') return 'names nothing'
    if (verb === 'delete') return this.delete(section, scope, name, words.rest())
    if (verb === 'move') return this.move(section, scope, name, words.rest())
    if (section.endsWith('rulebase')) this.edited.add(name)
    const entry = this.entry(section, scope, name, place)
    const reason = section === 'other' ? undefined : this.set(entry, section, words, place)
    if (strict || !reason) return reason
    // Of a device's own configuration, only what is used matters.
    entry.notes.push({ place, text: this.kit.inShort(shown({ verb, tokens })), reason })
    return undefined
  }

  private outOfPlace(scope: string, section: Section, options: OptionValues): string | undefined {
    const wanted = scopeOfOptions({ options })
    if (scope !== wanted) return `is not in ${wanted}, where the options say`
    if (section === 'other' || section === 'default-rules') return 'does not belong here'
    const rulebase = options.scope === 'vsys' ? 'rulebase' : `${options.rulebase}-rulebase`
    return section.endsWith('rulebase') && section !== rulebase ? `is not in the ${rulebase}` : undefined
  }

  private entry(section: Section, scope: string, name: string, place: Place): Entry {
    const entries = this.scopes.get(scope)?.get(section) ?? this.addSection(section, scope)
    const known = entries.get(name)
    const entry = known ?? { ...this.kit.newEntry(name, place), scope }
    if (!known) entries.set(name, entry)
    this.changed.add(entry)
    return entry
  }

  private addSection(section: Section, scope: string): Map<string, Entry> {
    const sections = this.scopes.get(scope) ?? new Map<Section, Map<string, Entry>>()
    const entries = new Map<string, Entry>()
    this.scopes.set(scope, sections.set(section, entries))
    return entries
  }

  private set(entry: Entry, section: RuleOrObject, words: Words<Word>, place: Place): string | undefined {
    // A rule's name may be followed by its identifier.
    if (typeof words.peek === 'string' && UUID.test(words.peek)) words.next()
    while (!words.isDone) {
      const field = words.next() as string
      const kind = GRAMMAR[section].get(field)
      if (kind === undefined) return 'is not understood'
      if (words.isDone && kind !== 'rest') return this.strict && 'has no value'
      const given = kind === 'rest' ? words.rest().flat().join(' ') : (words.next() as Word)
      const isOne = typeof given === 'string'
      if (kind === 'value' && !isOne && given.length !== 1) return 'is a list where there is one value'
      const isReplaced = unsetOthers(entry.fields, field, isOne ? given : given[0])
      if (isReplaced && this.strict) return 'replaces what was set before'
      const before = kind === 'value' ? undefined : entry.fields.get(field)
      const values = before ?? []
      if (isOne) this.add(values, given, place)
      else for (const text of given) this.add(values, text, place)
      if (!before) entry.fields.set(field, values)
      const replaces = this.isFull && this.strict?.form === 'set' && this.strict.replace === true
      if (replaces && kind === 'list' && field !== 'tag' && !this.isCleared(section, entry.name, field))
        return 'fills a list that was not cleared before'
    }
    return undefined
  }

  private add(values: Value[], text: string, place: Place): void {
    const known = this.strict && values.find((value) => value.text === text)
    // What a full load says twice by itself is not what it should say.
    const isAgain = known && (!this.isFull || (this.order.get(known.place) ?? 0) < this.firstOfLoad)
    if (!isAgain) values.push({ text, place })
  }

  private delete(section: Section, scope: string, name: string, path: readonly Word[]): string | undefined {
    const entries = this.scopes.get(scope)?.get(section)
    const [field, token] = path
    const entry = entries?.get(name)
    if (entry) this.changed.add(entry)
    if (path.length === 0) {
      entries?.delete(name)
      this.cleared.add(keyOf(section, name))
      return undefined
    }
    if (section === 'other') return undefined
    const kind = typeof field === 'string' ? GRAMMAR[section].get(field) : undefined
    if (kind === undefined || path.length > 2) return 'is not understood'
    const fields = entry?.fields
    if (token === undefined) {
      fields?.delete(field as string)
      this.cleared.add(keyOf(section, name, field as string))
      return undefined
    }
    if (kind !== 'list') return 'is not understood'
    const gone = new Set([token].flat())
    const values = fields?.get(field as string)?.filter(({ text }) => !gone.has(text))
    if (values) fields?.set(field as string, values)
    return undefined
  }

  /** Puts a rule elsewhere in its rulebase. The rule that the options name is there before those that are loaded. */
  private move(section: Section, scope: string, name: string, path: readonly Word[]): string | undefined {
    const [where, other = '', ...more] = path
    const isUnderstood = section.endsWith('rulebase') && (where === 'before' || where === 'after') && more.length === 0
    if (!isUnderstood || typeof other !== 'string') return 'is not understood'
    const entries = this.scopes.get(scope)?.get(section)
    const entry = entries?.get(name)
    if (!entries || !entry || name === other) return 'moves a rule that is not there'
    const rules = [...entries.values()].filter((rule) => rule !== entry)
    if (!entries.has(other)) {
      if (other !== anchorOf(this.strict)?.name) return 'moves a rule to one that is not there'
      const anchor = { ...this.kit.newEntry(other, entry.place), scope }
      this.anchors.add(anchor)
      rules.unshift(anchor)
    }
    const at = rules.findIndex((rule) => rule.name === other) + (where === 'after' ? 1 : 0)
    entries.clear()
    for (const rule of rules.toSpliced(at, 0, entry)) entries.set(rule.name, rule)
    this.changed.add(entry)
    return undefined
  }

  /** What a section holds, in order; without the rule of others that the options name. */
  entriesOf(scope: string, section: Section): Entry[] {
    return [...(this.section(scope, section)?.values() ?? [])].filter((entry) => !this.anchors.has(entry))
  }

  /** Whether all rules of the last load stand directly before the rule that the options name, or directly after it. */
  isPlaced(scope: string, { name, isBefore }: { readonly name: string; readonly isBefore: boolean }): boolean {
    return RULEBASES.some((rulebase) => {
      const names = [...(this.section(scope, rulebase)?.keys() ?? [])]
      const at = names.indexOf(name)
      const first = isBefore ? at - this.edited.size : at + 1
      return at >= 0 && [...this.edited].every((rule, index) => names[first + index] === rule)
    })
  }

  private isCleared(section: Section, name: string, field: string): boolean {
    return this.cleared.has(keyOf(section, name)) || this.cleared.has(keyOf(section, name, field))
  }

  /** Where a command is: its scope and section. The next word is the name. */
  private locate(words: Words<Word>): Located {
    words.take('config')
    if (words.take('readonly')) return this.readParents(words.rest())
    if (words.take('devices') && words.next() !== 'localhost.localdomain' && this.strict) return undefined
    let scope = 'vsys vsys1'
    const kind = words.take('vsys', 'device-group', 'shared', 'panorama', 'policy')
    if (kind === 'policy' && !words.take('panorama')) return 'unrelated'
    if (kind === 'vsys' || kind === 'device-group') scope = `${kind} ${words.next()}`
    else if (kind === 'shared') scope = kind
    else if (kind) scope = words.take('vsys') ? `panorama vsys ${words.next()}` : 'panorama'
    const section = words.next()
    if (SECTIONS.has(section)) return { scope, section: section as Section }
    if (section === 'external-list' || section === 'region') return { scope, section: 'other' }
    if (section === undefined) return 'nothing'
    if (!RULEBASES.includes(section as Rulebase)) {
      if (typeof section === 'string' && SYSTEM.test(section)) this.understood++
      if (section === 'zone' && typeof words.peek === 'string') this.zones.add(words.peek)
      return 'unrelated'
    }
    const rules = words.next()
    if (rules === undefined) return 'nothing'
    if (typeof rules === 'string' && OTHER_RULES.test(rules)) return 'unrelated'
    if (rules !== 'security' && rules !== 'default-security-rules') return undefined
    if (words.isDone) return 'nothing'
    if (!words.take('rules')) return undefined
    return { scope, section: rules === 'security' ? (section as Section) : 'default-rules' }
  }

  /** Panorama keeps which device group lies below which in a section of its own. */
  private readParents(tokens: readonly Word[]): 'unrelated' {
    const at = tokens.indexOf('device-group')
    const [name, field, parent] = tokens.slice(at + 1)
    if (at >= 0 && field === 'parent-dg') this.parents.set(`device-group ${name}`, `device-group ${parent}`)
    return 'unrelated'
  }
}

/** The rule of others that the options place the rules before or after. */
export function anchorOf(options: OptionValues | undefined) {
  const name = options?.beforeRule || options?.afterRule
  return name ? { name: `${name}`, isBefore: Boolean(options?.beforeRule) } : undefined
}

/** The scope that the options name. */
export function scopeOfOptions({ options }: Pick<ReaderContext, 'options'>): string {
  if (options.scope === 'shared') return 'shared'
  return options.scope === 'device-group' ? `device-group ${options.deviceGroup}` : `vsys ${options.vsys || 'vsys1'}`
}

/** A choice has one value; the ports are those of the protocol. Whether there was another value. */
function unsetOthers(fields: Map<string, Value[]>, field: string, text: string | undefined): boolean {
  if (fields.size === 0) return false
  const isOther = field === 'protocol' && fields.get(field)?.[0]?.text !== text
  const gone = isOther ? ['port', 'source-port'] : OTHERS.get(field)
  // Of a choice that was made before, the others were unset then.
  if (!gone || (!isOther && fields.has(field))) return false
  let isReplaced = false
  for (const name of gone) isReplaced = fields.delete(name) || isReplaced
  return isReplaced
}

/** A command as a note shows it. */
export const shown = ({ verb, tokens }: Pick<Command, 'verb' | 'tokens'>) => [verb, ...tokens.flat()].join(' ').trim()

const keyOf = (...names: readonly string[]) => names.join('\n')
