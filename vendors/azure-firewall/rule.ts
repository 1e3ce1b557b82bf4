import type { Action, Direction, FoundRule, LocatedJson, PortRange, PrefixSet, ReaderKit } from 'tagwall/reader'
import { show, textsOf } from './addresses.ts'
import type { IpGroup, Resource, Scope } from './resources.ts'
import { localOf, objectsOf, type Side, sideOf, wholeOf } from './side.ts'
import { fieldOf, isSame, itemsOf, textOf } from './values.ts'

const PROTOCOLS: Readonly<Record<string, FoundRule['protocol']>> = { TCP: 'tcp', UDP: 'udp', ICMP: 'icmp', Any: 'any' }
const FIELDS = [
  ...['ruleType', 'name', 'description', 'ipProtocols', 'destinationPorts'],
  ...['sourceAddresses', 'sourceIpGroups', 'destinationAddresses', 'destinationIpGroups'],
]
/** The service prints these lists empty where they do not apply. */
const BY_NAME = ['destinationFqdns']
/** Networks of one's own, beside those of the option `nearSide`. */
const OWN = '10.0.0.0/8 100.64.0.0/10 172.16.0.0/12 192.168.0.0/16 fc00::/7'.split(' ')

/** A network rule as rules in each direction that it may be about, and in each protocol. What is not understood is a note. */
export function readRule(
  fields: LocatedJson,
  action: Action,
  resource: Resource,
  groups: ReadonlyMap<string, IpGroup>,
  scope: Scope,
  kit: ReaderKit,
): FoundRule[] {
  const name = textOf(fieldOf(fields, 'name')) ?? '(no name)'
  let isRefused = false
  const refuse = (line: number, reason: string) => {
    isRefused = true
    scope.note(line, name, reason)
  }
  checkFields(fields, scope, refuse)
  const ends = (['source', 'destination'] as const).map((end) =>
    sideOf(end, fields, resource, groups, scope, kit, refuse),
  ) as [Side, Side]
  if (scope.isStrict && familiesOf(ends).size > 1) refuse(fields.line, 'mixes IPv4 and IPv6 addresses')
  const protocols = protocolsOf(fields, resource, scope, refuse)
  const ports = portsOf(fields, resource, scope, kit, refuse)
  if (isRefused) return []
  const place = { part: resource.part, line: fields.line }
  return directionsOf(fields, ends, scope, kit).flatMap((direction): FoundRule[] => {
    const [near, far] = direction === 'outbound' ? ends : [ends[1], ends[0]]
    const addresses = wholeOf(far, kit)
    const local = localOf(near, scope, kit)
    if (!addresses || !local) {
      scope.note(fields.line, name, reasonOf(near, far, local))
      return []
    }
    return protocols.map((protocol) => ({
      ...{ name, place, direction, action, protocol },
      ports: protocol === 'icmp' ? kit.everyPort : ports,
      coverage: 'whole',
      ...(local.local && { local: local.local }),
      remote: { addresses, tags: far.tags },
    }))
  })
}

function reasonOf(near: Side, far: Side, local: ReturnType<typeof localOf>): string {
  const absent = [...near.groups, ...far.groups].find(({ held }) => !held)
  if (absent) return `names the IP group ${absent.name}, which is not in the file`
  return local ? 'has a remote side that is not understood' : 'does not have the local side that the options ask for'
}

function checkFields(fields: LocatedJson, { isStrict }: Scope, refuse: (line: number, reason: string) => void): void {
  if (fields.kind !== 'object') {
    refuse(fields.line, 'is not an object')
    return
  }
  for (const [key, value] of fields.fields) {
    const usual = isStrict ? key : `${key.charAt(0).toLowerCase()}${key.slice(1)}`
    const isUnset =
      (value.kind === 'scalar' && value.value === null) || (value.kind === 'list' && value.items.length === 0)
    if (FIELDS.includes(usual) || (isUnset && !isStrict)) continue
    const isByName = BY_NAME.includes(usual)
    refuse(
      value.line,
      isByName ? 'names hosts, whose addresses are not in the file' : `has the field "${key}", which is not understood`,
    )
  }
}

const familiesOf = (ends: readonly Side[]) =>
  new Set(ends.flatMap(({ addresses }) => addresses.ranges.map(({ family }) => family)))

/** The protocols that a rule names. */
export function protocolsOf(
  fields: LocatedJson,
  resource: Resource,
  { isStrict }: Scope,
  refuse: (line: number, reason: string) => void,
): FoundRule['protocol'][] {
  const written = textsOf(fields, 'ipProtocols', resource, (reason) => refuse(fields.line, reason))
  if (written.length === 0 || (isStrict && written.length > 1)) refuse(fields.line, 'does not have one protocol')
  return written.flatMap(({ item, text }) => {
    const known = Object.keys(PROTOCOLS).find((one) => (isStrict ? one === text : isSame(one, text)))
    if (known === undefined) refuse(item.line, `has the protocol ${show(item)}, which is not understood`)
    return known === undefined ? [] : (PROTOCOLS[known] as FoundRule['protocol'])
  })
}

function portsOf(
  fields: LocatedJson,
  resource: Resource,
  { isStrict }: Scope,
  kit: ReaderKit,
  refuse: (line: number, reason: string) => void,
): readonly PortRange[] {
  const written = textsOf(fields, 'destinationPorts', resource, (reason) => refuse(fields.line, reason))
  if (written.length === 0) refuse(fields.line, 'has no destinationPorts')
  if (isStrict && written.length > 1 && written.some(({ text }) => text === '*'))
    refuse(fields.line, 'has * beside other destinationPorts')
  const hasPorts = itemsOf(fieldOf(fields, 'ipProtocols')).every((item) => ['TCP', 'UDP'].includes(textOf(item) ?? ''))
  return kit.joinPorts(
    written.flatMap(({ item, text }) => {
      if (isStrict && hasPorts === (text === '*'))
        refuse(item.line, `has the port ${text}, which does not fit the protocol`)
      const ports = text === '*' ? kit.everyPort[0] : kit.portRange(text)
      if (!ports || (text !== '*' && ports.first === 0))
        refuse(item.line, `has the port ${show(item)}, not one from 1 to 65535`)
      return ports ?? []
    }),
  )
}

/**
 * A rule of Azure Firewall has no direction. Our own say theirs in the description, so that a proof looks at the right end. In what
 * others wrote, a rule is outbound where its source may be one's own network, and inbound where its destination may.
 */
function directionsOf(
  fields: LocatedJson,
  [source, destination]: [Side, Side],
  scope: Scope,
  kit: ReaderKit,
): Direction[] {
  const said = /^(outbound|inbound): /.exec(textOf(fieldOf(fields, 'description')) ?? '')?.[1] as Direction | undefined
  if (scope.isStrict) {
    if (!said) scope.note(fields.line, textOf(fieldOf(fields, 'name')) ?? 'a rule', 'does not say its direction')
    return said ? [said] : []
  }
  const near = (scope.options.nearSide as readonly string[]).filter((text) => text !== '*')
  const own = kit.setOfTexts([...OWN, ...near]) ?? kit.empty
  return [
    ...(said === 'outbound' || mayBeOwn(source, own, scope, kit) ? (['outbound'] as const) : []),
    ...(said === 'inbound' || mayBeOwn(destination, own, scope, kit) ? (['inbound'] as const) : []),
  ]
}

function mayBeOwn(side: Side, own: PrefixSet, scope: Scope, kit: ReaderKit): boolean {
  if (side.isAny || objectsOf(side, scope).length > 0) return true
  const addresses = wholeOf(side, kit)
  // What is in a group that is not in the file may be anything.
  return addresses === undefined || !addresses.intersect(own).isEmpty
}
