/** What can be accepted for one run with `--accept`, and what the snapshot then records. */
export const GUARDS = ['rollback', 'vanished', 'shrink', 'grow', 'special-use', 'giant', 'swallow'] as const

export type GuardName = (typeof GUARDS)[number]

/** How much a tag may change between two snapshots, in percent of what it had. */
export interface GuardLimits {
  readonly maxShrink: number
  readonly maxGrow: number
}

/** The sampled real history (24 documents) never trips these for the built-in policies: `test/compile/guards.test.ts`. */
export const DEFAULT_LIMITS: GuardLimits = { maxShrink: 25, maxGrow: 100 }
