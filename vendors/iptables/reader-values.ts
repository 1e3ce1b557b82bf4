import type { AddressFamily, PortRange, Prefix, Range, ReaderKit } from 'tagwall/reader'

interface Environment {
  readonly family: AddressFamily
  readonly kit: ReaderKit
}

/** Bits, because a rule without `-p` is about both, and `! -p tcp` about the other one. */
export const PROTOCOL_BITS = { tcp: 1, udp: 2 } as const
export const EVERY_PROTOCOL = 3
export const EVERY_PORT: readonly PortRange[] = [{ first: 0, last: 65535 }]

/** From /etc/protocols, as far as rules name them. */
export const PROTOCOLS: Readonly<Record<string, number>> = {
  all: 0,
  icmp: 1,
  igmp: 2,
  ipencap: 4,
  ipip: 4,
  tcp: 6,
  udp: 17,
  dccp: 33,
  ipv6: 41,
  gre: 47,
  esp: 50,
  'ipv6-crypt': 50,
  ah: 51,
  'ipv6-auth': 51,
  icmpv6: 58,
  'ipv6-icmp': 58,
  ospf: 89,
  pim: 103,
  vrrp: 112,
  l2tp: 115,
  sctp: 132,
  mh: 135,
  'ipv6-mh': 135,
  'mobility-header': 135,
  udplite: 136,
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

/** `443`, `80,443`, `8000:8080`, `:1023`, `1024:`; a text when it is none of these. */
export function parsePorts(text: string): PortRange[] | string {
  const ports: PortRange[] = []
  let slots = 0
  for (const entry of text.split(',')) {
    const [from = '', to, ...more] = entry.split(':')
    const first = to !== undefined && from === '' ? 0 : portOf(from)
    const last = to === undefined ? first : to === '' ? 65535 : portOf(to)
    if (more.length > 0 || first === undefined || last === undefined || last < first) {
      return `has the port ${entry}, which is not understood`
    }
    slots += to === undefined ? 1 : 2
    ports.push({ first, last })
  }
  if (slots > 15 && ports.length > 1) return 'has more than 15 ports'
  return ports
}

function portOf(text: string): number | undefined {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : SERVICES[text]
  return port !== undefined && port <= 65535 ? port : undefined
}

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

/** Addresses with a comma between them, each with a length, a mask or neither; host bits do not count. */
export function addressSet(text: string, environment: Environment): Prefix[] | string {
  const prefixes: Prefix[] = []
  for (const entry of text.split(',')) {
    const prefix = addressOf(entry, environment)
    if (prefix === undefined) return `has the address ${entry}, which is not understood`
    if (prefix.family !== environment.family) return `has the address ${entry}, which is of the other family`
    prefixes.push(prefix)
  }
  return prefixes
}

/** `192.0.2.1-192.0.2.9` */
export function addressRange(text: string, environment: Environment): Range | string {
  const [first, last, ...more] = text.split('-').map((end) => addressOf(end, environment))
  const isRange =
    first && last && more.length === 0 && first.family === environment.family && first.family === last.family
  if (!isRange || last.address < first.address) return `has the range ${text}, which is not understood`
  return { family: first.family, first: first.address, last: last.address }
}

function addressOf(text: string, { kit }: Environment): Prefix | undefined {
  try {
    return kit.parsePrefixOrAddress(text)
  } catch {
    // With host bits, or a mask where a length may stand.
  }
  const [address = '', mask = '', ...more] = text.split('/')
  try {
    const host = kit.parsePrefixOrAddress(address)
    const bits = host.length
    const length = /^\d{1,3}$/.test(mask) ? Number(mask) : lengthOf(kit.parsePrefixOrAddress(mask), host.family)
    if (length === undefined || length > bits || more.length > 0) return undefined
    const hostBits = BigInt(bits - length)
    return { ...host, address: (host.address >> hostBits) << hostBits, length }
  } catch {
    return undefined
  }
}

/** A mask's length, when its ones stand before its zeros. */
function lengthOf({ family, address, length: bits }: Prefix, wanted: AddressFamily): number | undefined {
  const digits = address.toString(2).padStart(bits, '0')
  return family === wanted && /^1*0*$/.test(digits) ? digits.lastIndexOf('1') + 1 : undefined
}
