import type { AddressFamily, Match, PortRange, ReaderKit, Resolver, Words } from 'tagwall/reader'
import type { Configuration, Group, Line } from './reader-config.ts'
import { OPERATORS, takePorts } from './reader-ports.ts'

/** Connections of one protocol. */
export interface Service {
  readonly protocol: Match['protocol']
  readonly ports: readonly PortRange[]
  /** Of ICMP: the only family that has it. */
  readonly family: AddressFamily | undefined
  /** Whether it is about some of these connections only: source ports, types of ICMP. */
  readonly isPart: boolean
}

/** What a word or a group stands for, and what of it is not understood. */
export interface Services {
  readonly services: readonly Service[]
  readonly faults: readonly string[]
}

/** The other protocols that have names. */
const OTHERS = new Set('ah ahp eigrp esp gre igmp igrp ipinip ipsec nos ospf pcp pim pptp sctp snp'.split(' '))

/** What a protocol in an access list stands for. */
export function protocolOf(word: string, kit: ReaderKit): Service | undefined {
  const is = (protocol: Service['protocol'], family?: AddressFamily): Service => {
    return { protocol, ports: kit.everyPort, family, isPart: false }
  }
  switch (word) {
    case 'ip':
      return is('any')
    case 'tcp':
    case '6':
      return is('tcp')
    case 'udp':
    case '17':
      return is('udp')
    case 'icmp':
    case '1':
      return is('icmp', 'ipv4')
    case 'icmp6':
    case '58':
      return is('icmp', 'ipv6')
    default:
      return OTHERS.has(word) || (/^\d{1,3}$/.test(word) && Number(word) > 0 && Number(word) < 256)
        ? is('other')
        : undefined
  }
}

/** The objects and groups of services, protocols, ports and types of ICMP. */
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

  /** `service`, `protocol`, `icmp-type`, `network` and so on; undefined where there is none of that name. */
  kindOf(name: string): string | undefined {
    return this.#config.groups.get(name)?.kind
  }

  of(name: string): Services | undefined {
    const group = this.#config.groups.get(name)
    return group && this.#services.of(name, () => this.#read(group))
  }

  #read(group: Group): Services {
    const read = [...group.lines.values()].map((line) => this.#line(line, group))
    return { services: read.flatMap(({ services }) => services), faults: read.flatMap(({ faults }) => faults) }
  }

  #line({ words: all, text }: Line, group: Group): Services {
    const unread: Services = {
      services: [],
      faults: [`names an object with "${this.#kit.inShort(text)}", which is not understood`],
    }
    const words = this.#kit.words(all)
    const verb = words.next()
    if (verb === 'description') return { services: [], faults: [] }
    if (verb === 'group-object' || (verb === 'service-object' && words.peek === 'object')) {
      words.take('object')
      return (words.peek !== undefined && this.of(words.peek)) || unread
    }
    const services = this.#own(verb ?? '', words, group)
    return services && words.isDone ? { services, faults: [] } : unread
  }

  #own(verb: string, words: Words, { kind, protocol }: Group): readonly Service[] | undefined {
    if (kind === 'service' && verb === 'port-object') {
      const ports = takePorts(words, this.#kit)
      const protocols =
        protocol === 'tcp-udp'
          ? (['tcp', 'udp'] as const)
          : protocol === 'udp'
            ? (['udp'] as const)
            : (['tcp'] as const)
      return ports && protocols.map((protocol) => ({ protocol, ports, family: undefined, isPart: false }))
    }
    if (kind === 'protocol' && verb === 'protocol-object') {
      const service = protocolOf(words.next() ?? '', this.#kit)
      return service && [service]
    }
    const isService =
      (kind === 'service' && verb === 'service-object') || (kind === 'object service' && verb === 'service')
    return isService ? this.#service(words) : undefined
  }

  /** `tcp source gt 1023 destination eq 443`, `icmp echo`, `tcp eq 443`. */
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
    if (isFromPorts && !takePorts(words, this.#kit)) return undefined
    const hasPorts =
      words.take('destination') !== undefined || (OPERATORS as readonly string[]).includes(words.peek ?? '')
    const ports = hasPorts ? takePorts(words, this.#kit) : this.#kit.everyPort
    return ports && protocols.map((one) => ({ ...one, ports, isPart: isFromPorts }))
  }
}
