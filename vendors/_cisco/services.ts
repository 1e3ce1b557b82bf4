import type {
  AddressPart,
  EntryService,
  GroupValue,
  InGroup,
  Line,
  LineGroup,
  OperatorSyntax,
  PrefixSet,
  Words,
} from 'tagwall/reader'
import { kit, valueIn } from '../_kit/kit.ts'
import type { Group, Named } from './groups.ts'

/** The services of a word or a group, with notes for the unknown members. */
export type Services = GroupValue<readonly EntryService[]>

type ServiceGroup = Group & LineGroup<readonly EntryService[]>

export interface ServiceDialect {
  /** The name of the object kind in notes: `an object`. */
  readonly what: string
  /** Words for any protocol and for ICMP, whose family some devices derive from the word. */
  readonly protocols: Readonly<Record<string, Pick<EntryService, 'protocol' | 'family'>>>
  /** Words for other protocols. */
  readonly others: ReadonlySet<string>
  /** Numbers of no other protocol. */
  readonly noOthers: readonly number[]
  /** The syntax of a protocol's ports. */
  portsOf(protocol: string): OperatorSyntax
  isService(group: Group): boolean
  /** The services that a line adds without naming another group; undefined if it is not understood. */
  read(words: Words, group: Group): readonly EntryService[] | undefined
}

const [TCP, UDP] = [{ protocol: 'tcp' }, { protocol: 'udp' }] as const
const TRANSPORT: ServiceDialect['protocols'] = { tcp: TCP, 6: TCP, udp: UDP, 17: UDP }

/** The service of a protocol in an access list; undefined for an unknown protocol. */
export function protocolOf(word: string, { protocols, others, noOthers }: ServiceDialect): EntryService | undefined {
  const ports = kit.everyPort
  const known = valueIn(protocols, word) ?? valueIn(TRANSPORT, word)
  if (known) return { ...known, ports, isPart: false }
  const isNumber = /^\d{1,3}$/.test(word) && Number(word) < 256 && !noOthers.includes(Number(word))
  // Each of the other protocols is one of many.
  return others.has(word) || isNumber ? { protocol: 'other', ports, isPart: true } : undefined
}

/** The service of a protocol, as a list of one. */
export function servicesOf(word: string, dialect: ServiceDialect): Services | undefined {
  const service = protocolOf(word, dialect)
  return service && { found: [service], faults: [] }
}

/** `tcp source gt 1023 destination eq 443`, `icmp echo`, `tcp-udp eq 5060`. */
export function serviceOf(words: Words, dialect: ServiceDialect): readonly EntryService[] | undefined {
  const word = words.next() ?? ''
  const protocols = (word === 'tcp-udp' ? ['tcp', 'udp'] : [word]).flatMap((one) => protocolOf(one, dialect) ?? [])
  const [first] = protocols
  if (!first) return undefined
  if (first.protocol === 'icmp') {
    const isPart = !words.isDone
    words.rest()
    return [{ ...first, isPart }]
  }
  const syntax = dialect.portsOf(word)
  const isFromPorts = words.take('source') !== undefined
  if (isFromPorts && typeof kit.takePorts(words, syntax) === 'string') return undefined
  const isNamed = words.take('destination') !== undefined
  const found = kit.takePorts(words, syntax)
  const ports = found === 'none' && !isNamed ? kit.everyPort : found
  return typeof ports === 'string'
    ? undefined
    : protocols.map((one) => ({ ...one, ports, isPart: one.isPart || isFromPorts }))
}

/** Finds the services of an object or a group by name; undefined if there is none. */
export function servicesIn({ groups }: Named, dialect: ServiceDialect): (name: string) => Services | undefined {
  const named = (name: string) => {
    const group = groups.get(name)
    return group && dialect.isService(group) ? (group as ServiceGroup) : undefined
  }
  const reader = kit.groupReader<readonly EntryService[], ServiceGroup>({
    what: dialect.what,
    read: (line, group, inGroup) => {
      const words = kit.words(line.words)
      if (words.take('description')) return []
      if (words.take('group-object') || (words.peek === 'service-object' && line.words[1] === 'object')) {
        const other = named(line.words.at(-1) ?? '')
        return other && inGroup.of(other)
      }
      const services = dialect.read(words, group)
      return words.isDone ? services : undefined
    },
    // Services in several groups count once, so nested groups do not multiply them.
    join: (parts) => [...new Set(parts.flat())],
  })
  return (name) => {
    const group = named(name)
    return group && reader.of(group)
  }
}

type Network = Group & LineGroup<AddressPart>

export interface NetworkDialect {
  /** As in `ServiceDialect`. */
  readonly what: string
  /** The addresses that a line adds, or the reason why they are unknown; undefined if it is not understood. `nested` gives those of a named group. */
  read(words: readonly string[], group: Group, nested: (name: string) => AddressPart): AddressPart | string | undefined
  /** True if a group holds addresses, of the same kind as `other` if that is given. */
  isNetwork(group: Group, other: Group | undefined): boolean
}

/** The addresses of an object or a group by name; undefined if there is none. `isMeant` selects one kind. */
export type FindNetworks = (name: string, isMeant?: (group: Group) => boolean) => GroupValue<PrefixSet> | undefined

export function networksIn({ groups }: Named, dialect: NetworkDialect): FindNetworks {
  const nested = (name: string, holder: Group, inGroup: InGroup<AddressPart, Network>): AddressPart => {
    const group = groups.get(name)
    if (group && dialect.isNetwork(group, holder)) return inGroup.of(group as Network)
    inGroup.fault(`names ${kit.inShort(name)}, which is no ${dialect.what.split(' ').at(-1)} of addresses here`)
    return kit.empty
  }
  const reader = kit.groupReader<AddressPart, Network>({
    what: dialect.what,
    read: ({ words }, group, inGroup) => {
      if (words[0] === 'description') return kit.empty
      const found = dialect.read(words, group, (name) => nested(name, group, inGroup))
      if (typeof found !== 'string') return found
      inGroup.fault(found)
      return kit.empty
    },
    join: kit.union,
  })
  return (name, isMeant = () => true) => {
    const group = groups.get(name)
    if (!group || !dialect.isNetwork(group, undefined) || !isMeant(group)) return undefined
    const network = group as Network
    network.union ??= kit.memberUnion<Line>()
    return reader.of(network) as GroupValue<PrefixSet>
  }
}
