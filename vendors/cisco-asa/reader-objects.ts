import type { AddressPart, EntryService, Words } from 'tagwall/reader'
import type { Group } from '../_cisco/groups.ts'
import {
  type FindNetworks,
  type NetworkDialect,
  networksIn,
  protocolOf,
  type ServiceDialect,
  serviceOf,
} from '../_cisco/services.ts'
import { kit, tableOf } from '../_kit/kit.ts'
import type { Configuration } from './reader-config.ts'

/** The names of ports on an ASA, some of which are others than in /etc/services. */
export const PORTS = tableOf(
  `aol=5190 bgp=179 biff=512 bootpc=68 bootps=67 chargen=19 cifs=3020 citrix-ica=1494 cmd=514 ctiqbe=2748
    daytime=13 discard=9 dnsix=195 domain=53 echo=7 exec=512 finger=79 ftp=21 ftp-data=20 gopher=70 h323=1720
    hostname=101 http=80 https=443 ident=113 imap4=143 irc=194 isakmp=500 kerberos=750 klogin=543 kshell=544
    ldap=389 ldaps=636 login=513 lotusnotes=1352 lpd=515 mobile-ip=434 nameserver=42 netbios-dgm=138
    netbios-ns=137 netbios-ssn=139 nfs=2049 nntp=119 ntp=123 pcanywhere-data=5631 pcanywhere-status=5632
    pim-auto-rp=496 pop2=109 pop3=110 pptp=1723 radius=1645 radius-acct=1646 rip=520 rsh=514 rtsp=554
    secureid-udp=5510 sip=5060 smtp=25 snmp=161 snmptrap=162 sqlnet=1521 ssh=22 sunrpc=111 syslog=514 tacacs=49
    talk=517 telnet=23 tftp=69 time=37 uucp=540 vxlan=4789 who=513 whois=43 www=80 xdmcp=177`,
  Number,
)

/** The ASA's syntax of services, groups of ports and groups of protocols. */
export const SERVICES: ServiceDialect = {
  what: 'an object',
  protocols: {
    ip: { protocol: 'any' },
    icmp: { protocol: 'icmp', family: 'ipv4' },
    1: { protocol: 'icmp', family: 'ipv4' },
    icmp6: { protocol: 'icmp', family: 'ipv6' },
    58: { protocol: 'icmp', family: 'ipv6' },
  },
  others: new Set('ah ahp eigrp esp gre igmp igrp ipinip ipsec nos ospf pcp pim pptp sctp snp'.split(' ')),
  noOthers: [0],
  portsOf: () => ({ names: PORTS }),
  isService: ({ kind }) => !kind.endsWith('network'),
  read,
}

function read(words: Words, { kind, protocol }: Group): readonly EntryService[] | undefined {
  const verb = words.next()
  if (kind === 'service' && verb === 'port-object') {
    const ports = kit.takePorts(words, { names: PORTS })
    const protocols =
      protocol === 'tcp-udp' ? (['tcp', 'udp'] as const) : ([protocol === 'udp' ? 'udp' : 'tcp'] as const)
    return typeof ports === 'string' ? undefined : protocols.map((one) => ({ protocol: one, ports, isPart: false }))
  }
  if (kind === 'protocol' && verb === 'protocol-object') {
    const service = protocolOf(words.next() ?? '', SERVICES)
    return service && [service]
  }
  const isService =
    (kind === 'service' && verb === 'service-object') || (kind === 'object service' && verb === 'service')
  return isService ? serviceOf(words, SERVICES) : undefined
}

/** An address, or a name that `name` gives to one. */
export const addressOf = (word: string, { names }: Configuration): string => names.get(word) ?? word

/** The addresses of objects and groups. */
export function networksOf(config: Configuration): FindNetworks {
  const block = ([first = '', second = '']: readonly string[], isHost: boolean): AddressPart | undefined => {
    const address = addressOf(first, config)
    if (isHost !== (kit.addressOf(address) !== undefined) && second === '') return undefined
    const found = second === '' ? kit.blockOf(address) : kit.maskedBlock(address, second)
    return found && [found]
  }
  const read: NetworkDialect['read'] = ([verb, first = '', second = '', ...more], { kind }, nested) => {
    if (verb === 'nat' && kind === 'object network') return kit.empty
    if (more.length > 0) return undefined
    if (verb === 'fqdn' && kind === 'object network' && first !== '')
      return `names ${kit.inShort(second || first)}, a domain name whose addresses are unknown`
    if (kind === 'network') {
      if (verb === 'group-object' && second === '') return nested(first)
      if (verb !== 'network-object') return undefined
      if (first === 'object') return nested(second)
      return block(first === 'host' ? [second] : [first, second], first === 'host')
    }
    if (verb === 'host' && second === '') return block([first], true)
    if (verb === 'subnet') return block([first, second], false)
    const range = verb === 'range' ? kit.rangeBetween(addressOf(first, config), addressOf(second, config)) : undefined
    return range && [range]
  }
  const isNetwork: NetworkDialect['isNetwork'] = ({ kind }) => kind === 'network' || kind === 'object network'
  return networksIn(config, { what: 'an object', read, isNetwork })
}
