import { PrefixSet } from '../address/prefix-set.ts'
import type { AddressList } from '../model/reading.ts'
import type { AddressSet } from '../model/ruleset.ts'
import type { Allowed } from './allowed.ts'
import type { Expectation } from './expectation.ts'

/** What a list holds. */
export const heldBy = ({ addresses, tags = [] }: AddressList): Allowed => ({
  addresses,
  tags: new Set(tags.map((tag) => tag.toLowerCase())),
})

/** What a list of these sets should hold, where the device has addresses, or tags by name. */
export function wantedOf(sets: readonly AddressSet[], by: Expectation['by']): Allowed {
  const isByTag = by === 'tags'
  return {
    addresses: PrefixSet.union(sets.map(({ own, prefixes }) => (isByTag ? (own ?? PrefixSet.empty) : prefixes))),
    tags: new Set(isByTag ? sets.flatMap(({ tags }) => tags.map((tag) => tag.toLowerCase())) : []),
  }
}
