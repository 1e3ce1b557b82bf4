import type { AddressFamily, OperatorSyntax } from 'tagwall/reader'
import type { Group } from '../_cisco/groups.ts'
import { type NetworkDialect, type ServiceDialect, serviceOf } from '../_cisco/services.ts'
import { kit, tableOf, valueIn } from '../_kit/kit.ts'

/** The names of ports on IOS. Those of TCP and UDP do not contradict each other; a few are for one only. */
const SHARED = 'discard=9 domain=53 echo=7 pim-auto-rp=496 sunrpc=111 tacacs=49 talk=517 time=37'
const TCP = tableOf(
  `${SHARED} bgp=179 chargen=19 cmd=514 daytime=13 drip=3949 exec=512 finger=79 ftp=21 ftp-data=20 gopher=70
    hostname=101 ident=113 irc=194 klogin=543 kshell=544 login=513 lpd=515 msrpc=135 nntp=119 onep-plain=15001
    onep-tls=15002 pop2=109 pop3=110 smtp=25 syslog=514 telnet=23 uucp=540 whois=43 www=80`,
  Number,
)
const UDP = tableOf(
  `${SHARED} biff=512 bootpc=68 bootps=67 dnsix=195 isakmp=500 mobile-ip=434 nameserver=42 netbios-dgm=138
    netbios-ns=137 netbios-ss=139 non500-isakmp=4500 ntp=123 rip=520 ripv6=521 snmp=161 snmptrap=162 syslog=514
    tftp=69 who=513 xdmcp=177`,
  Number,
)

/** The syntax of a protocol's ports: an entry has up to ten. */
export const portsOf = (protocol: string): OperatorSyntax => ({
  names: protocol === 'udp' ? UDP : TCP,
  areSeveral: true,
})

/** The syntax of protocols and groups of services in IOS. */
export const SERVICES: ServiceDialect = {
  what: 'a group',
  protocols: { ip: { protocol: 'any' }, ipv6: { protocol: 'any' }, icmp: { protocol: 'icmp' } },
  others: new Set('ahp eigrp esp gre hbh igmp igrp ipinip nos ospf pcp pim sctp'.split(' ')),
  // The protocol numbers of ICMP; one of them belongs to the other family.
  noOthers: [1, 58],
  portsOf,
  isService: ({ kind }) => kind === 'service' || kind === 'v6-service',
  read: (words) => serviceOf(words, SERVICES),
}

const KINDS: Readonly<Record<string, AddressFamily>> = { network: 'ipv4', 'v6-network': 'ipv6' }

/** The family of a group of addresses; undefined for another group. */
export const familyOf = ({ kind }: Group): AddressFamily | undefined => valueIn(KINDS, kind)

/** The syntax of address groups in IOS, each of one family. */
export const NETWORKS: NetworkDialect = {
  what: 'a group',
  isNetwork: (group, holder) => familyOf(group) !== undefined && (!holder || group.kind === holder.kind),
  read: (words, group, nested) => {
    const family = familyOf(group) as AddressFamily
    const [first = '', second = '', third = '', ...more] = words.map((word) => word.toLowerCase())
    if (more.length > 0) return undefined
    if (first === 'any' && second === '') return kit.everything(family)
    if (first === 'group-object' && third === '') return nested(words[1] ?? '')
    const range = first === 'range' ? kit.rangeBetween(second, third) : undefined
    const found = range ?? (third === '' ? blockOf(first, second) : undefined)
    return found?.family === family ? [found] : undefined
  },
}

function blockOf(first: string, second: string) {
  if (first === 'host') return kit.addressOf(second) && kit.blockOf(second)
  if (second !== '') return second.startsWith('/') ? kit.blockOf(first + second) : kit.maskedBlock(first, second)
  return kit.addressOf(first) ? undefined : kit.blockOf(first)
}
