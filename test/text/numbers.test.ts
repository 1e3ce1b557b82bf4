import { expect, test } from 'vitest'
import { byCodeUnit, formatCount, plural } from '../../src/text/numbers.ts'

test.for([
  [0, '0'],
  [7, '7'],
  [999, '999'],
  [1000, '1,000'],
  [1234567, '1,234,567'],
  [1n << 32n, '4,294,967,296'],
  [999_999_999_999_999n, '999,999,999,999,999'],
  [1_000_000_000_000_000n, '1.00e15'],
  [1n << 128n, '3.40e38'],
] as const)('%s is written as %s', ([count, want]) => {
  expect(formatCount(count)).toBe(want)
})

test.for([
  [0, '0 prefixes'],
  [1, '1 prefix'],
  [1n, '1 prefix'],
  [2, '2 prefixes'],
  [2000n, '2,000 prefixes'],
] as const)('%s: %s', ([count, want]) => {
  expect(plural(count, 'prefix', 'prefixes')).toBe(want)
})

test('adds an s without another plural', () => {
  expect([plural(1, 'tag'), plural(2, 'tag')]).toEqual(['1 tag', '2 tags'])
})

test('texts in the order of their code units, whatever the language', () => {
  expect(['b', 'a', 'B', 'ä', 'a', '', '10', '9'].sort(byCodeUnit)).toEqual(['', '10', '9', 'B', 'a', 'a', 'b', 'ä'])
  expect([byCodeUnit('a', 'b'), byCodeUnit('b', 'a'), byCodeUnit('a', 'a')]).toEqual([-1, 1, 0])
})
