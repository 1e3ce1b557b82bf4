import type { LocatedJson, PortRange } from 'tagwall/reader'
import { fieldOf, type Scope, show } from './reader-scope.ts'

/** The rule of a security group as it is written, wherever that is. */
export interface RawRule {
  readonly name: string
  readonly part: string
  readonly line: number
  readonly values: LocatedJson
  readonly isConfiguration: boolean
}

/** Reads the fields of one rule, and keeps what is wrong with them. */
export interface RuleFields {
  readonly line: number
  /** Undefined where nothing is set. */
  value(name: string): LocatedJson | undefined
  /** The items of a list that is not empty. */
  list(name: string): readonly LocatedJson[] | undefined
  word<T>(name: string, words: Readonly<Record<string, T>>): T | undefined
  /** Of the singular or the plural field. */
  ports(end: 'source' | 'destination'): readonly PortRange[]
  refuse(line: number, reason: string): void
  isRefused(): boolean
}

/** What a rule may have beside what says what it allows. */
const BESIDE = new Set(['id', 'timeouts', 'name', 'description', 'resource_group_name', 'network_security_group_name'])
const READ = new Set([
  ...['protocol', 'access', 'priority', 'direction'],
  ...['source', 'destination'].flatMap((end) =>
    ['port_range', 'port_ranges', 'address_prefix', 'address_prefixes', 'application_security_group_ids'].map(
      (field) => `${end}_${field}`,
    ),
  ),
])
/** What a configuration may say of any resource without making another one of it. */
const META = new Set(['//', 'depends_on', 'lifecycle', 'provider'])

/** Reads `raw`; what it refuses is a note. */
export function ruleFields(raw: RawRule, scope: Scope): RuleFields {
  const { kit, isStrict } = scope
  let refused = false
  const refuse = (line: number, reason: string) => {
    refused = true
    scope.note({ part: raw.part, line }, raw.name, reason)
  }
  const value = (name: string) => fieldOf(raw.values, name)
  const list = (name: string) => {
    const found = value(name)
    if (found && found.kind !== 'list') refuse(found.line, `has something else where the list ${name} belongs`)
    const items = found?.kind === 'list' ? found.items : undefined
    if (isStrict && items && new Set(items.map(show)).size < items.length)
      refuse(found?.line ?? raw.line, `has a member of ${name} twice`)
    return items
  }
  const ports = (end: 'source' | 'destination') => {
    const [one, several] = [value(`${end}_port_range`), list(`${end}_port_ranges`)]
    if (one && several) refuse(raw.line, `has both ${end}_port_range and ${end}_port_ranges`)
    if (!one && !several) refuse(raw.line, `has no ${end} ports`)
    const ranges = (one ? [one] : (several ?? [])).flatMap((item) => {
      const text = kit.textOf(item) ?? ''
      const range = text === '*' ? kit.everyPort[0] : kit.portRange(text)
      if (!range) refuse(item.line, `has the port ${show(item)}, which is not understood`)
      return range ?? []
    })
    return kit.joinPorts(ranges)
  }
  for (const [key, { line }] of raw.values.kind === 'object' ? raw.values.fields : []) {
    const isKnown = READ.has(key) || BESIDE.has(key) || (!isStrict && raw.isConfiguration && META.has(key))
    if (!isKnown && (isStrict || value(key))) refuse(line, `has the field "${key}", which is not understood`)
  }
  return {
    ...{ line: raw.line, value, list, ports, refuse, isRefused: () => refused },
    word: (name, words) => {
      const found = value(name)
      const text = kit.textOf(found)
      const key = Object.keys(words).find((word) =>
        isStrict ? word === text : word.toLowerCase() === text?.toLowerCase(),
      )
      if (key === undefined) refuse(found?.line ?? raw.line, `has the ${name} ${show(found)}, which is not understood`)
      return key === undefined ? undefined : words[key]
    },
  }
}
