import type { EntryService, EntrySide, ListEntry, PortRange, ReaderContext, Words } from 'tagwall/reader'
import type { Configuration, Entry } from './reader-config.ts'
import { Networks } from './reader-networks.ts'
import { PORTS } from './reader-ports.ts'
import { protocolOf, type Services, ServiceTable } from './reader-services.ts'

/** One side, and whether it is only about some of it. */
type Side = EntrySide & { readonly isPart?: boolean }

/** Reads entries of the access lists of a configuration. */
export class EntryReader {
  readonly #context: ReaderContext
  readonly #networks: Networks
  readonly #services: ServiceTable

  constructor(config: Configuration, context: ReaderContext) {
    this.#context = context
    this.#networks = new Networks(config, context.kit)
    this.#services = new ServiceTable(config, context.kit)
  }

  /** Undefined where a line has no effect; a text where it is not understood at all. */
  read(entry: Entry): ListEntry | string | undefined {
    const words = this.#context.kit.words(entry.words)
    // Frames that are no IP packets pass a list of their own.
    if (words.peek === 'remark' || words.peek === 'ethertype') return undefined
    words.take('extended')
    const verb = words.take('permit', 'deny')
    if (!verb) return 'is not understood'
    const services = this.#protocol(words)
    if (!services) return 'has a protocol that is not understood'
    const isUser = takeUser(words)
    const source = this.#side(words)
    if (!source) return 'has a source that is not understood'
    const sourcePorts = this.#ports(words, entry)
    if (sourcePorts === 'unknown') return 'has ports that are not understood'
    const isGroup = takeUser(words)
    const destination = this.#side(words)
    if (!destination) return 'has a destination that is not understood'
    const ports = this.#ports(words, entry)
    if (ports === 'unknown') return 'has ports that are not understood'
    const isType = this.#takeType(words, services.found)
    const tail = takeTail(words)
    if (tail.isInactive) return undefined
    const missing = this.#context.purpose === 'prove' ? entry.missing.filter((name) => this.#networks.of(name)) : []
    return {
      action: verb === 'permit' ? 'allow' : 'deny',
      services: ports ? withPorts(services.found, ports, this.#context) : services.found,
      ...{ source, destination },
      isPart:
        [isUser, isGroup, isType, tail.isPart, source.isPart, destination.isPart].includes(true) ||
        sourcePorts !== undefined ||
        !words.isDone,
      faults: [
        ...missing.map((name) => `names ${name}, which is only defined after it`),
        ...[...services.faults, ...(ports?.faults ?? []), ...source.faults, ...destination.faults],
        ...(words.isDone
          ? []
          : [`has "${this.#context.kit.inShort(words.rest().join(' '))}", which is not understood`]),
      ],
    }
  }

  #protocol(words: Words): Services | undefined {
    if (words.take('object', 'object-group')) return this.#services.of(words.next() ?? '')
    const service = protocolOf(words.next() ?? '', this.#context.kit)
    return service && { found: [service], faults: [] }
  }

  #side(words: Words): Side | undefined {
    const { kit } = this.#context
    const word = words.next() ?? ''
    const held = (addresses: Side['addresses']): Side => ({ addresses, object: undefined, faults: [] })
    switch (word) {
      case 'any':
        return held(undefined)
      case 'any4':
        return held(kit.everything('ipv4'))
      case 'any6':
        return held(kit.everything('ipv6'))
      case 'interface':
        words.next()
        return { ...held(undefined), isPart: true }
      case 'object':
      case 'object-group':
        return this.#named(words.next() ?? '')
      default: {
        const isHost = word === 'host'
        const address = this.#networks.address(isHost ? (words.next() ?? '') : word)
        const isPlain = kit.addressOf(address) !== undefined
        if (isHost && !isPlain) return undefined
        const block = isHost || !isPlain ? kit.blockOf(address) : kit.maskedBlock(address, words.next() ?? '')
        return block && held(kit.setOfRanges([block]))
      }
    }
  }

  #named(name: string): Side | undefined {
    const { purpose, localObjects } = this.#context
    const held = this.#networks.of(name)
    const side: Side = { addresses: held?.found, object: undefined, faults: held?.faults ?? [] }
    const isObject = localObjects?.includes(name) || (purpose === 'prove' && !held)
    if (isObject) return { ...side, addresses: undefined, object: { name, addresses: held?.found }, faults: [] }
    if (held) return side
    return this.#services.kindOf(name) === undefined
      ? {
          ...side,
          addresses: this.#context.kit.empty,
          faults: [`names ${this.#context.kit.inShort(name)}, which is not there`],
        }
      : undefined
  }

  /** Ports after an address; undefined where there are none. */
  #ports(words: Words, entry: Entry): Services | undefined | 'unknown' {
    const ports = this.#context.kit.takePorts(words, { names: PORTS })
    if (ports === 'unknown') return ports
    if (ports !== 'none') return { found: [{ protocol: 'any', ports, isPart: false }], faults: [] }
    const name = words.peek === 'object-group' ? entry.words[words.at + 1] : undefined
    if (name === undefined || this.#services.kindOf(name) !== 'service') return undefined
    words.next()
    words.next()
    return this.#services.of(name)
  }

  /** Types of ICMP, by number, name or group. */
  #takeType(words: Words, [service]: readonly EntryService[]): boolean {
    if (service?.protocol !== 'icmp') return false
    if (words.take('object-group')) return words.next() !== undefined
    if (words.isDone || TAIL.has(words.peek ?? '')) return false
    words.next()
    if (/^\d+$/.test(words.peek ?? '')) words.next()
    return true
  }
}

/** What begins the end of an entry. */
const TAIL: ReadonlySet<string> = new Set(['log', 'time-range', 'inactive'])
const LEVEL = /^(?:[0-7]|emergencies|alerts|critical|errors|warnings|notifications|informational|debugging)$/

/** `log 4 interval 300 time-range HOURS inactive`. What is left in `words` is not understood. */
function takeTail(words: Words): { readonly isPart: boolean; readonly isInactive: boolean } {
  if (words.take('log')) {
    if (!words.take('disable', 'default') && LEVEL.test(words.peek ?? '')) words.next()
    if (words.take('interval')) words.next()
  }
  const isPart = words.take('time-range') !== undefined && words.next() !== undefined
  return { isPart, isInactive: words.take('inactive') !== undefined }
}

/** Users and security groups before an address: takes them, and says whether there are any. */
function takeUser(words: Words): boolean {
  const start = words.at
  for (;;) {
    if (words.take('security-group')) words.next()
    else if (!words.take('user', 'user-group', 'object-group-user', 'object-group-security')) return words.at > start
    words.next()
  }
}

/** What `services` and `ports` both say. */
function withPorts(services: readonly EntryService[], ports: Services, { kit }: ReaderContext): EntryService[] {
  return services.flatMap((service) =>
    ports.found.flatMap((own): EntryService[] => {
      const protocol = own.protocol === 'any' ? service.protocol : own.protocol
      if (service.protocol !== 'any' && service.protocol !== protocol) return []
      const common: readonly PortRange[] = kit.commonPorts(service.ports, own.ports)
      return common.length === 0 ? [] : [{ ...service, protocol, ports: common, isPart: service.isPart || own.isPart }]
    }),
  )
}
