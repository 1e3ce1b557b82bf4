import { expect, test } from 'vitest'
import { placeOf } from '../../src/present/report-map.ts'

test('the curve goes through every cell once, always to a neighbour, and a /8 is a square', () => {
  const places = Array.from({ length: 4096 }, (_, cell) => placeOf(cell))
  expect(new Set(places.map(String)).size).toBe(4096)
  expect(places.every((place) => place.every((one) => one >= 0 && one < 64))).toBe(true)
  const steps = places.slice(1).map(([x, y], index) => {
    const [fromX, fromY] = places[index] as readonly [number, number]
    return Math.abs(x - fromX) + Math.abs(y - fromY)
  })
  expect(new Set(steps)).toEqual(new Set([1]))
  const blocks = places.map(([x, y], cell) => `${cell >> 4}: ${x >> 2} ${y >> 2}`)
  expect(new Set(blocks).size).toBe(256)
})
