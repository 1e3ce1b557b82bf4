/** Relative to the local side. */
export type Direction = 'inbound' | 'outbound'
/** The directions in a policy: `both` is a rule in each direction, over the same addresses. */
export const POLICY_DIRECTIONS = ['outbound', 'inbound', 'both'] as const
export type PolicyDirection = (typeof POLICY_DIRECTIONS)[number]
/** The protocols of a policy's rules. `icmp` is ICMP for IPv4 and ICMPv6 for IPv6; `any` is every protocol. Neither has ports. */
export type Protocol = 'tcp' | 'udp' | 'icmp' | 'any'
/** The protocols in which traffic is compared; `other` is every protocol except the other three. */
export const FLOW_PROTOCOLS = ['tcp', 'udp', 'icmp', 'other'] as const
export type FlowProtocol = (typeof FLOW_PROTOCOLS)[number]
export type Action = 'allow' | 'deny'

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
