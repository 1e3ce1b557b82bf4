import { PrefixSet } from '../address/prefix-set.ts'
import type { AddressList } from '../model/reading.ts'
import type { AddressSet, Ruleset } from '../model/ruleset.ts'
import { overlapping } from './single-rules.ts'
import type { Excess, Missing } from './values.ts'

/**
 * Lists have addresses and neither direction nor ports. A list with the name of a set should hold what that set holds; all others
 * together what the sets without a list of their own hold, and nothing that is in no set. What an older snapshot held is stale,
 * anything else is wider.
 */
export function auditLists(
  ruleset: Ruleset,
  older: readonly Ruleset[],
  lists: readonly AddressList[],
): { missing: Missing[]; stale: Excess[]; wider: Excess[] } {
  const setOf = setsByList(ruleset.sets)
  const found = lists.map((list) => ({ list, set: setOf(list) }))
  const rest = unionOf(found.filter(({ set }) => !set).map(({ list }) => list))
  const all = scopeOf([ruleset, ...older], undefined)
  const excesses = (keep: (more: PrefixSet, past: PrefixSet) => PrefixSet) =>
    found.flatMap(({ list: { part, name = part, addresses: own }, set }): Excess[] => {
      const { wanted, past } = set ? scopeOf([ruleset, ...older], set.name) : all
      const addresses = keep(own.subtract(wanted), past)
      if (addresses.isEmpty) return []
      const objects = own.prefixes.filter(overlapping(addresses))
      const place = { part, line: 1 }
      return [{ rule: name, place, places: [place], flow: undefined, addresses, objects }]
    })
  return {
    missing: ruleset.sets
      .map((set) => {
        const own = found.filter((one) => one.set === set).map(({ list }) => list)
        const there = own.length > 0 ? unionOf(own) : rest
        return { rule: set.name, flow: undefined, addresses: set.prefixes.subtract(there) }
      })
      .filter(({ addresses }) => !addresses.isEmpty),
    stale: excesses((more, past) => more.intersect(past)),
    wider: excesses((more, past) => more.subtract(past)),
  }
}

/** True if lists hold exactly the addresses of one snapshot, ignoring addresses that no snapshot has. */
export function matchesLists({ sets }: Ruleset, past: PrefixSet, lists: readonly AddressList[]): boolean {
  const setOf = setsByList(sets)
  const holds = (some: readonly AddressList[], wanted: PrefixSet) => unionOf(some).intersect(past).equals(wanted)
  const rest = unionOf(lists.filter((list) => !setOf(list)))
  return (
    holds(lists, PrefixSet.union(sets.map(({ prefixes }) => prefixes))) &&
    sets.every((set) => {
      const own = lists.filter((list) => setOf(list) === set)
      return own.length > 0 ? holds(own, set.prefixes) : set.prefixes.subtract(rest).isEmpty
    })
  )
}

/** The addresses of the first ruleset, and those of any ruleset, in the set of that name or in all sets. */
function scopeOf(history: readonly Ruleset[], name: string | undefined): { wanted: PrefixSet; past: PrefixSet } {
  const of = ({ sets }: Ruleset) =>
    PrefixSet.union(sets.filter((set) => name === undefined || set.name === name).map(({ prefixes }) => prefixes))
  return { wanted: of(history[0] as Ruleset), past: PrefixSet.union(history.map(of)) }
}

/** Finds the set that a list is named after. Names may have been fitted to a vendor, so only letters and digits count. */
function setsByList(sets: readonly AddressSet[]): (list: AddressList) => AddressSet | undefined {
  const byKey = new Map<string, AddressSet | undefined>()
  for (const set of sets) byKey.set(nameKey(set.name), byKey.has(nameKey(set.name)) ? undefined : set)
  return ({ name }) => (name === undefined ? undefined : byKey.get(nameKey(name)))
}

const nameKey = (name: string) => name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')

const unionOf = (lists: readonly AddressList[]) => PrefixSet.union(lists.map(({ addresses }) => addresses))
