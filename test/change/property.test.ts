import { expect, test } from 'vitest'
import { wrongPairs } from './agree.ts'
import { KINDS } from './kinds.ts'

// One pair of each kind; property.long.test.ts has more.
test.for(Object.keys(KINDS))('every text says what the files open and close, and why: %s', async (kind) => {
  expect(await wrongPairs(kind, 1)).toEqual({ pairs: 1, wrong: [] })
})
