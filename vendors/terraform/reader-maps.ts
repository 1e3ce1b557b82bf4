import type { Direction, FoundRule, LocatedJson, PortRange, Protocol } from 'tagwall/reader'
import { ACTIONS, type Scope } from '../_azure/scope.ts'
import { addressesIn, checkFields, listIn, localIn, repeated, show, wordIn } from '../_json/file-scope.ts'
import { FAMILIES, kit } from '../_kit/kit.ts'

// The rules in values of a variable, or in a local value, as tagwall writes them.

const DIRECTIONS: Readonly<Record<string, Direction>> = { Outbound: 'outbound', Inbound: 'inbound' }
const PROTOCOLS: Readonly<Record<string, Protocol>> = { Tcp: 'tcp', Udp: 'udp', Icmp: 'icmp', '*': 'any' }

const WANTED = ['direction', 'access', 'protocol', 'ports', 'priority', 'tags', 'ipv4', 'ipv6']
const LOCAL = ['local_addresses', 'local_object']

/** A rule, with the key of its order. */
export type Ordered = FoundRule & { readonly priority: number }

type RuleMap = LocatedJson & { readonly kind: 'object' }

/** True if a value is the map of rules in a variable or local value that tagwall writes. */
function isRuleMap(value: LocatedJson | undefined): value is RuleMap {
  return (
    value?.kind === 'object' &&
    value.fields.size > 0 &&
    [...value.fields.values()].every(
      (rule) => rule.kind === 'object' && rule.fields.has('direction') && rule.fields.has('priority'),
    )
  )
}

/** Maps of rules: the values of variables, or local values. In a proof the one map, if the form has it. */
export function mapsOf(root: LocatedJson, scope: Scope): RuleMap[] {
  if (scope.isStrict) return ownMap(root, scope)
  if (root.kind !== 'object') return []
  const locals = root.fields.get('locals')
  const blocks = locals?.kind === 'list' ? locals.items : [locals ?? root]
  return blocks.flatMap((block) => (block.kind === 'object' ? [...block.fields.values()].filter(isRuleMap) : []))
}

function ownMap(root: LocatedJson, { options, note }: Scope): RuleMap[] {
  if (options.form !== 'tfvars' && options.form !== 'locals') return []
  const holder = options.form === 'locals' ? kit.fieldOf(root, 'locals') : root
  const beside = root.kind === 'object' ? [...root.fields.keys()].filter((key) => key !== '//') : []
  const isAlone = options.form === 'tfvars' || beside.join() === 'locals'
  const map = kit.fieldOf(holder, String(options.variable))
  const isOnly = holder?.kind === 'object' && holder.fields.size === 1
  if (isAlone && isOnly && isRuleMap(map)) return [map]
  note(root.line, 'the JSON', `holds something else than the rules of ${options.variable}`)
  return []
}

/** The rules of a map, by priority. */
export function mapRules(map: RuleMap, scope: Scope): Ordered[] {
  const rules = [...map.fields].flatMap(([name, value]) => mapRule(name, value, scope) ?? [])
  for (const [{ place, name }, first] of repeated(rules, ({ direction, priority }) => `${direction} ${priority}`))
    scope.note(place, name, `has the priority and direction of ${first.name}`)
  return rules
}

function mapRule(name: string, rule: LocatedJson, scope: Scope): Ordered | undefined {
  const { part, note } = scope
  const { line } = rule
  const fieldIn = (field: string) => kit.fieldOf(rule, field)
  checkFields(rule, { wanted: WANTED, optional: ['description', ...LOCAL] }, name, scope)
  const direction = wordIn(rule, 'direction', DIRECTIONS, name, scope)
  const action = wordIn(rule, 'access', ACTIONS, name, scope)
  const protocol = wordIn(rule, 'protocol', PROTOCOLS, name, scope)
  const priority = kit.numberOf(fieldIn('priority'))
  if (priority === undefined || !Number.isInteger(priority)) note(line, name, 'has no priority that is a whole number')
  const ports = portsOf(rule, protocol, name, scope)
  for (const tag of listIn(fieldIn('tags'), name, scope))
    if (kit.textOf(tag) === undefined) note(tag.line, name, 'has a tag other than text')
  const description = fieldIn('description')
  if (description && kit.textOf(description) === undefined) note(description.line, name, 'has no text as description')
  const addresses = kit.union(FAMILIES.map((family) => addressesIn(fieldIn(family), name, scope, family)))
  if (addresses.isEmpty) note(line, name, 'has no addresses')
  const isLocal = LOCAL.some((field) => rule.kind === 'object' && rule.fields.has(field))
  const [list, object] = LOCAL.map(fieldIn)
  const local = isLocal ? localIn({ list, object }, line, name, scope) : undefined
  if (!direction || !action || !protocol || priority === undefined || !ports || addresses.isEmpty) return undefined
  const traffic = { direction, action, protocol, ports, priority, remote: { addresses, tags: [] } }
  return { name, place: { part, line }, coverage: 'whole', ...traffic, ...(local && { local }) }
}

function portsOf(rule: LocatedJson, protocol: Protocol | undefined, name: string, scope: Scope) {
  const { note, isStrict } = scope
  const items = listIn(kit.fieldOf(rule, 'ports'), name, scope)
  const ranges = items.map((item) => {
    const range = kit.portRange(kit.textOf(item) ?? '')
    if (!range) note(item.line, name, `has the port ${show(item)}, which is not understood`)
    return range
  })
  if (items.length === 0) note(rule.line, name, 'has no ports')
  if (items.length === 0 || ranges.includes(undefined)) return undefined
  const ports = kit.joinPorts(ranges as PortRange[])
  if (isStrict && ports.length !== items.length) note(rule.line, name, 'has ports that overlap')
  const hasPorts = protocol === 'tcp' || protocol === 'udp'
  if (hasPorts || kit.otherPorts(ports).length === 0) return ports
  note(rule.line, name, 'has ports, and a protocol without them')
  return undefined
}
