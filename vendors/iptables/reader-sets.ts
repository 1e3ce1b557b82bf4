import type { AddressFamily, Notes, Place, PrefixSet, Range, ReaderContext } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'
import type { Table } from './reader-tables.ts'

type Environment = Pick<ReaderContext, 'purpose'>

interface Element {
  readonly ranges: readonly Range[]
  readonly isException: boolean
  /** True if the entry has a timeout. */
  readonly expires: boolean
}

/** The addresses of a set, and why they may be others by now. */
export interface SetContent {
  readonly addresses: PrefixSet
  readonly doubt: string | undefined
}

export interface AddressSet {
  readonly place: Place
  /** The number of the load that created it. */
  readonly load: number
  readonly type: string
  readonly family: AddressFamily | undefined
  readonly maximum: number
  /** True if entries have a timeout by default. */
  readonly expires: boolean
  readonly elements: Map<string, Element>
  /** True if the set may hold more than the files add: it may have existed before. */
  isOpen: boolean
  resolved: PrefixSet | undefined
}

export interface SetStore {
  readonly byName: Map<string, AddressSet>
  readonly referenced: Set<string>
  /** Sets that rules add to or take from (`-j SET`). */
  readonly changing: Set<string>
  /** `-exist` anywhere in a file holds for all that follows. */
  isTolerant: boolean
  /** True for a delta, which may be loaded again: an entry to remove may already be gone. */
  isDelta: boolean
  /** The number of loads. */
  load: number
}

/** A device without sets. */
export const emptyStore = (): SetStore => ({
  byName: new Map(),
  referenced: new Set(),
  changing: new Set(),
  isTolerant: false,
  isDelta: false,
  load: 0,
})

const TYPES: ReadonlySet<string> = new Set(['hash:net', 'hash:ip', 'bitmap:ip', 'list:set'])
const CREATE_NUMBERS: ReadonlySet<string> = new Set(['hashsize', 'maxelem', 'bucketsize', 'size'])
const UNKNOWN = 'is not understood'

/** Applies one line of `ipset restore`; a reason if that fails. */
export function readSetLine(text: string, place: Place, store: SetStore, environment: Environment): string | undefined {
  const isProof = environment.purpose === 'prove'
  const words = (isProof ? text : withoutComment(text)).split(/ +/)
  const options = words.filter((word) => word === '-exist' || word === '-!')
  if (options.length > 0) store.isTolerant = true
  const [command, name, ...rest] = words.filter((word) => word !== '-exist' && word !== '-!')
  if (command === 'COMMIT' && !name) return undefined
  if (command === 'flush' && !name && !isProof) {
    for (const set of store.byName.values()) empty(set)
    return undefined
  }
  if (!command || !name || name.length > 31) return UNKNOWN
  if (command === 'create') return create(name, rest, place, store, isProof && options.length === 0, isProof)
  const set = store.byName.get(name)
  if (!set)
    return /^(add|del|flush|destroy|swap|rename)$/.test(command)
      ? `names the set ${name}, which does not exist`
      : UNKNOWN
  set.resolved = undefined
  if (command === 'add') return add(set, rest, environment)
  if (command === 'del') return remove(set, rest, store, environment)
  if (command === 'flush' && rest.length === 0) return empty(set)
  if (command === 'destroy' && rest.length === 0) return void store.byName.delete(name)
  const [other, ...more] = rest
  if (other === undefined || more.length > 0) return UNKNOWN
  if (command === 'swap') return swap(name, set, other, store, isProof)
  if (command !== 'rename') return UNKNOWN
  if (store.byName.has(other)) return `names the set ${other}, which already exists`
  store.byName.delete(name)
  store.byName.set(other, set)
  return undefined
}

/** Removes the comment of an entry, which may contain any words. */
function withoutComment(text: string): string {
  const at = text.indexOf(' comment "')
  const end = at < 0 ? -1 : text.indexOf('"', at + ' comment "'.length)
  return end < 0 ? text : text.slice(0, at) + text.slice(end + 1)
}

/** The addresses of a set; a reason if they are unknown. */
export function setContent(
  name: string,
  family: AddressFamily,
  store: SetStore,
  environment: Environment,
): SetContent | string {
  const set = store.byName.get(name)
  store.referenced.add(name)
  if (set?.type === 'list:set') return heldByList(name, set, family, store, environment)
  const fault = faultOf(set, family, environment)
  if (!set || fault) return `names the set ${name}, which ${fault}`
  set.resolved ??= resolve(set)
  return { addresses: set.resolved, doubt: doubtAbout(name, set, store) }
}

/** The reason why a set cannot be matched with addresses of a family; undefined if it can. */
function faultOf(set: AddressSet | undefined, family: AddressFamily, { purpose }: Environment): string | undefined {
  if (!set) return 'does not exist'
  if (purpose === 'prove' && set.isOpen) return 'is not emptied before it is filled'
  if (!TYPES.has(set.type)) return `has the unknown type ${set.type}`
  if (set.family !== family) return 'is for the other family'
  return set.elements.size > set.maximum ? `holds more than its maxelem of ${set.maximum}` : undefined
}

/** A list holds the addresses of its members of the family. A member is never a list (ipset(8)). */
function heldByList(
  name: string,
  list: AddressSet,
  family: AddressFamily,
  store: SetStore,
  environment: Environment,
): SetContent | string {
  const held: SetContent[] = []
  for (const member of list.elements.keys()) {
    const set = store.byName.get(member)
    if (set && set.type !== 'list:set' && set.family !== family) continue
    const fault = set?.type === 'list:set' ? 'is a list too' : faultOf(set, family, environment)
    if (fault) return `names the set ${name}, whose member ${member} ${fault}`
    held.push(setContent(member, family, store, environment) as SetContent)
  }
  const doubt = doubtAbout(name, list, store) ?? held.find(({ doubt }) => doubt)?.doubt
  return { addresses: kit.union(held.map(({ addresses }) => addresses)), doubt }
}

function doubtAbout(name: string, { elements }: AddressSet, { changing }: SetStore): string | undefined {
  if (changing.has(name)) return `names the set ${name}, which rules change as packets come`
  const expiring = [...elements.values()].filter(({ expires }) => expires).length
  return expiring > 0 ? `names the set ${name}, whose entries expire (${expiring} of ${elements.size})` : undefined
}

/** An unused set is a leftover, or its rule is missing. */
export function noteUnreferenced({ byName, referenced, load }: SetStore, notes: Notes): void {
  for (const [name, set] of byName)
    if (set.load === load && !referenced.has(name)) notes.add(set.place, name, 'is a set that no rule names')
}

/** True if a rule of any chain, even of an unused one, names a set: then the set cannot be destroyed. */
export function isNamedBy(tables: readonly Table[], set: string): boolean {
  return tables.some(({ chains }) =>
    [...chains.values()].some(({ rules }) => rules.some(({ text }) => text.includes(` --match-set ${set} `))),
  )
}

function create(
  name: string,
  words: readonly string[],
  place: Place,
  store: SetStore,
  isOnce: boolean,
  isProof: boolean,
) {
  const [type = '', ...options] = words
  let family: AddressFamily = 'ipv4'
  let expires = false
  let maximum = type === 'list:set' || type === 'bitmap:ip' ? Number.POSITIVE_INFINITY : 65536
  let problem = /^(hash|bitmap|list):[a-z,]+$/.test(type) ? undefined : UNKNOWN
  for (let i = 0; i < options.length; i++) {
    const option = options[i] as string
    if (option === 'counters' || option === 'comment' || option === 'forceadd' || option === 'skbinfo') continue
    const value = options[++i] ?? ''
    if (option === 'family' && /^(inet6?|ipv[46])$/.test(value)) family = value.endsWith('6') ? 'ipv6' : 'ipv4'
    else if (CREATE_NUMBERS.has(option) && /^\d+$/.test(value)) maximum = option === 'maxelem' ? Number(value) : maximum
    else if (option === 'timeout' && /^\d+$/.test(value) && (!isProof || value === '0')) expires = value !== '0'
    else if (option === 'initval' || (!isProof && option === 'range')) continue
    else problem ??= `has the option ${option}, which is not understood`
  }
  if (problem) return problem
  const existing = store.byName.get(name)
  if (isOnce) return 'fails if the set already exists: it needs -exist'
  if (existing && !store.isTolerant) return `names the set ${name}, which already exists`
  if (existing) {
    // ipset(8) refuses another maxelem too.
    return existing.type === type && existing.family === family && (!isProof || existing.maximum === maximum)
      ? undefined
      : `names the set ${name}, which is of another type`
  }
  store.byName.set(name, {
    place,
    load: store.load,
    type,
    family,
    maximum,
    expires,
    elements: new Map(),
    isOpen: store.isTolerant,
    resolved: undefined,
  })
  return undefined
}

function add(set: AddressSet, words: readonly string[], { purpose }: Environment): string | undefined {
  const [text = '', ...options] = words
  if (!TYPES.has(set.type)) return undefined
  const isException = options.includes('nomatch')
  const timeout = options.indexOf('timeout')
  const expires = timeout < 0 ? set.expires : options[timeout + 1] !== '0'
  // Counters and comments of an element change nothing; a proof does not expect them.
  if (purpose === 'prove' && options.length > 0) return UNKNOWN
  if (set.type === 'list:set') return void set.elements.set(text, { ranges: [], isException, expires })
  const ranges = rangesOf(text, set)
  if (typeof ranges === 'string') return ranges
  set.elements.set(keyOf(ranges), { ranges, isException, expires })
  return undefined
}

function remove(
  set: AddressSet,
  [text = '', ...more]: readonly string[],
  { isTolerant, isDelta }: SetStore,
  { purpose }: Environment,
): string | undefined {
  if (purpose === 'prove' && more.length > 0) return UNKNOWN
  const ranges = set.type === 'list:set' || !TYPES.has(set.type) ? [] : rangesOf(text, set)
  if (typeof ranges === 'string') return ranges
  const isGone = set.elements.delete(ranges.length === 0 ? text : keyOf(ranges))
  return isGone || (isTolerant && isDelta) || !TYPES.has(set.type)
    ? undefined
    : 'deletes something that was not added in this form'
}

function empty(set: AddressSet): undefined {
  set.elements.clear()
  set.isOpen = false
  set.resolved = undefined
}

function swap(
  name: string,
  set: AddressSet,
  other: string,
  { byName }: SetStore,
  isProof: boolean,
): string | undefined {
  const second = byName.get(other)
  if (!second) return `names the set ${other}, which does not exist`
  if (second.type !== set.type || second.family !== set.family) return 'swaps sets of different types'
  // It works only once: the next time, the existing set differs from the one to create.
  if (isProof && second.maximum !== set.maximum) return 'swaps sets of different sizes'
  byName.set(name, second)
  byName.set(other, set)
  return undefined
}

function rangesOf(text: string, { type, family }: AddressSet): readonly Range[] | string {
  const [from = '', to = from, ...more] = text.split('-')
  if (more.length > 0) return UNKNOWN
  const [start, end] = [kit.prefixOrReason(from), kit.prefixOrReason(to)]
  const wrong = [start, end].find((one) => typeof one === 'string')
  if (typeof start === 'string' || typeof end === 'string') return `holds an invalid address: ${wrong}`
  if (start.family !== family || end.family !== family) return 'is not of the family of its set'
  const { last } = kit.rangeOf(end)
  if (last < start.address) return UNKNOWN
  if (type === 'hash:net' && text.endsWith('/0')) return 'has a length of 0, which a set does not take'
  return [{ family, first: start.address, last }]
}

const keyOf = ([range]: readonly Range[]) => `${range?.first}-${range?.last}`

function resolve(set: AddressSet): PrefixSet {
  const elements = [...set.elements.values()]
  if (!elements.some(({ isException }) => isException)) return kit.setOfRanges(elements.flatMap(({ ranges }) => ranges))
  // The narrowest element that holds an address decides.
  const bySize = new Map<bigint, Element[]>()
  for (const element of elements) {
    const [{ first, last }] = element.ranges as readonly [Range]
    bySize.set(last - first, [...(bySize.get(last - first) ?? []), element])
  }
  return [...bySize.keys()]
    .sort((a, b) => (a < b ? 1 : -1))
    .reduce((found, size) => {
      const group = bySize.get(size) as Element[]
      const setOf = (isException: boolean) =>
        kit.setOfRanges(group.filter((element) => element.isException === isException).flatMap(({ ranges }) => ranges))
      return found.union(setOf(false)).subtract(setOf(true))
    }, kit.empty)
}
