import type { AddressFamily, Place, Statement } from 'tagwall/reader'
import { type List as AnyList, type Entry, Named } from '../_cisco/groups.ts'

export interface List extends AnyList {
  readonly family: AddressFamily
  /** A standard list only matches the source. */
  readonly isStandard: boolean
  readonly place: Place
}

/** Entries that match nothing, and keep a list from being empty. */
export const GUARDS = { ipv4: 'deny ip host 0.0.0.0 host 0.0.0.0', ipv6: 'deny ipv6 host :: host ::' } as const

/** `ip access-group LIST in`, `ipv6 traffic-filter LIST out`. */
export interface Binding {
  readonly list: string
  readonly family: AddressFamily
  readonly side: string
  readonly place: Place
}

export interface Interface {
  readonly name: string
  bindings: Binding[]
  nat: 'inside' | 'outside' | undefined
  hasIpv4: boolean
  hasIpv6: boolean
  /** Down, or in a zone, whose firewall is not followed. */
  isClosed: boolean
  /** The table of routes. */
  vrf: string
}

/** The configuration of a router, as far as access lists depend on it. IPv4 and IPv6 lists share one name space. */
export class Configuration extends Named<List> {
  readonly interfaces: Interface[] = []
  /** The list or interface that the next lines belong to. */
  list: List | undefined
  interface: Interface | undefined

  /** Leaves the mode of the lines before. */
  leave(): undefined {
    this.group = undefined
    this.list = undefined
    this.interface = undefined
  }

  /** Enters an interface, which is one however often the text names it. */
  enterInterface(name: string): undefined {
    this.leave()
    const plain = { bindings: [], nat: undefined, hasIpv4: false, hasIpv6: false, isClosed: false, vrf: '' }
    this.interface = this.interfaces.find((one) => one.name === name) ?? { name, ...plain }
    if (!this.interfaces.includes(this.interface)) this.interfaces.push(this.interface)
  }

  /** `object-group KIND NAME`, or with `no` its removal; a reason where the router would refuse. */
  objectGroup([kind = '', name = '']: readonly string[], isRemoval: boolean): string | undefined {
    this.leave()
    return isRemoval ? this.removeGroup(name, kind) : this.enterGroup({ name, kind, protocol: undefined })
  }

  /** `ip access-list extended NAME`, `ipv6 access-list NAME`. */
  openList(named: Pick<List, 'name' | 'family' | 'isStandard'>, place: Place): string | undefined {
    this.leave()
    const { name, family, isStandard } = named
    const known = this.lists.get(name)
    if (known && (known.family !== family || known.isStandard !== isStandard))
      return `names ${name}, which is another list already`
    this.list = known ?? { ...named, place, entries: [], texts: new Set() }
    this.lists.set(name, this.list)
    return undefined
  }

  /** A line of an access list. An existing entry keeps its place, whatever its number. */
  changeList({ words: all, text, place }: Statement, list: List): string | undefined {
    const { entries, texts } = list
    const isRemoval = all[0] === 'no'
    const { number, words } = numbered(isRemoval ? all.slice(1) : all)
    const own = words.join(' ')
    if (isRemoval) {
      const isMeant = (entry: Entry) => (own === '' ? entry.number === number : entry.words.join(' ') === own)
      return this.removeEntry(list, isMeant)
    }
    if (texts.has(own)) return undefined
    const last = entries.at(-1)?.number ?? 0
    const newNumber = number ?? last + 10
    // Most entries come in order, so they go to the end.
    const isNext = newNumber > last
    const isRemark = words[0] === 'remark'
    const isTaken = (entry: Entry) => entry.number === newNumber && entry.words[0] !== 'remark'
    if (!isNext && !isRemark && entries.some(isTaken)) return 'has a number that is taken'
    const at = isNext ? -1 : entries.findIndex((entry) => entry.number > newNumber)
    if (!isRemark) texts.add(own)
    const entry = { words, text, place, number: newNumber, missing: this.missingIn(words) }
    entries.splice(at < 0 ? entries.length : at, 0, entry)
    return undefined
  }
}

/** `10 permit ...`, `sequence 10 permit ...`, `permit ... sequence 10`. */
function numbered(words: readonly string[]) {
  const isNumber = (word: string | undefined) => word !== undefined && /^\d{1,10}$/.test(word)
  if (isNumber(words[0])) return { number: Number(words[0]), words: words.slice(1) }
  if (words[0] === 'sequence' && isNumber(words[1])) return { number: Number(words[1]), words: words.slice(2) }
  if (words.at(-2) === 'sequence' && isNumber(words.at(-1)))
    return { number: Number(words.at(-1)), words: words.slice(0, -2) }
  return { number: undefined, words }
}
