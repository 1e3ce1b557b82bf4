import { describe, expect, test } from 'vitest'
import { PrefixSet } from '../../src/address/prefix-set.ts'
import { cheapestCovers, divideBudget } from '../../src/compile/widen/cheapest-cover.ts'
import { packCost } from '../../src/compile/widen/cover-tree.ts'
import { randomOf, setOf, show } from '../notation.ts'
import { type Case, differences, universeOf, unpackCost } from './cover-universe.ts'

describe.for(['ipv4', 'ipv6'] as const)('the cheapest cover in %s', (family) => {
  test('of sixteen blocks under seeded constraints is as cheap as brute force finds', () => {
    const random = randomOf(2)
    const cases = Array.from(
      { length: 1000 },
      (): Case => ({
        set: 1 + random(2 ** 16 - 1),
        never: random(2 ** 16) & random(2 ** 16) & random(2 ** 16) & random(2 ** 16),
        within: random(2) === 0 ? undefined : random(2 ** 16),
        previous: random(2 ** 16),
        minDepth: random(5),
      }),
    )
    expect(differences(universeOf(4, family, family === 'ipv4' ? 8 : 100), cases)).toEqual([])
  })

  test('a cover is the one that is nearest to itself', () => {
    const universe = universeOf(4, family)
    const random = randomOf(4)
    for (let round = 0; round < 500; round++) {
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
    for (let round = 0; round < 100; round++) {
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

const FOUR = '20.0.0.0/11 20.32.0.0/12 20.64.0.0/11 20.96.0.0/12'

/** The addresses that each budget admits, from the least on. */
test.for<[what: string, set: string, budget: number, want: string, costs: string, minPrefixLength?: number]>([
  ['two far apart', '20.0.0.0/24 20.0.3.0/24', 1, '20.0.0.0/22', '512'],
  [
    'the cheaper of two gaps',
    '20.0.0.0/24 20.0.3.0/24 20.0.4.0/24 20.0.6.0/23',
    3,
    '20.0.0.0/24 20.0.3.0/24 20.0.4.0/22',
    '768 768 256',
  ],
  ['a whole family', '1.0.0.0/8 129.0.0.0/8', 1, '0.0.0.0/0', '4261412864'],
  ['the last addresses there are', 'ffff::fffc/128 ffff::ffff/128', 1, 'ffff::fffc/126', '2'],
  ['neighbours of the shortest length', FOUR, 2, '20.0.0.0/9', '2097152', 10],
  ['a neighbour of one of the set', '20.0.0.0/10 20.64.0.0/11 20.96.0.0/12', 2, '20.0.0.0/9', '1048576', 10],
  [
    'four neighbours',
    '20.0.0.0/11 20.32.0.0/12 20.64.0.0/10 20.128.0.0/10 20.192.0.0/11 20.224.0.0/12',
    4,
    '20.0.0.0/8',
    '2097152',
    10,
  ],
  ['less than the least', FOUR, 1, '', '', 10],
  ['more than is needed', '20.0.0.0/24 20.0.3.0/24', 9, '20.0.0.0/24 20.0.3.0/24', '512 0'],
])('%s: %s in %i is %s, and admits %s', ([, set, budget, want, admitted, minPrefixLength = 0]) => {
  const free = { never: PrefixSet.empty, within: undefined, minPrefixLength, previous: PrefixSet.empty }
  const { least, costs, coverAt } = cheapestCovers(setOf(set), free, budget)
  expect(costs.map((cost) => unpackCost(cost).admitted).join(' ')).toBe(admitted)
  expect(least > budget ? '' : show(PrefixSet.of(coverAt(budget)))).toBe(want)
})

test('a cost is packed without loss', () => {
  const cost = { outside: (1n << 128n) + 5n, admitted: (1n << 140n) + 7n, changed: 2 ** 31 }
  expect(unpackCost(packCost(cost))).toEqual(cost)
})
