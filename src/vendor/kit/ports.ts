import type { AddressFamily } from '../../address/prefix.ts'
import { groupsOf } from '../../model/group-by.ts'
import { EVERY_PORT, type FlowProtocol, joinPorts, otherPorts, type PortRange } from '../../model/traffic.ts'
import type { Words } from './words.ts'

/** The syntax of ports. */
export interface PortSyntax {
  /** The text between the ends of a range; `-` by default. */
  readonly between?: string
  /** True if an end may be left out: `:1023`, `1024:`. */
  readonly mayBeOpen?: boolean
  /** Names of ports; `services` of the kit, or those of the device. */
  readonly names?: Readonly<Record<string, number>>
}

/** The syntax of ports after an operator. */
export interface OperatorSyntax {
  /** Names of ports. */
  readonly names: Readonly<Record<string, number>>
  /** True if several ports may follow `eq` and `neq`. */
  readonly areSeveral?: boolean
}

/** Connections of one protocol that an entry of a configuration names. */
export interface EntryService {
  readonly protocol: FlowProtocol | 'any'
  readonly ports: readonly PortRange[]
  /** The only family that has them, as ICMP. */
  readonly family?: AddressFamily | undefined
  /** True if it matches only some of these connections: source ports, ICMP types. */
  readonly isPart: boolean
}

/** 0 to 65535, in a list. */
export const everyPort: readonly PortRange[] = [EVERY_PORT]

/** `443`, `8000-8080`, or a name. */
export function portRange(
  text: string,
  { between = '-', mayBeOpen = false, names = {} }: PortSyntax = {},
): PortRange | undefined {
  const portOf = (text: string) => {
    const port = /^\d{1,5}$/.test(text) ? Number(text) : Object.hasOwn(names, text) ? names[text] : undefined
    return port !== undefined && port <= EVERY_PORT.last ? port : undefined
  }
  // A port name may contain the separator of ranges.
  const named = portOf(text)
  if (named !== undefined) return { first: named, last: named }
  const ends = text.split(between)
  const [from = '', to = ''] = ends
  const first = mayBeOpen && from === '' ? EVERY_PORT.first : portOf(from)
  const last = mayBeOpen && to === '' ? EVERY_PORT.last : portOf(to)
  return ends.length === 2 && first !== undefined && last !== undefined && first <= last ? { first, last } : undefined
}

/** `443,8000-8080`: ports and ranges with commas between them, sorted and joined; undefined if one of them is none. */
export function portList(text: string, syntax?: PortSyntax): PortRange[] | undefined {
  const ranges = text.split(',').map((one) => portRange(one, syntax))
  return ranges.includes(undefined) ? undefined : joinPorts(ranges as PortRange[])
}

/** The ports of both. */
export function commonPorts(a: readonly PortRange[], b: readonly PortRange[]): readonly PortRange[] {
  if (isEveryPort(a)) return isEveryPort(b) ? everyPort : joinPorts(b)
  return isEveryPort(b) ? joinPorts(a) : otherPorts([...otherPorts(a), ...otherPorts(b)])
}

export const isEveryPort = ([range]: readonly PortRange[]) =>
  range?.first === EVERY_PORT.first && range.last === EVERY_PORT.last

/** One service per protocol and family, with whole and partial ones separate, in order of appearance. */
export function joinServices(services: readonly EntryService[]): readonly EntryService[] {
  return groupsOf(services, ({ protocol, family, isPart }) => `${protocol} ${family} ${isPart}`)
    .map((same) => ({ ...same[0], ports: joinPorts(same.flatMap(({ ports }) => ports)) }))
    .filter(({ ports }) => ports.length > 0)
}

/**
 * Takes `eq 443`, `neq 443`, `lt 1024`, `gt 1023` or `range 8000 8080`, and all ports of a list after `eq` or `neq` if the
 * dialect has lists. Returns `none` if another word comes next, and `unknown` for invalid ports, which must become a note.
 */
export function takePorts(
  words: Words,
  { names, areSeveral = false }: OperatorSyntax,
): readonly PortRange[] | 'none' | 'unknown' {
  const operator = words.take('eq', 'neq', 'lt', 'gt', 'range')
  if (!operator) return 'none'
  const portOf = (word: string | undefined) => portRange(word ?? '', { between: ' ', names })
  const port = portOf(words.next())
  if (!port) return 'unknown'
  const { first } = port
  switch (operator) {
    case 'eq':
    case 'neq': {
      const ports = [port]
      for (let more = portOf(words.peek); areSeveral && more; more = portOf(words.peek)) {
        ports.push(more)
        words.next()
      }
      return operator === 'eq' ? joinPorts(ports) : otherPorts(ports)
    }
    case 'lt':
      return first === 0 ? [] : [{ first: 0, last: first - 1 }]
    case 'gt':
      return first === EVERY_PORT.last ? [] : [{ first: first + 1, last: EVERY_PORT.last }]
    case 'range': {
      const end = portOf(words.next())
      return end && end.first >= first ? [{ first, last: end.first }] : 'unknown'
    }
  }
}

const numbersOf = (text: string): Readonly<Record<string, number>> =>
  Object.fromEntries(
    text.split(/\s+/).map((word) => {
      const [name, number] = word.split('=')
      return [name, Number(number)]
    }),
  )

/** From /etc/protocols, as far as rules name them. */
export const protocols = numbersOf(
  `all=0 icmp=1 igmp=2 ipencap=4 ipip=94 tcp=6 udp=17 dccp=33 ipv6=41 gre=47 esp=50 ipv6-crypt=50 ah=51
    ipv6-auth=51 icmpv6=58 ipv6-icmp=58 ospf=89 pim=103 vrrp=112 l2tp=115 sctp=132 mh=135 ipv6-mh=135
    mobility-header=135 udplite=136`,
)

/** From /etc/services, as far as rules written by hand name them. */
export const services = numbersOf(
  `ftp-data=20 ftp=21 ssh=22 telnet=23 smtp=25 whois=43 domain=53 bootps=67 bootpc=68 tftp=69 http=80 www=80
    kerberos=88 pop3=110 sunrpc=111 auth=113 ntp=123 netbios-ns=137 netbios-dgm=138 netbios-ssn=139 imap=143
    imap2=143 snmp=161 bgp=179 ldap=389 https=443 microsoft-ds=445 smtps=465 isakmp=500 syslog=514
    dhcpv6-client=546 dhcpv6-server=547 submission=587 ldaps=636 domain-s=853 rsync=873 imaps=993 pop3s=995
    openvpn=1194 ssdp=1900 nfs=2049 mysql=3306 ipsec-nat-t=4500 mdns=5353 postgresql=5432`,
)
