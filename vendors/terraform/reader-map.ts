import type { Direction, FoundLocal, LocatedJson, PortRange, Prefix, PrefixSet, Protocol } from 'tagwall/reader'
import { ACTIONS, type Scope, show } from '../_azure/scope.ts'
import { FAMILIES, kit } from '../_kit/kit.ts'
import { checkFields, type Ordered, textsOf } from './reader-scope.ts'

const DIRECTIONS: Readonly<Record<string, Direction>> = { Outbound: 'outbound', Inbound: 'inbound' }
const PROTOCOLS: Readonly<Record<string, Protocol>> = { Tcp: 'tcp', Udp: 'udp', Icmp: 'icmp', '*': 'any' }

const WANTED = ['direction', 'access', 'protocol', 'ports', 'priority', 'tags', 'ipv4', 'ipv6']
const LOCAL = ['local_addresses', 'local_object']

export type RuleMap = LocatedJson & { readonly kind: 'object' }

/** True if a value is the map of rules in a variable or local value that tagwall writes. */
export function isRuleMap(value: LocatedJson | undefined): value is RuleMap {
  return (
    value?.kind === 'object' &&
    value.fields.size > 0 &&
    [...value.fields.values()].every(
      (rule) => rule.kind === 'object' && rule.fields.has('direction') && rule.fields.has('priority'),
    )
  )
}

/** The rules of a map, by priority. */
export function mapRules(map: RuleMap, scope: Scope): Ordered[] {
  const taken = new Map<string, string>()
  return [...map.fields].flatMap(([name, value]) => {
    const rule = mapRule(name, value, scope)
    if (!rule) return []
    const key = `${rule.direction} ${rule.priority}`
    const other = taken.get(key)
    if (other !== undefined) scope.note(rule.place, name, `has the priority and direction of ${other}`)
    taken.set(key, name)
    return [rule]
  })
}

function mapRule(name: string, rule: LocatedJson, scope: Scope): Ordered | undefined {
  const { note } = scope
  const place = { part: scope.part, line: rule.line }
  checkFields(rule, { wanted: WANTED, optional: ['description', ...LOCAL] }, place, name, scope)
  const word = <T>(field: string, words: Readonly<Record<string, T>>): T | undefined => {
    const value = kit.fieldOf(rule, field)
    const text = kit.textOf(value) ?? ''
    if (Object.hasOwn(words, text)) return words[text]
    const known = Object.keys(words).join(' or ')
    note(value?.line ?? rule.line, name, `has the ${field} ${show(value)}, which is not ${known}`)
    return undefined
  }
  const direction = word('direction', DIRECTIONS)
  const action = word('access', ACTIONS)
  const protocol = word('protocol', PROTOCOLS)
  const priority = kit.numberOf(kit.fieldOf(rule, 'priority'))
  if (priority === undefined || !Number.isInteger(priority)) note(place, name, 'has no priority that is a whole number')
  const ports = portsOf(rule, protocol, name, scope)
  const tags = kit.fieldOf(rule, 'tags')
  if (tags) textsOf(tags, place, name, scope)
  const description = kit.fieldOf(rule, 'description')
  if (description && kit.textOf(description) === undefined) note(description.line, name, 'has no text as description')
  const addresses = kit.union(FAMILIES.map((family) => prefixesIn(rule, family, family, name, scope)))
  if (addresses.isEmpty) note(place, name, 'has no addresses')
  const local = localOf(rule, name, scope)
  if (!direction || !action || !protocol || priority === undefined || !ports || addresses.isEmpty) return undefined
  const rest = { direction, action, protocol, ports, priority, coverage: 'whole', ...(local && { local }) } as const
  return { name, place, ...rest, remote: { addresses, tags: [] } }
}

function portsOf(
  rule: LocatedJson,
  protocol: Protocol | undefined,
  name: string,
  scope: Scope,
): readonly PortRange[] | undefined {
  const { part, note, isStrict } = scope
  const { line } = rule
  const texts = textsOf(kit.fieldOf(rule, 'ports'), { part, line }, name, scope)
  const ranges = texts.map((text) => {
    const range = kit.portRange(text.value)
    if (!range) note(text.line, name, `has the port ${JSON.stringify(text.value)}, which is not understood`)
    return range
  })
  if (texts.length === 0) note(line, name, 'has no ports')
  if (texts.length === 0 || ranges.includes(undefined)) return undefined
  const ports = kit.joinPorts(ranges as PortRange[])
  if (isStrict && ports.length !== texts.length) note(line, name, 'has ports that overlap')
  const hasPorts = protocol === 'tcp' || protocol === 'udp'
  if (hasPorts || kit.otherPorts(ports).length === 0) return ports
  note(line, name, 'has ports, and a protocol without them')
  return undefined
}

function prefixesIn(
  rule: LocatedJson,
  field: string,
  family: Prefix['family'] | undefined,
  name: string,
  scope: Scope,
): PrefixSet {
  const { part, note } = scope
  return kit.setOf(
    textsOf(kit.fieldOf(rule, field), { part, line: rule.line }, name, scope).flatMap(({ value, line }) => {
      const prefix = value.includes('/') ? kit.prefixOrReason(value) : `"${value}" is not a CIDR`
      if (typeof prefix !== 'string' && (family === undefined || prefix.family === family)) return [prefix]
      note(line, name, typeof prefix === 'string' ? prefix : `has ${value} among its ${family} addresses`)
      return []
    }),
  )
}

function localOf(rule: LocatedJson, name: string, scope: Scope): FoundLocal | undefined {
  const given = LOCAL.filter((field) => rule.kind === 'object' && rule.fields.has(field))
  if (given.length === 0) return undefined
  const addresses = prefixesIn(rule, 'local_addresses', undefined, name, scope)
  const text = kit.textOf(kit.fieldOf(rule, 'local_object'))
  // An empty list must not be taken for any address.
  if (given.length > 1 || Boolean(text) === !addresses.isEmpty)
    scope.note(rule.line, name, 'must have either addresses or an object as local side')
  return { addresses, objects: text ? [text] : [] }
}
