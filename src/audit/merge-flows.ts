import type { PrefixSet } from '../address/prefix-set.ts'
import type { Flow } from '../model/traffic.ts'
import type { FoundExcess, Missing } from './values.ts'

/** Merges the entries of a rule on neighbouring ports. */
export function mergeFlows<Entry extends Missing | FoundExcess>(entries: readonly Entry[]): Entry[] {
  const merged: Entry[] = []
  for (const entry of entries) {
    const index = merged.findIndex((other) => isContinued(other, entry))
    const other = merged[index]
    if (!other?.flow || !entry.flow) merged.push(entry)
    else {
      const ports = { first: other.flow.ports.first, last: entry.flow.ports.last }
      merged[index] = { ...other, flow: { ...other.flow, ports } }
    }
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
