import type { AddressFamily, Prefix } from '../address/prefix.ts'
import type { PrefixSet } from '../address/prefix-set.ts'
import type { Action, Direction, FlowProtocol, PortRange } from './traffic.ts'

/** A file of a form that holds addresses and no rules: a list, a feed, a table of routes. */
export interface AddressList {
  readonly part: string
  /** The address set that it holds, if the file has several. */
  readonly name?: string | undefined
  readonly addresses: PrefixSet
  /** Service tags in it, which the device resolves itself. */
  readonly tags?: readonly string[] | undefined
}

/** The result of a reader: the rules, lists and notes of a configuration. */
export interface Reading {
  /** In the order in which the device tries them: the first one that matches decides. */
  readonly rules: readonly FoundRule[]
  readonly lists: readonly AddressList[]
  /** When proving, one note is enough to refuse. */
  readonly notes: readonly Note[]
  /** When auditing: for each key of the manifest's `narrows`, the values that the configuration has. */
  readonly scopes?: Readonly<Partial<Record<string, readonly string[]>>>
}

/** A reading under two values of an option, while a device goes from one to the other. */
export interface MixedReading extends Reading {
  /** Rules that only the older options understand. Their places among `rules` are not known. */
  readonly others?: readonly FoundRule[]
}

/** A text to read: one file of a target, or the configuration that a device runs. */
export interface ReadFile {
  /** Its name in notes: the artefact's part, or the file's name. */
  readonly part: string
  /** The family of the file, if it has only one. */
  readonly family: AddressFamily | undefined
  readonly text: string
}

/** A position: a line, from 1, of a file. */
export interface Place {
  readonly part: string
  readonly line: number
}

/** The remote side of traffic, everything that it refers to resolved. */
export interface RemoteSide {
  /** Every address where a rule says "any". */
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

/** Traffic in one direction. */
export interface Traffic {
  readonly direction: Direction
  readonly protocol: FlowProtocol | 'any'
  /** Sorted, without overlap. Every port is 0 to 65535. */
  readonly ports: readonly PortRange[]
  readonly remote: RemoteSide
}

/**
 * A rule as a device holds it, seen in one direction; a rule that traffic meets in both directions is two of these.
 * Ports are destination ports; a rule that matches source ports is not understood.
 */
export interface FoundRule extends Traffic {
  readonly name: string
  readonly place: Place
  readonly action: Action
  /** Undefined: any local address. */
  readonly local?: FoundLocal | undefined
  /** `whole` if the rule covers all connections between its sides; `part` if zones, interfaces, users or hours limit it. */
  readonly coverage: 'whole' | 'part'
  /** For a part: true if only zones or interfaces limit it, so selecting them could make it whole. */
  readonly isPartByZone?: boolean
  /**
   * In an audit: the consecutive rules that this one combines, if they only differ in their names and in one prefix each. A
   * member covers its prefix, as far as `remote` contains it.
   */
  readonly members?: readonly RuleMember[]
}

export interface RuleMember {
  readonly name: string
  readonly place: Place
  readonly prefix: Prefix
}

/** A problem of the configuration: text that the reader does not understand, or that is wrong in itself. */
export interface Note {
  readonly place: Place
  /** The line or the name that the note refers to, shortened. */
  readonly text: string
  /** The fault, such as `is not understood`. */
  readonly reason: string
  /** The traffic of the note, if it concerns only some; an audit drops a note that concerns none of the policy's traffic. */
  readonly about?: readonly Traffic[]
  /** The text is not a configuration of this vendor, so there is nothing to audit. */
  readonly isForeign?: boolean
  /** True if the text cannot allow traffic, such as a banner or an unrelated section. An audit does not count it. */
  readonly isHarmless?: boolean
  /** When proving: true if the text only has another form than the options ask for, such as another zone. The rules leave it out. */
  readonly isByOptions?: boolean
}
