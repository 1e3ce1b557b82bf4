import type { AddressFamily, Line, LineGroup, Place, Statement } from 'tagwall/reader'

/** A group of objects, with its lines by their text. */
export interface Group extends LineGroup<unknown> {
  /** `network`, `v6-network`, `service` and so on. */
  readonly kind: string
  readonly place: Place
  readonly lines: Map<string, Line>
}

/** An entry of an access list, without its number. */
export interface Entry extends Line {
  readonly number: number
  /** Names of groups that were not there when the entry was typed. */
  readonly missing: readonly string[]
}

export interface List {
  readonly name: string
  readonly family: AddressFamily
  /** A standard list only asks for the source. */
  readonly isStandard: boolean
  /** Where it came up first. */
  readonly place: Place
  readonly entries: Entry[]
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

/** What a router holds, as far as access lists depend on it. IPv4 and IPv6 lists share one name space. */
export interface Configuration {
  readonly groups: Map<string, Group>
  readonly lists: Map<string, List>
  readonly interfaces: Interface[]
}

export const emptyConfiguration = (): Configuration => ({ groups: new Map(), lists: new Map(), interfaces: [] })

/** What the lines that come belong to. */
export interface Cursor {
  group: Group | undefined
  list: List | undefined
  interface: Interface | undefined
}

/** Leaves what the lines before belonged to. */
export function leave(cursor: Cursor): void {
  cursor.group = undefined
  cursor.list = undefined
  cursor.interface = undefined
}

/** `object-group KIND NAME`; a reason where the router would refuse. */
export function openGroup(
  [kind = '', name = '']: readonly string[],
  place: Place,
  { groups }: Configuration,
  cursor: Cursor,
): string | undefined {
  leave(cursor)
  const known = groups.get(name)
  if (known && known.kind !== kind) return `names ${name}, which is something else already`
  cursor.group = known ?? { name, kind, place, lines: new Map(), held: undefined }
  groups.set(name, cursor.group)
  return undefined
}

/** `no object-group KIND NAME`. `mayBeGone`: a delta or cleanup that is loaded again. */
export function removeGroup(
  [kind, name = '']: readonly string[],
  config: Configuration,
  cursor: Cursor,
  mayBeGone: boolean,
): string | undefined {
  leave(cursor)
  const group = config.groups.get(name)
  if (!group) return mayBeGone ? undefined : `removes ${name}, which is not there`
  if (group.kind !== kind) return `removes ${name}, which is something else`
  if (isUsed(name, config)) return `removes ${name}, which is in use`
  config.groups.delete(name)
  return undefined
}

/** A line of a group. */
export function changeGroup(
  { words, text, place }: Statement,
  group: Group,
  config: Configuration,
  mayBeGone: boolean,
): string | undefined {
  const isRemoval = words[0] === 'no'
  const own = isRemoval ? words.slice(1) : words
  // Of descriptions there is one.
  const key = own[0] === 'description' ? 'description' : own.join(' ')
  if (!isRemoval) {
    if (key === 'description' || !group.lines.has(key)) group.lines.set(key, { words: own, text, place })
    if (key !== 'description') group.held = undefined
    return undefined
  }
  if (!group.lines.has(key)) return mayBeGone ? undefined : 'removes what is not there'
  const isLast = ![...group.lines.keys()].some((other) => other !== key && other !== 'description')
  if (isLast && isUsed(group.name, config)) return `empties ${group.name}, which is in use`
  group.lines.delete(key)
  group.held = undefined
  return undefined
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

/** A line of an access list. What is there already, under whatever number, stays where it is. */
export function changeList(
  { words: all, text, place }: Statement,
  list: List,
  { groups }: Configuration,
  mayBeGone: boolean,
): string | undefined {
  const isRemoval = all[0] === 'no'
  const { number, words } = numbered(isRemoval ? all.slice(1) : all)
  const { entries } = list
  const own = words.join(' ')
  if (isRemoval) {
    const at = entries.findIndex((entry) => (own === '' ? entry.number === number : entry.words.join(' ') === own))
    if (at < 0) return mayBeGone ? undefined : 'removes what is not there'
    entries.splice(at, 1)
    return undefined
  }
  if (words[0] !== 'remark' && entries.some((entry) => entry.words.join(' ') === own)) return undefined
  if (words[0] !== 'remark' && entries.some((entry) => entry.number === number && entry.words[0] !== 'remark'))
    return 'has a number that is taken'
  const missing = namesIn(words).filter((name) => !groups.has(name))
  const place0 = number ?? (entries.at(-1)?.number ?? 0) + 10
  const next = entries.findIndex((entry) => entry.number > place0)
  const entry: Entry = { words, text, place, number: place0, missing }
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

/** The names of groups in a line. */
const namesIn = (words: readonly string[]): string[] =>
  words.flatMap((word, at) => (word === 'object-group' ? [words[at + 1] ?? ''] : []))

function isUsed(name: string, { lists, groups }: Configuration): boolean {
  return (
    [...lists.values()].some(({ entries }) => entries.some(({ words }) => namesIn(words).includes(name))) ||
    [...groups.values()].some(({ lines }) =>
      [...lines.values()].some(({ words }) => words[0] === 'group-object' && words[1] === name),
    )
  )
}
