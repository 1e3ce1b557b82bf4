import type { ListEntry, ReaderContext, Words } from 'tagwall/reader'
import { ANY, type EntrySyntax, portsAlone, readEntry, type Side, sideOfGroup } from '../_cisco/entry.ts'
import type { Entry, List } from '../_cisco/groups.ts'
import { servicesIn, servicesOf } from '../_cisco/services.ts'
import type { ListDialect } from '../_cisco/walk.ts'
import { kit } from '../_kit/kit.ts'
import type { Configuration } from './reader-config.ts'
import { addressOf, networksOf, PORTS, SERVICES } from './reader-objects.ts'

/** Reads entries of the access lists of a configuration. */
export function entryReader(config: Configuration, context: ReaderContext): ListDialect<List> {
  const [networks, services] = [networksOf(config), servicesIn(config, SERVICES)]
  return { isOpenWhenEmpty: false, read }

  function read(entry: Entry): ListEntry | string | undefined {
    const words = kit.words(entry.words)
    // An EtherType list filters frames that are not IP.
    if (words.peek === 'remark' || words.peek === 'ethertype') return undefined
    words.take('extended')
    const syntax: EntrySyntax = {
      protocol: () => {
        const isNamed = words.take('object', 'object-group') !== undefined
        const word = words.next() ?? ''
        return isNamed ? services(word) : servicesOf(word, SERVICES)
      },
      side: () => {
        const isUser = takeUser(words)
        const side = sideOf(words)
        return side && isUser ? { ...side, isPart: true } : side
      },
      ports: () => ports(words, entry),
      takeType,
      takeTail,
      isGroup: (name) => networks(name) !== undefined,
    }
    return readEntry(words, entry, syntax, context)
  }

  function sideOf(words: Words): Side | undefined {
    const word = words.next() ?? ''
    if (word === 'any') return ANY
    if (word === 'any4') return { ...ANY, addresses: kit.everything('ipv4') }
    if (word === 'any6') return { ...ANY, addresses: kit.everything('ipv6') }
    if (word === 'object' || word === 'object-group') return named(words.next() ?? '')
    if (word === 'interface') {
      words.next()
      return { ...ANY, isPart: true }
    }
    const isHost = word === 'host'
    const address = addressOf(isHost ? (words.next() ?? '') : word, config)
    const isPlain = kit.addressOf(address) !== undefined
    if (isHost && !isPlain) return undefined
    const block = isHost || !isPlain ? kit.blockOf(address) : kit.maskedBlock(address, words.next() ?? '')
    return block && { ...ANY, addresses: kit.setOfRanges([block]) }
  }

  /** A group of another kind cannot be a side of an entry. */
  function named(name: string): Side | undefined {
    const side = sideOfGroup(name, networks(name), `names ${kit.inShort(name)}, which does not exist`, context)
    return side.object || networks(name) || !config.groups.has(name) ? side : undefined
  }

  function ports(words: Words, entry: Entry): ReturnType<EntrySyntax['ports']> {
    const found = kit.takePorts(words, { names: PORTS })
    if (found !== 'none') return portsAlone(found)
    const name = words.peek === 'object-group' ? entry.words[words.at + 1] : undefined
    if (name === undefined || config.groups.get(name)?.kind !== 'service') return 'none'
    words.next()
    words.next()
    return services(name) ?? 'none'
  }
}

/** Types of ICMP, by number, name or group. */
function takeType(words: Words): boolean {
  if (words.take('object-group')) return words.next() !== undefined
  if (words.isDone || TAIL.has(words.peek ?? '')) return false
  words.next()
  if (/^\d+$/.test(words.peek ?? '')) words.next()
  return true
}

/** The keywords that follow the addresses and ports of an entry. */
const TAIL: ReadonlySet<string> = new Set(['log', 'time-range', 'inactive'])
const LEVEL = /^(?:[0-7]|emergencies|alerts|critical|errors|warnings|notifications|informational|debugging)$/

/** `log 4 interval 300 time-range HOURS inactive`. Unread `words` are not understood. */
function takeTail(words: Words) {
  if (words.take('log')) {
    if (!words.take('disable', 'default') && LEVEL.test(words.peek ?? '')) words.next()
    if (words.take('interval')) words.next()
  }
  const isPart = words.take('time-range') !== undefined && words.next() !== undefined
  return { isPart, isIdle: words.take('inactive') !== undefined }
}

/** Reads users and security groups before an address; true if there are any. */
function takeUser(words: Words): boolean {
  const start = words.at
  for (;;) {
    if (words.take('security-group')) words.next()
    else if (!words.take('user', 'user-group', 'object-group-user', 'object-group-security')) return words.at > start
    words.next()
  }
}
