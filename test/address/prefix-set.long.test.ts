import { expect, test } from 'vitest'
import { THOROUGH } from '../thorough.ts'
import { mixedUniversesOf, universesOf, wrongPairs, wrongSubsets } from './universe.ts'

const COUNT = THOROUGH ? 16 : 12

test.for(universesOf(COUNT))(`every subset of ${COUNT} addresses: %s`, ([, universe]) => {
  expect(wrongSubsets(universe)).toEqual([])
})

test.for(mixedUniversesOf(8))('every pair of subsets of eight addresses: %s', ([, universe]) => {
  expect(wrongPairs(universe)).toEqual([])
})
