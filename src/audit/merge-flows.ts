import type { PrefixSet } from '../address/prefix-set.ts'
import type { Flow } from '../model/traffic.ts'
import type { FoundExcess, Missing } from './values.ts'

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
