import { describe, expect, test } from 'vitest'
import { cheapestCovers, divideBudget } from '../../src/compile/cheapest-cover.ts'
import { packCost, unpackCost } from '../../src/compile/cover-tree.ts'
import { type AddressFamily, BITS, formatPrefix, type Prefix } from '../../src/model/prefix.ts'
import { PrefixSet } from '../../src/model/prefix-set.ts'
import { randomOf, setOf, show } from '../notation.ts'

// Against brute force: of every set that holds a subset of a small universe, the cheapest at every budget. Sets are
// bit masks there, and nothing of the program is used.

/** A block of the universe, of 2 ** bits addresses, by its number as in a heap: 1 is the whole, 2 and 3 its halves. */
function blocksOf(bits: number): { mask: number; depth: number; first: number }[] {
  return Array.from({ length: 2 ** (bits + 1) }, (_, number) => {
    const depth = 31 - Math.clz32(Math.max(1, number))
    const size = 2 ** (bits - depth)
    const first = (number - 2 ** depth) * size
    return { mask: number === 0 ? 0 : (2 ** size - 1) << first, depth, first }
  })
}

/** The largest blocks that make up a set, as a mask of their numbers. */
function coverMaskOf(set: number, blocks: ReturnType<typeof blocksOf>): number {
  let cover = 0
  const visit = (number: number) => {
    const block = blocks[number]
    if (!block || (block.mask & set) === 0) return
    if ((block.mask & set) === block.mask) cover |= 1 << number
    else for (const half of [2 * number, 2 * number + 1]) visit(half)
  }
  visit(1)
  return cover
}

const bitsIn = (mask: number) => {
  let count = 0
  for (let rest = mask; rest !== 0; rest &= rest - 1) count++
  return count
}

/** A universe of 2 ** bits numbers, each of which is a block of 2 ** unit addresses of a family. */
function universeOf(bits: number, family: AddressFamily, unit = 0) {
  const blocks = blocksOf(bits)
  const start = family === 'ipv4' ? 0x14280000n : 0x26n << 120n
  const root = { address: start, length: BITS[family] - unit - bits }
  const prefixOf = (number: number): Prefix => {
    const { depth, first } = blocks[number] as (typeof blocks)[number]
    return { family, address: root.address + (BigInt(first) << BigInt(unit)), length: root.length + depth }
  }
  const covers = Array.from({ length: 2 ** (2 ** bits) }, (_, set) => coverMaskOf(set, blocks))
  const masks = blocks.map(({ mask }) => mask)
  const prefixesOf = (set: number) =>
    blocks.flatMap((_, number) => ((covers[set] as number) & (1 << number) ? [prefixOf(number)] : []))
  const short = (length: number) =>
    blocks.reduce(
      (mask, { depth }, number) => (number > 0 && root.length + depth < length ? mask | (1 << number) : mask),
      0,
    )
  return {
    family,
    size: 2 ** bits,
    unit,
    root,
    masks,
    covers,
    setOf: (set: number) => PrefixSet.of(prefixesOf(set)),
    short,
  }
}

type Universe = ReturnType<typeof universeOf>

/** Masks of the universe, and a depth in it. */
interface Case {
  readonly set: number
  readonly never: number
  readonly within: number | undefined
  readonly previous: number
  readonly minDepth: number
}

/**
 * A cover in the fewest blocks of which none is among those that are `tooShort` and not the set's own: neighbours that are
 * as short as is allowed stay two.
 */
function piecesOf(cover: number, own: number, tooShort: number): number {
  let pieces = cover & (own | ~tooShort)
  const split = (block: number) => {
    for (const half of [2 * block, 2 * block + 1]) {
      if ((own | ~tooShort) & (1 << half)) pieces |= 1 << half
      else split(half)
    }
  }
  const short = cover & ~pieces
  for (let block = 1; short >>> block !== 0; block++) if (short & (1 << block)) split(block)
  return pieces
}

/** Blocks that the previous cover has. One that is as short as is allowed may be a part of a shorter one there. */
function knownOf({ masks, covers, root, short }: Universe, previous: number, minDepth: number): number {
  const atMost = short(root.length + minDepth + 1)
  return masks.reduce(
    (known, mask, block) => (atMost & (1 << block) && (mask & ~previous) === 0 ? known | (1 << block) : known),
    covers[previous] as number,
  )
}

const WEIGHT = { outside: 10_000, admitted: 100, changed: 1 }

/** The cost of the cheapest cover by budget, from 1 on; undefined where there is none. */
function bruteForce(universe: Universe, { set, never, within, previous, minDepth }: Case) {
  const { size, covers, root, short } = universe
  const everything = 2 ** size - 1
  const tooShort = short(root.length + minDepth)
  const known = knownOf(universe, previous, minDepth)
  const own = covers[set] as number
  const costs: (number | undefined)[] = []
  const rest = everything & ~set
  for (let more = rest; ; more = (more - 1) & rest) {
    if ((more & never) === 0) {
      const cover = piecesOf(covers[set | more] as number, own, tooShort)
      const outside = within === undefined ? 0 : bitsIn(more & ~within)
      const cost = outside * WEIGHT.outside + bitsIn(more) * WEIGHT.admitted + bitsIn(cover & ~known)
      const budget = bitsIn(cover)
      if (costs[budget] === undefined || cost < (costs[budget] as number)) costs[budget] = cost
    }
    if (more === 0) break
  }
  const best: (number | undefined)[] = []
  for (let budget = 1; budget <= bitsIn(own); budget++) {
    const [here, before] = [costs[budget], best.at(-1)]
    best.push(here === undefined ? before : before === undefined ? here : Math.min(here, before))
  }
  return best
}

/** The same from the program, and whether each cover is what its cost says. */
function ours(universe: Universe, { set, never, within, previous, minDepth }: Case) {
  const own = universe.setOf(set)
  const { family } = universe
  const constraints = {
    never: universe.setOf(never),
    within: within === undefined ? undefined : universe.setOf(within),
    previous: universe.setOf(previous),
    minPrefixLength: universe.root.length + minDepth,
  }
  const curve = cheapestCovers(own, constraints, own.prefixes.length)
  const known = new Set(constraints.previous.prefixes.map(formatPrefix))
  const isKnown = (prefix: Prefix) =>
    known.has(formatPrefix(prefix)) ||
    (prefix.length <= constraints.minPrefixLength && constraints.previous.contains(PrefixSet.of([prefix])))
  const isOwn = new Set(own.prefixes.map(formatPrefix))
  const isCheaper = (budget: number) =>
    (curve.costs[budget - curve.least] as bigint) < (curve.costs[budget - curve.least - 1] as bigint)
  return own.prefixes.map((_, index) => {
    const budget = index + 1
    if (budget < curve.least) return undefined
    const { outside, admitted, changed } = unpackCost(curve.costs[budget - curve.least] as bigint)
    const cover = curve.coverAt(budget)
    const covered = PrefixSet.of(cover)
    const extra = covered.subtract(own)
    const told = {
      contains: covered.contains(own),
      isApart: cover.reduce((sum, { length }) => sum + (1n << BigInt(BITS[family] - length)), 0n) === covered.count,
      isAllowed: cover.every(
        (prefix) => prefix.length >= constraints.minPrefixLength || isOwn.has(formatPrefix(prefix)),
      ),
      isWithinBudget: covered.prefixes.length <= cover.length && cover.length <= budget,
      // The same cost is not had for fewer.
      isShort: budget === curve.least || isCheaper(budget) || cover.length <= curve.coverAt(budget - 1).length,
      admitted: extra.count,
      outside: constraints.within ? extra.subtract(constraints.within).count : 0n,
      changed: cover.filter((prefix) => !isKnown(prefix)).length,
    }
    const all = { contains: true, isApart: true, isAllowed: true, isWithinBudget: true, isShort: true }
    const is = { ...all, admitted, outside, changed }
    if (Object.keys(is).some((key) => is[key as keyof typeof is] !== told[key as keyof typeof is])) return told
    const units = (count: bigint) => Number(count >> BigInt(universe.unit))
    return units(outside) * WEIGHT.outside + units(admitted) * WEIGHT.admitted + changed
  })
}

// Seconds on a machine of its own.
const SLOW = { timeout: 300_000 }

describe.for(['ipv4', 'ipv6'] as const)('the cheapest cover in %s', (family) => {
  test('of every subset of sixteen blocks, at every budget, is as cheap as brute force finds', SLOW, () => {
    const universe = universeOf(4, family)
    for (let set = 1; set < 2 ** 16; set++) {
      const one = { set, never: 0, within: undefined, previous: 0, minDepth: 0 }
      const [want, got] = [bruteForce(universe, one), ours(universe, one)]
      if (want.some((cost, index) => cost !== got[index])) expect({ set, costs: got }).toEqual({ set, costs: want })
    }
  })

  test(
    'of every subset of eight blocks with every set that is never admitted, and others to prefer and to keep',
    SLOW,
    () => {
      const universe = universeOf(3, family)
      const random = randomOf(1)
      for (let set = 1; set < 2 ** 8; set++) {
        for (let never = 0; never < 2 ** 8; never++) {
          const within = random(3) === 0 ? undefined : random(256)
          const one = { set, never: random(2) * never, within, previous: random(256), minDepth: random(4) }
          const [want, got] = [bruteForce(universe, one), ours(universe, one)]
          if (want.some((cost, index) => cost !== got[index]))
            expect({ ...one, costs: got }).toEqual({ ...one, costs: want })
        }
      }
    },
  )

  test('of sixteen blocks under seeded constraints', SLOW, () => {
    const universe = universeOf(4, family, family === 'ipv4' ? 8 : 100)
    const random = randomOf(2)
    for (let round = 0; round < 3000; round++) {
      const one = {
        set: 1 + random(2 ** 16 - 1),
        never: random(2 ** 16) & random(2 ** 16) & random(2 ** 16) & random(2 ** 16),
        within: random(2) === 0 ? undefined : random(2 ** 16),
        previous: random(2 ** 16),
        minDepth: random(5),
      }
      const [want, got] = [bruteForce(universe, one), ours(universe, one)]
      if (want.some((cost, index) => cost !== got[index]))
        expect({ ...one, costs: got }).toEqual({ ...one, costs: want })
    }
  })

  test('a cover is the one that is nearest to itself', () => {
    const universe = universeOf(4, family)
    const random = randomOf(4)
    for (let round = 0; round < 2000; round++) {
      const own = universe.setOf(1 + random(2 ** 16 - 1))
      const constraints = {
        never: universe.setOf(random(2 ** 16) & random(2 ** 16) & random(2 ** 16)),
        within: random(2) === 0 ? undefined : universe.setOf(random(2 ** 16)),
        minPrefixLength: universe.root.length + random(5),
      }
      const coverWith = (previous: PrefixSet, budget: number) =>
        cheapestCovers(own, { ...constraints, previous }, budget).coverAt(budget)
      const { least } = cheapestCovers(own, { ...constraints, previous: PrefixSet.empty }, 0)
      const budget = least + random(own.prefixes.length - least + 1)
      const cover = PrefixSet.of(coverWith(universe.setOf(random(2 ** 16)), budget))
      expect(show(PrefixSet.of(coverWith(cover, budget)))).toBe(show(cover))
    }
  })

  test('a budget is divided between sets as cheaply as any division does', () => {
    const universe = universeOf(3, family)
    const random = randomOf(3)
    for (let round = 0; round < 500; round++) {
      const sets = Array.from({ length: 1 + random(4) }, () => universe.setOf(1 + random(255)))
      const constraints = {
        never: universe.setOf(1 << random(8)),
        within: random(2) === 0 ? undefined : universe.setOf(random(256)),
        previous: universe.setOf(random(256)),
        minPrefixLength: universe.root.length + random(4),
      }
      const most = sets.reduce((sum, { prefixes }) => sum + prefixes.length, 0)
      const curves = sets.map((set) => cheapestCovers(set, constraints, most))
      const costAt = (curve: (typeof curves)[number], budget: number) =>
        curve.costs[Math.min(budget - curve.least, curve.costs.length - 1)] as bigint
      const least = curves.reduce((sum, curve) => sum + curve.least, 0)
      for (let budget = least; budget <= most; budget++) {
        const every = (index: number, left: number): bigint | undefined => {
          const curve = curves[index]
          if (!curve) return 0n
          let best: bigint | undefined
          for (let share = curve.least; share <= left; share++) {
            const rest = every(index + 1, left - share)
            const cost = rest === undefined ? undefined : rest + costAt(curve, share)
            if (cost !== undefined && (best === undefined || cost < best)) best = cost
          }
          return best
        }
        const shares = divideBudget(curves, budget)
        expect(shares.reduce((sum, share) => sum + share, 0)).toBeLessThanOrEqual(budget)
        const cost = shares.reduce(
          (sum, share, index) => sum + costAt(curves[index] as (typeof curves)[number], share),
          0n,
        )
        expect(cost).toBe(every(0, budget))
      }
    }
  })
})

test.for([
  ['two far apart', '20.0.0.0/24 20.0.3.0/24', 1, '20.0.0.0/22'],
  [
    'the cheaper of two gaps',
    '20.0.0.0/24 20.0.3.0/24 20.0.4.0/24 20.0.6.0/23',
    3,
    '20.0.0.0/24 20.0.3.0/24 20.0.4.0/22',
  ],
  ['a whole family', '1.0.0.0/8 129.0.0.0/8', 1, '0.0.0.0/0'],
  ['the last addresses there are', 'ffff::fffc/128 ffff::ffff/128', 1, 'ffff::fffc/126'],
  ['neighbours of the shortest length', '20.0.0.0/11 20.32.0.0/12 20.64.0.0/11 20.96.0.0/12', 2, '20.0.0.0/9', 10],
  ['a neighbour of one of the set', '20.0.0.0/10 20.64.0.0/11 20.96.0.0/12', 2, '20.0.0.0/9', 10],
  [
    'four neighbours',
    '20.0.0.0/11 20.32.0.0/12 20.64.0.0/10 20.128.0.0/10 20.192.0.0/11 20.224.0.0/12',
    4,
    '20.0.0.0/8',
    10,
  ],
  ['more than is needed', '20.0.0.0/24 20.0.3.0/24', 9, '20.0.0.0/24 20.0.3.0/24'],
] as const)('%s: %s in %i is %s', ([, set, budget, want, minPrefixLength = 0]) => {
  const free = { never: PrefixSet.empty, within: undefined, minPrefixLength, previous: PrefixSet.empty }
  const { least, coverAt } = cheapestCovers(setOf(set), free, budget)
  expect(least).toBeLessThanOrEqual(budget)
  expect(show(PrefixSet.of(coverAt(budget)))).toBe(want)
})

test('a cost is packed without loss', () => {
  const cost = { outside: (1n << 128n) + 5n, admitted: (1n << 140n) + 7n, changed: 2 ** 31 }
  expect(unpackCost(packCost(cost))).toEqual(cost)
})
