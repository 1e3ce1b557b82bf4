import type { Match, PortRange, ReaderKit, Resolver, Words } from 'tagwall/reader'
import type { Configuration, Group, Line } from './reader-config.ts'
import { OPERATORS, takePorts } from './reader-ports.ts'

/** Connections of one protocol. */
export interface Service {
  readonly protocol: Match['protocol']
  readonly ports: readonly PortRange[]
  /** Whether it is about some of these connections only: source ports, types of ICMP. */
  readonly isPart: boolean
}

/** What a word or a group stands for, and what of it is not understood. */
export interface Services {
  readonly services: readonly Service[]
  readonly faults: readonly string[]
}

/** The other protocols that have names. */
const OTHERS: ReadonlySet<string> = new Set('ahp eigrp esp gre hbh igmp igrp ipinip nos ospf pcp pim sctp'.split(' '))

/** What a protocol in an access list of IPv4 or IPv6 stands for. */
export function protocolOf(word: string, kit: ReaderKit): Service | undefined {
  const is = (protocol: Service['protocol']): Service => ({ protocol, ports: kit.everyPort, isPart: false })
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
  readonly #services: Resolver<Services>

  constructor(config: Configuration, kit: ReaderKit) {
    this.#config = config
    this.#kit = kit
    this.#services = kit.resolver((name) => ({
      services: [],
      faults: [`names ${kit.inShort(name)}, which leads back to itself`],
    }))
  }

  /** Undefined where there is no such group of services. */
  of(name: string): Services | undefined {
    const group = this.#config.groups.get(name)
    if (group?.kind !== 'service' && group?.kind !== 'v6-service') return undefined
    return this.#services.of(name, () => this.#read(group))
  }

  #read(group: Group): Services {
    const read = [...group.lines.values()].map((line) => this.#line(line))
    return { services: read.flatMap(({ services }) => services), faults: read.flatMap(({ faults }) => faults) }
  }

  #line({ words: all, text }: Line): Services {
    const unread: Services = {
      services: [],
      faults: [`names a group with "${this.#kit.inShort(text)}", which is not understood`],
    }
    const words = this.#kit.words(all)
    if (words.take('description')) return { services: [], faults: [] }
    if (words.take('group-object')) return (words.peek !== undefined && this.of(words.peek)) || unread
    const services = this.#service(words)
    return services && words.isDone ? { services, faults: [] } : unread
  }

  /** `tcp source gt 1023 eq 443`, `icmp echo`, `tcp-udp eq 5060`, `tcp 443`. */
  #service(words: Words): readonly Service[] | undefined {
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
    if (isFromPorts && !takePorts(words, word, this.#kit)) return undefined
    const hasPorts = (OPERATORS as readonly string[]).includes(words.peek ?? '')
    const ports = hasPorts ? takePorts(words, word, this.#kit) : this.#kit.everyPort
    return ports && protocols.map((one) => ({ ...one, ports, isPart: isFromPorts }))
  }
}
