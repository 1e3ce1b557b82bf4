import { expect, test } from 'vitest'
import { mixedUniversesOf, universesOf, wrongPairs, wrongSubsets } from './universe.ts'

test.for(universesOf(16))('every subset of sixteen addresses: %s', ([, universe]) => {
  expect(wrongSubsets(universe)).toEqual([])
})

test.for(mixedUniversesOf(8))('every pair of subsets of eight addresses: %s', ([, universe]) => {
  expect(wrongPairs(universe)).toEqual([])
})
