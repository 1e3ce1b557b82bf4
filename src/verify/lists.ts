import { PrefixSet } from '../address/prefix-set.ts'
import type { AddressList } from '../model/reading.ts'
import type { AddressSet } from '../model/ruleset.ts'
import type { Allowed } from './allowed.ts'
import type { Expectation } from './expectation.ts'

/** The addresses and tags of a list. */
export const heldBy = ({ addresses, tags = [] }: AddressList): Allowed => ({
  addresses,
  tags: new Set(tags.map((tag) => tag.toLowerCase())),
})

/** The addresses or tags that a list of these sets must hold, depending on the device. */
export function wantedOf(sets: readonly AddressSet[], by: Expectation['by']): Allowed {
  const isByTag = by === 'tags'
  return {
    addresses: PrefixSet.union(sets.map(({ own, prefixes }) => (isByTag ? (own ?? PrefixSet.empty) : prefixes))),
    tags: new Set(isByTag ? sets.flatMap(({ tags }) => tags.map((tag) => tag.toLowerCase())) : []),
  }
}
