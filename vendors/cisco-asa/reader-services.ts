import type { AddressFamily, EntryService, Held, InGroup, Line, LineGroup, ReaderKit, Words } from 'tagwall/reader'
import type { Configuration, Group } from './reader-config.ts'
import { PORTS } from './reader-ports.ts'

/** What a word or a group stands for, and what of it is not understood. */
export type Services = Held<readonly EntryService[]>

type ServiceGroup = Group & LineGroup<readonly EntryService[]>

/** The other protocols that have names. */
const OTHERS = new Set('ah ahp eigrp esp gre igmp igrp ipinip ipsec nos ospf pcp pim pptp sctp snp'.split(' '))

/** What a protocol in an access list stands for. */
export function protocolOf(word: string, kit: ReaderKit): EntryService | undefined {
  const is = (protocol: EntryService['protocol'], family?: AddressFamily): EntryService => {
    // Each of the other protocols is one of many.
    return { protocol, ports: kit.everyPort, family, isPart: protocol === 'other' }
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
  readonly #groups: { of(group: ServiceGroup): Services }

  constructor(config: Configuration, kit: ReaderKit) {
    this.#config = config
    this.#kit = kit
    this.#groups = kit.groupReader<readonly EntryService[], ServiceGroup>({
      what: 'an object',
      read: (line, group, inGroup) => this.#line(line, group, inGroup),
      // A service that several groups hold counts once, so that groups within groups do not multiply it.
      join: (parts) => [...new Set(parts.flat())],
    })
  }

  /** `service`, `protocol`, `icmp-type`, `network` and so on; undefined where there is none of that name. */
  kindOf(name: string): string | undefined {
    return this.#config.groups.get(name)?.kind
  }

  /** Undefined where there is no such object or group, or one of addresses. */
  of(name: string): Services | undefined {
    const group = this.#group(name)
    return group && this.#groups.of(group)
  }

  #group(name: string): ServiceGroup | undefined {
    const group = this.#config.groups.get(name)
    return group && !/network$/.test(group.kind) ? (group as ServiceGroup) : undefined
  }

  #line({ words: all }: Line, group: ServiceGroup, inGroup: InGroup<readonly EntryService[], ServiceGroup>) {
    const words = this.#kit.words(all)
    const verb = words.next()
    if (verb === 'description') return []
    if (verb === 'group-object' || (verb === 'service-object' && words.peek === 'object')) {
      words.take('object')
      const other = this.#group(words.peek ?? '')
      return other && inGroup.of(other)
    }
    const services = this.#own(verb ?? '', words, group)
    return words.isDone ? services : undefined
  }

  #own(verb: string, words: Words, { kind, protocol }: Group): readonly EntryService[] | undefined {
    if (kind === 'service' && verb === 'port-object') {
      const ports = this.#ports(words)
      const protocols = protocol === 'tcp-udp' ? (['tcp', 'udp'] as const) : [protocol === 'udp' ? 'udp' : 'tcp']
      return ports && protocols.map((protocol) => ({ protocol: protocol as 'tcp' | 'udp', ports, isPart: false }))
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
    if (isFromPorts && !this.#ports(words)) return undefined
    const isNamed = words.take('destination') !== undefined
    const found = this.#kit.takePorts(words, { names: PORTS })
    const ports = found === 'none' && !isNamed ? this.#kit.everyPort : found
    return typeof ports === 'string' ? undefined : protocols.map((one) => ({ ...one, ports, isPart: isFromPorts }))
  }

  #ports(words: Words) {
    const ports = this.#kit.takePorts(words, { names: PORTS })
    return typeof ports === 'string' ? undefined : ports
  }
}
