import { formatPrefix, type Prefix } from '../address/prefix.ts'
import { PrefixSet } from '../address/prefix-set.ts'
import { groupBy } from '../model/group-by.ts'
import type { Place } from '../model/reading.ts'
import type { Flow } from '../model/traffic.ts'
import type { AtRule, FoundExcess, FoundOpening, Missing } from './values.ts'

/** An excess or an opening of one rule. */
type Entry = AtRule & { readonly addresses: PrefixSet } & Partial<FoundExcess> & Partial<FoundOpening>

/** Merges rules of one name that do the same, and one rule in several parts of the local side: some devices need one rule per prefix. */
export function mergeRules<One extends Entry>(
  entries: readonly One[],
): (One & { readonly places: readonly Place[] })[] {
  const groups = groupBy(entries, ({ rule, place, flow, local, localObjects, direction, traffic }) =>
    JSON.stringify([rule, place.part, flow, local?.texts, localObjects, direction, traffic]),
  )
  return [...groups.values()].map((group) => {
    const [first] = group as [One]
    if (group.length === 1) return { ...first, places: [first.place] }
    return {
      ...first,
      places: placesOf(group),
      addresses: PrefixSet.union(group.map(({ addresses }) => addresses)),
      ...(first.objects && { objects: distinct(group.flatMap(({ objects }) => objects ?? [])) }),
    }
  })
}

/** The lines of entries in one part, each once. */
export const placesOf = (entries: readonly { readonly place: Place }[]): Place[] => [
  ...new Map(entries.map(({ place }) => [place.line, place])).values(),
]

const distinct = (prefixes: readonly Prefix[]): Prefix[] => [
  ...new Map(prefixes.map((prefix) => [formatPrefix(prefix), prefix])).values(),
]

/** Merges the entries of a rule on neighbouring ports. */
export function mergeFlows<Entry extends Missing | FoundExcess>(entries: readonly Entry[]): Entry[] {
  const merged: Entry[] = []
  // The indexes of those that a rule's traffic from this port on may continue.
  const before = new Map<string, number[]>()
  for (const entry of entries) {
    const { rule, flow } = entry
    const keyOf = (port: number) => `${flow?.direction} ${flow?.protocol} ${port} ${rule}`
    const known = flow ? before.get(keyOf(flow.ports.first)) : undefined
    const continued = known?.find((index) => isContinued(merged[index] as Entry, entry))
    const index = continued ?? merged.length
    const other = merged[index]
    merged[index] =
      flow && other?.flow
        ? { ...other, flow: { ...other.flow, ports: { first: other.flow.ports.first, last: flow.ports.last } } }
        : entry
    const next = keyOf((flow?.ports.last ?? 0) + 1)
    before.set(next, [...(before.get(next) ?? []), index])
  }
  return merged
}

function isContinued(a: Missing | FoundExcess, b: Missing | FoundExcess): boolean {
  const sameRule = a.rule === b.rule && ('place' in a ? a.place : undefined) === ('place' in b ? b.place : undefined)
  return (
    sameRule &&
    a.flow !== undefined &&
    b.flow !== undefined &&
    follows(a.flow, b.flow) &&
    isSameLocal(a.local, b.local) &&
    objectsOf(a) === objectsOf(b) &&
    a.addresses.equals(b.addresses)
  )
}

const objectsOf = (entry: Missing | FoundExcess) => ('localObjects' in entry ? entry.localObjects?.join() : undefined)

const isSameLocal = (a: PrefixSet | undefined, b: PrefixSet | undefined) => (a && b ? a.equals(b) : a === b)

const follows = (a: Flow, b: Flow) =>
  a.direction === b.direction && a.protocol === b.protocol && a.ports.last + 1 === b.ports.first
