import { overlapping } from '../address/overlaps.ts'
import { PrefixSet } from '../address/prefix-set.ts'
import { groupBy } from '../model/group-by.ts'
import { memo } from '../model/lazy.ts'
import type { AddressList } from '../model/reading.ts'
import type { AddressSet, Ruleset } from '../model/ruleset.ts'
import type { Excess } from './values.ts'

/**
 * Lists have addresses and neither direction nor ports. A list with the name of a set should hold what that set holds; all others
 * together what the sets of allowing rules without a list of their own hold, and nothing that no allowing rule has. What an older snapshot
 * held is stale, anything else is wider.
 */
export function auditLists(ruleset: Ruleset, older: readonly Ruleset[], lists: readonly AddressList[]) {
  const { listsOf, setOf } = pairsOf(ruleset, lists)
  const scopeOf = memo((name: string | undefined) => ({
    wanted: addressesIn(ruleset, name),
    past: PrefixSet.union([ruleset, ...older].map((one) => addressesIn(one, name))),
  }))
  const excesses = (keep: (more: PrefixSet, past: PrefixSet) => PrefixSet) =>
    lists.flatMap((list): Excess[] => {
      const { part, name = part, addresses: own } = list
      const { wanted, past } = scopeOf(setOf(list)?.name)
      const addresses = keep(own.subtract(wanted), past)
      if (addresses.isEmpty) return []
      const objects = own.prefixes.filter(overlapping(addresses))
      const place = { part, line: 1 }
      const isDenial = isDenied(setOf(list), ruleset)
      return [{ rule: name, place, places: [place], flow: undefined, isDenial, addresses, objects }]
    })
  return {
    missing: ruleset.sets
      .map((set) => ({
        rule: set.name,
        flow: undefined,
        isDenial: isDenied(set, ruleset),
        addresses: set.prefixes.subtract(unionOf(listsOf(set))),
      }))
      .filter(({ addresses }) => !addresses.isEmpty),
    stale: excesses((more, past) => more.intersect(past)),
    wider: excesses((more, past) => more.subtract(past)),
  }
}

/** True if lists hold exactly the addresses of one snapshot, ignoring addresses that no snapshot has. */
export function matchesLists(ruleset: Ruleset, past: PrefixSet, lists: readonly AddressList[]): boolean {
  const { listsOf, setOf, rest } = pairsOf(ruleset, lists)
  return (
    unionOf(rest).intersect(past).subtract(addressesIn(ruleset, undefined)).isEmpty &&
    ruleset.sets.every((set) => {
      const held = unionOf(listsOf(set)).intersect(past)
      return listsOf(set).some((list) => setOf(list)) ? held.equals(set.prefixes) : set.prefixes.subtract(held).isEmpty
    })
  )
}

/** The set that each list is named after, and the lists of each set. Those without a name of a set stand in for allowing rules only. */
function pairsOf(ruleset: Ruleset, lists: readonly AddressList[]) {
  const byName = new Map(ruleset.sets.map((set) => [set.name, set]))
  const byKey = groupBy(ruleset.sets, ({ name }) => nameKey(name))
  const setOf = ({ name }: AddressList) => {
    if (name === undefined) return undefined
    const [alike, ...others] = byKey.get(nameKey(name)) ?? []
    return byName.get(name) ?? (others.length === 0 ? alike : undefined)
  }
  const rest = lists.filter((list) => !setOf(list))
  const listsOf = (set: AddressSet): readonly AddressList[] => {
    const own = lists.filter((list) => setOf(list) === set)
    return own.length > 0 || isDenied(set, ruleset) ? own : rest
  }
  return { setOf, rest, listsOf }
}

/** Names may have been fitted to a vendor, so only letters and digits count where that names one set. */
const nameKey = (name: string) => name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')

const isDenied = (asked: AddressSet | undefined, { rules }: Ruleset): boolean =>
  rules.some(({ set, action }) => set.name === asked?.name && action === 'deny')

/** The addresses in the set of that name, or in all sets of allowing rules. */
function addressesIn(ruleset: Ruleset, name: string | undefined): PrefixSet {
  const sets = ruleset.sets.filter((set) => (name === undefined ? !isDenied(set, ruleset) : set.name === name))
  return PrefixSet.union(sets.map(({ prefixes }) => prefixes))
}

const unionOf = (lists: readonly AddressList[]) => PrefixSet.union(lists.map(({ addresses }) => addresses))
