import { listText } from '../text/list-text.ts'
import { countPorts, otherPorts } from './ports.ts'
import type { Flow, ProtocolPorts } from './traffic.ts'
import { formatPorts, hasPorts, type PortRange } from './traffic.ts'

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
