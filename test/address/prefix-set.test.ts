import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import type { Prefix, Range } from '../../src/address/prefix.ts'
import { everything, inFamiliesOf, isNearlyAny, PrefixSet } from '../../src/address/prefix-set.ts'
import { randomOf, setOf, show } from '../notation.ts'
import { BITS, LAST, MIDDLE, mixedUniversesOf, universesOf, wrongPairs, wrongSubsets } from './universe.ts'

test.for([
  ['', ''],
  ['10.0.0.0/8 11.0.0.0/8', '10.0.0.0/7'],
  ['11.0.0.0/8 12.0.0.0/8', '11.0.0.0/8 12.0.0.0/8'],
  ['0.0.0.0/1 128.0.0.0/1', '0.0.0.0/0'],
  ['192.0.0.0/2 0.0.0.0/1', '0.0.0.0/1 192.0.0.0/2'],
  ['::/1 8000::/1', '::/0'],
  ['c000::/2 ::/1', '::/1 c000::/2'],
  ['192.0.2.0/24 192.0.2.0/24', '192.0.2.0/24'],
  ['192.0.2.64/26 192.0.2.0/24 192.0.2.1/32', '192.0.2.0/24'],
  ['2001:db8::/33 2001:db8:8000::/33', '2001:db8::/32'],
  ['2001:db8::/32 192.0.2.0/24', '192.0.2.0/24 2001:db8::/32'],
  ['255.255.255.255/32 ::/128', '255.255.255.255/32 ::/128'],
  ['0.0.0.0/0 ::/0', '0.0.0.0/0 ::/0'],
  ['255.255.255.254/32 255.255.255.255/32', '255.255.255.254/31'],
  [
    'ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe/128 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128',
    'ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe/127',
  ],
])('covers %j with %j', ([given, want]) => {
  expect(show(setOf(given as string))).toBe(want)
})

const none = { family: 'ipv4' } as const

test.for<[unknown, string]>([
  [{ ...none, address: 2n ** 40n, length: 32 }, 'address 1099511627776, length 32'],
  [{ ...none, address: -1n, length: 32 }, 'address -1, length 32'],
  [{ ...none, address: 0x0a000001n, length: 24 }, 'address 167772161, length 24'],
  [{ ...none, address: 0n, length: 33 }, 'address 0, length 33'],
  [{ ...none, address: 0n, length: -1 }, 'address 0, length -1'],
  [{ ...none, address: 0n, length: 1.5 }, 'address 0, length 1.5'],
  [{ ...none, address: 10, length: 8 }, 'address 10, length 8'],
  [{ family: 'ipv6', address: 1n, length: 127 }, 'family ipv6, address 1, length 127'],
  [{ family: 'ipv5', address: 0n, length: 0 }, 'family ipv5, address 0, length 0'],
])('refuses the prefix %o', ([prefix, text]) => {
  const make = () => PrefixSet.of([prefix as Prefix])
  expect(make).toThrow(RangeError)
  expect(make).toThrow(`${text};`)
})

test.for<[unknown, string]>([
  [{ ...none, first: 5n, last: 1n }, 'first 5, last 1'],
  [{ ...none, first: 0n, last: 1n << 32n }, 'first 0, last 4294967296'],
  [{ ...none, first: -1n, last: 1n }, 'first -1, last 1'],
  [{ family: 'ipv6', first: 0n, last: 1n << 128n }, 'first 0, last 340282366920938463463374607431768211456'],
  [{ family: 'ipv6', first: 0n, last: 1 }, 'first 0, last 1'],
])('refuses the range %o, in a union too', ([range, text]) => {
  for (const make of [() => PrefixSet.ofRanges([range as Range]), () => PrefixSet.union([[range as Range]])]) {
    expect(make).toThrow(RangeError)
    expect(make).toThrow(`${text};`)
  }
})

test('shows its prefixes in JSON and when it is inspected, and does not cross structuredClone', () => {
  const set = setOf('192.0.2.0/24 2001:db8::/32')
  expect(JSON.stringify({ set })).toBe('{"set":["192.0.2.0/24","2001:db8::/32"]}')
  expect(inspect(set)).toBe('PrefixSet(2) { 192.0.2.0/24, 2001:db8::/32 }')
  expect(inspect(setOf(Array.from({ length: 12 }, (_, index) => `192.0.2.${4 * index}/32`).join(' ')))).toMatch(
    /^PrefixSet\(12\) \{ 192\.0\.2\.0\/32, .*, 192\.0\.2\.36\/32, \.\.\. 2 more \}$/,
  )
  expect(() => structuredClone(set)).toThrow('could not be cloned')
})

test.for([
  ['0.0.0.0/0', '0.0.0.0/32', '128.0.0.0/1 64.0.0.0/2', '32'],
  ['::/0', '::/128', '8000::/1 4000::/2', '128'],
])('cuts one address out of %s', ([all, one, largest, count]) => {
  const rest = setOf(all as string).subtract(setOf(one as string))
  expect(String(rest.prefixes.length)).toBe(count)
  expect(rest.contains(setOf(largest as string))).toBe(true)
  expect(rest.count).toBe(setOf(all as string).count - 1n)
  expect(show(rest.union(setOf(one as string)))).toBe(all)
})

test.for(['ipv4', 'ipv6'] as const)('many %s ranges, each of which takes many prefixes', (family) => {
  const size = 1n << BigInt(BITS[family])
  // From one behind the start of each sixteenth to one before its end.
  const ranges = Array.from({ length: 16 }, (_, place): Range => {
    const start = (size / 16n) * BigInt(place)
    return { family, first: start + 1n, last: start + size / 16n - 2n }
  })
  const set = PrefixSet.ofRanges(ranges)
  const each = 2 * (BITS[family] - 5)
  expect([set.prefixCount, set.prefixes.length]).toEqual([16 * each, 16 * each])
  expect(PrefixSet.ofRanges(ranges).prefixCount).toBe(16 * each)
  expect(PrefixSet.of(set.prefixes).ranges).toEqual(ranges)
})

test.for([
  ['', 0n],
  ['192.0.2.1/32', 1n],
  ['0.0.0.0/0', 1n << 32n],
  ['::/0', 1n << 128n],
  ['0.0.0.0/0 ::/0', (1n << 32n) + (1n << 128n)],
  ['192.0.2.0/24 192.0.2.0/25 2001:db8::/126', 260n],
] as const)('counts the addresses of %j', ([given, want]) => {
  expect(setOf(given).count).toBe(want)
})

test('keeps the families apart', () => {
  const set = setOf('192.0.2.0/24 2001:db8::/32')
  expect([show(set.family('ipv4')), show(set.family('ipv6'))]).toEqual(['192.0.2.0/24', '2001:db8::/32'])
  expect(show(everything())).toBe('0.0.0.0/0 ::/0')
  expect(show(everything().subtract(everything('ipv4')))).toBe('::/0')
  expect(show(everything('ipv4').subtract(everything('ipv6')))).toBe('0.0.0.0/0')
  const near = ['', '10.0.0.0/8', '10.0.0.0/8 ::/1'].map((other) => show(inFamiliesOf(setOf(other), set)))
  expect(near).toEqual(['', '192.0.2.0/24', '192.0.2.0/24 2001:db8::/32'])
  const halves = ['0.0.0.0/1 ::/1', '0.0.0.0/1 128.0.0.0/32', '8000::/1 ::/128']
  expect(halves.map((text) => isNearlyAny(setOf(text)))).toEqual([false, true, true])
})

test('the empty set is in every set, overlaps none, and equals itself', () => {
  const [some, none] = [setOf('192.0.2.0/24'), PrefixSet.empty]
  expect([some.contains(none), none.contains(none), none.contains(some)]).toEqual([true, true, false])
  expect([some.overlaps(none), none.overlaps(none)]).toEqual([false, false])
  expect([none.equals(setOf('')), none.equals(some), none.isEmpty, some.isEmpty]).toEqual([true, false, true, false])
  // Vitest itself would find any two sets equal.
  expect({ set: some }).not.toEqual({ set: none })
})

// Many runs are compared as bytes.
test.for(['ipv4', 'ipv6'] as const)('sees one address in any place of many: %s', (family) => {
  const length = family === 'ipv4' ? 32 : 128
  const prefixes = Array.from({ length: 40 }, (_, index): Prefix => ({ family, address: 4n * BigInt(index), length }))
  const set = PrefixSet.of(prefixes)
  expect([set.equals(PrefixSet.of(prefixes)), set.equals(PrefixSet.of(prefixes.toReversed()))]).toEqual([true, true])
  // One of a longer array of words: it does not begin where its bytes do.
  expect(PrefixSet.of([...prefixes, ...prefixes]).equals(set)).toBe(true)
  const others = prefixes.flatMap((prefix, index) => [
    PrefixSet.of(prefixes.with(index, { ...prefix, address: prefix.address + 1n })),
    PrefixSet.of(prefixes.with(index, { ...prefix, length: length - 1 })),
  ])
  expect(others.filter((other) => set.equals(other) || other.equals(set))).toEqual([])
  expect(set.equals(PrefixSet.of(prefixes.slice(1)))).toBe(false)
})

test('joins ranges of any cut and order', () => {
  const range = (first: bigint, last: bigint): Range => ({ family: 'ipv4', first, last })
  expect(PrefixSet.ofRanges([range(8n, 11n), range(0n, 3n), range(2n, 7n)]).ranges).toEqual([range(0n, 11n)])
  expect(PrefixSet.ofRanges([range(9n, 11n), range(0n, 7n)]).ranges).toEqual([range(0n, 7n), range(9n, 11n)])
})

test.for(universesOf(10))('every subset of ten addresses: %s', ([, universe]) => {
  expect(wrongSubsets(universe)).toEqual([])
})

test.for(mixedUniversesOf(6))('every pair of subsets of six addresses: %s', ([, universe]) => {
  expect(wrongPairs(universe)).toEqual([])
})

test('unites many sets as it unites two', () => {
  const parts = ['192.0.2.0/25', '', '192.0.2.128/25 2001:db8::/33', '2001:db8:8000::/33', '192.0.2.7/32'].map(setOf)
  expect(show(PrefixSet.union(parts))).toBe('192.0.2.0/24 2001:db8::/32')
  expect(show(PrefixSet.union(parts.map((set, index) => (index % 2 ? set : set.ranges))))).toBe(
    '192.0.2.0/24 2001:db8::/32',
  )
  expect(show(PrefixSet.union([]))).toBe('')
})

test.for([1, 2, 3, 4, 5, 6, 7, 8])('random prefixes of both families obey the laws of sets (seed %d)', (seed) => {
  const random = randomOf(seed)
  const [a, b] = [randomSet(random), randomSet(random)]
  const [both, either] = [a.intersect(b), a.union(b)]
  expect(either.count).toBe(a.count + b.count - both.count)
  expect(show(a.subtract(b).union(both))).toBe(show(a))
  expect(show(PrefixSet.union([b, a]))).toBe(show(either))
  expect(show(everything().subtract(everything().subtract(a)))).toBe(show(a))
  expect(a.subtract(b).overlaps(b)).toBe(false)
  expect([either.contains(a), a.contains(both), both.equals(b.intersect(a))]).toEqual([true, true, true])
  expect(show(PrefixSet.of([...a.prefixes].reverse()))).toBe(show(a))
  expect(show(PrefixSet.union([a.family('ipv4'), a.family('ipv6')]))).toBe(show(a))
})

/** Prefixes that lie close enough together to overlap, nest and touch. */
function randomSet(random: (limit: number) => number): PrefixSet {
  const prefixes = Array.from({ length: 200 }, (): Prefix => {
    const [family, length] = random(2) ? (['ipv4', 20 + random(13)] as const) : (['ipv6', 116 + random(13)] as const)
    const host = BigInt(BITS[family] - length)
    const origin = [0n, MIDDLE[family] - (1n << 15n), LAST[family] - (1n << 16n) + 1n][random(3)] as bigint
    return { family, address: ((origin + BigInt(random(1 << 16))) >> host) << host, length }
  })
  return PrefixSet.of(prefixes)
}

test('says whether something is a set', () => {
  const likeOne: unknown = Object.create(PrefixSet.prototype)
  const values = [setOf(''), setOf('192.0.2.0/24'), likeOne, {}, null, undefined, 'set', 1]
  expect(values.map((value) => PrefixSet.is(value))).toEqual([true, true, false, false, false, false, false, false])
})

test('writes its prefixes as lines, of one family or of both', () => {
  for (const text of [
    '',
    '192.0.2.0/24 198.51.100.1/32',
    '2001:db8::/32',
    '192.0.2.0/24 2001:db8::/32 2001:db9:1:2:3:4:5:6/128',
  ]) {
    const set = setOf(text)
    expect(Buffer.from(set.lines).toString()).toBe(text && `${text.replaceAll(' ', '\n')}\n`)
    expect(set.texts).toEqual(text.split(' ').filter(Boolean))
  }
})

test('counts its prefixes before and after they are built', () => {
  const [fresh, built] = [1, 2].map(() => setOf('192.0.2.0/24 192.0.3.0/25 2001:db8::/32'))
  expect([built?.prefixes.length, built?.prefixCount, fresh?.prefixCount]).toEqual([3, 3, 3])
})

test('joins many sets as it joins a few', () => {
  const blocks = Array.from({ length: 40 }, (_, index) =>
    setOf(`10.${(index * 17) % 40}.0.0/16 2001:db8:${index % 5}::/48`),
  )
  for (const count of [0, 1, 2, 7, 8, 9, 40]) {
    const some = blocks.slice(0, count)
    const want = PrefixSet.of(some.flatMap(({ prefixes }) => prefixes))
    expect(PrefixSet.union(some).equals(want)).toBe(true)
    expect(PrefixSet.union([...some, PrefixSet.empty]).texts).toEqual(want.texts)
  }
})
