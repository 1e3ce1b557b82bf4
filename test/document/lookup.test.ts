import { expect, test } from 'vitest'
import { BITS, formatPrefix, type Prefix, parsePrefix } from '../../src/address/prefix.ts'
import { PrefixSet } from '../../src/address/prefix-set.ts'
import { lookUp } from '../../src/document/lookup.ts'

/** All prefixes of 3 bits below a prefix, and that prefix itself. */
const below = (top: string) => {
  const { family, address, length } = parsePrefix(top)
  return Array.from({ length: 4 }, (_, depth) =>
    Array.from({ length: 2 ** depth }, (_, index): Prefix => {
      const bits = length + depth
      return { family, address: address + (BigInt(index) << BigInt(BITS[family] - bits)), length: bits }
    }),
  ).flat()
}

const SMALL = [...below('10.0.0.0/29'), ...below('2001:db8::/125'), ...['0.0.0.0/0', '::/0'].map(parsePrefix)]

const tagOf = (name: string, prefixes: readonly Prefix[]) => ({ name, region: '', systemService: '', prefixes })

const shares = (a: Prefix, b: Prefix) => PrefixSet.of([a]).overlaps(PrefixSet.of([b]))

test('every prefix of a small space, asked for in one lookup, finds all that share an address with it', () => {
  const tags = SMALL.map((prefix) => tagOf(formatPrefix(prefix), [prefix]))
  const queries = [...SMALL, ...SMALL].reverse()
  const found = lookUp(queries, tags)
  for (const [index, query] of queries.entries()) {
    const expected = SMALL.filter((prefix) => shares(prefix, query))
    expect(found[index]?.hits.map(({ tag }) => tag.name).sort()).toEqual(expected.map(formatPrefix).sort())
    for (const { prefix, holds } of found[index]?.hits ?? [])
      expect(holds).toBe(PrefixSet.of([prefix]).contains(PrefixSet.of([query])) ? 'all' : 'a part')
  }
})

test('an address may be asked for more often than a call has arguments', () => {
  const query = parsePrefix('20.0.0.0/8')
  const found = lookUp(Array(150_000).fill(query), [tagOf('Inner', [parsePrefix('20.1.0.0/16')])])
  expect(new Set(found.map(({ hits }) => hits.length))).toEqual(new Set([1]))
})

test('the most specific prefix comes first, and prefixes of one tag complete each other', () => {
  const [upper, lower, all] = ['10.0.0.0/25', '10.0.0.128/25', '10.0.0.0/8'].map(parsePrefix) as [
    Prefix,
    Prefix,
    Prefix,
  ]
  const tags = [tagOf('Halves', [upper, lower]), tagOf('All', [all]), tagOf('Half', [lower])]
  const [found] = lookUp([parsePrefix('10.0.0.0/24')], tags)
  expect(found?.hits.map(({ tag, prefix, holds }) => [tag.name, formatPrefix(prefix), holds])).toEqual([
    ['Halves', '10.0.0.0/25', 'a part, and its tag all'],
    ['Half', '10.0.0.128/25', 'a part'],
    ['Halves', '10.0.0.128/25', 'a part, and its tag all'],
    ['All', '10.0.0.0/8', 'all'],
  ])
})
