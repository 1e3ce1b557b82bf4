import type { EntryService, Notes, Resolver, Value } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'
import type { Node, Tree } from './reader-tree.ts'

/** Looks up the applications that policies name. */
export class Applications {
  private readonly found: Resolver<readonly EntryService[]>

  constructor(
    private readonly tree: Tree,
    private readonly notes: Notes,
  ) {
    this.found = kit.resolver((name, why) => {
      const place = tree.root.at('applications', 'application-set', name)?.place
      const reason = why === 'depth' ? 'is nested too deep' : 'is an application set that contains itself'
      if (place) notes.add(place, name, reason)
      return []
    })
  }

  /** The traffic of a list of names. Neighbours of the same kind become one. */
  of(names: readonly Value[]): readonly EntryService[] {
    const all = names.flatMap((name) => this.named(name))
    const joined: EntryService[] = []
    for (const one of all) {
      const at = joined.findIndex(
        ({ protocol, family, isPart }) =>
          protocol === one.protocol && family === one.family && isPart === one.isPart && protocol !== 'any',
      )
      const same = joined[at]
      if (same) joined[at] = { ...same, ports: kit.joinPorts([...same.ports, ...one.ports]) }
      else joined.push(one)
    }
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
    const set = tree.root.at('applications', 'application-set', text)
    if (set) return this.found.of(text, () => this.ofSet(text, set))
    const known = Object.hasOwn(PREDEFINED, text) ? PREDEFINED[text] : undefined
    if (known) return known.map((one) => this.predefined(one))
    this.notes.add(
      name.place,
      text,
      text.startsWith('junos-') ? 'is not known here' : 'names an application that does not exist',
    )
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
    const protocol = Object.hasOwn(PROTOCOLS, said) ? PROTOCOLS[said] : undefined
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

  private predefined([protocol, first, last = first]: Predefined): EntryService {
    const ports = first === undefined ? kit.everyPort : [{ first, last: last ?? first }]
    if (protocol === 'icmp4') return { protocol: 'icmp', ports, family: 'ipv4', isPart: false }
    if (protocol === 'icmp6') return { protocol: 'icmp', ports, family: 'ipv6', isPart: false }
    if (protocol === 'ping') return { protocol: 'icmp', ports, family: undefined, isPart: true }
    return { protocol, ports, family: undefined, isPart: false }
  }
}

/** Fields that limit an application to some of its protocol. */
const NARROWING = 'rpc-program-number uuid ether-type icmp-type icmp-code icmp6-type icmp6-code'.split(' ')

const PROTOCOLS: Readonly<Record<string, 'tcp' | 'udp' | 'icmp'>> = {
  ...{ tcp: 'tcp', '6': 'tcp', udp: 'udp', '17': 'udp' },
  ...{ icmp: 'icmp', '1': 'icmp', icmp6: 'icmp', icmpv6: 'icmp', '58': 'icmp' },
}

type Predefined = readonly [protocol: 'tcp' | 'udp' | 'icmp4' | 'icmp6' | 'ping', first?: number, last?: number]

/** The applications of the group junos-defaults that policies about Azure may also use. */
const PREDEFINED: Readonly<Record<string, readonly Predefined[]>> = {
  'junos-https': [['tcp', 443]],
  'junos-http': [['tcp', 80]],
  'junos-http-ext': [['tcp', 7001]],
  'junos-ssh': [['tcp', 22]],
  'junos-telnet': [['tcp', 23]],
  'junos-ftp': [['tcp', 21]],
  'junos-smtp': [['tcp', 25]],
  'junos-smtps': [
    ['tcp', 465],
    ['tcp', 587],
  ],
  'junos-imap': [['tcp', 143]],
  'junos-imaps': [['tcp', 993]],
  'junos-pop3': [['tcp', 110]],
  'junos-ldap': [['tcp', 389]],
  'junos-bgp': [['tcp', 179]],
  'junos-dns-tcp': [['tcp', 53]],
  'junos-dns-udp': [['udp', 53]],
  'junos-ntp': [['udp', 123]],
  'junos-syslog': [['udp', 514]],
  'junos-tacacs': [['tcp', 49]],
  'junos-radius': [['udp', 1812]],
  'junos-radacct': [['udp', 1813]],
  'junos-ike': [['udp', 500]],
  'junos-ike-nat': [['udp', 4500]],
  'junos-tcp-any': [['tcp']],
  'junos-udp-any': [['udp']],
  'junos-icmp-all': [['icmp4']],
  'junos-icmp6-all': [['icmp6']],
  'junos-ping': [['ping']],
  'junos-icmp-ping': [['ping']],
  'junos-pingv6': [['ping']],
}
