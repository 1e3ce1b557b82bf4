import { expect, test } from 'vitest'
import { universesOf, wrongSubsets } from './universe.ts'

test.for(universesOf(16))('every subset of sixteen addresses: %s', ([, universe]) => {
  expect(wrongSubsets(universe)).toEqual([])
})
