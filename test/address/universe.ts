import { type AddressFamily, formatPrefix, type Prefix, type Range, rangeOf } from '../../src/address/prefix.ts'
import { PrefixSet } from '../../src/address/prefix-set.ts'

// Small universes of addresses, and their subsets as bit masks: set algebra that cannot be wrong.

/** Some addresses, in order; bit `i` of a mask stands for the address at `i`. */
export type Universe = readonly { readonly family: AddressFamily; readonly address: bigint }[]

export const run = (family: AddressFamily, first: bigint, count: number): Universe =>
  Array.from({ length: count }, (_, index) => ({ family, address: first + BigInt(index) }))

export const LAST = { ipv4: (1n << 32n) - 1n, ipv6: (1n << 128n) - 1n } as const
export const MIDDLE = { ipv4: 1n << 31n, ipv6: 1n << 127n } as const

export const universesOf = (count: number): [name: string, universe: Universe][] =>
  (['ipv4', 'ipv6'] as const).flatMap((family): [string, Universe][] => [
    [`${family}, at the start`, run(family, 0n, count)],
    [`${family}, across the middle`, run(family, MIDDLE[family] - BigInt(count / 2), count)],
    [`${family}, at the very end`, run(family, LAST[family] - BigInt(count - 1), count)],
  ])

export const hostOf = ({ family, address }: Universe[number]): Prefix => ({ family, address, length: BITS[family] })
export const BITS = { ipv4: 32, ipv6: 128 } as const

const setOfMask = (mask: number, hosts: readonly Prefix[]) => PrefixSet.of(hosts.filter((_, bit) => (mask >> bit) & 1))

/** The addresses of a range as a mask; NaN if one of them is outside of the universe. */
function maskOf({ family, first, last }: Range, universe: Universe): number {
  const bit = universe.findIndex((one) => one.family === family && one.address === first)
  const length = Number(last - first) + 1
  const end = universe[bit + length - 1]
  return bit >= 0 && end?.family === family && end.address === last ? ((1 << length) - 1) << bit : Number.NaN
}

const maskOfSet = (set: PrefixSet, universe: Universe) =>
  set.ranges.reduce((mask, range) => mask + maskOf(range, universe), 0)

/**
 * The least number of prefixes that make up each mask, by trying every aligned block as the last one added: no idea of
 * halves, of neighbours or of order comes into it.
 */
function fewestOf(universe: Universe): Uint8Array {
  const blocks = universe.flatMap(({ family, address }, bit) =>
    [1, 2, 4, 8, 16]
      .filter((size) => address % BigInt(size) === 0n && universe[bit + size - 1]?.family === family)
      .map((size) => ((1 << size) - 1) << bit),
  )
  const fewest = new Uint8Array(1 << universe.length)
  for (let mask = 1; mask < fewest.length; mask++) {
    fewest[mask] = Math.min(...blocks.map((block) => ((mask & block) === block ? (fewest[mask ^ block] ?? 0) + 1 : 99)))
  }
  return fewest
}

/** The masks of a universe whose set is not what the mask says, or is not in the fewest prefixes. */
export function wrongSubsets(universe: Universe): number[] {
  const fewest = fewestOf(universe)
  const hosts = universe.map(hostOf)
  const masks = Array.from({ length: 1 << universe.length }, (_, mask) => mask)
  return masks.filter((mask) => {
    const set = setOfMask(mask, hosts)
    // Parts that add up to the mask, and are no more than the fewest, neither overlap nor leave anything out.
    const parts = set.prefixes.map((prefix) => maskOf(rangeOf(prefix), universe))
    const isRight =
      parts.reduce((sum, part) => sum + part, 0) === mask &&
      parts.reduce((all, part) => all | part, 0) === mask &&
      parts.length === fewest[mask] &&
      setOfMask(mask, hosts).prefixCount === fewest[mask] &&
      set.texts.join() === set.prefixes.map(formatPrefix).join() &&
      set.count === BigInt(bitsIn(mask)) &&
      set.isEmpty === (mask === 0)
    return !isRight
  })
}

function bitsIn(mask: number): number {
  let bits = 0
  for (let rest = mask; rest > 0; rest &= rest - 1) bits++
  return bits
}

/** Universes for pairs of sets: the last one lies in both families. */
export const mixedUniversesOf = (count: number): [name: string, universe: Universe][] => [
  ...universesOf(count),
  [
    'the last of IPv4 and the first of IPv6',
    [...run('ipv4', LAST.ipv4 - BigInt(count / 2 - 1), count / 2), ...run('ipv6', 0n, count / 2)],
  ],
]

/** The operations on pairs of subsets whose result is not what their masks say. */
export function wrongPairs(universe: Universe): string[] {
  const hosts = universe.map(hostOf)
  const sets = Array.from({ length: 1 << universe.length }, (_, mask) => setOfMask(mask, hosts))
  const wrong: string[] = []
  const check = (what: string, got: unknown, want: unknown) => got === want || wrong.push(`${what}: ${got}`)
  for (const [a, set] of sets.entries()) {
    for (const [b, other] of sets.entries()) {
      check(`${a} union ${b}`, maskOfSet(set.union(other), universe), a | b)
      check(`${a} intersect ${b}`, maskOfSet(set.intersect(other), universe), a & b)
      check(`${a} subtract ${b}`, maskOfSet(set.subtract(other), universe), a & ~b)
      check(`${a} contains ${b}`, set.contains(other), (b & ~a) === 0)
      check(`${a} overlaps ${b}`, set.overlaps(other), (a & b) !== 0)
      check(`${a} equals ${b}`, set.equals(other), a === b)
    }
  }
  return wrong
}
