import type { AddressFamily } from '../address/family.ts'

/** The guards: the values of `--accept`, which the snapshot records. */
export const GUARDS = ['rollback', 'future', 'vanished', 'shrink', 'grow', 'special-use', 'giant', 'swallow'] as const

export type GuardName = (typeof GUARDS)[number]

/** The accepted guards by policy: what one policy accepts is new to the others. */
export type Accepted = Readonly<Record<string, readonly GuardName[]>>

/** The largest accepted change of a tag between two snapshots, in percent of its older addresses. */
export interface GuardLimits {
  readonly maxShrink: number
  readonly maxGrow: number
}

/** `test/replay-guards.long.test.ts` prints how often these limits refuse a published document, and which planted errors they catch. */
export const DEFAULT_LIMITS: GuardLimits = { maxShrink: 25, maxGrow: 100 }

/** Sizes for the guards, in addresses of one family. */
export interface Threshold {
  /** The largest block. No published tag ever had a shorter prefix than /8 (16.8 million addresses), or /16 in IPv6. */
  readonly shortestPrefix: number
  /** Growth up to a /20 (IPv6: /52) is ignored whatever its share: a tag of 8 addresses soon has 24. */
  readonly few: bigint
  /**
   * Unknown addresses that a tag may gain in one step, whatever its size: a /16, or a /40. The largest real gains of new
   * services were two /16 (WindowsVirtualDesktop, AzureFrontDoor.Backend).
   */
  readonly strangers: bigint
  /** The most that a tag which more than doubles may gain in a step, whoever held it: a /15 or /39. Only EOPExternalPublishedIPs did (2024-02-14). */
  readonly doubling: bigint
  /**
   * Addresses by which one block of a tag may grow in one step: a /17, or a /44. A larger gain is refused if it is also more than half of
   * what the tag may grow; the largest real ones were a /16 less 512 addresses (Storage), a third of that tag.
   */
  readonly widening: bigint
  /** Always needs a person: three /16, or a /41. The largest real gains were 2.5 /16 in AzureCloud, and 1.6 in another tag. */
  readonly largestWidening: bigint
  /** Always needs a person: a /12, or a /36. AzureCloud gained three quarters of a /12 in eight weeks; no other tag came close. */
  readonly most: bigint
}

export const THRESHOLDS: Readonly<Record<AddressFamily, Threshold>> = {
  ipv4: {
    shortestPrefix: 8,
    few: 1n << 12n,
    strangers: 1n << 16n,
    doubling: 1n << 17n,
    most: 1n << 20n,
    widening: 1n << 15n,
    largestWidening: 3n << 16n,
  },
  ipv6: {
    shortestPrefix: 16,
    few: 1n << 76n,
    strangers: 1n << 88n,
    doubling: 1n << 89n,
    most: 1n << 92n,
    widening: 1n << 84n,
    largestWidening: 1n << 87n,
  },
}

/** The largest part of a tag that may be exchanged for unknown addresses unmentioned, in percent. Real tags did so three times in five years. */
export const MOST_SWAPPED = 10n

/**
 * The share of unknown addresses that a tag may gain in one step unmentioned, in percent of those that it had. Of 237 documents of Public from
 * 2019 to 2026, 15 had such a tag; AzureCloud left out (docs/guards.md).
 */
export const UNKNOWN_SHARE = 20

/** The guards of changes that add up in small steps. */
export type SlowGuard = 'shrink' | 'grow'

/** Losses, and unknown addresses, are also counted from the newest snapshot that is at least so many days older. */
export const LONG_DAYS = 91
