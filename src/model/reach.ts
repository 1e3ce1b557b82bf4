import type { PrefixSet } from '../address/prefix-set.ts'

/** Addresses, and tags that a device resolves itself. */
export interface Reach {
  readonly addresses: PrefixSet
  readonly tags: readonly string[]
}
