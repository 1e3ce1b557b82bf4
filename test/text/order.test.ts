import { expect, test } from 'vitest'
import { byCodeUnit } from '../../src/text/numbers.ts'

test('texts in the order of their code units, whatever the language', () => {
  expect(['b', 'a', 'B', 'ä', 'a', '', '10', '9'].sort(byCodeUnit)).toEqual(['', '10', '9', 'B', 'a', 'a', 'b', 'ä'])
  expect([byCodeUnit('a', 'b'), byCodeUnit('b', 'a'), byCodeUnit('a', 'a')]).toEqual([-1, 1, 0])
})
