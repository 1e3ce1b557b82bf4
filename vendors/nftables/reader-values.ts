import type { PortRange, ReaderKit } from 'tagwall/reader'

/** A protocol by name or number; undefined for what is not known. */
export function protocolOf(
  text: string,
  { protocols }: ReaderKit,
): 'tcp' | 'udp' | 'icmp' | 'icmpv6' | 'other' | undefined {
  const named = Object.hasOwn(protocols, text) && text !== 'all' ? protocols[text] : undefined
  const number = /^\d{1,3}$/.test(text) ? Number(text) : named
  if (number === undefined || number > 255) return undefined
  if (number === 1 || number === 58) return number === 1 ? 'icmp' : 'icmpv6'
  return number === 6 ? 'tcp' : number === 17 ? 'udp' : 'other'
}

/** `443`, `https`, `8000-8080` */
export const portsOf = (text: string, kit: ReaderKit): PortRange | undefined =>
  kit.portRange(text, { names: kit.services })
