import { expect, test } from 'vitest'
import { someOf } from '../thorough.ts'
import { wrongPairs } from './agree.ts'
import { KINDS } from './kinds.ts'

// One pair of some kinds; property.long.test.ts has more, of every kind.
test.for(someOf(Object.keys(KINDS), 3))('every text says what the files open and close, and why: %s', async (kind) => {
  expect(await wrongPairs(kind, 1)).toEqual({ pairs: 1, wrong: [] })
})
