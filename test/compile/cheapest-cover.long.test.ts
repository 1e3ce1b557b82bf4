import { describe, expect, test } from 'vitest'
import { randomOf } from '../notation.ts'
import { THOROUGH } from '../thorough.ts'
import { type Case, differences, universeOf } from './cover-universe.ts'

// Every subset of a small universe, or some of them. All take minutes.
const SLOW = { timeout: 600_000 }

describe.for(['ipv4', 'ipv6'] as const)('the cheapest cover in %s', (family) => {
  test('of every subset of sixteen blocks, at every budget, is as cheap as brute force finds', SLOW, () => {
    function* cases(): Generator<Case> {
      for (let set = 1; set < 2 ** 16; set += THOROUGH ? 1 : 17)
        yield { set, never: 0, within: undefined, previous: 0, minDepth: 0 }
    }
    expect(differences(universeOf(4, family), cases())).toEqual([])
  })

  test(
    'of every subset of eight blocks with every set that is never admitted, and others to prefer and keep',
    SLOW,
    () => {
      const random = randomOf(1)
      function* cases(): Generator<Case> {
        for (let set = 1; set < 2 ** 8; set += THOROUGH ? 1 : 7) {
          for (let never = 0; never < 2 ** 8; never++) {
            const within = random(3) === 0 ? undefined : random(256)
            yield { set, never: random(2) * never, within, previous: random(256), minDepth: random(4) }
          }
        }
      }
      expect(differences(universeOf(3, family), cases())).toEqual([])
    },
  )
})
