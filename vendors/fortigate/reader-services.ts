import type { Place, PortRange } from 'tagwall/reader'
import { DEEPEST, EVERYWHERE, type Notes } from './reader-objects.ts'
import type { Entry, Field, Scope, Table } from './reader-tree.ts'

/** What services stand for, of TCP and UDP; other protocols do not matter here. */
export interface Ports {
  readonly tcp: readonly PortRange[]
  readonly udp: readonly PortRange[]
  /** Every protocol and port. */
  readonly isAny: boolean
  /** The same ports may be meant in part only: from some source ports, to some addresses, or of one application. */
  readonly isPart: boolean
}

export const EVERY_PORT: PortRange = { first: 0, last: 65535 }
const NOTHING: Ports = { tcp: [], udp: [], isAny: false, isPart: false }

/** The services that FortiOS comes with, where a configuration does not show them. */
const BUILT_IN: ReadonlyMap<string, Ports> = new Map([
  ['ALL', { ...NOTHING, isAny: true }],
  ['ALL_TCP', { ...NOTHING, tcp: [{ first: 1, last: 65535 }] }],
  ['ALL_UDP', { ...NOTHING, udp: [{ first: 1, last: 65535 }] }],
  ['ALL_ICMP', NOTHING],
  ['ALL_ICMP6', NOTHING],
  ['PING', NOTHING],
  ['PING6', NOTHING],
  ['HTTP', tcp(80)],
  ['HTTPS', tcp(443)],
  ['SSH', tcp(22)],
  ['SMTP', tcp(25)],
  ['RDP', tcp(3389)],
  ['DNS', { ...tcp(53), udp: tcp(53).tcp }],
  ['NTP', { ...tcp(123), udp: tcp(123).tcp }],
])

function tcp(port: number): Ports {
  return { ...NOTHING, tcp: [{ first: port, last: port }] }
}

/** The services of one VDOM. Notes come up where a service is used, once each. */
export class Services {
  private readonly known = new Map<string, Ports>()
  private readonly lists = new Map<string, Ports>()
  private readonly open = new Set<Entry>()

  constructor(
    private readonly scopes: readonly Scope[],
    private readonly notes: Notes,
    private readonly isScript: boolean,
  ) {}

  /** What the names in `field` stand for together. */
  of(field: Field, depth = 0): Ports {
    const key = this.isScript ? undefined : field.values.join('\n')
    const found = key === undefined ? undefined : this.lists.get(key)
    if (found) return found
    const all = field.values.map((name, index) => this.named(name, field.places[index] as Place, depth))
    const ports: Ports = {
      tcp: inOrder(all.flatMap(({ tcp }) => tcp)),
      udp: inOrder(all.flatMap(({ udp }) => udp)),
      isAny: all.some(({ isAny }) => isAny),
      isPart: all.some(({ isPart }) => isPart),
    }
    if (key !== undefined) this.lists.set(key, ports)
    return ports
  }

  /** Looks every service of a table up, for what there is to say about it. */
  check(services: Table): void {
    for (const { name } of services.values()) this.named(name, EVERYWHERE, 0)
  }

  private named(name: string, place: Place, depth: number): Ports {
    const custom = this.find('firewall service custom', name)
    const entry = custom ?? this.find('firewall service group', name)
    if (entry && this.isScript && entry.place.line > place.line) {
      this.notes.once(place, name, 'names a service that is not there yet')
    }
    const known = this.known.get(name)
    if (known) return known
    if (!entry && !BUILT_IN.has(name)) this.notes.once(place, name, 'names a service that is not there')
    const ports = custom
      ? this.custom(custom)
      : entry
        ? this.group(entry, place, depth)
        : (BUILT_IN.get(name) ?? { ...NOTHING, isPart: true })
    this.known.set(name, ports)
    return ports
  }

  private group(entry: Entry, place: Place, depth: number): Ports {
    this.notes.addAll(entry.odd)
    if (this.open.has(entry) || depth > DEEPEST) {
      const reason = depth > DEEPEST ? 'is in too many groups within groups' : 'is a group that is a member of itself'
      this.notes.once(depth > DEEPEST ? place : entry.place, entry.name, reason)
      return { ...NOTHING, isPart: true }
    }
    const member = entry.fields.get('member')
    if (!member?.values.length) this.notes.once(entry.place, entry.name, 'is a group of nothing')
    this.open.add(entry)
    const ports = member ? this.of(member, depth + 1) : NOTHING
    this.open.delete(entry)
    return ports
  }

  private custom({ name, place, fields, odd }: Entry): Ports {
    this.notes.addAll(odd)
    const note = (at: Place | undefined, text: string, reason: string) => this.notes.once(at ?? place, text, reason)
    const protocol = fields.get('protocol')?.values.join(' ') || 'TCP/UDP/SCTP'
    const limits = [...fields.keys()].filter((field) => ['iprange', 'fqdn', 'app-service-type'].includes(field))
    for (const field of limits) note(fields.get(field)?.place, name, `is limited by its ${field}`)
    const isPart = limits.length > 0
    if (protocol === 'ICMP' || protocol === 'ICMP6') return NOTHING
    if (protocol === 'IP') return { ...byNumber(fields.get('protocol-number')?.values[0] ?? '0'), isPart }
    if (!protocol.startsWith('TCP/UDP/')) {
      note(fields.get('protocol')?.place, name, `is a service of protocol ${protocol}, which is not understood`)
      return { ...NOTHING, isPart: true }
    }
    if (!PORT_FIELDS.some((field) => fields.get(field)?.values.length)) note(place, name, 'is a service without ports')
    let isSourced = false
    const portsOf = (field: string) =>
      (fields.get(field)?.values ?? []).flatMap((text, index): PortRange[] => {
        const [destination, source, ...more] = text.split(':').map(portRange)
        const at = fields.get(field)?.places[index]
        if (!destination || (text.includes(':') && !source) || more.length > 0) {
          note(at, `${name}: ${text}`, 'is not a range of ports')
          return []
        }
        if (source && (source.first > 1 || source.last < 65535)) {
          note(at, `${name}: ${text}`, 'asks for source ports')
          isSourced = true
        }
        return [destination]
      })
    const [tcp, udp] = [portsOf('tcp-portrange'), portsOf('udp-portrange')]
    return { tcp, udp, isAny: false, isPart: isPart || isSourced }
  }

  private find(table: string, name: string): Entry | undefined {
    for (const { tables } of this.scopes) {
      const entry = tables.get(table)?.get(name)
      if (entry) return entry
    }
    return undefined
  }
}

const PORT_FIELDS = ['tcp-portrange', 'udp-portrange', 'sctp-portrange', 'udplite-portrange']

function byNumber(number: string): Ports {
  if (number === '0') return { ...NOTHING, isAny: true }
  if (number === '6') return { ...NOTHING, tcp: [EVERY_PORT] }
  return number === '17' ? { ...NOTHING, udp: [EVERY_PORT] } : NOTHING
}

function portRange(text: string): PortRange | undefined {
  const [, from, to] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? []
  if (from === undefined) return undefined
  const [first, last] = [Number(from), Number(to ?? from)]
  return first <= last && last <= 65535 ? { first, last } : undefined
}

/** Sorted and without overlap. */
function inOrder(ports: readonly PortRange[]): PortRange[] {
  const merged: PortRange[] = []
  for (const range of [...ports].sort((a, b) => a.first - b.first)) {
    const before = merged.at(-1)
    if (!before || range.first > before.last + 1) merged.push(range)
    else merged[merged.length - 1] = { first: before.first, last: Math.max(before.last, range.last) }
  }
  return merged
}

/** Every port that is not in `ports`, which are in order. */
export function otherPorts(ports: readonly PortRange[]): PortRange[] {
  const others: PortRange[] = []
  let next = 0
  for (const { first, last } of ports) {
    if (first > next) others.push({ first: next, last: first - 1 })
    next = last + 1
  }
  return next <= 65535 ? [...others, { first: next, last: 65535 }] : others
}
