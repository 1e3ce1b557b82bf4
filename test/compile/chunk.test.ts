import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Chunk, chunksOf } from '../../src/compile/chunk.ts'
import { comparePrefixes, formatPrefix, type Prefix, rangeOf } from '../../src/model/prefix.ts'
import { PrefixSet } from '../../src/model/prefix-set.ts'
import { readSnapshot } from '../../src/source/snapshot.ts'
import { ROOT } from '../fixtures.ts'
import { randomOf, setOf } from '../notation.ts'

const showChunk = ({ block, prefixes }: Chunk) => `${formatPrefix(block)}: ${prefixes.map(formatPrefix).join(' ')}`

test.for<[prefixes: string, most: number, want: string[]]>([
  ['', 2, []],
  ['192.0.2.0/24', 2, ['0.0.0.0/0: 192.0.2.0/24']],
  ['192.0.2.0/24 198.51.100.0/24', 2, ['0.0.0.0/0: 192.0.2.0/24 198.51.100.0/24']],
  [
    '10.0.0.0/8 192.0.2.0/24 198.51.100.0/24',
    2,
    ['0.0.0.0/1: 10.0.0.0/8', '128.0.0.0/1: 192.0.2.0/24 198.51.100.0/24'],
  ],
  [
    '192.0.2.0/32 192.0.2.2/32 192.0.2.4/32',
    2,
    ['192.0.2.0/30: 192.0.2.0/32 192.0.2.2/32', '192.0.2.4/30: 192.0.2.4/32'],
  ],
  ['192.0.2.0/24 2001:db8::/32', 2, ['0.0.0.0/0: 192.0.2.0/24', '::/0: 2001:db8::/32']],
  ['2001:db8::/33 8000::/1', 1, ['::/1: 2001:db8::/33', '8000::/1: 8000::/1']],
  [
    '255.255.255.253/32 255.255.255.255/32',
    1,
    ['255.255.255.252/31: 255.255.255.253/32', '255.255.255.254/31: 255.255.255.255/32'],
  ],
  ['0.0.0.0/0', 0, ['0.0.0.0/0: 0.0.0.0/0']],
])('cuts %j in chunks of %d', ([prefixes, most, want]) => {
  expect(chunksOf(setOf(prefixes).prefixes, most).map(showChunk)).toEqual(want)
})

/** What is wrong with the chunks of `prefixes`, if anything. */
function faultOf(prefixes: readonly Prefix[], chunks: readonly Chunk[], most: number): string | undefined {
  if (
    chunks
      .flatMap((chunk) => chunk.prefixes)
      .map(formatPrefix)
      .join() !== prefixes.map(formatPrefix).join()
  )
    return 'not the same prefixes in the same order'
  if (chunks.some((chunk) => chunk.prefixes.length > most || chunk.prefixes.length === 0)) return 'a wrong size'
  if (chunks.some(({ block, prefixes }) => prefixes.some((prefix) => !isIn(prefix, block)))) return 'out of its block'
  if (chunks.some(({ block }, index) => chunks[index + 1] && isIn(chunks[index + 1]?.block as Prefix, block)))
    return 'overlapping blocks'
  return undefined
}

function isIn(prefix: Prefix, block: Prefix): boolean {
  const [inner, outer] = [rangeOf(prefix), rangeOf(block)]
  return inner.family === outer.family && inner.first >= outer.first && inner.last <= outer.last
}

/** Chunks that went and came when `prefixes` became `more`: `-1 +2`. */
function touched(prefixes: readonly Prefix[], more: readonly Prefix[], most: number): string {
  const [before, after] = [prefixes, more].map((list) => new Set(chunksOf(list, most).map(showChunk)))
  const gone = [...(before as Set<string>)].filter((chunk) => !after?.has(chunk)).length
  const come = [...(after as Set<string>)].filter((chunk) => !before?.has(chunk)).length
  return `-${gone} +${come}`
}

// Changed, cut in two, or new in a block that held nothing.
const ONE = ['-1 +1', '-1 +2', '-0 +1']

test('one address more touches one chunk: every subset of eight addresses', () => {
  const hosts = Array.from(
    { length: 8 },
    (_, index): Prefix => ({ family: 'ipv4', address: 0xc0000200n + BigInt(index), length: 32 }),
  )
  const wrong: string[] = []
  for (let mask = 0; mask < 256; mask++) {
    const prefixes = hosts.filter((_, bit) => (mask >> bit) & 1)
    for (const most of [1, 2, 3]) {
      const fault = faultOf(prefixes, chunksOf(prefixes, most), most)
      if (fault) wrong.push(`${mask} by ${most}: ${fault}`)
      for (let bit = 0; bit < 8; bit++) {
        if ((mask >> bit) & 1) continue
        const more = hosts.filter((_, other) => ((mask | (1 << bit)) >> other) & 1)
        const change = touched(prefixes, more, most)
        if (!ONE.includes(change)) wrong.push(`${mask} and ${bit} by ${most}: ${change}`)
      }
    }
  }
  expect(wrong).toEqual([])
})

const SNAPSHOT = join(ROOT, 'snapshots/public/2025-11-10.json')

test.skipIf(!existsSync(SNAPSHOT)).for([1, 2, 3, 4])(
  'one prefix more touches one chunk of a real set (seed %d)',
  (seed) => {
    const random = randomOf(seed)
    const tags = [...readSnapshot(SNAPSHOT, 'public').tags.values()]
    const all = PrefixSet.union(tags.map(({ prefixes }) => prefixes)).prefixes
    const wrong: string[] = []
    for (let round = 0; round < 10; round++) {
      const left = all[random(all.length)] as Prefix
      const most = 5 + random(60)
      const rest = all.filter((prefix) => prefix !== left)
      const fault = faultOf(all, chunksOf(all, most), most)
      if (fault) wrong.push(`by ${most}: ${fault}`)
      const change = touched(rest, all, most)
      if (!ONE.includes(change)) wrong.push(`${formatPrefix(left)} by ${most}: ${change}`)
    }
    expect(wrong).toEqual([])
  },
)

test.for([5, 6, 7, 8])('one prefix more touches one chunk of a clustered set (seed %d)', (seed) => {
  const random = randomOf(seed)
  const clusters = Array.from({ length: 12 }, () => BigInt(random(0xffffffff)) & 0xffff0000n)
  const hosts = Array.from(
    { length: 300 },
    (): Prefix => ({
      family: 'ipv4',
      address: (clusters[random(12)] as bigint) + BigInt(random(0x4000)) * 4n,
      length: 30,
    }),
  )
  const distinct = [...new Map(hosts.map((prefix) => [formatPrefix(prefix), prefix])).values()]
  const wrong: string[] = []
  for (let round = 0; round < 20; round++) {
    const count = 1 + random(distinct.length - 1)
    const most = 1 + random(40)
    const [rest, more] = [distinct.slice(0, count), distinct.slice(0, count + 1)].map((list) =>
      list.sort(comparePrefixes),
    )
    const change = touched(rest as Prefix[], more as Prefix[], most)
    const fault = faultOf(more as Prefix[], chunksOf(more as Prefix[], most), most)
    if (!ONE.includes(change) || fault) wrong.push(`${count} by ${most}: ${change} ${fault}`)
  }
  expect(wrong).toEqual([])
})
