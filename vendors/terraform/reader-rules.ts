import type { Direction, FoundLocal, LocatedJson, Place, PortRange, Prefix, PrefixSet, Protocol } from 'tagwall/reader'
import type { RuleForm, RuleReader } from '../_azure/rule-reader.ts'
import { ACTIONS, type Raw, type Scope } from '../_azure/scope.ts'
import { checkFields, repeated, show } from '../_json/file-scope.ts'
import { FAMILIES, kit } from '../_kit/kit.ts'
import {
  ADMIN_RULE,
  blocksIn,
  checkResource,
  fieldOf,
  keyOfMap,
  type Ordered,
  type Resource,
  textIn,
  textsOf,
} from './reader-resources.ts'

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
  const rules = [...map.fields].flatMap(([name, value]) => mapRule(name, value, scope) ?? [])
  for (const [{ place, name }, first] of repeated(rules, ({ direction, priority }) => `${direction} ${priority}`))
    scope.note(place, name, `has the priority and direction of ${first.name}`)
  return rules
}

function mapRule(name: string, rule: LocatedJson, scope: Scope): Ordered | undefined {
  const { note } = scope
  const place = { part: scope.part, line: rule.line }
  checkFields(rule, { wanted: WANTED, optional: ['description', ...LOCAL] }, name, scope)
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
  if (tags) textsOf(tags, name, scope)
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
  const { note, isStrict } = scope
  const { line } = rule
  const texts = textsOf(kit.fieldOf(rule, 'ports'), name, scope)
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
  const { note } = scope
  return kit.setOf(
    textsOf(kit.fieldOf(rule, field), name, scope).flatMap(({ value, line }) => {
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

const RULE = 'azurerm_network_security_rule'
const GROUP = 'azurerm_network_security_group'
const FIELDS = {
  wanted: [
    ...['name', 'description', 'resource_group_name', 'network_security_group_name', 'priority', 'direction', 'access'],
    ...['protocol', 'source_port_range'],
  ],
  optional: [
    ...['destination_port_range', 'destination_port_ranges'],
    ...['source', 'destination'].flatMap((end) =>
      ['address_prefix', 'address_prefixes', 'application_security_group_ids'].map((field) => `${end}_${field}`),
    ),
  ],
}

/** The rules of one network security group. */
export interface Group extends Place {
  readonly name: string
  readonly rules: Raw[]
}

/** The security groups of the resources, each with its rules. */
export function groupsOf(resources: readonly Resource[], scope: Scope): Group[] {
  const groups = new Map<string, Group>()
  for (const resource of resources.filter(({ type }) => type === ADMIN_RULE))
    scope.note(resource, resource.label, 'is a security admin rule, which comes before security groups and is not read')
  const nameIn = namesBy(resources)
  const groupAt = ({ values, part, line }: Resource, name: string) => {
    const key = `${nameIn(fieldOf(values, 'resource_group_name'))}/${name}`.toLowerCase()
    const group = groups.get(key) ?? { name, part, line, rules: [] }
    groups.set(key, group)
    return group
  }
  for (const resource of resources.filter(({ type }) => type === RULE)) {
    const { values, part, line, label } = resource
    if (scope.isStrict) checkRule(resource, scope)
    const group = groupAt(resource, nameIn(fieldOf(values, 'network_security_group_name')))
    group.rules.push({ name: kit.textOf(fieldOf(values, 'name')) ?? label, part, line, fields: values })
  }
  // The provider also prints the rules of separate resources inside the group, as they were before the change.
  for (const resource of resources.filter(({ type }) => type === GROUP)) {
    const group = groupAt(resource, nameIn(fieldOf(resource.values, 'name')))
    const own = new Set(group.rules.map(({ name }) => name.toLowerCase()))
    for (const fields of blocksIn(resource.values, 'security_rule')) {
      const name = textIn(fields, 'name') ?? '(no name)'
      if (!own.has(name.toLowerCase())) group.rules.push({ name, part: resource.part, line: fields.line, fields })
    }
  }
  return [...groups.values()]
}

function checkRule(resource: Resource, scope: Scope): void {
  const { nsgName, resourceGroup } = scope.options
  const values = { name: resource.label, network_security_group_name: nsgName, resource_group_name: resourceGroup }
  checkResource(resource, FIELDS, values, scope)
}

/** A configuration may name a group by a reference to its resource. */
function namesBy(resources: readonly Resource[]): (value: LocatedJson | undefined) => string {
  const names = new Map(
    resources
      .filter(({ type, isConfiguration }) => type === GROUP && isConfiguration)
      .map(({ label, values }) => [`\${${GROUP}.${label}.name}`, textIn(values, 'name')]),
  )
  return (value) => {
    const text = kit.textOf(value) ?? ''
    return names.get(text) ?? text
  }
}

/**
 * The group to read: the one that `narrow` or the options name, or else the first; the others become notes. A variable, the default of the option,
 * names no group. Each group has separate priorities.
 */
export function chosenGroup(groups: readonly Group[], { narrow, options, note, isStrict }: Scope): Group | undefined {
  const isNamed = (wanted: unknown) => (group: Group) => kit.isSame(group.name, String(wanted))
  const asked = narrow.nsg === undefined ? groups : groups.filter(isNamed(narrow.nsg))
  const own = isStrict ? [] : asked.filter(isNamed(options.nsgName))
  const isChosen = own.length > 0 && !String(options.nsgName).startsWith('${var.')
  const [first, ...others] = isChosen ? own : [...own, ...asked.filter((group) => !own.includes(group))]
  for (const other of others)
    note(other, other.name, `is another security group than ${first?.name}; ask for one with --narrow nsg=NAME`)
  return first
}

/** Fields that say nothing about traffic. */
const BESIDE = ['id', 'timeouts', 'name', 'description', 'resource_group_name', 'network_security_group_name']
/** Meta-arguments that neither multiply nor change a resource. */
const META = ['//', 'depends_on', 'lifecycle', 'provider']

const ID = /^\/.*\/applicationSecurityGroups\/([^/]+)$/i
const OF_RESOURCE = /^\$\{azurerm_application_security_group\.([\w-]+)\.id\}$/

/** Security rules as the provider has them. */
export const formOf = (isStrict: boolean): RuleForm => ({
  beside: isStrict ? BESIDE : [...BESIDE, ...META],
  groupNames,
})

/** By the ID of an application security group, or by an expression that leads to it. */
function groupNames(list: LocatedJson, { scope, refuse }: RuleReader): string[] {
  return kit.itemsOf(list).flatMap((item) => {
    const text = kit.textOf(item) ?? ''
    const ofMap = keyOfMap(text, scope)
    const name = scope.isStrict ? ofMap : (ID.exec(text)?.[1] ?? ofMap ?? OF_RESOURCE.exec(text)?.[1])
    if (!name) refuse(item.line, `has ${show(item)} where the ID of an application security group is expected`)
    return name ?? []
  })
}
