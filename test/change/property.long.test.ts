import { describe, expect, test } from 'vitest'
import { THOROUGH } from '../thorough.ts'
import { wrongPairs } from './agree.ts'
import { KINDS } from './kinds.ts'

/** Of each kind; 1,040 in all once a week. */
const PAIRS = THOROUGH ? 26 : 3

describe('every text says what the files open and close, and why', () => {
  test.for(Object.keys(KINDS))('%s', { timeout: 600_000 }, async (kind) => {
    expect(await wrongPairs(kind, PAIRS)).toEqual({ pairs: PAIRS, wrong: [] })
  })
})
