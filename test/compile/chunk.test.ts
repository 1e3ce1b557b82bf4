import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { comparePrefixes, formatPrefix, type Prefix, rangeOf } from '../../src/address/prefix.ts'
import { PrefixSet } from '../../src/address/prefix-set.ts'
import { blocksOf, type Chunk, splitGroup } from '../../src/compile/fit/fit.ts'
import { readSnapshot } from '../../src/document/snapshot/stored-snapshots.ts'
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
])('cuts %j in blocks of %d', ([prefixes, most, want]) => {
  expect(blocksOf(setOf(prefixes).prefixes, most).map(showChunk)).toEqual(want)
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
  const [before, after] = [prefixes, more].map((list) => new Set(blocksOf(list, most).map(showChunk)))
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
      const fault = faultOf(prefixes, blocksOf(prefixes, most), most)
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
      const fault = faultOf(all, blocksOf(all, most), most)
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
    const fault = faultOf(more as Prefix[], blocksOf(more as Prefix[], most), most)
    if (!ONE.includes(change) || fault) wrong.push(`${count} by ${most}: ${change} ${fault}`)
  }
  expect(wrong).toEqual([])
})

type Split = ReturnType<typeof splitGroup>

const showSplit = ({ members, chunks }: Split) => [members.map(formatPrefix).join(' '), ...chunks.map(showChunk)]

test.for<[prefixes: string, most: number, want: string[]]>([
  ['', 2, ['']],
  ['20.0.0.0/24 40.0.0.0/24', 2, ['20.0.0.0/24 40.0.0.0/24']],
  ['20.0.0.0/24 40.0.0.0/24 40.0.2.0/24', 2, ['20.0.0.0/24', '32.0.0.0/3: 40.0.0.0/24 40.0.2.0/24']],
  [
    '20.0.0.0/24 20.0.2.0/24 40.0.0.0/24 40.0.2.0/24',
    3,
    ['20.0.0.0/24 20.0.2.0/24', '32.0.0.0/3: 40.0.0.0/24 40.0.2.0/24'],
  ],
  // Each of the three halves would do as a chunk, but there is no room for any of them.
  [
    '20.0.0.0/24 20.0.2.0/24 40.0.0.0/24 40.0.2.0/24 80.0.0.0/24 80.0.2.0/24',
    2,
    [
      '',
      '0.0.0.0/3: 20.0.0.0/24 20.0.2.0/24',
      '32.0.0.0/3: 40.0.0.0/24 40.0.2.0/24',
      '64.0.0.0/2: 80.0.0.0/24 80.0.2.0/24',
    ],
  ],
])('%j in a group of %d', ([prefixes, most, want]) => {
  expect(showSplit(splitGroup(setOf(prefixes).prefixes, most))).toEqual(want)
})

/** Seeded networks as Azure has them: some regions, in each of them many that are close. */
function published(seed: number, count: number): Prefix[] {
  const random = randomOf(seed)
  const regions = Array.from({ length: 20 }, () => (BigInt(13 + random(190)) << 24n) | (BigInt(random(16)) << 20n))
  const known = new Map<bigint, Prefix>()
  while (known.size < count) {
    const address = (regions[random(regions.length)] as bigint) + (BigInt(random(4096)) << 8n)
    known.set(address, { family: 'ipv4', address, length: 25 })
  }
  return [...known.values()]
}

/** What a device is told to make one split of another: members and groups that come and go, and groups that are deleted. */
function commandsBetween(before: Split, after: Split): number {
  const groupsOf = ({ members, chunks }: Split) =>
    new Map([
      ['', new Set([...members, ...chunks.map(({ block }) => block)].map(formatPrefix))],
      ...chunks.map(({ block, prefixes }) => [formatPrefix(block), new Set(prefixes.map(formatPrefix))] as const),
    ])
  const [old, young] = [groupsOf(before), groupsOf(after)]
  const added = [...young].flatMap(([name, members]) => [...members].filter((member) => !old.get(name)?.has(member)))
  const removed = [...old].flatMap(([name, members]) =>
    young.has(name) ? [...members].filter((member) => !young.get(name)?.has(member)) : [name],
  )
  return added.length + removed.length
}

describe('a group that grows, prefix by prefix', () => {
  test.for<[most: number, block: number]>([
    [100, 64],
    [255, 64],
    [500, 64],
    [2000, 125],
  ])('of at most %i members', ([most, block]) => {
    const all = published(most, most + 80)
    const wrong: string[] = []
    let [before, commands] = [splitGroup(all.slice(0, most).sort(comparePrefixes), most), 0]
    for (let count = most + 1; count <= all.length; count++) {
      const prefixes = all.slice(0, count).sort(comparePrefixes)
      const after = splitGroup(prefixes, most)
      const held = [...after.members, ...after.chunks.flatMap((chunk) => chunk.prefixes)].sort(comparePrefixes)
      if (held.map(formatPrefix).join() !== prefixes.map(formatPrefix).join()) wrong.push(`${count}: others`)
      if (after.members.length + after.chunks.length > most) wrong.push(`${count}: too many members`)
      if (after.chunks.some((chunk) => chunk.prefixes.length > block)) wrong.push(`${count}: a chunk too large`)
      const told = commandsBetween(before, after)
      // A block is cut in two, and another one moves over the border.
      if (told > 3 * block + 8) wrong.push(`${count}: ${told} commands`)
      commands += told
      before = after
    }
    expect(wrong).toEqual([])
    // In the mean, one to add it, and two for one that moves into a chunk.
    expect(commands / 80).toBeLessThan(6)
  })
})

test.for<[each: number, most: number, want: number[]]>([
  [40, 130, Array(128).fill(40)],
  [40, 128, Array(128).fill(40)],
  [40, 127, Array(64).fill(80)],
  [40, 80, Array(64).fill(80)],
  // None is larger than the group may be: then it is the limit of the device that speaks.
  [40, 79, Array(128).fill(40)],
  [60, 100, Array(128).fill(60)],
])('128 regions of %i prefixes each, in a group of at most %i', ([each, most, want]) => {
  const all = Array.from({ length: 128 * each }, (_, index): Prefix => {
    const [region, place] = [BigInt(Math.floor(index / each)), BigInt(index % each)]
    return { family: 'ipv4', address: (region << 25n) + (place << 9n), length: 24 }
  })
  const { members, chunks } = splitGroup(all, most)
  expect([members.length, ...chunks.map(({ prefixes }) => prefixes.length)]).toEqual([0, ...want])
})

test('the same prefixes are the same groups, however they came', () => {
  const all = published(7, 700)
  const want = showSplit(splitGroup(all.toSorted(comparePrefixes), 300))
  expect(showSplit(splitGroup(PrefixSet.of(all.toReversed()).prefixes, 300))).toEqual(want)
})
