import { describe, expect, test } from 'vitest'
import { type AddressFamily, formatPrefix, type Prefix, parsePrefix } from '../../src/address/prefix.ts'
import { PrefixSet } from '../../src/address/prefix-set.ts'
import { HAS_DOCUMENTS, WITHOUT_DOCUMENTS } from '../fixtures.ts'
import { randomOf } from '../notation.ts'
import { someOf } from '../thorough.ts'
import { publishedTags } from './published-prefixes.ts'
import { BITS, prefixAt, rangeOf } from './slow-prefix.ts'
import { SlowPrefixSet } from './slow-prefix-set.ts'

// Address sets on typed arrays against sorted bigints: every operation, on the same prefixes.

interface Both {
  readonly set: PrefixSet
  readonly slow: SlowPrefixSet
}

const bothOf = (prefixes: readonly Prefix[]): Both => ({
  set: PrefixSet.of(prefixes),
  slow: SlowPrefixSet.of(prefixes),
})

/** All that a set tells of itself. */
function show(set: PrefixSet | SlowPrefixSet): string {
  const { prefixes, ranges, count, isEmpty } = set
  const families = (['ipv4', 'ipv6'] as const).map((family) => set.family(family).prefixes.map(formatPrefix).join(' '))
  const runs = ranges.map(({ family, first, last }) => `${family} ${first}-${last}`)
  return [prefixes.map(formatPrefix).join(' '), ...families, ...runs, count, isEmpty].join('\n')
}

/** What is not the same in the two ways: nothing. */
function differences(a: Both, b: Both): string[] {
  const sets: [string, PrefixSet, SlowPrefixSet][] = [
    ['a', a.set, a.slow],
    ['union', a.set.union(b.set), a.slow.union(b.slow)],
    ['union of some', PrefixSet.union([b.set, a.set, b.set]), SlowPrefixSet.union([b.slow, a.slow, b.slow])],
    ['union of many', PrefixSet.union(Array(9).fill([b.set, a.set]).flat()), SlowPrefixSet.union([b.slow, a.slow])],
    ['intersect', a.set.intersect(b.set), a.slow.intersect(b.slow)],
    ['subtract', a.set.subtract(b.set), a.slow.subtract(b.slow)],
    ['ranges', PrefixSet.ofRanges([...a.set.ranges, ...b.set.ranges].reverse()), a.slow.union(b.slow)],
  ]
  const answers: [string, boolean, boolean][] = [
    ['contains', a.set.contains(b.set), a.slow.contains(b.slow)],
    ['overlaps', a.set.overlaps(b.set), a.slow.overlaps(b.slow)],
    ['equals', a.set.equals(b.set), a.slow.equals(b.slow)],
  ]
  return [
    ...sets.filter(([, set, slow]) => show(set) !== show(slow)).map(([what]) => what),
    ...sets
      .filter(([, set]) => set.prefixCount !== set.prefixes.length || linesOf(set) !== textOf(set))
      .map(([what]) => `lines of ${what}`),
    ...answers.filter(([, answer, slow]) => answer !== slow).map(([what]) => what),
  ]
}

const linesOf = (set: PrefixSet) => Buffer.from(set.lines).toString()
const textOf = (set: PrefixSet) => set.prefixes.map((prefix) => `${formatPrefix(prefix)}\n`).join('')

/** Where words of 32 bits meet, and where the space begins and ends. */
const PLACES: readonly [AddressFamily, bigint][] = [
  ['ipv4', 0n],
  ['ipv4', 1n << 31n],
  ['ipv4', 1n << 32n],
  ...[0n, 1n << 32n, 1n << 64n, 1n << 96n, 1n << 127n, (1n << 128n) - (1n << 64n), 1n << 128n].map(
    (place): [AddressFamily, bigint] => ['ipv6', place],
  ),
]

test.for(PLACES)('every pair of subsets of five addresses around %s %d', ([family, place]) => {
  const space = 1n << BigInt(BITS[family])
  const addresses = [-2n, -1n, 0n, 1n, 2n].map((offset) => (place + offset + space) % space)
  const sets = Array.from({ length: 1 << 5 }, (_, mask) =>
    bothOf(
      addresses.filter((_, bit) => (mask >> bit) & 1).map((address) => ({ family, address, length: BITS[family] })),
    ),
  )
  const wrong = sets.flatMap((a) => sets.flatMap((b) => differences(a, b)))
  expect(wrong).toEqual([])
})

// Sizes on both sides of each way to sort.
test.for([1, 2, 3, 23, 24, 25, 26, 100, 1000, 4095, 4096, 4097, 10_000])('seeded sets of up to %d prefixes', (size) => {
  const random = randomOf(size)
  for (let round = size > 1000 ? 1 : 10; round > 0; round--) {
    const [a, b] = [random, random].map(() =>
      bothOf(Array.from({ length: 1 + random(size) }, () => randomPrefix(random))),
    )
    expect(differences(a as Both, b as Both)).toEqual([])
  }
})

/** Near one of the places, so that prefixes nest, touch and overlap; of every length. */
function randomPrefix(random: (limit: number) => number): Prefix {
  const [family, place] = PLACES[random(PLACES.length)] as [AddressFamily, bigint]
  const bits = BITS[family]
  const space = 1n << BigInt(bits)
  const offset = (BigInt(random(1 << 16)) - (1n << 15n)) << BigInt(random(bits - 16))
  const length = random(8) ? bits - random(24) : 1 + random(bits)
  return prefixAt(family, (((place + offset) % space) + space) % space, length)
}

test('a set of ranges that are no prefixes', () => {
  const ranges = [rangeOf(parsePrefix('10.0.0.0/8')), { family: 'ipv6', first: 1n, last: (1n << 128n) - 2n }] as const
  expect(show(PrefixSet.ofRanges(ranges))).toBe(show(SlowPrefixSet.ofRanges(ranges)))
  expect(PrefixSet.ofRanges(ranges).family('ipv6').prefixCount).toBe(254)
})

describe.skipIf(!HAS_DOCUMENTS)(
  `on published documents${HAS_DOCUMENTS ? '' : ` (skipped: ${WITHOUT_DOCUMENTS})`}`,
  () => {
    const documents = HAS_DOCUMENTS ? publishedTags() : []

    test('every document as a whole, and the newest against the one before', () => {
      const wholes = documents.map((tags) => bothOf([...new Set([...tags.values()].flat())].map(parsePrefix)))
      expect(wholes.filter(({ set, slow }) => show(set) !== show(slow))).toEqual([])
      expect(differences(wholes.at(-1) as Both, wholes.at(-2) as Both)).toEqual([])
    })

    test('every tag of the newest document, against the same tag of the oldest', () => {
      const [oldest, newest] = [documents[0], documents.at(-1)]
      const wrong = someOf([...(newest ?? [])], 4).flatMap(([name, prefixes]) =>
        differences(bothOf(prefixes.map(parsePrefix)), bothOf((oldest?.get(name) ?? []).map(parsePrefix))).map(
          (what) => `${name}: ${what}`,
        ),
      )
      expect(wrong).toEqual([])
    })
  },
)
