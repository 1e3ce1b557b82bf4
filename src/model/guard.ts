import type { AddressFamily } from './address/family.ts'

/** What can be accepted for one run with `--accept`, and what the snapshot then records. */
export const GUARDS = ['rollback', 'future', 'vanished', 'shrink', 'grow', 'special-use', 'giant', 'swallow'] as const

export type GuardName = (typeof GUARDS)[number]

/** How much a tag may change between two snapshots, in percent of the addresses that it had. */
export interface GuardLimits {
  readonly maxShrink: number
  readonly maxGrow: number
}

/** `test/replay-guards.long.test.ts` prints how often these refuse a published document, and which planted faults they find. */
export const DEFAULT_LIMITS: GuardLimits = { maxShrink: 25, maxGrow: 100 }

/** Sizes that guards judge by, in addresses of one family. What each is for, and what it was measured against: */
export interface Threshold {
  /** A new block. No published tag ever had a shorter prefix: 16.8 million addresses, or a /16 of IPv6. */
  readonly shortestPrefix: number
  /** Growth by so few is no news, whatever its share: a tag of 8 addresses soon has 24. A /20, or a /52. */
  readonly few: bigint
  /**
   * What no other tag holds may come in one step, whatever the tag had. A /16, or a /40: the largest that services brought with
   * them are two /16 (WindowsVirtualDesktop, AzureFrontDoor.Backend).
   */
  readonly strangers: bigint
  /** Never in one step without a person: a /12, or a /36. AzureCloud gained three quarters of a /12 in eight weeks, and nothing else nearly as much. */
  readonly most: bigint
}

export const THRESHOLDS: Readonly<Record<AddressFamily, Threshold>> = {
  ipv4: { shortestPrefix: 8, few: 1n << 12n, strangers: 1n << 16n, most: 1n << 20n },
  ipv6: { shortestPrefix: 16, few: 1n << 76n, strangers: 1n << 88n, most: 1n << 92n },
}
