import { expect } from 'vitest'
import { PrefixSet } from '../src/address/prefix-set.ts'

// The addresses of a set are private, and vitest compares no private fields: without this, all sets are equal to it.
expect.addEqualityTesters([(a, b) => (PrefixSet.is(a) && PrefixSet.is(b) ? a.equals(b) : undefined)])
