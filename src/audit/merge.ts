import { formatPrefix, type Prefix } from '../address/prefix.ts'
import { PrefixSet } from '../address/prefix-set.ts'
import { groupsOf } from '../model/group-by.ts'
import { memo } from '../model/lazy.ts'
import type { ProtocolPorts } from '../model/traffic.ts'
import { joinIntervals } from '../verify/allowed.ts'
import type { AnyEntry, AtRule, Excess, Missing } from './values.ts'

/** Merges rules of one name that do the same, in several parts of the local side too: some devices need one per prefix, tens of thousands. */
export function mergeRules<One extends AtRule & AnyEntry>(entries: readonly One[]): One[] {
  // Members of a rule share the traffic.
  const textOf = memo((traffic: ProtocolPorts | undefined) => JSON.stringify(traffic) ?? '')
  const keyOf = ({ rule, place, direction, traffic, flow, local, localObjects }: One) => {
    const more = flow || local || localObjects ? JSON.stringify([flow, local?.texts, localObjects]) : ''
    return `${direction} ${textOf(traffic)} ${more} ${rule}\n${place.part}`
  }
  return groupsOf(entries, keyOf).map((group) => (group.length === 1 ? group[0] : mergedOf(group)))
}

function mergedOf<One extends AtRule & AnyEntry>(group: readonly [One, ...One[]]): One {
  const [first] = group
  const { addresses, objects, prefixes } = first
  return {
    ...first,
    places: [...new Map(group.map(({ place }) => [place.line, place])).values()],
    ...(addresses && { addresses: PrefixSet.union(group.flatMap((one) => one.addresses ?? [])) }),
    ...(objects && { objects: distinct(group.flatMap((one) => one.objects ?? [])) }),
    ...(prefixes && { prefixes: PrefixSet.of(group.flatMap((one) => one.prefixes ?? [])).prefixes }),
  }
}

const distinct = (prefixes: readonly Prefix[]): Prefix[] => [
  ...new Map(prefixes.map((prefix) => [formatPrefix(prefix), prefix])).values(),
]

/** Merges the entries of a rule on neighbouring ports. */
export const mergeFlows = <One extends Missing | Excess>(entries: readonly One[]): One[] =>
  joinIntervals(entries, ({ rule }) => rule, areAlike)

const areAlike = (a: Partial<Excess>, b: Partial<Excess>): boolean =>
  a.place === b.place &&
  a.localObjects?.join() === b.localObjects?.join() &&
  isSameSet(a.local, b.local) &&
  isSameSet(a.addresses, b.addresses)

const isSameSet = (a: PrefixSet | undefined, b: PrefixSet | undefined) => (a && b ? a.equals(b) : a === b)
