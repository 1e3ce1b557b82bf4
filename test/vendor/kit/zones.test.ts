import { expect, test } from 'vitest'
import { KIT } from '../../../src/vendor/kit/kit.ts'
import { coverage } from '../../../src/vendor/kit/zones.ts'

const LISTS = [[], ['a'], ['b'], ['any'], ['a', 'b'], ['a', 'any'], ['a', 'b', 'c'], ['c', 'c']]
const all = (zones: readonly string[]) => zones.length > 0 && zones.every((zone) => zone === 'any')

test('every two lists of zones', () => {
  for (const names of LISTS) {
    for (const asked of LISTS) {
      const found = coverage(names, asked)
      const shares = asked.some((zone) => names.includes(zone))
      const wanted =
        names.length === 0 || asked.length === 0
          ? 'none'
          : all(names) || asked.every((zone) => names.includes(zone))
            ? 'whole'
            : names.includes('any') || asked.includes('any') || shares
              ? 'part'
              : 'none'
      expect(found, JSON.stringify([names, asked])).toBe(wanted)
    }
  }
})

test('every rule between zones, exact and not', () => {
  for (const from of LISTS)
    for (const to of LISTS)
      for (const local of LISTS)
        for (const remote of LISTS) {
          const same = (a: readonly string[], b: readonly string[]) =>
            a.length > 0 && [...new Set(a)].sort().join() === [...new Set(b)].sort().join()
          const cover = (a: readonly string[], b: readonly string[]) => coverage(a, b)
          const text = (found: ReturnType<typeof KIT.directionsBetween>) =>
            found.map(({ direction, isWhole }) => `${direction} ${isWhole}`)
          const met = (sides: readonly string[]) => !sides.includes('none')
          const [out, back] = [
            [cover(from, local), cover(to, remote)],
            [cover(to, local), cover(from, remote)],
          ] as const
          expect(text(KIT.directionsBetween({ from, to }, { local, remote }, false))).toEqual([
            ...(met(out) ? [`outbound ${!out.includes('part')}`] : []),
            ...(met(back) ? [`inbound ${!back.includes('part')}`] : []),
          ])
          expect(text(KIT.directionsBetween({ from, to }, { local, remote }, true))).toEqual([
            ...(same(from, local) && same(to, remote) ? ['outbound true'] : []),
            ...(same(to, local) && same(from, remote) ? ['inbound true'] : []),
          ])
        }
})

test.for<[shown: string[], named: string[], zones: string[] | undefined]>([
  [[], [], undefined],
  [[], ['any'], undefined],
  [[], ['a', 'any'], undefined],
  [[], ['b', 'a', 'b'], ['b', 'a', 'any']],
  [['lan'], ['any', 'wan'], ['lan', 'any', 'wan']],
  [['lan', 'lan'], [], ['lan', 'any']],
])('zonesOf(%j, %j)', ([shown, named, zones]) => {
  expect(KIT.zonesOf(shown, named)).toEqual(zones)
})
