import type { AddressFamily, EntrySide, ListEntry, ReaderContext, Words } from 'tagwall/reader'
import { ANY, type EntrySyntax, portsAlone, readEntry, sideOfGroup } from '../_cisco/entry.ts'
import type { Entry } from '../_cisco/groups.ts'
import { networksIn, servicesIn, servicesOf } from '../_cisco/services.ts'
import type { ListDialect } from '../_cisco/walk.ts'
import { kit } from '../_kit/kit.ts'
import { type Configuration, GUARDS, type List } from './reader-config.ts'
import { familyOf, NETWORKS, portsOf, SERVICES } from './reader-objects.ts'

/** Reads entries of the access lists of a configuration. */
export function entryReader(config: Configuration, context: ReaderContext): ListDialect<List> {
  const [networks, services] = [networksIn(config, NETWORKS), servicesIn(config, SERVICES)]
  return { isOpenWhenEmpty: true, read }

  function read(entry: Entry, { family, isStandard }: List): ListEntry | string | undefined {
    const words = kit.words(entry.words)
    // Replies to what a reflexive list has seen.
    if (words.peek === 'remark' || words.peek === 'evaluate') return undefined
    if (kit.isSame(entry.words.join(' '), GUARDS[family])) return undefined
    let protocol = 'ip'
    const syntax: EntrySyntax = {
      protocol: () => {
        protocol = isStandard ? 'ip' : (words.next() ?? '')
        return protocol === 'object-group' ? services(words.next() ?? '') : servicesOf(protocol, SERVICES)
      },
      side: (_, end) => (isStandard && end === 'destination' ? ANY : sideOf(words, family, isStandard)),
      ports: () => portsAlone(kit.takePorts(words, portsOf(protocol))),
      takeType,
      takeTail,
      isGroup: (name) => network(name, family) !== undefined,
    }
    return readEntry(words, entry, syntax, context)
  }

  function sideOf(words: Words, family: AddressFamily, mayLackMask: boolean): EntrySide | undefined {
    const word = (words.next() ?? '').toLowerCase()
    if (word === 'any') return ANY
    if (word === 'object-group') {
      const name = words.next() ?? ''
      const missing = `names ${kit.inShort(name)}, which is not a group of addresses here`
      return sideOfGroup(name, network(name, family), missing, context)
    }
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
    return ranges && isFamily ? { ...ANY, addresses: kit.setOfRanges(ranges) } : undefined
  }

  function network(name: string, family: AddressFamily) {
    return networks(name, (group) => familyOf(group) === family)
  }
}

/** Words after the sides: without effect, with a value, and alone. */
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
function takeType(words: Words): boolean {
  const { peek } = words
  if (peek === undefined || !ICMP_TYPE.test(peek) || isOption(peek)) return false
  words.next()
  if (/^\d+$/.test(words.peek ?? '')) words.next()
  return true
}

/** The end of an entry. Unread `words` are not understood. */
function takeTail(words: Words) {
  let [isPart, isIdle] = [false, false]
  for (let { peek } = words; peek !== undefined; peek = words.peek) {
    // `established` never matches the first packet of a connection.
    if (words.take('established')) isIdle = true
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
  return { isPart, isIdle }
}
