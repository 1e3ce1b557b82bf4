import { listText } from '../text/numbers.ts'

/** Relative to the local side. */
export type Direction = 'inbound' | 'outbound'
export const DIRECTIONS = ['outbound', 'inbound'] as const satisfies readonly Direction[]
/** The directions in a policy: `both` is a rule in each direction, over the same addresses. */
export const POLICY_DIRECTIONS = [...DIRECTIONS, 'both'] as const
export type PolicyDirection = (typeof POLICY_DIRECTIONS)[number]
/** The directions of a policy's rule on a device. */
export const directionsOf = (direction: PolicyDirection): readonly Direction[] =>
  direction === 'both' ? DIRECTIONS : [direction]
/** The protocols of a policy's rules. `icmp` is ICMP for IPv4 and ICMPv6 for IPv6; `any` is every protocol. Neither has ports. */
export type Protocol = 'tcp' | 'udp' | 'icmp' | 'any'
export const PROTOCOLS = ['tcp', 'udp', 'icmp', 'any'] as const satisfies readonly Protocol[]
/** The protocols in which traffic is compared; `other` is every protocol except the other three. */
export const FLOW_PROTOCOLS = ['tcp', 'udp', 'icmp', 'other'] as const
export type FlowProtocol = (typeof FLOW_PROTOCOLS)[number]
export type Action = 'allow' | 'deny'
export const ACTIONS = ['allow', 'deny'] as const satisfies readonly Action[]

/** An inclusive run of ports; one port has `first === last`. */
export interface PortRange {
  readonly first: number
  readonly last: number
}

/** True if `protocol` has ports. */
export const hasPorts = (protocol: Protocol | FlowProtocol): protocol is 'tcp' | 'udp' =>
  protocol === 'tcp' || protocol === 'udp'

/** `443`, or `8000-8080`. */
export function formatPorts({ first, last }: PortRange): string {
  return first === last ? String(first) : `${first}-${last}`
}

/** One direction and protocol, and a range of ports. */
export interface Flow {
  readonly direction: Direction
  readonly protocol: FlowProtocol
  readonly ports: PortRange
}

/** Ports of TCP and of UDP, with flags for ICMP and for every other protocol. Sorted, without overlap. */
export interface ProtocolPorts {
  readonly tcp: readonly PortRange[]
  readonly udp: readonly PortRange[]
  readonly icmp: boolean
  readonly other: boolean
}

/** Every port, for rules without ports. */
export const EVERY_PORT: PortRange = { first: 0, last: 65535 }

/** The union of `ranges`: sorted, in the fewest ranges. */
export function joinPorts(ranges: readonly PortRange[]): PortRange[] {
  const joined: PortRange[] = []
  for (const range of [...ranges].sort((a, b) => a.first - b.first)) {
    const before = joined.at(-1)
    if (before && range.first <= before.last + 1)
      joined[joined.length - 1] = { first: before.first, last: Math.max(before.last, range.last) }
    else joined.push(range)
  }
  return joined
}

/** The ports outside of `ranges`. */
export function otherPorts(ranges: readonly PortRange[]): PortRange[] {
  const joined = joinPorts(ranges)
  const starts = [0, ...joined.map(({ last }) => last + 1)]
  const ends = [...joined.map(({ first }) => first - 1), EVERY_PORT.last]
  return starts
    .map((first, index) => ({ first, last: ends[index] as number }))
    .filter(({ first, last }) => first <= last)
}

/** True if every port of `inner` is in `outer`. */
export function containsPorts(outer: readonly PortRange[], inner: readonly PortRange[]): boolean {
  const joined = joinPorts(outer)
  return inner.every(({ first, last }) => joined.some((range) => range.first <= first && last <= range.last))
}

/** The intersection. */
export function commonPorts(a: PortRange, b: PortRange): PortRange | undefined {
  const [first, last] = [Math.max(a.first, b.first), Math.min(a.last, b.last)]
  return first <= last ? { first, last } : undefined
}

/** The traffic of a rule; no ports stand for all. */
interface RuleTraffic {
  readonly direction: Direction
  readonly protocol: Protocol | FlowProtocol
  readonly ports: readonly PortRange[]
}

/** True if some traffic is that of both rules, whatever their addresses are. */
export function shareTraffic(a: RuleTraffic, b: RuleTraffic): boolean {
  if (a.direction !== b.direction) return false
  if (a.protocol !== b.protocol && a.protocol !== 'any' && b.protocol !== 'any') return false
  if (a.ports.length === 0 || b.ports.length === 0) return true
  return a.ports.some(({ first, last }) => b.ports.some((other) => other.first <= last && first <= other.last))
}

/** The traffic of some flows, whatever their directions. */
export function trafficOf(flows: readonly Pick<Flow, 'protocol' | 'ports'>[]): ProtocolPorts {
  const portsOf = (name: FlowProtocol) =>
    joinPorts(flows.filter(({ protocol }) => protocol === name).map(({ ports }) => ports))
  return {
    tcp: portsOf('tcp'),
    udp: portsOf('udp'),
    icmp: portsOf('icmp').length > 0,
    other: portsOf('other').length > 0,
  }
}

export const countPorts = (ranges: readonly PortRange[]): number =>
  joinPorts(ranges).reduce((sum, { first, last }) => sum + last - first + 1, 0)

/** `tcp 443`, `udp 0-65535`, `other`: one text per range, for files. `other` has ICMP in it, unless it says otherwise. */
export function portTexts({ tcp, udp, icmp, other }: ProtocolPorts): string[] {
  return [
    ...tcp.map((ports) => `tcp ${formatPorts(ports)}`),
    ...udp.map((ports) => `udp ${formatPorts(ports)}`),
    ...(other ? [icmp ? 'other' : 'other but icmp'] : icmp ? ['icmp'] : []),
  ]
}

// Nobody reads more ranges than this.
const MOST_RANGES = 8
const MOST_EXCEPTIONS = 4

/** `outbound tcp 443`. */
export function flowText({ direction, protocol, ports }: Flow): string {
  if (!hasPorts(protocol)) return `${direction} ${protocol === 'other' ? 'other protocols' : protocol}`
  return `${direction} ${protocol} ${formatPorts(ports)}`
}

/** `every tcp port but 443, all udp, other protocols`. */
export function trafficText({ tcp, udp, icmp, other }: ProtocolPorts): string {
  const [ofTcp, ofUdp] = [portsText('tcp', tcp), portsText('udp', udp)]
  if (ofTcp === 'all tcp' && ofUdp === 'all udp' && icmp && other) return 'every port of every protocol'
  const ofOthers = other ? (icmp ? 'other protocols' : 'other protocols but icmp') : icmp && 'icmp'
  return [ofTcp, ofUdp, ofOthers].filter(Boolean).join(', ')
}

function portsText(protocol: 'tcp' | 'udp', ports: readonly PortRange[]): string {
  if (ports.length === 0) return ''
  // Nothing listens on port 0, so ports from 1 on are all ports.
  const others = otherPorts(ports).filter(({ last }) => last > 0)
  if (others.length === 0) return `all ${protocol}`
  const isMost = countPorts(ports) > 32_768
  if (isMost && others.length <= MOST_EXCEPTIONS)
    return `every ${protocol} port but ${others.map(formatPorts).join(' and ')}`
  return `${protocol} ${listText(ports.map(formatPorts), MOST_RANGES)}`
}
