import { expect, test } from 'vitest'
import { commonWith, overlapping } from '../../src/address/overlaps.ts'
import { type Prefix, parsePrefix } from '../../src/address/prefix.ts'
import { PrefixSet } from '../../src/address/prefix-set.ts'
import { configRules } from '../../src/audit/extra-traffic.ts'
import { readingOf, setOf } from './notation.ts'

// Eight addresses of each family (those of IPv6 are smaller as numbers), and every prefix of them: what a prefix and a set have in common, against the sets' own algebra.
const prefixesOf = (base: string, bits: number): Prefix[] =>
  [0, 1, 2, 3].flatMap((depth) =>
    Array.from({ length: 2 ** depth }, (_, index) => parsePrefix(`${base}${(8 >> depth) * index}/${bits - 3 + depth}`)),
  )
const PREFIXES = [...prefixesOf('192.0.2.', 32), ...prefixesOf('::', 128)]

test('a prefix has in common with a set what their intersection has: every set of eight addresses in each family', () => {
  const hosts = PREFIXES.filter(({ family, length }) => length === (family === 'ipv4' ? 32 : 128))
  for (let chosen = 0; chosen < 256; chosen++) {
    // The other family has the opposite, so that a mix of families is wrong.
    const set = PrefixSet.of(hosts.filter((_, index) => ((chosen >> (index % 8)) & 1) === (index < 8 ? 1 : 0)))
    const [common, isTouched] = [commonWith(set), overlapping(set)]
    for (const prefix of PREFIXES) {
      const want = PrefixSet.of([prefix]).intersect(set)
      expect(PrefixSet.of(common(prefix)).equals(want), `${chosen} ${prefix.address}/${prefix.length}`).toBe(true)
      expect(isTouched(prefix)).toBe(!want.isEmpty)
    }
  }
})

test('a rule is one, or each of its members, with what of their prefixes it has', () => {
  const [rule] = readingOf('allow out tcp 443 192.0.2.0/24,203.0.113.0/25 x').rules as [never]
  const place = { part: 'conf', line: 1 }
  const isOurs = (name: string) => name === 'Web'
  const addresses = setOf('192.0.2.0/24,203.0.113.0/25')
  const single = { rule: 'x', place, addresses, prefix: undefined }
  expect(configRules(rule, { past: setOf('192.0.2.7/32'), isOurs })).toEqual([{ ...single, isRelated: true }])
  expect(configRules(rule, { past: setOf('198.51.100.0/24'), isOurs })).toEqual([{ ...single, isRelated: false }])
  expect(configRules(rule, { past: setOf('198.51.100.0/24'), isOurs: (name) => name === 'x' })).toEqual([
    { ...single, isRelated: true },
  ])

  const member = (name: string, line: number, cidr: string) => ({
    name,
    place: { part: 'conf', line },
    prefix: parsePrefix(cidr),
  })
  const members = [member('a', 7, '192.0.2.0/24'), member('b', 8, '203.0.113.0/24'), member('Web', 9, '203.0.113.0/24')]
  const found = configRules({ ...(rule as object), members } as never, { past: setOf('192.0.2.7/32'), isOurs })
  expect(found.map(({ rule, place, isRelated, addresses }) => [rule, place.line, isRelated, addresses.texts])).toEqual([
    ['a', 7, true, ['192.0.2.0/24']],
    ['b', 8, false, []],
    ['Web', 9, true, ['203.0.113.0/25']],
  ])
})
