import type { Action, Direction, FoundLocal, LocatedJson, PortRange, Prefix, PrefixSet, Protocol } from 'tagwall/reader'
import { checkFields, type Ordered, type Scope, show, textsOf, type Where } from './reader-scope.ts'

const DIRECTIONS: Readonly<Record<string, Direction>> = { Outbound: 'outbound', Inbound: 'inbound' }
const ACTIONS: Readonly<Record<string, Action>> = { Allow: 'allow', Deny: 'deny' }
const PROTOCOLS: Readonly<Record<string, Protocol>> = { Tcp: 'tcp', Udp: 'udp', Icmp: 'icmp', '*': 'any' }

const WANTED = ['direction', 'access', 'protocol', 'ports', 'priority', 'tags', 'ipv4', 'ipv6']
const OPTIONAL = ['description', 'local_addresses', 'local_object']

/** Whether a value is the map of rules that a variable or a local value of tagwall holds. */
export function isRuleMap(value: LocatedJson | undefined): value is LocatedJson & { kind: 'object' } {
  return (
    value?.kind === 'object' &&
    value.fields.size > 0 &&
    [...value.fields.values()].every(
      (rule) => rule.kind === 'object' && rule.fields.has('direction') && rule.fields.has('priority'),
    )
  )
}

/** The rules of a map, by priority. */
export function mapRules(map: LocatedJson & { kind: 'object' }, part: string, scope: Scope): Ordered[] {
  const taken = new Map<string, string>()
  return [...map.fields].flatMap(([name, value]) => {
    const rule = mapRule(name, value, { part, line: value.line }, scope)
    if (!rule) return []
    const key = `${rule.direction} ${rule.priority}`
    const other = taken.get(key)
    if (other !== undefined) scope.note(rule.place, name, `has the priority and direction of ${other}`)
    taken.set(key, name)
    return [rule]
  })
}

function mapRule(name: string, rule: LocatedJson, place: Where, scope: Scope): Ordered | undefined {
  const { kit, note } = scope
  checkFields(rule, { wanted: WANTED, optional: OPTIONAL }, place, name, scope)
  const at = (value: LocatedJson | undefined) => ({ ...place, line: value?.line ?? place.line })
  const word = <T>(field: string, words: Readonly<Record<string, T>>): T | undefined => {
    const value = kit.fieldOf(rule, field)
    const text = kit.textOf(value) ?? ''
    if (Object.hasOwn(words, text)) return words[text]
    note(at(value), name, `has the ${field} ${show(value)}, which is not ${Object.keys(words).join(' or ')}`)
    return undefined
  }
  const direction = word('direction', DIRECTIONS)
  const action = word('access', ACTIONS)
  const protocol = word('protocol', PROTOCOLS)
  const priority = kit.numberOf(kit.fieldOf(rule, 'priority'))
  if (priority === undefined || !Number.isInteger(priority)) note(place, name, 'has no priority that is a whole number')
  const ports = portsOf(kit.fieldOf(rule, 'ports'), protocol, name, place, scope)
  const tags = kit.fieldOf(rule, 'tags')
  if (tags) textsOf(tags, place, name, scope)
  const description = kit.fieldOf(rule, 'description')
  if (description && kit.textOf(description) === undefined) note(at(description), name, 'has no text as description')
  const [ipv4, ipv6] = (['ipv4', 'ipv6'] as const).map((family) =>
    prefixesOf(kit.fieldOf(rule, family), family, name, place, scope),
  ) as [PrefixSet, PrefixSet]
  const addresses = ipv4.union(ipv6)
  if (addresses.isEmpty) note(place, name, 'has no addresses')
  const local = localOf(rule, name, place, scope)
  if (!direction || !action || !protocol || priority === undefined || !ports || addresses.isEmpty) return undefined
  const rest = { direction, action, protocol, ports, priority, coverage: 'whole', ...(local && { local }) } as const
  return { name, place, ...rest, remote: { addresses, tags: [] } }
}

function portsOf(
  list: LocatedJson | undefined,
  protocol: Protocol | undefined,
  name: string,
  place: Where,
  scope: Scope,
): readonly PortRange[] | undefined {
  const { kit, note, isStrict } = scope
  const texts = textsOf(list, place, name, scope)
  const ranges = texts.map(({ value, line }) => {
    const range = kit.portRange(value)
    if (!range) note({ ...place, line }, name, `has the port ${JSON.stringify(value)}, which is not understood`)
    return range
  })
  if (texts.length === 0) note(place, name, 'has no ports')
  if (texts.length === 0 || ranges.includes(undefined)) return undefined
  const ports = kit.joinPorts(ranges as PortRange[])
  if (isStrict && ports.length !== texts.length) note(place, name, 'has ports that overlap')
  const hasPorts = protocol === 'tcp' || protocol === 'udp'
  if (!hasPorts && kit.otherPorts(ports).length > 0) {
    note(place, name, 'has ports, and a protocol without them')
    return undefined
  }
  return ports
}

function prefixesOf(
  list: LocatedJson | undefined,
  family: Prefix['family'] | undefined,
  name: string,
  place: Where,
  scope: Scope,
): PrefixSet {
  const { kit, note } = scope
  return kit.setOf(
    textsOf(list, place, name, scope).flatMap(({ value, line }) => {
      const prefix = value.includes('/') ? kit.prefixOrReason(value) : `"${value}" is not a CIDR`
      if (typeof prefix !== 'string' && (family === undefined || prefix.family === family)) return [prefix]
      note({ ...place, line }, name, typeof prefix === 'string' ? prefix : `has ${value} among its ${family} addresses`)
      return []
    }),
  )
}

function localOf(rule: LocatedJson, name: string, place: Where, scope: Scope): FoundLocal | undefined {
  const { kit, note } = scope
  const list = kit.fieldOf(rule, 'local_addresses')
  const object = kit.fieldOf(rule, 'local_object')
  if (!list && !object) return undefined
  const addresses = prefixesOf(list, undefined, name, place, scope)
  const text = kit.textOf(object)
  // An empty list must not be taken for any address.
  if (Boolean(text) === !addresses.isEmpty || (list && object))
    note(place, name, 'has a local side that is not either addresses or an object')
  return { addresses, objects: text ? [text] : [] }
}
