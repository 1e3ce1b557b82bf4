import type { PortRange, Prefix, Range, ReaderKit } from 'tagwall/reader'

/** Bits, because a rule without a protocol is about both. */
export const PROTOCOL_BITS: Readonly<Record<string, number>> = { tcp: 1, udp: 2 }
export const EVERY_PROTOCOL = 3
export const EVERY_PORT: readonly PortRange[] = [{ first: 0, last: 65535 }]

/** From /etc/protocols, as far as rules name them. */
const PROTOCOLS: Readonly<Record<string, number>> = {
  icmp: 1,
  igmp: 2,
  ipencap: 4,
  tcp: 6,
  udp: 17,
  dccp: 33,
  ipv6: 41,
  gre: 47,
  esp: 50,
  ah: 51,
  'ipv6-icmp': 58,
  icmpv6: 58,
  ospf: 89,
  ospfigp: 89,
  pim: 103,
  vrrp: 112,
  l2tp: 115,
  comp: 108,
  ipcomp: 108,
  sctp: 132,
  mh: 135,
  udplite: 136,
}

/** The bits of a protocol by name or number; 0 for what is neither TCP nor UDP; undefined for what is not known. */
export function protocolOf(text: string): number | undefined {
  const number = /^\d{1,3}$/.test(text) ? Number(text) : Object.hasOwn(PROTOCOLS, text) ? PROTOCOLS[text] : undefined
  if (number === undefined || number > 255) return undefined
  return number === 6 ? PROTOCOL_BITS.tcp : number === 17 ? PROTOCOL_BITS.udp : 0
}

/** From /etc/services, as far as rules written by hand name them. */
const SERVICES: Readonly<Record<string, number>> = {
  ftp: 21,
  ssh: 22,
  telnet: 23,
  smtp: 25,
  domain: 53,
  bootps: 67,
  bootpc: 68,
  tftp: 69,
  http: 80,
  kerberos: 88,
  pop3: 110,
  sunrpc: 111,
  ntp: 123,
  imap: 143,
  imap2: 143,
  snmp: 161,
  bgp: 179,
  ldap: 389,
  https: 443,
  'microsoft-ds': 445,
  isakmp: 500,
  syslog: 514,
  submission: 587,
  ldaps: 636,
  imaps: 993,
  pop3s: 995,
  mysql: 3306,
  postgresql: 5432,
}

/** `443`, `https`, `8000-8080` */
export function portsOf(text: string): PortRange | undefined {
  const whole = portOf(text)
  if (whole !== undefined) return { first: whole, last: whole }
  const [from = '', to = '', ...more] = text.split('-')
  const [first, last] = [portOf(from), portOf(to)]
  return first === undefined || last === undefined || more.length > 0 || last < first ? undefined : { first, last }
}

function portOf(text: string): number | undefined {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : /^0x[0-9a-f]{1,4}$/.test(text) ? Number(text) : servicePort(text)
  return port !== undefined && port <= 65535 ? port : undefined
}

const servicePort = (text: string) => (Object.hasOwn(SERVICES, text) ? SERVICES[text] : undefined)

/** The ports of `from` that are not in `ports`; sorted, without overlap. */
export function subtractPorts(from: readonly PortRange[], ports: readonly PortRange[]): PortRange[] {
  return ports.reduce<PortRange[]>(
    (left, { first, last }) =>
      left.flatMap((range) =>
        [
          { first: range.first, last: Math.min(range.last, first - 1) },
          { first: Math.max(range.first, last + 1), last: range.last },
        ].filter(({ first, last }) => first <= last),
      ),
    [...from],
  )
}

/** What both have. */
export function commonPorts(a: readonly PortRange[], b: readonly PortRange[]): readonly PortRange[] {
  if (a === EVERY_PORT) return b
  return b === EVERY_PORT ? a : subtractPorts(a, subtractPorts(EVERY_PORT, b))
}

/** Ports sorted, without overlap. */
export function joinPorts(ports: readonly PortRange[]): readonly PortRange[] {
  const left = subtractPorts(EVERY_PORT, ports)
  return left.length === 0 ? EVERY_PORT : subtractPorts(EVERY_PORT, left)
}

/** `192.0.2.1`, `192.0.2.0/24`, `192.0.2.1-192.0.2.9`; host bits do not count. */
export function rangeOf(text: string, kit: ReaderKit): Range | undefined {
  const [from = '', to, ...more] = text.split('-')
  const first = prefixOf(from, kit)
  if (!first || more.length > 0) return undefined
  if (to === undefined) return kit.rangeOf(first)
  const last = prefixOf(to, kit)
  const isRange = last && last.family === first.family && last.address >= first.address && !/\//.test(text)
  return isRange ? { family: first.family, first: first.address, last: last.address } : undefined
}

function prefixOf(text: string, kit: ReaderKit): Prefix | undefined {
  try {
    return kit.parsePrefixOrAddress(text)
  } catch {
    // It may have host bits.
  }
  const [, address = '', digits = ''] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? []
  try {
    const host = kit.parsePrefixOrAddress(address)
    const length = Number(digits)
    if (digits === '' || length > host.length) return undefined
    const hostBits = BigInt(host.length - length)
    return { ...host, address: (host.address >> hostBits) << hostBits, length }
  } catch {
    return undefined
  }
}
