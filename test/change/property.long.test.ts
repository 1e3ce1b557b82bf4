import { describe, expect, test } from 'vitest'
import { THOROUGH } from '../thorough.ts'
import { MOST_SEEDS, wrongPairs } from './agree.ts'
import { KINDS } from './kinds.ts'

/** Of each kind, besides that of property.test.ts; 1,040 in all once a week. */
const PAIRS = THOROUGH ? 25 : 1

describe('every text says what the files open and close, and why', () => {
  test.for(Object.keys(KINDS))('%s', { timeout: 600_000 }, async (kind) => {
    expect(await wrongPairs(kind, PAIRS, MOST_SEEDS)).toEqual({ pairs: PAIRS, wrong: [] })
  })
})
