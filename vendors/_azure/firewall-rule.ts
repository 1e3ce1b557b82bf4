import type { Action, Direction, FoundRule, LocatedJson, PortRange, PrefixSet } from 'tagwall/reader'
import { show } from '../_json/file-scope.ts'
import { DIRECTIONS, kit } from '../_kit/kit.ts'
import {
  type FindGroup,
  localOf,
  objectsOf,
  type RuleScope,
  type Side,
  sideOf,
  textsOf,
  wholeOf,
} from './firewall-side.ts'
import { type Scope, unknownFields } from './scope.ts'

const PROTOCOLS: Readonly<Record<string, FoundRule['protocol']>> = { TCP: 'tcp', UDP: 'udp', ICMP: 'icmp', Any: 'any' }
const PLACES = ['sourceAddresses', 'sourceIpGroups', 'destinationAddresses', 'destinationIpGroups']

/** The fields that differ between the kinds of files with a firewall's network rules. */
export interface FirewallForm {
  /** The fields of a rule other than its sides and ports. */
  readonly fields: readonly string[]
  /** The field that holds its protocols. */
  readonly protocols: string
  readonly findGroup: FindGroup
  /** The directions that the file states; a rule itself has none. */
  directionsOf(rule: LocatedJson, ends: readonly [source: Side, destination: Side], scope: Scope): readonly Direction[]
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
  const sideAt = (end: 'source' | 'destination') => sideOf(end, rule, form.findGroup, own)
  const ends = [sideAt('source'), sideAt('destination')] as const
  const protocols = protocolsOf(rule, form, own)
  const ports = portsOf(rule, protocols, own)
  if (scope.isStrict && familiesOf(ends).size > 1) refuse(rule.line, 'mixes IPv4 and IPv6 addresses')
  const empty = ends.flatMap(({ groups }) => groups).find(({ group }) => group?.addresses.isEmpty)
  if (empty) refuse(rule.line, `names the IP group ${empty.name}, which is empty, so the firewall skips the rule`)
  if (isRefused) return []
  const place = { part: scope.part, line: rule.line }
  return directionsOf(rule, ends, form, scope).flatMap((direction): FoundRule[] => {
    const [near, far] = direction === 'outbound' ? ends : [ends[1], ends[0]]
    const addresses = wholeOf(far)
    const local = localOf(near, form.near, scope)
    if (!addresses || !local) {
      scope.note(rule.line, name, reasonOf(near, far, local))
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

function reasonOf(near: Side, far: Side, local: ReturnType<typeof localOf>): string {
  const absent = [...near.groups, ...far.groups].find(({ group }) => !group)
  if (absent) return `names the IP group ${absent.name}, which is not in the file`
  return local ? 'has a remote side in an unknown form' : 'does not have the local side that the options ask for'
}

function checkFields(rule: LocatedJson, form: FirewallForm, scope: RuleScope): void {
  const { isStrict, spelling, refuse } = scope
  if (rule.kind !== 'object') refuse(rule.line, 'is not an object')
  const fields = [...form.fields, form.protocols, 'destinationPorts', ...PLACES]
  const known = new Set(fields.map((field) => spelling.nameOf(field)))
  for (const { key, name, value } of unknownFields(rule, known, scope)) {
    if (!isStrict && value.kind === 'list' && value.items.length === 0) continue
    const isByName = name === spelling.nameOf('destinationFqdns')
    const reason = isByName ? 'names hosts, whose addresses are not in the file' : undefined
    refuse(value.line, reason ?? `has the field "${key}", which is not understood`)
  }
}

const familiesOf = (ends: readonly Side[]) =>
  new Set(ends.flatMap(({ addresses }) => addresses.ranges.map(({ family }) => family)))

/** The protocols that a rule names. */
export function protocolsOf(rule: LocatedJson, form: FirewallForm, scope: RuleScope): FoundRule['protocol'][] {
  const { refuse } = scope
  const written = textsOf(rule, form.protocols, scope)
  if (written.length === 0) refuse(rule.line, 'has no protocols')
  if (scope.isStrict && written.length > 1) refuse(rule.line, 'has more than one protocol')
  return written.flatMap(({ item, text }) => {
    const known = Object.keys(PROTOCOLS).find((one) => (scope.isStrict ? one === text : kit.isSame(one, text)))
    if (known === undefined) refuse(item.line, `has the protocol ${show(item)}, which is not understood`)
    return known === undefined ? [] : (PROTOCOLS[known] as FoundRule['protocol'])
  })
}

function portsOf(
  rule: LocatedJson,
  protocols: readonly FoundRule['protocol'][],
  scope: RuleScope,
): readonly PortRange[] {
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
function directionsOf(
  rule: LocatedJson,
  ends: readonly [source: Side, destination: Side],
  form: FirewallForm,
  scope: Scope,
): Direction[] {
  const stated = form.directionsOf(rule, ends, scope)
  if (scope.isStrict) return [...stated]
  const possible = DIRECTIONS.filter(
    (direction, end) => stated.includes(direction) || mayBeOwn(ends[end] as Side, form.own, scope),
  )
  const told = possible.filter((direction) => isRemote(ends[direction === 'outbound' ? 1 : 0], form.own, scope))
  return possible.length === 2 && told.length === 1 ? told : possible
}

/** True if every private address of a side is a remote address of the policy. */
function isRemote(side: Side, own: PrefixSet, { remotes = kit.empty }: Scope): boolean {
  return wholeOf(side)?.intersect(own).subtract(remotes).isEmpty === true
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
