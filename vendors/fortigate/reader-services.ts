import type { Entry, Notes, Place, PortRange, ReaderKit, Resolver, ServicePorts, Value } from 'tagwall/reader'
import { EVERYWHERE, noteUnresolved } from './reader-objects.ts'
import { find, type Scope, type Table, type Tree } from './reader-tree.ts'

type Services = readonly ServicePorts[]

/** Other protocols do not matter here. */
const NOTHING: Services = []
const UNKNOWN: Services = [{ protocol: 'any', ports: [], isPart: true }]

const one = (protocol: 'tcp' | 'udp', first: number, last = first): ServicePorts => ({
  ...{ protocol, ports: [{ first, last }], isPart: false },
})

/** The services that FortiOS comes with, where a configuration does not show them. */
const BUILT_IN: ReadonlyMap<string, Services> = new Map([
  ['ALL', [{ protocol: 'any', ports: [{ first: 0, last: 65535 }], isPart: false }]],
  ['ALL_TCP', [one('tcp', 1, 65535)]],
  ['ALL_UDP', [one('udp', 1, 65535)]],
  ['ALL_ICMP', NOTHING],
  ['ALL_ICMP6', NOTHING],
  ['PING', NOTHING],
  ['PING6', NOTHING],
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
  private readonly resolver: Resolver<Services>

  constructor(
    private readonly scopes: readonly Scope[],
    private readonly kit: ReaderKit,
    private readonly notes: Notes,
    private readonly script: Tree | undefined,
  ) {
    this.resolver = kit.resolver((name, why) => {
      noteUnresolved(find(scopes, 'firewall service group', name), why, notes)
      return UNKNOWN
    })
  }

  /** What the names of a field stand for together; negated, every other service. */
  of(names: readonly Value[], isNegated: boolean): Services {
    const { kit } = this
    const all = names.flatMap((name) => this.named(name))
    // Of services that are one field, none is met alone.
    const isPart = all.some((service) => service.isPart)
    const services = kit.joinServices(all.map((service) => ({ ...service, isPart })))
    const any = services.find(({ protocol }) => protocol === 'any')
    if (any) return isNegated ? NOTHING : [any]
    if (!isNegated) return services
    return (['tcp', 'udp'] as const).map((protocol) => {
      const named = services.find((service) => service.protocol === protocol)
      return { protocol, ports: kit.otherPorts(named?.ports ?? []), isPart }
    })
  }

  /** Looks every service of a table up, for what there is to say about it. */
  check(services: Table): void {
    for (const text of services.keys()) this.named({ text, place: EVERYWHERE })
  }

  private named({ text, place }: Value): Services {
    const custom = find(this.scopes, 'firewall service custom', text)
    const entry = custom ?? find(this.scopes, 'firewall service group', text)
    if (entry && this.script?.isLater(entry.place, place))
      this.notes.add(place, text, 'names a service that is not there yet')
    return this.resolver.of(text, () => {
      if (custom) return this.custom(custom)
      if (entry) return this.group(entry)
      const builtIn = BUILT_IN.get(text)
      if (!builtIn) this.notes.add(place, text, 'names a service that is not there')
      return builtIn ?? UNKNOWN
    })
  }

  private group({ name, place, fields, notes }: Entry): Services {
    this.notes.addAll(notes)
    const members = fields.get('member') ?? []
    if (members.length === 0) this.notes.add(place, name, 'is a group of nothing')
    return members.flatMap((member) => this.named(member))
  }

  private custom({ name, place, fields, notes }: Entry): Services {
    this.notes.addAll(notes)
    const note = (at: Place | undefined, text: string, reason: string) => this.notes.add(at ?? place, text, reason)
    const valuesOf = (field: string): readonly Value[] => fields.get(field) ?? []
    const protocol =
      valuesOf('protocol')
        .map(({ text }) => text)
        .join(' ') || 'TCP/UDP/SCTP'
    const limits = ['iprange', 'fqdn', 'app-service-type'].filter((field) => fields.has(field))
    for (const field of limits) note(valuesOf(field)[0]?.place, name, `is limited by its ${field}`)
    if (protocol === 'ICMP' || protocol === 'ICMP6') return NOTHING
    let isPart = limits.length > 0
    if (protocol === 'IP') {
      const number = valuesOf('protocol-number')[0]?.text ?? '0'
      const known = ({ 0: 'any', 6: 'tcp', 17: 'udp' } as const)[number]
      return known ? [{ protocol: known, ports: this.kit.everyPort, isPart }] : NOTHING
    }
    if (!protocol.startsWith('TCP/UDP/')) {
      note(valuesOf('protocol')[0]?.place, name, `is a service of protocol ${protocol}, which is not understood`)
      return UNKNOWN
    }
    if (!PORT_FIELDS.some((field) => valuesOf(field).length)) note(place, name, 'is a service without ports')
    const portsOf = (field: string) =>
      valuesOf(field).flatMap(({ text, place }): PortRange[] => {
        const [destination, source, ...more] = text.split(':').map((part) => this.kit.portRange(part))
        if (!destination || (text.includes(':') && !source) || more.length > 0) {
          note(place, `${name}: ${text}`, 'is not a range of ports')
          return []
        }
        if (source && (source.first > 1 || source.last < 65535)) {
          note(place, `${name}: ${text}`, 'asks for source ports')
          isPart = true
        }
        return [destination]
      })
    const [tcp, udp] = [portsOf('tcp-portrange'), portsOf('udp-portrange')]
    return [
      { protocol: 'tcp', ports: tcp, isPart },
      { protocol: 'udp', ports: udp, isPart },
    ]
  }
}

const PORT_FIELDS = ['tcp-portrange', 'udp-portrange', 'sctp-portrange', 'udplite-portrange']
