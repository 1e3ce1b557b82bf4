import type { DocumentLabel } from './delta.ts'
import type { Direction, PortRange, Protocol } from './policy.ts'
import type { PrefixSet } from './prefix-set.ts'
import type { Note, Place } from './reading.ts'
import type { Ruleset } from './ruleset.ts'

/** Traffic of one direction and protocol, on a run of ports. */
export interface Flow {
  readonly direction: Direction
  readonly protocol: Protocol
  readonly ports: PortRange
}

/** What the policy needs and the device does not surely allow: it cuts off. */
export interface Missing {
  readonly rule: string
  readonly flow: Flow
  readonly addresses: PrefixSet
}

/** What a rule of the device allows beyond the policy, on one flow. */
export interface Excess {
  readonly rule: string
  readonly place: Place
  readonly flow: Flow
  readonly addresses: PrefixSet
}

/** How a device's configuration compares with a policy. */
export interface Audit {
  readonly ruleset: Ruleset
  readonly missing: readonly Missing[]
  /** Left over from the policy's own rules, or from older snapshots of its tags. */
  readonly stale: readonly Excess[]
  /** Rules that reach the policy's addresses and go further. */
  readonly wider: readonly Excess[]
  readonly notes: readonly Note[]
  /** The newest snapshot that the device matches exactly, and how many prefixes it is behind the newest. */
  readonly matches: { readonly document: DocumentLabel; readonly behind: number } | undefined
}
