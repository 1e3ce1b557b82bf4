import type { AddressFamily, Entry, EntryService, Place, PortRange, Value } from 'tagwall/reader'
import { FAMILIES, kit } from '../_kit/kit.ts'
import { textsOf, valuesOf } from './reader-fields.ts'
import { type Addresses, EVERYWHERE, find, UNKNOWN_SERVICE } from './reader-objects.ts'

/** The traffic of a service. */
type Services = readonly EntryService[]

const EVERY: readonly PortRange[] = [{ first: 0, last: 65535 }]
/** One or more of the other protocols. */
const OTHER: EntryService = { protocol: 'other', ports: EVERY, isPart: true }

const one = (protocol: 'tcp' | 'udp', first: number, last = first): EntryService => ({
  protocol,
  ports: [{ first, last }],
  isPart: false,
})
const icmp = (family: AddressFamily, isPart: boolean): EntryService => ({
  protocol: 'icmp',
  ports: EVERY,
  isPart,
  family,
})

/** The services that FortiOS comes with, where a configuration does not show them. */
const BUILT_IN: ReadonlyMap<string, Services> = new Map([
  ['ALL', [{ protocol: 'any', ports: EVERY, isPart: false }]],
  ['ALL_TCP', [one('tcp', 1, 65535)]],
  ['ALL_UDP', [one('udp', 1, 65535)]],
  ['ALL_ICMP', [icmp('ipv4', false)]],
  ['ALL_ICMP6', [icmp('ipv6', false)]],
  ['PING', [icmp('ipv4', true)]],
  ['PING6', [icmp('ipv6', true)]],
  ['HTTP', [one('tcp', 80)]],
  ['HTTPS', [one('tcp', 443)]],
  ['SSH', [one('tcp', 22)]],
  ['SMTP', [one('tcp', 25)]],
  ['RDP', [one('tcp', 3389)]],
  ['DNS', [one('tcp', 53), one('udp', 53)]],
  ['NTP', [one('tcp', 123), one('udp', 123)]],
])

/** The services of one VDOM. */
export class ServiceTable {
  constructor(private readonly addresses: Addresses) {}

  /** The services of the names in a field together; negated, every other service. */
  of(names: readonly Value[], isNegated: boolean): Services {
    const all = names.flatMap((name) => this.named(name))
    const any = this.portsOf(all, 'any')
    if (any.length > 0) return isNegated ? [] : any
    const others = all.filter(({ protocol }) => protocol === 'other')
    if (!isNegated)
      return [...this.portsOf(all, 'tcp'), ...this.portsOf(all, 'udp'), ...icmpOf(all, false), ...others.slice(0, 1)]
    const isPart = isSomePart(all)
    return [
      ...(['tcp', 'udp'] as const).map((protocol) => {
        const named = this.portsOf(all, protocol)[0]?.ports ?? []
        return { protocol, ports: kit.otherPorts(named), isPart }
      }),
      ...icmpOf(all, true),
      { ...OTHER, isPart: isPart || others.length > 0 },
    ]
  }

  /** The ports of one protocol. Of services that are one field, none is met alone: one that is a part makes all ports a part. */
  private portsOf(all: Services, protocol: 'tcp' | 'udp' | 'any'): Services {
    const isPart = isSomePart(all)
    const own = all.flatMap((service) => (service.protocol === protocol ? [{ ...service, protocol, isPart }] : []))
    return kit.joinServices(own)
  }

  /** Looks every service up, for what there is to say about it. */
  check(): void {
    for (const kind of ['custom', 'group'])
      for (const text of this.addresses.scopes[0]?.tables.get(`firewall service ${kind}`)?.keys() ?? [])
        this.named({ text, place: EVERYWHERE })
  }

  private named(name: Value): Services {
    const { text, place } = name
    const { scopes, notes, found } = this.addresses
    const custom = find(scopes, 'firewall service custom', text)
    const entry = custom ?? find(scopes, 'firewall service group', text)
    if (this.addresses.isTooEarly(name, entry)) notes.add(place, text, 'names a service that does not exist yet')
    return found.of(`service\n${text}`, () => {
      found.uses(text)
      if (custom) return this.custom(custom)
      if (entry) return this.group(entry)
      const builtIn = BUILT_IN.get(text)
      if (!builtIn) notes.add(place, text, 'names a service that does not exist')
      return builtIn ?? UNKNOWN_SERVICE
    })
  }

  private group({ name, place, fields, notes }: Entry): Services {
    this.addresses.notes.addAll(notes)
    const members = fields.get('member') ?? []
    if (members.length === 0) this.addresses.notes.add(place, name, 'is an empty group')
    // Services in several groups count once, so nested groups do not multiply them.
    return [...new Set(members.flatMap((member) => this.named(member)))]
  }

  private custom(entry: Entry): Services {
    const { name, place, fields } = entry
    this.addresses.notes.addAll(entry.notes)
    const note = (at: Place | undefined, text: string, reason: string) =>
      this.addresses.notes.add(at ?? place, text, reason)
    const protocol = textsOf(entry, 'protocol').join(' ') || 'TCP/UDP/SCTP'
    const limits = ['iprange', 'fqdn', 'app-service-type'].filter((field) => fields.has(field))
    for (const field of limits) note(valuesOf(entry, field)[0]?.place, name, `is limited by its ${field}`)
    let isPart = limits.length > 0
    if (protocol === 'ICMP' || protocol === 'ICMP6') {
      const isOfType = ['icmptype', 'icmpcode'].some((field) => valuesOf(entry, field).length > 0)
      return [icmp(protocol === 'ICMP' ? 'ipv4' : 'ipv6', isPart || isOfType)]
    }
    if (protocol === 'IP') return byNumber(textsOf(entry, 'protocol-number')[0] ?? '0', isPart)
    if (!protocol.startsWith('TCP/UDP/')) {
      note(valuesOf(entry, 'protocol')[0]?.place, name, `is a service of protocol ${protocol}, which is not understood`)
      return UNKNOWN_SERVICE
    }
    if (!PORT_FIELDS.some((field) => valuesOf(entry, field).length)) note(place, name, 'is a service without ports')
    const portsOf = (field: string) =>
      valuesOf(entry, field).flatMap(({ text, place }): PortRange[] => {
        const [destination, source, ...more] = text.split(':').map((part) => kit.portRange(part))
        if (!destination || (text.includes(':') && !source) || more.length > 0) {
          note(place, `${name}: ${text}`, 'is not a range of ports')
          return []
        }
        if (source && (source.first > 1 || source.last < 65535)) {
          note(place, `${name}: ${text}`, 'matches source ports')
          isPart = true
        }
        return [destination]
      })
    const [tcp, udp] = [portsOf('tcp-portrange'), portsOf('udp-portrange')]
    const hasOthers = ['sctp-portrange', 'udplite-portrange'].some((field) => valuesOf(entry, field).length > 0)
    return [
      { protocol: 'tcp', ports: tcp, isPart },
      { protocol: 'udp', ports: udp, isPart },
      ...(hasOthers ? [OTHER] : []),
    ]
  }
}

const isSomePart = (all: Services) =>
  all.some(({ protocol, isPart }) => isPart && protocol !== 'icmp' && protocol !== 'other')

/** A service for one protocol of IP. */
function byNumber(number: string, isPart: boolean): Services {
  const family = ({ 1: 'ipv4', 58: 'ipv6' } as const)[number]
  if (family) return [icmp(family, isPart)]
  const known = ({ 0: 'any', 6: 'tcp', 17: 'udp' } as const)[number]
  return [known ? { protocol: known, ports: EVERY, isPart } : OTHER]
}

/** The ICMP of services as one service for each family, or for both; one that is whole is enough. Negated, the ICMP that they leave. */
function icmpOf(all: Services, isNegated: boolean): Services {
  const found = FAMILIES.flatMap((family) => {
    const own = all.filter((service) => service.protocol === 'icmp' && service.family === family)
    const isWhole = own.some(({ isPart }) => !isPart)
    if (isNegated) return isWhole ? [] : [icmp(family, isSomePart(all) || own.length > 0)]
    return own.length > 0 ? [icmp(family, !isWhole)] : []
  })
  const [one, other] = found
  return one && one.isPart === other?.isPart ? [{ ...one, family: undefined }] : found
}

const PORT_FIELDS = ['tcp-portrange', 'udp-portrange', 'sctp-portrange', 'udplite-portrange']
