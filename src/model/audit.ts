import type { AddressFamily, Prefix } from './address/prefix.ts'
import type { PrefixSet } from './address/prefix-set.ts'
import type { DocumentLabel } from './delta.ts'
import type { Note, Place } from './reading.ts'
import type { Ruleset } from './ruleset.ts'
import type { Action, Direction, PortRange, Protocol } from './traffic.ts'

/** ProtocolPorts of one direction and protocol, on a run of ports. */
export interface Flow {
  readonly direction: Direction
  readonly protocol: Protocol
  readonly ports: PortRange
}

/** Ports of TCP and of UDP, and whether every other protocol is meant too. Sorted, without overlap. */
export interface ProtocolPorts {
  readonly tcp: readonly PortRange[]
  readonly udp: readonly PortRange[]
  readonly other: boolean
}

/** What the policy needs and the device does not surely allow: it cuts off. */
export interface Missing {
  readonly rule: string
  /** Undefined for a list, which has addresses and neither direction nor ports. */
  readonly flow: Flow | undefined
  readonly addresses: PrefixSet
}

/** What a rule of the device allows beyond the policy's addresses, on traffic that the policy asks for. */
export interface Excess {
  readonly rule: string
  /** The first of `places`. */
  readonly place: Place
  /** More than one where several rules of one name do the same, each for some of the addresses. */
  readonly places: readonly Place[]
  readonly flow: Flow | undefined
  readonly addresses: PrefixSet
  /** The prefixes of the rule that hold `addresses`. */
  readonly objects: readonly Prefix[]
}

/** What a rule of the device opens to the policy's addresses on ports, protocols or a direction that the policy does not ask for. */
export interface Opening {
  readonly rule: string
  readonly place: Place
  readonly places: readonly Place[]
  readonly direction: Direction
  readonly traffic: ProtocolPorts
  /** Those of the policy. */
  readonly addresses: PrefixSet
  /** The prefixes of the rule that hold `addresses`. */
  readonly objects: readonly Prefix[]
}

/** What a rule of the device allows that has none of the policy's addresses. */
export interface Outside {
  readonly rule: string
  readonly place: Place
  readonly places: readonly Place[]
  readonly direction: Direction
  readonly traffic: ProtocolPorts
  /** The fewest that hold what it allows. */
  readonly prefixes: readonly Prefix[]
}

/** A rule with service tags that the device resolves itself, and whose addresses are not known here. */
export interface Unresolved {
  readonly rule: string
  readonly place: Place
  readonly direction: Direction
  readonly action: Action
  readonly tags: readonly string[]
}

/** How a device's configuration compares with a policy. */
export interface Audit {
  readonly ruleset: Ruleset
  /** Only this family was compared; undefined for both. */
  readonly family: AddressFamily | undefined
  /** What was compared: rules in both directions, or lists of addresses. */
  readonly forms: readonly ('rules' | 'lists')[]
  readonly missing: readonly Missing[]
  /** Left over from the policy's own rules, or from older snapshots of its tags. */
  readonly stale: readonly Excess[]
  /** Rules that reach the policy's addresses and go further. */
  readonly wider: readonly Excess[]
  /** Rules that reach the policy's addresses in other ways than it asks for. */
  readonly opened: readonly Opening[]
  /** Rules about other addresses: findings only where somebody asks for that. */
  readonly outside: readonly Outside[]
  readonly unresolved: readonly Unresolved[]
  /** What was not understood and may allow or deny something. */
  readonly notes: readonly Note[]
  /** What was not understood and allows nothing, whatever it means. */
  readonly harmless: readonly Note[]
  /** The newest snapshot that the device matches exactly, and how many prefixes it is behind the newest. */
  readonly matches: { readonly document: DocumentLabel; readonly behind: number } | undefined
}
