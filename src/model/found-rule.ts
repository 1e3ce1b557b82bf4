import type { AddressFamily, Prefix } from '../address/prefix.ts'
import type { PrefixSet } from '../address/prefix-set.ts'
import type { Action, Direction, FlowProtocol, PortRange } from './traffic.ts'

/** A text to read: one file of a target, or the configuration that a device runs. */
export interface ReadFile {
  /** What notes call it: the artefact's part, or the file's name. */
  readonly part: string
  /** The family of the file, if it has only one. */
  readonly family: AddressFamily | undefined
  readonly text: string
}

/** Where something stands: a line, from 1, of a file. */
export interface Place {
  readonly part: string
  readonly line: number
}

/** The remote side of a rule that was read, everything that it refers to resolved. */
export interface RemoteSide {
  /** Every address where the rule says "any". */
  readonly addresses: PrefixSet
  /** Service tags that the device resolves itself, by name, as written. */
  readonly tags: readonly string[]
}

/** The local side of a rule that was read: source of outbound, destination of inbound rules. */
export interface FoundLocal {
  /** None if the rule only names objects. */
  readonly addresses: PrefixSet
  /** Names of objects that the text does not define, as written. */
  readonly objects: readonly string[]
}

/**
 * A rule as a device holds it, seen in one direction; a rule that traffic meets in both directions is two of these.
 * Ports are destination ports; a rule that asks for source ports is not understood.
 */
export interface FoundRule {
  readonly name: string
  readonly place: Place
  readonly direction: Direction
  readonly action: Action
  readonly protocol: FlowProtocol | 'any'
  /** Sorted, without overlap. Every port is 0 to 65535. */
  readonly ports: readonly PortRange[]
  /** Undefined: any local address. */
  readonly local?: FoundLocal | undefined
  /** Whether the rule is about all connections between its sides, or only those of some zones, interfaces, users or hours. */
  readonly coverage: 'whole' | 'part'
  /** For a part: whether only its zones or interfaces limit it, so that selecting them could make it whole. */
  readonly isPartByZone?: boolean
  readonly remote: RemoteSide
  /**
   * In an audit: the consecutive rules that this one stands for, if they only differ in their names and in one prefix each. A
   * member is about its prefix, as far as `remote` contains it.
   */
  readonly members?: readonly RuleMember[]
}

/** What traffic something is about, in one direction. */
export type Traffic = Pick<FoundRule, 'direction' | 'protocol' | 'ports' | 'remote'>

export interface RuleMember {
  readonly name: string
  readonly place: Place
  readonly prefix: Prefix
}

/** Something that the reader could not turn into rules, or that is wrong in itself. */
export interface Note {
  readonly place: Place
  /** The line or the name that it is about, in short. */
  readonly text: string
  /** The fault, such as `is not understood`. */
  readonly reason: string
  /** Where it is about some traffic only: an audit leaves out a note about none of the policy's. */
  readonly about?: readonly Traffic[]
  /** The text is not a configuration of this vendor, so there is nothing to audit. */
  readonly isForeign?: boolean
  /** Whatever it means, it allows nothing: a banner, a section about something else. An audit does not count it. */
  readonly isHarmless?: boolean
}
