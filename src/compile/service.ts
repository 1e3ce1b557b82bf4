import { formatPorts, hasPorts, type PortRange, type Protocol } from '../model/traffic.ts'

/** The name of a protocol and its ports: `tcp-443`, `tcp-80_8000-8080`, `icmp`, `any`. */
export function formatService({
  protocol,
  ports,
}: {
  readonly protocol: Protocol
  readonly ports: readonly PortRange[]
}): string {
  return hasPorts(protocol) ? `${protocol}-${ports.map(formatPorts).join('_')}` : protocol
}
