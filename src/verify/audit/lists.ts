import { PrefixSet } from '../../model/address/prefix-set.ts'
import type { Excess, Missing } from '../../model/audit.ts'
import type { AddressList } from '../../model/reading.ts'
import type { Ruleset } from '../../model/ruleset.ts'
import { touching } from './single-rules.ts'

/**
 * Lists have addresses and neither direction nor ports: together they should hold what the policy's sets hold. What an
 * older snapshot held is stale, anything else is wider.
 */
export function auditLists(
  ruleset: Ruleset,
  past: PrefixSet,
  lists: readonly AddressList[],
): { missing: Missing[]; stale: Excess[]; wider: Excess[] } {
  const held = PrefixSet.union(lists.map(({ addresses }) => addresses))
  const wanted = PrefixSet.union(ruleset.sets.map(({ prefixes }) => prefixes))
  const excesses = (keep: (more: PrefixSet) => PrefixSet) =>
    lists.flatMap(({ part, name = part, addresses: own }): Excess[] => {
      const addresses = keep(own.subtract(wanted))
      if (addresses.isEmpty) return []
      const objects = own.prefixes.filter(touching(addresses))
      const place = { part, line: 1 }
      return [{ rule: name, place, places: [place], flow: undefined, addresses, objects }]
    })
  return {
    missing: ruleset.sets
      .map(({ name, prefixes }) => ({ rule: name, flow: undefined, addresses: prefixes.subtract(held) }))
      .filter(({ addresses }) => !addresses.isEmpty),
    stale: excesses((more) => more.intersect(past)),
    wider: excesses((more) => more.subtract(past)),
  }
}
