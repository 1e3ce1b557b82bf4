import { formatPrefix, type Prefix } from '../address/prefix.ts'
import { PrefixSet } from '../address/prefix-set.ts'
import type { Place } from '../model/reading.ts'
import type { Direction, Flow, ProtocolPorts } from '../model/traffic.ts'

/** An excess or an opening of one rule. */
interface Entry {
  readonly rule: string
  readonly place: Place
  readonly addresses: PrefixSet
  readonly flow?: Flow | undefined
  readonly local?: PrefixSet | undefined
  readonly localObjects?: readonly string[] | undefined
  readonly direction?: Direction
  readonly traffic?: ProtocolPorts
  readonly objects?: readonly Prefix[]
}

/** Merges rules of one name that do the same, and one rule in several parts of the local side: some devices need one rule per prefix. */
export function mergeRules<One extends Entry>(
  entries: readonly One[],
): (One & { readonly places: readonly Place[] })[] {
  const groups = new Map<string, One[]>()
  for (const entry of entries) {
    const { rule, place, flow, local, localObjects, direction, traffic } = entry
    const key = JSON.stringify([rule, place.part, flow, local?.texts, localObjects, direction, traffic])
    const group = groups.get(key)
    if (group) group.push(entry)
    else groups.set(key, [entry])
  }
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
