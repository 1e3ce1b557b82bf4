/** Relative to the protected side. */
export type Direction = 'inbound' | 'outbound'
export type Protocol = 'tcp' | 'udp'
export type Action = 'allow' | 'deny'

/** An inclusive run of ports; one port has `first === last`. */
export interface PortRange {
  readonly first: number
  readonly last: number
}

/** `443`, or `8000-8080`. */
export function formatPorts({ first, last }: PortRange): string {
  return first === last ? String(first) : `${first}-${last}`
}
