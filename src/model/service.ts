import { formatPorts, type PortRange, type Protocol } from './traffic.ts'

/** The name of a protocol and its ports: `tcp-443`, `tcp-80_8000-8080`. */
export function formatService({
  protocol,
  ports,
}: {
  readonly protocol: Protocol
  readonly ports: readonly PortRange[]
}): string {
  return `${protocol}-${ports.map(formatPorts).join('_')}`
}
