import { expect, test } from 'vitest'
import { firstIndex } from '../../src/address/binary-search.ts'
import { GrowingBytes } from '../../src/address/growing-bytes.ts'

test('finds the first index at every place of every short list, and looks at no index outside', () => {
  for (let low = 0; low <= 3; low++)
    for (let high = low; high <= low + 9; high++)
      for (let border = low; border <= high; border++) {
        const found = firstIndex(low, high, (index) => {
          expect(index >= low && index < high).toBe(true)
          return index >= border
        })
        expect([low, high, found]).toEqual([low, high, border])
      }
})

test('looks at few of a million', () => {
  let looks = 0
  const found = firstIndex(0, 1_000_000, (index) => {
    looks++
    return index >= 765_432
  })
  expect(found).toBe(765_432)
  expect(looks).toBeLessThan(25)
})

test('growing bytes keep every piece, within the first buffer and far beyond it', () => {
  const bytes = new GrowingBytes()
  const want: number[] = []
  for (const size of [0, 1, 65_534, 1, 1, 0, 300_000, 5]) {
    const piece = Uint8Array.from({ length: size }, (_, index) => (index * 7 + size) % 256)
    bytes.add(piece)
    for (const byte of piece) want.push(byte)
    expect(bytes.length).toBe(want.length)
    expect(Buffer.compare(bytes.bytes, Uint8Array.from(want))).toBe(0)
  }
})
