import type { Action, Direction, FoundRule, LocatedJson, PortRange, PrefixSet } from 'tagwall/reader'
import { repeated, show } from '../_json/file-scope.ts'
import { DIRECTIONS, ENDS, type End, kit } from '../_kit/kit.ts'
import { type Scope, TAG, unknownFields } from './scope.ts'

type Protocol = FoundRule['protocol']
const PROTOCOLS: Readonly<Record<string, Protocol>> = { TCP: 'tcp', UDP: 'udp', ICMP: 'icmp', Any: 'any' }
/** The fields of the traffic that a rule matches. */
const TRAFFIC = ENDS.flatMap((end) => [`${end}Addresses`, `${end}IpGroups`]).concat('ipProtocols', 'destinationPorts')

type Ends = readonly [source: Side, destination: Side]

/** The fields that differ between the kinds of files with a firewall's network rules. */
export interface FirewallForm {
  /** The fields of a rule other than its sides and ports. */
  readonly fields: readonly string[]
  readonly findGroup: FindGroup
  /** The directions that the file states; a rule itself has none. */
  directionsOf(ends: Ends, scope: Scope, rule: LocatedJson): readonly Direction[]
  /** Local addresses, or `*` for any. */
  readonly near: readonly string[]
  /** Private networks: an audit takes them for the local side. */
  readonly own: PrefixSet
}

/** A network rule as rules of each possible direction and each protocol. Unknown parts are notes. */
export function networkRules(rule: LocatedJson, action: Action, form: FirewallForm, scope: Scope): FoundRule[] {
  const name = kit.textOf(scope.spelling.fieldOf(rule, 'name')) ?? '(no name)'
  let isRefused = false
  const refuse = (line: number, reason: string) => {
    isRefused = true
    scope.note(line, name, reason)
  }
  const own: RuleScope = { ...scope, refuse }
  checkFields(rule, form, own)
  const sideAt = (end: End) => sideOf(end, rule, form.findGroup, own)
  const ends = [sideAt('source'), sideAt('destination')] as const
  const protocols = protocolsOf(rule, own)
  const ports = portsOf(rule, protocols, own)
  const families = new Set(ends.flatMap(({ addresses }) => addresses.ranges.map(({ family }) => family)))
  if (scope.isStrict && families.size > 1) refuse(rule.line, 'mixes IPv4 and IPv6 addresses')
  const empty = ends.flatMap(({ groups }) => groups).find(({ group }) => group?.addresses.isEmpty)
  if (empty) refuse(rule.line, `names the IP group ${empty.name}, which is empty, so the firewall skips the rule`)
  if (isRefused) return []
  const place = { part: scope.part, line: rule.line }
  const directions = directionsOf(rule, ends, form, scope)
  const { remotes = kit.empty } = scope
  const mayBeRemote = (side: Side) => side.tags.length > 0 || wholeOf(side)?.overlaps(remotes) === true
  if (directions.length === 0 && !scope.isStrict && ends.some(mayBeRemote))
    scope.note(rule.line, name, 'is between public networks, and the options name neither as yours')
  return directions.flatMap((direction): FoundRule[] => {
    const [near, far] = direction === 'outbound' ? ends : [ends[1], ends[0]]
    const addresses = wholeOf(far)
    const local = localOf(near, form.near, scope)
    if (!addresses || !local) {
      const absent = [...near.groups, ...far.groups].find(({ group }) => !group)
      const reason = 'does not have the local side that the options ask for'
      scope.note(rule.line, name, absent ? `names the IP group ${absent.name}, which is not in the file` : reason)
      return []
    }
    return protocols.map((protocol) => ({
      name,
      place,
      direction,
      action,
      protocol,
      ports: protocol === 'icmp' ? kit.everyPort : ports,
      coverage: 'whole',
      ...(local.local && { local: local.local }),
      remote: { addresses, tags: far.tags },
    }))
  })
}

function checkFields(rule: LocatedJson, form: FirewallForm, scope: RuleScope): void {
  const { isStrict, spelling, refuse } = scope
  if (rule.kind !== 'object') refuse(rule.line, 'is not an object')
  const known = new Set([...form.fields, ...TRAFFIC].map((field) => spelling.nameOf(field)))
  for (const { key, name, value } of unknownFields(rule, known, scope)) {
    if (!isStrict && value.kind === 'list' && value.items.length === 0) continue
    const isByName = name === spelling.nameOf('destinationFqdns')
    const reason = isByName ? 'names hosts, whose addresses are not in the file' : undefined
    refuse(value.line, reason ?? `has the field "${key}", which is not understood`)
  }
}

/** The protocols that a rule names. */
export function protocolsOf(rule: LocatedJson, scope: RuleScope): Protocol[] {
  const { refuse } = scope
  const written = textsOf(rule, 'ipProtocols', scope)
  if (written.length === 0) refuse(rule.line, 'has no protocols')
  if (scope.isStrict && written.length > 1) refuse(rule.line, 'has more than one protocol')
  return written.flatMap(({ item, text }) => {
    const known = Object.keys(PROTOCOLS).find((one) => (scope.isStrict ? one === text : kit.isSame(one, text)))
    if (known === undefined) refuse(item.line, `has the protocol ${show(item)}, which is not understood`)
    return known === undefined ? [] : (PROTOCOLS[known] as Protocol)
  })
}

function portsOf(rule: LocatedJson, protocols: readonly Protocol[], scope: RuleScope): readonly PortRange[] {
  const { refuse } = scope
  const field = scope.spelling.nameOf('destinationPorts')
  const written = textsOf(rule, 'destinationPorts', scope)
  if (written.length === 0) refuse(rule.line, `has no ${field}`)
  if (scope.isStrict && written.length > 1 && written.some(({ text }) => text === '*'))
    refuse(rule.line, `has * beside other ${field}`)
  const hasPorts = protocols.every((protocol) => protocol === 'tcp' || protocol === 'udp')
  return kit.joinPorts(
    written.flatMap(({ item, text }) => {
      if (scope.isStrict && !hasPorts && text !== '*')
        refuse(item.line, `has the port ${text}, which does not fit the protocol`)
      const ports = text === '*' ? kit.everyPort[0] : kit.portRange(text)
      if (!ports || (text !== '*' && ports.first === 0))
        refuse(item.line, `has the port ${show(item)}, not one from 1 to 65535`)
      return ports ?? []
    }),
  )
}

/**
 * A rule of a firewall has no direction. In an audit, it is outbound if its source may be a local network, and inbound if its destination may be. If
 * both may be, the side whose private addresses are all remote addresses of the policy is the remote side.
 */
function directionsOf(rule: LocatedJson, ends: Ends, form: FirewallForm, scope: Scope): readonly Direction[] {
  const stated = form.directionsOf(ends, scope, rule)
  if (scope.isStrict) return stated
  const possible = DIRECTIONS.filter(
    (direction, end) => stated.includes(direction) || mayBeOwn(ends[end] as Side, form.own, scope),
  )
  const { remotes = kit.empty } = scope
  // True if every private address of a side is a remote address of the policy.
  const isRemote = (side: Side) => wholeOf(side)?.intersect(form.own).subtract(remotes).isEmpty === true
  const told = possible.filter((direction) => isRemote(ends[direction === 'outbound' ? 1 : 0]))
  return possible.length === 2 && told.length === 1 ? told : possible
}

function mayBeOwn(side: Side, own: PrefixSet, scope: Scope): boolean {
  if (side.isAny || objectsOf(side, scope).length > 0) return true
  const addresses = wholeOf(side)
  // A group that the file does not contain may hold any address.
  return addresses === undefined || addresses.overlaps(own)
}

/** The priority of a group or a collection; 0 with a note if it is none. */
export function priorityOf(object: LocatedJson, line: number, name: string, { spelling, note }: Scope): number {
  const value = spelling.fieldOf(object, 'priority')
  const priority = kit.numberOf(value) ?? 0
  if (Number.isInteger(priority) && priority >= 100 && priority <= 65000) return priority
  note(value?.line ?? line, name, `has the priority ${show(value)}, not one from 100 to 65000`)
  return 0
}

/** An IP group. */
export interface IpGroup {
  readonly name: string
  readonly addresses: PrefixSet
}

/** The source or destination of a network rule. */
export interface Side {
  readonly isAny: boolean
  /** Written into the rule, without those of its groups. */
  readonly addresses: PrefixSet
  readonly tags: readonly string[]
  /** The IP groups that it names, each with its addresses if it is in the file. */
  readonly groups: readonly { readonly name: string; readonly group: IpGroup | undefined }[]
}

/** The scope of one rule or IP group. */
export interface RuleScope extends Scope {
  /** Notes something that makes the rule or group unusable. */
  refuse(line: number, reason: string): void
}

/** Finds the IP group that a reference names; undefined for an unknown form of reference. */
export type FindGroup = (reference: LocatedJson) => Side['groups'][number] | undefined

/** The sources or destinations of a rule: any, addresses, tags, IP groups. */
export function sideOf(end: End, rule: LocatedJson, findGroup: FindGroup, scope: RuleScope): Side {
  const { isStrict, spelling, refuse } = scope
  const field = `${end}Addresses`
  const written = textsOf(rule, field, scope)
  const isAny = written.some(({ text }) => text === '*')
  if (isAny && written.length > 1 && isStrict) refuse(rule.line, `has * beside other ${spelling.nameOf(field)}`)
  const tags: string[] = []
  const sets: PrefixSet[] = []
  for (const { item, text } of written) {
    if (text === '*') continue
    const addresses = addressesOf(text, scope)
    if (addresses) sets.push(addresses)
    else if (end === 'destination' && TAG.test(text)) tags.push(text)
    else refuse(item.line, `has ${show(item)} as ${end}, which is not understood`)
  }
  const groups = kit.itemsOf(spelling.fieldOf(rule, `${end}IpGroups`)).flatMap((item) => {
    const found = findGroup(item)
    if (!found) refuse(item.line, `names an IP group as ${end} in an unknown form`)
    return found ?? []
  })
  if (written.length === 0 && groups.length === 0) refuse(rule.line, `has no ${end}`)
  if (isStrict) {
    const names = groups.map(({ name }) => name)
    if (new Set(names).size < names.length) refuse(rule.line, `names an IP group twice as ${end}`)
    if ([isAny || sets.length > 0, tags.length > 0, groups.length > 0].filter(Boolean).length > 1)
      refuse(rule.line, `mixes addresses, tags and IP groups as ${end}`)
  }
  return { isAny, addresses: kit.union(sets), tags, groups }
}

/** The addresses of an end, with those of its groups; undefined if one of these is not in the file. */
export function wholeOf({ isAny, addresses, groups }: Side): PrefixSet | undefined {
  if (isAny) return kit.everything()
  const sets = groups.map(({ group }) => group?.addresses)
  const [only] = sets
  // Proofs skip comparing a set with itself.
  if (addresses.isEmpty && sets.length === 1) return only
  return sets.some((one) => one === undefined) ? undefined : kit.union([addresses, ...(sets as PrefixSet[])])
}

/** The names of IP groups that are local sides: in a proof, those that the file does not define. */
export function objectsOf({ groups }: Side, { isStrict, localObjects }: Scope): string[] {
  if (isStrict) return groups.flatMap(({ name, group }) => (group ? [] : name))
  return groups.flatMap(({ name }) => localObjects.find((one) => kit.isSame(name, one)) ?? [])
}

/**
 * The end as the local side: `local` is `undefined` for the whole local side. The result is undefined if the local side is unknown. `near` has the
 * local addresses, or `*` for any.
 */
function localOf(side: Side, near: readonly string[], scope: Scope): Pick<FoundRule, 'local'> | undefined {
  const isOpen = near.includes('*')
  if (side.isAny) return isOpen || !scope.isStrict ? { local: undefined } : undefined
  const objects = objectsOf(side, scope)
  const own = { ...side, groups: side.groups.filter(({ name }) => !objects.some((one) => kit.isSame(name, one))) }
  const addresses = wholeOf(own)
  if (!addresses || side.tags.length > 0) return undefined
  const asked = isOpen ? undefined : kit.setOfTexts(near)
  const isAll = asked && (scope.isStrict ? addresses.equals(asked) : addresses.contains(asked))
  return { local: isAll && objects.length === 0 ? undefined : { addresses, objects } }
}

/** A prefix, an address or a range as one; undefined for anything else. When proving, prefixes only. */
function addressesOf(text: string, { isStrict }: Scope): PrefixSet | undefined {
  if (isStrict) return kit.setOfTexts([text])
  const range = text.includes('-') ? kit.rangeOfText(text.replaceAll(' ', '')) : undefined
  if (range) return kit.setOfRanges([range])
  const prefix = kit.prefixOrReason(text)
  return typeof prefix === 'string' ? undefined : kit.setOf([prefix])
}

/** The addresses of an IP group. */
export function groupAddresses(group: LocatedJson, field: string, scope: RuleScope): PrefixSet {
  const { refuse } = scope
  return kit.union(
    textsOf(group, field, scope).flatMap(({ item, text }) => {
      const addresses = addressesOf(text, scope)
      if (!addresses) refuse(item.line, `has ${show(item)}, which is not an address, range or prefix`)
      else if (!addresses.family('ipv6').isEmpty) refuse(item.line, `has ${text}, and an IP group holds IPv4 only`)
      else return [addresses]
      return []
    }),
  )
}

/** The texts of a list, each with its place; empty for a missing list. In a proof, a duplicate is refused. */
export function textsOf(object: LocatedJson, field: string, { spelling, evaluate, isStrict, refuse }: RuleScope) {
  const list = spelling.fieldOf(object, field)
  if (list && list.kind !== 'list') refuse(list.line, `has ${spelling.nameOf(field)} that are not a list`)
  const found = kit.itemsOf(list).map((item) => ({ item, text: kit.textOf(evaluate(item)) ?? '' }))
  for (const [{ item, text }] of isStrict ? repeated(found, ({ text }) => text) : [])
    refuse(item.line, `has ${text} twice`)
  return found
}
