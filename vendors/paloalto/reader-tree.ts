import type { Note, Place } from 'tagwall/reader'
import { inShort, type Statement, type Token } from './reader-text.ts'

export interface Value {
  readonly text: string
  readonly place: Place
}

/** An object or a rule: what has been set of it so far. */
export interface Entry {
  readonly name: string
  readonly place: Place
  /** Where it is: `vsys vsys1`, `device-group Branch`, `shared`, `panorama`. */
  readonly scope: string
  readonly fields: Map<string, Value[]>
  /** What was not understood of it. It only matters when it is used. */
  readonly problems: Note[]
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

/** What is demanded of every statement when proving. */
export interface Strict {
  readonly scope: string
  readonly rulebase: string
  /** Lists must be cleared before they are filled, since what is in them stays. */
  replace: boolean
  /** A delta is followed: it may say again what it has said, and what is a member already is not one twice. */
  isDelta: boolean
}

type Located =
  | { readonly scope: string; readonly section: Section; readonly at: number }
  | 'unrelated'
  | 'nothing'
  | undefined

/** The configuration as statements make it, one after the other. */
export class Tree {
  readonly notes: Note[] = []
  /** The names of the files, in the order in which they are loaded. */
  readonly files: string[] = []
  /** Statements that were about objects or rules, or at least about something that PAN-OS has. */
  understood = 0
  /** What was set or deleted since somebody last emptied this. */
  readonly changed = new Set<Entry>()
  readonly parents = new Map<string, string>()
  /** The names of zones that are set up. */
  readonly zones = new Set<string>()
  private readonly scopes = new Map<string, Map<Section, Map<string, Entry>>>()
  private readonly cleared = new Set<string>()

  constructor(private readonly strict: Strict | undefined) {}

  get scopeNames(): string[] {
    return [...this.scopes.keys()]
  }

  section(scope: string, section: Section): ReadonlyMap<string, Entry> | undefined {
    return this.scopes.get(scope)?.get(section)
  }

  /** `set` or `delete`. */
  apply(statement: Statement, isDelete: boolean): void {
    const reason = this.follow(statement, this.locate(statement.tokens), isDelete)
    if (reason) this.notes.push({ place: statement.place, text: inShort(statement), reason })
  }

  /** Does what a statement says, or returns why not. */
  private follow(statement: Statement, located: Located, isDelete: boolean): string | undefined {
    const { tokens, place, verb } = statement
    const { strict } = this
    if (located === undefined) return 'is not understood'
    // XML has elements that are empty, or only lead to others.
    if (located === 'nothing' && verb === '') return undefined
    if (located === 'unrelated' || located === 'nothing') return strict && 'does not belong here'
    this.understood++
    const { scope, section, at } = located
    if (strict && scope !== strict.scope) return `is not in ${strict.scope}, where the options say`
    if (strict && (section === 'other' || section === 'default-rules')) return 'does not belong here'
    if (strict && section.endsWith('rulebase') && section !== strict.rulebase) return `is not in the ${strict.rulebase}`
    const name = tokens[at]
    if (name === undefined && verb === '') return undefined
    if (typeof name !== 'string') return 'names nothing'
    if (isDelete) return this.delete(section, scope, name, tokens.slice(at + 1))
    const entry = this.entry(section, scope, name, place)
    const problem = section === 'other' ? undefined : this.set(entry, section, statement, at + 1)
    if (strict || !problem) return problem
    // Of a device's own configuration, only what is used matters.
    entry.problems.push({ place, text: inShort(statement), reason: problem })
    return undefined
  }

  private entry(section: Section, scope: string, name: string, place: Place): Entry {
    const entries = this.scopes.get(scope)?.get(section) ?? this.addSection(section, scope)
    const known = entries.get(name)
    const entry = known ?? { name, place, scope, fields: new Map(), problems: [] }
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

  private set(entry: Entry, section: RuleOrObject, { tokens, place }: Statement, start: number): string | undefined {
    let at = start
    // A rule's name may be followed by its identifier.
    if (typeof tokens[at] === 'string' && UUID.test(tokens[at] as string)) at++
    while (at < tokens.length) {
      const field = tokens[at++] as string
      const kind = GRAMMAR[section].get(field)
      if (kind === undefined) return 'is not understood'
      if (at === tokens.length && kind !== 'rest') return this.strict && 'has no value'
      const given = kind === 'rest' ? tokens.slice(at).flat().join(' ') : (tokens[at] as Token)
      at = kind === 'rest' ? tokens.length : at + 1
      const isOne = typeof given === 'string'
      if (kind === 'value' && !isOne && given.length !== 1) return 'is a list where there is one value'
      const isReplaced = unsetOthers(entry.fields, field, isOne ? given : given[0])
      if (isReplaced && this.strict) return 'replaces what was set before'
      const before = kind === 'value' ? undefined : entry.fields.get(field)
      const fills = kind === 'list' && field !== 'tag' && !before
      const values = before ?? []
      if (isOne) this.add(values, given, place)
      else for (const text of given) this.add(values, text, place)
      if (!before) entry.fields.set(field, values)
      if (fills && this.strict?.replace && !this.isCleared(section, entry.name, field)) {
        return 'fills a list that was not cleared before'
      }
    }
    return undefined
  }

  private add(values: Value[], text: string, place: Place): void {
    if (!this.strict?.isDelta || !values.some((value) => value.text === text)) values.push({ text, place })
  }

  private delete(section: Section, scope: string, name: string, path: readonly Token[]): string | undefined {
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

  private isCleared(section: Section, name: string, field: string): boolean {
    return this.cleared.has(keyOf(section, name)) || this.cleared.has(keyOf(section, name, field))
  }

  /** Where a statement is: its scope and section, and at which token the name is. */
  private locate(tokens: readonly Token[]): Located {
    let at = tokens[0] === 'config' ? 1 : 0
    if (tokens[at] === 'readonly') return this.readParents(tokens)
    if (tokens[at] === 'devices') {
      if (this.strict && tokens[at + 1] !== 'localhost.localdomain') return undefined
      at += 2
    }
    let scope = 'vsys vsys1'
    if (tokens[at] === 'vsys' || tokens[at] === 'device-group') {
      scope = `${tokens[at]} ${tokens[at + 1]}`
      at += 2
    } else if (tokens[at] === 'shared') {
      scope = 'shared'
      at++
    } else if (tokens[at] === 'panorama' || (tokens[at] === 'policy' && tokens[at + 1] === 'panorama')) {
      scope = 'panorama'
      at += tokens[at] === 'policy' ? 2 : 1
      if (tokens[at] === 'vsys') {
        scope = `panorama vsys ${tokens[at + 1]}`
        at += 2
      }
    }
    const section = tokens[at]
    if (SECTIONS.has(section)) return { scope, section: section as Section, at: at + 1 }
    if (section === 'external-list' || section === 'region') return { scope, section: 'other', at: at + 1 }
    if (section === undefined) return 'nothing'
    if (!RULEBASES.includes(section as Rulebase)) {
      if (typeof section === 'string' && SYSTEM.test(section)) this.understood++
      if (section === 'zone' && typeof tokens[at + 1] === 'string') this.zones.add(tokens[at + 1] as string)
      return 'unrelated'
    }
    const kind = tokens[at + 1]
    if (kind === undefined) return 'nothing'
    if (typeof kind === 'string' && OTHER_RULES.test(kind)) return 'unrelated'
    if (kind !== 'security' && kind !== 'default-security-rules') return undefined
    if (tokens[at + 2] === undefined) return 'nothing'
    if (tokens[at + 2] !== 'rules') return undefined
    return { scope, section: kind === 'security' ? (section as Section) : 'default-rules', at: at + 3 }
  }

  /** Panorama keeps which device group lies below which in a section of its own. */
  private readParents(tokens: readonly Token[]): 'unrelated' {
    const at = tokens.indexOf('device-group')
    const [name, field, parent] = tokens.slice(at + 1)
    if (at > 0 && field === 'parent-dg') this.parents.set(`device-group ${name}`, `device-group ${parent}`)
    return 'unrelated'
  }
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

const keyOf = (...names: readonly string[]) => names.join('\n')
