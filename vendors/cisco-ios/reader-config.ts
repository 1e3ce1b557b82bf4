import type { AddressFamily, Place, Statement } from 'tagwall/reader'
import { type Entry, type Group, missingIn, type Named, openGroup, removeEntry, removeGroup } from '../_cisco/groups.ts'

interface NumberedEntry extends Entry {
  readonly number: number
}

export interface List {
  readonly name: string
  readonly family: AddressFamily
  /** A standard list only matches the source. */
  readonly isStandard: boolean
  /** The first place that names it. */
  readonly place: Place
  readonly entries: NumberedEntry[]
}

/** `ip access-group LIST in`, `ipv6 traffic-filter LIST out`. */
export interface Binding {
  readonly list: string
  readonly family: AddressFamily
  readonly side: string
  readonly place: Place
}

export interface Interface {
  readonly name: string
  readonly place: Place
  readonly bindings: Binding[]
  /** The side of address translation. */
  nat: 'inside' | 'outside' | undefined
  hasIpv6: boolean
}

/** The configuration of a router, as far as access lists depend on it. IPv4 and IPv6 lists share one name space. */
export interface Configuration extends Named<List> {
  readonly interfaces: Interface[]
}

export const emptyConfiguration = (): Configuration => ({ groups: new Map(), lists: new Map(), interfaces: [] })

/** The group or list that the next lines belong to. */
export interface Cursor {
  group: Group | undefined
  list: List | undefined
  interface: Interface | undefined
}

/** Leaves the mode of the lines before. */
export function leave(cursor: Cursor): void {
  cursor.group = undefined
  cursor.list = undefined
  cursor.interface = undefined
}

/** `object-group KIND NAME`; a reason where the router would refuse. */
export function enterGroup(
  [kind = '', name = '']: readonly string[],
  place: Place,
  config: Configuration,
  cursor: Cursor,
): string | undefined {
  leave(cursor)
  const group = openGroup({ name, kind, protocol: undefined }, place, config)
  if (typeof group === 'string') return group
  cursor.group = group
  return undefined
}

/** `no object-group KIND NAME`. */
export function removeGroupAt(
  [kind = '', name = '']: readonly string[],
  config: Configuration,
  cursor: Cursor,
  mayBeGone: boolean,
): string | undefined {
  leave(cursor)
  return removeGroup(name, kind, config, mayBeGone)
}

/** `ip access-list extended NAME`, `ipv6 access-list NAME`. */
export function openList(
  { name, family, isStandard }: Pick<List, 'name' | 'family' | 'isStandard'>,
  place: Place,
  { lists }: Configuration,
  cursor: Cursor,
): string | undefined {
  leave(cursor)
  const known = lists.get(name)
  if (known && (known.family !== family || known.isStandard !== isStandard))
    return `names ${name}, which is another list already`
  cursor.list = known ?? { name, family, isStandard, place, entries: [] }
  lists.set(name, cursor.list)
  return undefined
}

/** A line of an access list. An existing entry keeps its place, whatever its number. */
export function changeList(
  { words: all, text, place }: Statement,
  list: List,
  config: Configuration,
  mayBeGone: boolean,
): string | undefined {
  const isRemoval = all[0] === 'no'
  const { number, words } = numbered(isRemoval ? all.slice(1) : all)
  const { entries } = list
  const own = words.join(' ')
  if (isRemoval) {
    const isMeant = (entry: Entry) => (own === '' ? entry.number === number : entry.words.join(' ') === own)
    return removeEntry(entries, isMeant, mayBeGone)
  }
  if (words[0] !== 'remark' && entries.some((entry) => entry.words.join(' ') === own)) return undefined
  if (words[0] !== 'remark' && entries.some((entry) => entry.number === number && entry.words[0] !== 'remark'))
    return 'has a number that is taken'
  const newNumber = number ?? (entries.at(-1)?.number ?? 0) + 10
  const next = entries.findIndex((entry) => entry.number > newNumber)
  const entry = { words, text, place, number: newNumber, missing: missingIn(words, config) }
  entries.splice(next < 0 ? entries.length : next, 0, entry)
  return undefined
}

/** `10 permit ...`, `sequence 10 permit ...`, `permit ... sequence 10`. */
function numbered(words: readonly string[]): {
  readonly number: number | undefined
  readonly words: readonly string[]
} {
  const isNumber = (word: string | undefined) => word !== undefined && /^\d{1,10}$/.test(word)
  if (isNumber(words[0])) return { number: Number(words[0]), words: words.slice(1) }
  if (words[0] === 'sequence' && isNumber(words[1])) return { number: Number(words[1]), words: words.slice(2) }
  if (words.at(-2) === 'sequence' && isNumber(words.at(-1)))
    return { number: Number(words.at(-1)), words: words.slice(0, -2) }
  return { number: undefined, words }
}
