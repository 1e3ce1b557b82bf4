import type { EntryService, Notes, Resolver, Value } from 'tagwall/reader'
import { kit, tableOf, valueIn } from '../_kit/kit.ts'
import type { Node, Tree } from './reader-tree.ts'

/** Looks up the applications that policies name. */
export class Applications {
  constructor(
    private readonly tree: Tree,
    private readonly notes: Notes,
    /** Looks up anything by its path. */
    private readonly found: Resolver<unknown>,
  ) {}

  /** The traffic of a list of names. Neighbours of the same kind become one. */
  of(names: readonly Value[]): readonly EntryService[] {
    const joined = kit.joinServices(names.flatMap((name) => this.named(name)))
    const families = joined.filter(({ protocol, isPart }) => protocol === 'icmp' && !isPart)
    if (families.length < 2) return joined
    return [...joined.filter((one) => !families.includes(one)), { ...(families[0] as EntryService), family: undefined }]
  }

  private named(name: Value): readonly EntryService[] {
    const { tree } = this
    const { text } = name
    if (text === 'any') return [{ protocol: 'any', ports: kit.everyPort, family: undefined, isPart: false }]
    const application = tree.root.at('applications', 'application', text)
    if (application) return this.ofApplication(text, application)
    const path = ['applications', 'application-set', text]
    const set = tree.root.at(...path)
    if (set) return this.found.of(JSON.stringify(path), () => this.ofSet(text, set))
    const isPredefined = text.startsWith('junos-')
    const known = isPredefined ? predefined(text.slice('junos-'.length)) : []
    if (known.length > 0) return known
    this.notes.add(name.place, text, isPredefined ? 'is not known here' : 'names an application that does not exist')
    return []
  }

  private ofSet(name: string, set: Node): readonly EntryService[] {
    const members = ['application', 'application-set'].flatMap((kind) => set.entries(kind))
    if (members.length === 0) this.notes.add(set.place, name, 'is an application set without members')
    for (const [word, { place }] of set.entries())
      if (!/^(?:application|application-set|description)$/.test(word)) this.notes.add(place, word, 'is not understood')
    // Applications in several sets count once, so nested sets do not multiply them.
    return [...new Set(members.flatMap(([text, { place }]) => this.named({ text, place })))]
  }

  private ofApplication(name: string, node: Node): readonly EntryService[] {
    const terms = node.nodes('term')
    const own = node.words().filter((word) => word !== 'term' && word !== 'description')
    if (terms.length === 0) return this.ofTerm(name, node)
    if (own.some((word) => word !== 'inactivity-timeout'))
      this.notes.add(node.place, name, 'has terms beside a protocol and ports')
    return terms.flatMap((term) => this.ofTerm(name, term))
  }

  private ofTerm(name: string, node: Node): readonly EntryService[] {
    const { notes } = this
    const value = (field: string) => node.words(field)[0]
    const note = (text: string, reason: string) => {
      notes.add(node.place, text, reason)
      return []
    }
    for (const [word, { isUnknown }] of node.entries()) if (isUnknown) note(`${name} ${word}`, 'is not understood')
    const said = value('protocol')
    if (said === undefined) return note(name, 'is an application without a protocol')
    const protocol = valueIn(PROTOCOLS, said)
    if (protocol === undefined && !/^\d+$/.test(said) && !Object.hasOwn(kit.protocols, said))
      return note(said, 'is not a protocol')
    const isNarrow = NARROWING.some((field) => value(field) !== undefined)
    const source = value('source-port')
    const isPart = isNarrow || (source !== undefined && !/^[01]-65535$/.test(source))
    if (protocol !== 'tcp' && protocol !== 'udp') {
      const family = protocol === 'icmp' ? (said === 'icmp' || said === '1' ? 'ipv4' : 'ipv6') : undefined
      // Each of the other protocols is one of many.
      return [{ protocol: protocol ?? 'other', ports: kit.everyPort, family, isPart: isPart || protocol === undefined }]
    }
    const text = value('destination-port')
    const ports = text === undefined ? kit.everyPort[0] : kit.portRange(text, { names: kit.services })
    if (!ports) return note(text ?? '', 'is not a port')
    return [{ protocol, ports: [ports], family: undefined, isPart }]
  }
}

/** Fields that limit an application to some of its protocol. */
const NARROWING = 'rpc-program-number uuid ether-type icmp-type icmp-code icmp6-type icmp6-code'.split(' ')

const PROTOCOLS = tableOf(
  'tcp=tcp 6=tcp udp=udp 17=udp icmp=icmp 1=icmp icmp6=icmp icmpv6=icmp 58=icmp',
  (word) => word as 'tcp' | 'udp' | 'icmp',
)

/**
 * The applications of the group junos-defaults with ports, without `junos-` (`show groups junos-defaults applications`). Those of remote
 * procedure calls are missing, because the device opens further ports for them.
 */
const PREDEFINED = {
  tcp: tableOf(
    `aol=5190-5193 bgp=179 cifs=139,445 cvspserver=2401 dns-tcp=53 finger=79 ftp=21 ftp-data=20 gopher=70
      h323=389,522,1503,1720,1731 http=80 http-ext=7001 https=443 ident=113 imap=143 imaps=993 irc=6660-6669
      internet-locator-service=389 ldap=389 ldp-tcp=646 lpr=515 mail=25 msn=1863 ms-sql=1433
      netbios-session=139 nfsd-tcp=2049 nntp=119 ns-global=15397 ns-global-pro=15397 ntalk=518 pop3=110
      pop3s=995 pptp=1723 printer=515 rdp=3389 realaudio=554 rsh=514 rtsp=554 sccp=2000 sip=5060 smb=139,445
      smb-session=445 smtp=25 smtps=465,587 snmp-agentx=705 snpp=444 sqlnet-v1=1525 sqlnet-v2=1521 ssh=22
      stun=3478-3479 tacacs=49 tacacs-ds=65 talk=517 tcp-any=0-65535 telnet=23 vnc=5800 wais=210 whois=43
      winframe=1494 wxcontrol=3578 x-windows=6000-6063 xnm-clear-text=3221 xnm-ssl=3220 ymsg=5000-5010,5050`,
    String,
  ),
  udp: tableOf(
    `biff=512 bootpc=68 bootps=67 chargen=19 dhcp-client=68 dhcp-relay=67 dhcp-server=67 discard=9 dns-udp=53
      echo=7 gnutella=6346-6347 h323=1719 ike=500 ike-nat=4500 l2tp=1701 ldp-udp=646 mgcp=2427,2727
      mgcp-ca=2727 mgcp-ua=2427 nbds=138 nbname=137 nfsd-udp=2049 nsm=69 ntalk=518 ntp=123 pc-anywhere=5632
      r2cp=28672 radacct=1813 radius=1812 rip=520 sip=5060 sql-monitor=1434 stun=3478-3479 syslog=514 talk=517
      tftp=69 udp-any=0-65535 uucp=540 vdo-live=7000-7010 who=513 vxlan=4789 ymsg=5000-5010,5050`,
    String,
  ),
}

/** Those of other protocols. */
const PREDEFINED_ICMP: Readonly<Record<string, Pick<EntryService, 'family' | 'isPart'>>> = {
  'icmp-all': { family: 'ipv4', isPart: false },
  'icmp6-all': { family: 'ipv6', isPart: false },
  ping: { family: undefined, isPart: true },
  'icmp-ping': { family: undefined, isPart: true },
  pingv6: { family: undefined, isPart: true },
}

/** An application of the group junos-defaults; empty if it is not known here. */
function predefined(name: string): readonly EntryService[] {
  const icmp = valueIn(PREDEFINED_ICMP, name)
  if (icmp) return [{ protocol: 'icmp', ports: kit.everyPort, ...icmp }]
  return (['tcp', 'udp'] as const).flatMap((protocol): readonly EntryService[] => {
    const known = valueIn(PREDEFINED[protocol], name)
    const ports = known && kit.portList(known)
    return ports ? [{ protocol, ports, family: undefined, isPart: false }] : []
  })
}
