import type { EntryService, Held, InGroup, Line, LineGroup, ReaderKit, Words } from 'tagwall/reader'
import type { Configuration, Group } from './reader-config.ts'
import { portsOf } from './reader-ports.ts'

/** What a word or a group stands for, and what of it is not understood. */
export type Services = Held<readonly EntryService[]>

type ServiceGroup = Group & LineGroup<readonly EntryService[]>

/** The other protocols that have names. */
const OTHERS: ReadonlySet<string> = new Set('ahp eigrp esp gre hbh igmp igrp ipinip nos ospf pcp pim sctp'.split(' '))

/** What a protocol in an access list of IPv4 or IPv6 stands for. */
export function protocolOf(word: string, kit: ReaderKit): EntryService | undefined {
  // Each of the other protocols is one of many.
  const is = (protocol: EntryService['protocol']): EntryService => {
    return { protocol, ports: kit.everyPort, isPart: protocol === 'other' }
  }
  switch (word) {
    case 'ip':
    case 'ipv6':
      return is('any')
    case 'tcp':
    case '6':
      return is('tcp')
    case 'udp':
    case '17':
      return is('udp')
    case 'icmp':
      return is('icmp')
    default:
      return OTHERS.has(word) || (/^\d{1,3}$/.test(word) && Number(word) < 256 && !/^(?:1|58)$/.test(word))
        ? is('other')
        : undefined
  }
}

/** The groups of services. */
export class ServiceTable {
  readonly #config: Configuration
  readonly #kit: ReaderKit
  readonly #groups: { of(group: ServiceGroup): Services }

  constructor(config: Configuration, kit: ReaderKit) {
    this.#config = config
    this.#kit = kit
    this.#groups = kit.groupReader<readonly EntryService[], ServiceGroup>({
      what: 'a group',
      read: (line, _, inGroup) => this.#line(line, inGroup),
      // A service that several groups hold counts once, so that groups within groups do not multiply it.
      join: (parts) => [...new Set(parts.flat())],
    })
  }

  /** Undefined where there is no such group of services. */
  of(name: string): Services | undefined {
    const group = this.#group(name)
    return group && this.#groups.of(group)
  }

  #group(name: string): ServiceGroup | undefined {
    const group = this.#config.groups.get(name)
    return group?.kind === 'service' || group?.kind === 'v6-service' ? (group as ServiceGroup) : undefined
  }

  #line({ words: all }: Line, inGroup: InGroup<readonly EntryService[], ServiceGroup>) {
    const words = this.#kit.words(all)
    if (words.take('description')) return []
    if (words.take('group-object')) {
      const other = this.#group(words.peek ?? '')
      return other && inGroup.of(other)
    }
    const services = this.#service(words)
    return words.isDone ? services : undefined
  }

  /** `tcp source gt 1023 eq 443`, `icmp echo`, `tcp-udp eq 5060`, `tcp 443`. */
  #service(words: Words): readonly EntryService[] | undefined {
    const word = words.next() ?? ''
    const protocols = (word === 'tcp-udp' ? ['tcp', 'udp'] : [word]).flatMap((one) => protocolOf(one, this.#kit) ?? [])
    const [first] = protocols
    if (!first) return undefined
    if (first.protocol === 'icmp') {
      const isPart = !words.isDone
      words.rest()
      return [{ ...first, isPart }]
    }
    const isFromPorts = words.take('source') !== undefined
    if (isFromPorts && typeof this.#kit.takePorts(words, portsOf(word)) === 'string') return undefined
    const found = this.#kit.takePorts(words, portsOf(word))
    const ports = found === 'none' ? this.#kit.everyPort : found
    return ports === 'unknown' ? undefined : protocols.map((one) => ({ ...one, ports, isPart: isFromPorts }))
  }
}
