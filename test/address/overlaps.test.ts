import { expect, test } from 'vitest'
import { FAMILIES } from '../../src/address/family.ts'
import { heldRanges, overlapFinder } from '../../src/address/overlaps.ts'
import { everything, PrefixSet } from '../../src/address/prefix-set.ts'
import { randomFrom } from '../random.ts'
import { hostOf, universesOf } from './universe.ts'

const universes = universesOf(8).map(([, universe]) => universe.map(hostOf))

function belowFrom(seed: number): (end: number) => number {
  const random = randomFrom(seed)
  return (end) => Math.floor(random() * end)
}

/** Small sets of both families, at the start, in the middle and at the end. */
function randomSets(below: (end: number) => number, count: number): PrefixSet[] {
  return Array.from({ length: count }, () =>
    PrefixSet.of(universes.filter(() => below(2) === 0).flatMap((hosts) => hosts.filter(() => below(3) === 0))),
  )
}

test.for([1, 2, 3, 4, 5, 6])('finds what has an address in common, in order (seed %i)', (seed) => {
  const below = belowFrom(seed)
  const sets = randomSets(below, 12)
  // Sets may be shared, and an item may have any address.
  const items = Array.from({ length: 20 }, (_, name) => ({
    name,
    addresses: below(5) === 0 ? undefined : sets[below(sets.length)],
  }))
  const find = overlapFinder(items, ({ addresses }) => addresses)
  for (const wanted of [...sets, ...randomSets(below, 20), PrefixSet.empty, everything()])
    expect(find(wanted)).toEqual(items.filter(({ addresses }) => !addresses || addresses.overlaps(wanted)))
})

test.for([1, 2, 3])('cuts all addresses at the sets that hold them (seed %i)', (seed) => {
  const sets = randomSets(belowFrom(seed), 5)
  for (const family of FAMILIES) {
    const ranges = heldRanges(family, sets)
    expect(PrefixSet.ofRanges(ranges).equals(everything(family))).toBe(true)
    for (const [index, set] of sets.entries()) {
      const own = PrefixSet.ofRanges(ranges.filter(({ held }) => held.includes(index)))
      expect(own.equals(set.family(family))).toBe(true)
    }
  }
})

test('without sets, all items may have any address', () => {
  expect(overlapFinder(['a', 'b'], () => undefined)(PrefixSet.empty)).toEqual(['a', 'b'])
})
