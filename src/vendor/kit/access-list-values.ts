import type { AddressFamily } from '../../address/prefix.ts'
import type { PrefixSet } from '../../address/prefix-set.ts'
import type { Place } from '../../model/found-rule.ts'
import type { PortRange } from '../../model/traffic.ts'
import type { Match, MatchedObject } from './chain-values.ts'

/** A line of a group or a list, as it was typed. */
export interface Line {
  readonly words: readonly string[]
  readonly text: string
  readonly place: Place
}

/** A named group of lines. */
export interface LineGroup<Found> {
  readonly name: string
  /** Keyed by the text that identifies a line. */
  readonly lines: ReadonlyMap<string, Line>
  /** The value of its lines, if they refer to no other group; code that changes a line must reset it to undefined. */
  held: Found | undefined
}

/** The value of a group, and its faults. */
export interface GroupValue<Found> {
  readonly found: Found
  readonly faults: readonly string[]
}

/** The functions that a line's reader gets: look up a group, report a fault. */
export interface InGroup<Found, Group> {
  /** The members of a group that the line names. */
  of(group: Group): Found
  /** Reports a fault. */
  fault(reason: string): void
}

/** The functions and names for reading lines of groups. */
export interface GroupSyntax<Found, Group extends LineGroup<Found>> {
  /** The name of the lines' owner in notes: `an object`. */
  readonly what: string
  /** The value of a line; undefined if the line is invalid or unknown. */
  read(line: Line, group: Group, inGroup: InGroup<Found, Group>): Found | undefined
  /** Joins the values of several lines; an empty list gives the empty value. */
  join(parts: readonly Found[]): Found
}

/** Connections of one protocol that an entry names. */
export interface EntryService {
  readonly protocol: Match['protocol']
  readonly ports: readonly PortRange[]
  /** The only family that has them, as ICMP. */
  readonly family?: AddressFamily | undefined
  /** True if it matches only some of these connections: source ports, ICMP types. */
  readonly isPart: boolean
}

/** The source or destination of an entry. */
export interface EntrySide {
  /** Undefined: any address. */
  readonly addresses: PrefixSet | undefined
  /** An undefined object, or one that is compared by name only. */
  readonly object: Omit<MatchedObject, 'side'> | undefined
  readonly faults: readonly string[]
}

/** The addresses on both sides. */
export interface SidePair {
  readonly source: Match['source']
  readonly destination: Match['destination']
}

/** An entry of an access list. */
export interface ListEntry {
  readonly action: 'allow' | 'deny'
  readonly services: readonly EntryService[]
  readonly source: EntrySide
  readonly destination: EntrySide
  /** True if anything other than addresses and ports limits the entry. */
  readonly isPart: boolean
  /** Faults of the entry and of its sides. */
  readonly faults: readonly string[]
}

/** The place of an entry in its list and file. */
export interface EntryPlace {
  readonly name: string
  readonly place: Place
  /** The text as typed, for notes. */
  readonly text: string
  /** The list that connections meet after this one permits them. */
  readonly next: string | undefined
  /** True if interfaces limit the traffic of the list. */
  readonly isLimited: boolean
  /** The sides that can match together for a service; undefined if none can. Defaults to the sides of the entry. */
  readonly pairOf?: (pair: SidePair, service: EntryService) => SidePair | undefined
}
