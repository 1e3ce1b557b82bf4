import type { PortRange } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'

/** A protocol by name or number; undefined for an unknown one. */
export function protocolOf(text: string): 'tcp' | 'udp' | 'icmp' | 'icmpv6' | 'other' | undefined {
  const named = Object.hasOwn(kit.protocols, text) && text !== 'all' ? kit.protocols[text] : undefined
  const number = /^\d{1,3}$/.test(text) ? Number(text) : named
  if (number === undefined || number > 255) return undefined
  if (number === 1 || number === 58) return number === 1 ? 'icmp' : 'icmpv6'
  return number === 6 ? 'tcp' : number === 17 ? 'udp' : 'other'
}

/** `443`, `https`, `8000-8080` */
export const portsOf = (text: string): PortRange | undefined => kit.portRange(text, { names: kit.services })
