import { type AddressFamily, FAMILIES } from '../../src/address/family.ts'
import { PrefixSet } from '../../src/address/prefix-set.ts'
import type { Audit, Excess } from '../../src/audit/values.ts'
import type { FoundLocal, FoundRule } from '../../src/model/reading.ts'
import {
  DIRECTIONS,
  EVERY_PORT,
  FLOW_PROTOCOLS,
  type Flow,
  hasPorts,
  type ProtocolPorts,
} from '../../src/model/traffic.ts'
import { setOf } from './notation.ts'

// Packets between a few addresses, and what the rules of a policy or of a device say of each.

const REMOTE = {
  ipv4: ['192.0.2.0/32', '192.0.2.1/32', '203.0.113.1/32'].map(setOf),
  ipv6: ['2001:db8::/128', '2001:db8::1/128', '2001:db9::/128'].map(setOf),
}
const LOCAL = {
  ipv4: ['10.0.0.0/32', '10.0.0.1/32', '172.16.0.1/32'].map(setOf),
  ipv6: ['fd00::/128', 'fd01::/128'].map(setOf),
}
// Those that rules name, and one below, between and above them.
const PORTS = [0, 7, 80, 81, 443, 8443]

export interface Packet {
  readonly direction: FoundRule['direction']
  readonly protocol: Flow['protocol']
  readonly port: number
  readonly remote: PrefixSet
  readonly local: PrefixSet
  readonly objects: readonly string[]
}

export function packetsOf(objectsOf: (family: AddressFamily) => readonly string[]): Packet[] {
  const traffic = DIRECTIONS.flatMap((direction) =>
    FLOW_PROTOCOLS.flatMap((protocol) =>
      (hasPorts(protocol) ? PORTS : [0]).map((port) => ({ direction, protocol, port })),
    ),
  )
  const sides = FAMILIES.flatMap((family) =>
    choicesOf(objectsOf(family)).flatMap((objects) =>
      REMOTE[family].flatMap((remote) => LOCAL[family].map((local) => ({ remote, local, objects }))),
    ),
  )
  return traffic.flatMap((one) => sides.map((other) => ({ ...one, ...other })))
}

const choicesOf = (names: readonly string[]) =>
  names.reduce<string[][]>((chosen, name) => chosen.flatMap((some) => [some, [...some, name]]), [[]])

/** Which of the few addresses a set has. */
const known = new WeakMap<PrefixSet, ReadonlySet<PrefixSet>>()
export function holds(set: PrefixSet, address: PrefixSet): boolean {
  const all = [REMOTE, LOCAL].flatMap(({ ipv4, ipv6 }) => [...ipv4, ...ipv6])
  const held = known.get(set) ?? new Set(all.filter((one) => set.contains(one)))
  known.set(set, held)
  return held.has(address)
}

export const isFrom = (local: FoundLocal | undefined, packet: Packet) =>
  !local || holds(local.addresses, packet.local) || local.objects.some((name) => packet.objects.includes(name))

export const isBetween = ({ remote, local }: FoundRule, packet: Packet) =>
  isFrom(local, packet) && holds(remote.addresses, packet.remote)

const isInPorts = ({ protocol, port }: Packet, ports: Flow['ports']) =>
  hasPorts(protocol) ? ports.first <= port && port <= ports.last : ports.last - ports.first === EVERY_PORT.last

export const meets = (rule: FoundRule, packet: Packet) =>
  rule.direction === packet.direction &&
  (rule.protocol === 'any' || rule.protocol === packet.protocol) &&
  rule.ports.some((ports) => isInPorts(packet, ports)) &&
  isBetween(rule, packet)

export const isOn = (flow: Flow, addresses: PrefixSet, packet: Packet) =>
  flow.direction === packet.direction &&
  flow.protocol === packet.protocol &&
  isInPorts(packet, flow.ports) &&
  holds(addresses, packet.remote)

/** What the first rule that matches a packet does. Of rules for some of the connections, those with one action count. */
export const decide = (rules: readonly FoundRule[], packet: Packet, ofPart: FoundRule['action'] = 'deny') =>
  rules.find((rule) => (rule.coverage === 'whole' || rule.action === ofPart) && meets(rule, packet))?.action

/** The runs of ports and the protocols of some traffic. */
export const flowsOf = ({ tcp, udp, icmp, other }: ProtocolPorts, direction: Flow['direction']): Flow[] =>
  Object.entries({ tcp, udp, icmp: icmp ? [EVERY_PORT] : [], other: other ? [EVERY_PORT] : [] }).flatMap(
    ([protocol, runs]) => runs.map((ports) => ({ direction, protocol: protocol as Flow['protocol'], ports })),
  )

export const locals = [...LOCAL.ipv4, ...LOCAL.ipv6]
export const remotes = [...REMOTE.ipv4, ...REMOTE.ipv6]

/** Tells of a line and a packet if an audit has it: as a finding, or outside. */
export function tellingOf({ stale, wider, opened, outside }: Audit): (line: number) => (packet: Packet) => boolean {
  type Told = Pick<Excess, 'places' | 'addresses' | 'local' | 'localObjects'> & { readonly flows: readonly Flow[] }
  const told: Told[] = [
    ...[...stale, ...wider].map((entry) => ({ ...entry, flows: [entry.flow as Flow] })),
    ...[...opened.map((entry) => ({ ...entry, prefixes: entry.objects })), ...outside].map((entry) => ({
      ...{ places: entry.places, addresses: PrefixSet.of(entry.prefixes) },
      flows: flowsOf(entry.traffic, entry.direction),
    })),
  ]
  return (line) => {
    const own = told.filter(({ places }) => places.some((place) => place.line === line))
    return (packet) =>
      own.some(({ flows, addresses, local, localObjects }) => {
        const isOfSide =
          (!local && !localObjects) ||
          (local && holds(local, packet.local)) ||
          localObjects?.some((name) => packet.objects.includes(name))
        return isOfSide && flows.some((flow) => isOn(flow, addresses, packet))
      })
  }
}
