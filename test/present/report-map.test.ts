import { expect, test } from 'vitest'
import { placeOf } from '../../src/present/report/map.ts'

test('the curve goes through every cell of a tile once, always to a neighbour, from the top left', () => {
  const places = Array.from({ length: 16 }, (_, cell) => placeOf(cell))
  expect(places[0]).toEqual([0, 0])
  expect(new Set(places.map(String)).size).toBe(16)
  expect(places.every((place) => place.every((one) => one >= 0 && one < 4))).toBe(true)
  const steps = places.slice(1).map(([x, y], index) => {
    const [fromX, fromY] = places[index] as readonly [number, number]
    return Math.abs(x - fromX) + Math.abs(y - fromY)
  })
  expect(new Set(steps)).toEqual(new Set([1]))
})
