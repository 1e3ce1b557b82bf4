import { formatPrefix, type Prefix } from '../address/prefix.ts'
import { PrefixSet } from '../address/prefix-set.ts'
import { groupsOf } from '../model/group-by.ts'
import { memo } from '../model/lazy.ts'
import type { ProtocolPorts } from '../model/traffic.ts'
import { joinIntervals } from '../verify/allowed.ts'
import type { AtRule, FoundExcess, FoundOpening, FoundOutside, InPlaces, Missing, Outside } from './values.ts'

/** An excess or an opening of one rule. */
type Entry = AtRule & { readonly addresses: PrefixSet } & Partial<FoundExcess> & Partial<FoundOpening>

/** Merges rules of one name that do the same, and one rule in several parts of the local side: some devices need one rule per prefix. */
export const mergeRules = <One extends Entry>(entries: readonly One[]): (One & InPlaces)[] =>
  inPlaces(
    entries,
    ({ rule, place, flow, local, localObjects, direction, traffic }) =>
      JSON.stringify([rule, place.part, flow, local?.texts, localObjects, direction, traffic]),
    (group) => ({
      addresses: PrefixSet.union(group.map(({ addresses }) => addresses)),
      ...(group[0].objects && { objects: distinct(group.flatMap(({ objects }) => objects ?? [])) }),
    }),
  )

const distinct = (prefixes: readonly Prefix[]): Prefix[] => [
  ...new Map(prefixes.map((prefix) => [formatPrefix(prefix), prefix])).values(),
]

/** Merges rules outside the policy in the same way; possibly tens of thousands. */
export function mergeOutside(entries: readonly FoundOutside[]): Outside[] {
  // Members of a rule share the traffic.
  const textOf = memo((traffic: ProtocolPorts) => JSON.stringify(traffic))
  return inPlaces(
    entries,
    ({ rule, place, direction, traffic }) => `${direction} ${textOf(traffic)} ${place.part} ${rule}`,
    (group) => ({ prefixes: PrefixSet.of(group.flatMap(({ prefixes }) => prefixes)).prefixes }),
  )
}

/** Entries with the same key as one, with all lines of a part, each once, and what `joined` makes of several. */
const inPlaces = <One extends AtRule, Joined>(
  entries: readonly One[],
  keyOf: (entry: One) => string,
  joined: (group: readonly [One, ...One[]]) => Joined,
): (One & InPlaces)[] =>
  groupsOf(entries, keyOf).map((group) => {
    const places = [...new Map(group.map(({ place }) => [place.line, place])).values()]
    return { ...group[0], places, ...(group.length > 1 && joined(group)) }
  })

/** Merges the entries of a rule on neighbouring ports. */
export const mergeFlows = <One extends Missing | FoundExcess>(entries: readonly One[]): One[] =>
  joinIntervals(entries, ({ rule }) => rule, areAlike)

const areAlike = (a: Missing | FoundExcess, b: Missing | FoundExcess): boolean =>
  ('place' in a ? a.place : undefined) === ('place' in b ? b.place : undefined) &&
  isSameLocal(a.local, b.local) &&
  objectsOf(a) === objectsOf(b) &&
  a.addresses.equals(b.addresses)

const objectsOf = (entry: Missing | FoundExcess) => ('localObjects' in entry ? entry.localObjects?.join() : undefined)

const isSameLocal = (a: PrefixSet | undefined, b: PrefixSet | undefined) => (a && b ? a.equals(b) : a === b)
