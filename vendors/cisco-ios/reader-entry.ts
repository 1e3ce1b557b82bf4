import type { AddressFamily, EntryService, EntrySide, ListEntry, PortRange, ReaderContext, Words } from 'tagwall/reader'
import type { Configuration, Entry, List } from './reader-config.ts'
import { GUARDS } from './reader-forms.ts'
import { Networks } from './reader-networks.ts'
import { portsOf } from './reader-ports.ts'
import { protocolOf, type Services, ServiceTable } from './reader-services.ts'

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

  /** Undefined where a line says nothing of new connections; a text where it is not understood at all. */
  read(entry: Entry, { family, isStandard }: List): ListEntry | string | undefined {
    const { kit } = this.#context
    const words = kit.words(entry.words)
    // Replies to what a reflexive list has seen.
    if (words.peek === 'remark' || words.peek === 'evaluate') return undefined
    if (entry.words.join(' ').toLowerCase() === GUARDS[family]) return undefined
    const verb = words.take('permit', 'deny')
    if (!verb) return 'is not understood'
    const { services, word: protocol = '' } = (isStandard ? whole(kit.everyPort) : this.#protocol(words)) ?? {}
    if (!services) return 'has a protocol that is not understood'
    const source = this.#side(words, family, isStandard)
    if (!source) return 'has a source that is not understood'
    const sourcePorts = kit.takePorts(words, portsOf(protocol))
    if (sourcePorts === 'unknown') return 'has ports that are not understood'
    const destination = isStandard ? ANY : this.#side(words, family, false)
    if (!destination) return 'has a destination that is not understood'
    const ports = kit.takePorts(words, portsOf(protocol))
    if (ports === 'unknown') return 'has ports that are not understood'
    const isType = takeType(words, services.found)
    const tail = takeTail(words)
    // What is not the first packet of a connection.
    if (tail.isEstablished) return undefined
    const missing =
      this.#context.purpose === 'prove' ? entry.missing.filter((name) => this.#networks.of(name, family)) : []
    return {
      action: verb === 'permit' ? 'allow' : 'deny',
      services: ports === 'none' ? services.found : services.found.map((service) => ({ ...service, ports })),
      ...{ source, destination },
      isPart: isType || sourcePorts !== 'none' || tail.isPart || !words.isDone,
      faults: [
        ...missing.map((name) => `names ${name}, which is only defined after it`),
        ...[...services.faults, ...source.faults, ...destination.faults],
        ...(words.isDone ? [] : [`has "${kit.inShort(words.rest().join(' '))}", which is not understood`]),
      ],
    }
  }

  #protocol(words: Words): Named | undefined {
    if (words.take('object-group')) {
      const services = this.#services.of(words.next() ?? '')
      return services && { services, word: '' }
    }
    const word = words.next() ?? ''
    const service = protocolOf(word, this.#context.kit)
    return service && { services: { found: [service], faults: [] }, word }
  }

  #side(words: Words, family: AddressFamily, mayLackMask: boolean): EntrySide | undefined {
    const { kit } = this.#context
    const word = (words.next() ?? '').toLowerCase()
    if (word === 'any') return ANY
    if (word === 'object-group') return this.#named(words.next() ?? '', family)
    const rangesOf = () => {
      const isHost = word === 'host'
      const address = isHost ? (words.next() ?? '').toLowerCase() : word
      const isPlain = kit.addressOf(address) !== undefined
      const mask = family === 'ipv4' && !isHost && isPlain ? words.peek : undefined
      // A host of a standard list has no mask.
      const isWhole = isHost === isPlain || (mayLackMask && isPlain)
      const block = isWhole ? kit.blockOf(address) : undefined
      if (mask === undefined || (mayLackMask && NEUTRAL.has(mask))) return block && [block]
      words.next()
      return kit.wildcardRanges(address, mask)
    }
    const ranges = rangesOf()
    const isFamily = ranges?.every((range) => range.family === family)
    return ranges && isFamily ? { addresses: kit.setOfRanges(ranges), object: undefined, faults: [] } : undefined
  }

  #named(name: string, family: AddressFamily): EntrySide {
    const { purpose, localObjects, kit } = this.#context
    const held = this.#networks.of(name, family)
    if (localObjects?.includes(name) || (purpose === 'prove' && !held))
      return { addresses: undefined, object: { name, addresses: held?.found }, faults: [] }
    const missing = [`names ${kit.inShort(name)}, which is no group of addresses here`]
    return { addresses: held?.found ?? kit.empty, object: undefined, faults: held?.faults ?? missing }
  }
}

interface Named {
  readonly services: Services
  /** The protocol, where it is written out. */
  readonly word: string
}

const ANY: EntrySide = { addresses: undefined, object: undefined, faults: [] }

const whole = (ports: readonly PortRange[]): Named => ({
  services: { found: [{ protocol: 'any', ports, isPart: false }], faults: [] },
  word: 'ip',
})

/** Words after the sides that limit nothing, that have a value, and that stand alone. */
const NEUTRAL: ReadonlySet<string> = new Set(['log', 'log-input'])
const WITH_VALUE: ReadonlySet<string> = new Set(
  'time-range dscp precedence tos option ttl flow-label match-any match-all routing-type mobility-type'.split(' '),
)
const ALONE: ReadonlySet<string> = new Set(
  'fragments ack fin psh rst syn urg routing mobility auth dest-option undetermined-transport'.split(' '),
)
const isOption = (word: string) =>
  NEUTRAL.has(word) || WITH_VALUE.has(word) || ALONE.has(word) || word === 'established' || word === 'reflect'

const ICMP_TYPE = /^[a-z0-9-]+$/

/** Types of ICMP, by number or name. */
function takeType(words: Words, [service]: readonly EntryService[]): boolean {
  const { peek } = words
  if (service?.protocol !== 'icmp' || peek === undefined || !ICMP_TYPE.test(peek)) return false
  if (NEUTRAL.has(peek) || WITH_VALUE.has(peek) || ALONE.has(peek)) return false
  words.next()
  if (/^\d+$/.test(words.peek ?? '')) words.next()
  return true
}

/** The end of an entry. What is left in `words` is not understood. */
function takeTail(words: Words): { readonly isPart: boolean; readonly isEstablished: boolean } {
  let [isPart, isEstablished] = [false, false]
  for (let { peek } = words; peek !== undefined; peek = words.peek) {
    if (words.take('established')) isEstablished = true
    else if (words.take('reflect')) {
      words.next()
      if (words.take('timeout')) words.next()
    } else if (NEUTRAL.has(peek)) {
      words.next()
      // A word of the operator's that messages have.
      if (words.peek !== undefined && !isOption(words.peek)) words.next()
    } else if (WITH_VALUE.has(peek) || ALONE.has(peek)) {
      isPart = true
      words.next()
      if (WITH_VALUE.has(peek)) words.next()
    } else break
  }
  return { isPart, isEstablished }
}
