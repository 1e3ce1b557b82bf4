import { PrefixSet } from '../address/prefix-set.ts'
import type { AddressList, RemoteSide } from '../model/reading.ts'
import type { AddressSet } from '../model/ruleset.ts'
import type { Flow } from '../model/traffic.ts'
import { byCodeUnit } from '../text/numbers.ts'
import type { Expectation } from './expectation.ts'

/** The remote sides that rules allow. */
export interface Allowed {
  readonly addresses: PrefixSet
  /** Tags that the device resolves itself, lower case. */
  readonly tags: ReadonlySet<string>
}

export const NOTHING: Allowed = { addresses: PrefixSet.empty, tags: new Set() }

/** The traffic that any of `all` allows. */
export function union(all: readonly Allowed[]): Allowed {
  return {
    addresses: PrefixSet.union(all.map(({ addresses }) => addresses)),
    tags: new Set(all.flatMap(({ tags }) => [...tags])),
  }
}

/** The traffic that both allow. */
export function intersection(a: Allowed, b: Allowed): Allowed {
  return { addresses: a.addresses.intersect(b.addresses), tags: new Set([...a.tags].filter((tag) => b.tags.has(tag))) }
}

/** The traffic that `a` allows and `b` does not. */
export function difference(a: Allowed, b: Allowed): Allowed {
  return { addresses: a.addresses.subtract(b.addresses), tags: new Set([...a.tags].filter((tag) => !b.tags.has(tag))) }
}

/** True if `b` allows everything that `a` allows. */
export function isWithin(a: Allowed, b: Allowed): boolean {
  return b.addresses.contains(a.addresses) && [...a.tags].every((tag) => b.tags.has(tag))
}

export const isNothing = ({ addresses, tags }: Allowed) => addresses.isEmpty && tags.size === 0

/** The difference between what is allowed and what should be. */
export interface Sides {
  readonly missing: Allowed
  readonly extra: Allowed
}

/** The form for findings. */
export const facts = ({ addresses, tags }: Allowed) => ({ addresses, tags: [...tags].sort(byCodeUnit) })

export const sidesOf = ({ missing, extra }: Sides) => ({ missing: facts(missing), extra: facts(extra) })

/** A difference in what is allowed for a flow. */
export interface FlowDifference extends Sides {
  readonly flow: Flow
}

/** Joins intervals of ports that follow each other and differ in the same way, because other rules cut them. */
export const joinFlows = <Difference extends FlowDifference>(differences: readonly Difference[]): Difference[] =>
  joinIntervals(
    differences,
    () => '',
    (one, next) => isSame(one.missing, next.missing) && isSame(one.extra, next.extra),
  )

/** Joins entries about intervals of ports that follow each other, if they have the same key and are alike. An entry without a flow stays alone. */
export function joinIntervals<Entry extends { readonly flow: Flow | undefined }>(
  entries: readonly Entry[],
  keyOf: (entry: Entry) => string,
  areAlike: (one: Entry, next: Entry) => boolean,
): Entry[] {
  const joined: Entry[] = []
  // The indexes of the entries that one from a port on may continue.
  const before = new Map<string, number[]>()
  for (const entry of entries) {
    const { flow } = entry
    if (!flow) {
      joined.push(entry)
      continue
    }
    const keyFrom = (port: number) => `${flow.direction} ${flow.protocol} ${port} ${keyOf(entry)}`
    const { first, last } = flow.ports
    const known = before.get(keyFrom(first))?.find((index) => areAlike(joined[index] as Entry, entry))
    const index = known ?? joined.length
    const one = joined[index] ?? entry
    joined[index] = { ...one, flow: { ...flow, ports: { first: one.flow?.ports.first ?? first, last } } }
    before.set(keyFrom(last + 1), [...(before.get(keyFrom(last + 1)) ?? []), index])
  }
  return joined
}

/** True if both allow the same. */
export const isSame = (a: Allowed, b: Allowed) => isWithin(a, b) && isWithin(b, a)

/** The addresses and tags of a list, or of the remote side of a rule. */
export const heldBy = ({ addresses, tags = [] }: Pick<AddressList, 'addresses' | 'tags'>): Allowed => ({
  addresses,
  tags: new Set(tags.map((tag) => tag.toLowerCase())),
})

/** The addresses or tags that a list of these sets must hold, depending on the device. */
export function remoteOf(sets: readonly AddressSet[], by: Expectation['by']): RemoteSide {
  const isByTag = by === 'tags'
  return {
    addresses: PrefixSet.union(sets.map(({ own, prefixes }) => (isByTag ? (own ?? PrefixSet.empty) : prefixes))),
    tags: isByTag ? sets.flatMap(({ tags }) => tags) : [],
  }
}

export const wantedOf = (sets: readonly AddressSet[], by: Expectation['by']): Allowed => heldBy(remoteOf(sets, by))

/** The sets that a list holds: the one of its name, if that is one of `names`, which are those of rules; any other list has the addresses of all. */
export const setsIn = (list: string, names: ReadonlySet<string>, sets: readonly AddressSet[]): readonly AddressSet[] =>
  names.has(list) ? sets.filter(({ name }) => name === list) : sets

/** The name of a list: that of its rule, or of its file. */
export const nameOfList = ({ part, name = part }: AddressList): string => name
