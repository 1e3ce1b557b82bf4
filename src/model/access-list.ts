import type { AddressFamily } from './address/prefix.ts'
import type { PrefixSet } from './address/prefix-set.ts'
import type { Match, MatchedObject } from './chain.ts'
import type { Place } from './found-rule.ts'
import type { PortRange } from './traffic.ts'

/** A line of a group or a list, as it was typed. */
export interface Line {
  readonly words: readonly string[]
  readonly text: string
  readonly place: Place
}

/** A named group of lines. */
export interface LineGroup<Found> {
  readonly name: string
  /** By what tells them apart. */
  readonly lines: ReadonlyMap<string, Line>
  /** What its lines stand for, if that is known and depends on no other group. Whoever changes a line sets it to undefined. */
  held: Found | undefined
}

/** What a group stands for, and what of it is not understood. */
export interface Held<Found> {
  readonly found: Found
  readonly faults: readonly string[]
}

/** What the reader of a line may ask and say. */
export interface InGroup<Found, Group> {
  /** What a group stands for that the line names. */
  of(group: Group): Found
  /** Says that something is not understood. */
  fault(reason: string): void
}

/** How the lines of groups are read. */
export interface GroupSyntax<Found, Group extends LineGroup<Found>> {
  /** What has the lines, in notes: `an object`. */
  readonly what: string
  /** What a line stands for; undefined where it is not understood. */
  read(line: Line, group: Group, inGroup: InGroup<Found, Group>): Found | undefined
  /** What lines stand for together; of none, nothing. */
  join(parts: readonly Found[]): Found
}

/** Connections of one protocol that an entry names. */
export interface EntryService {
  readonly protocol: Match['protocol']
  readonly ports: readonly PortRange[]
  /** The only family that has them, as ICMP. */
  readonly family?: AddressFamily | undefined
  /** Whether it is about some of these connections only: source ports, types of ICMP. */
  readonly isPart: boolean
}

/** The source or destination of an entry. */
export interface EntrySide {
  /** Undefined: any address. */
  readonly addresses: PrefixSet | undefined
  /** An object that the text does not define, or that is not to be looked into. */
  readonly object: Omit<MatchedObject, 'side'> | undefined
  readonly faults: readonly string[]
}

/** The addresses on both sides. */
export type SidePair = Pick<Match, 'source' | 'destination'>

/** An entry of an access list. */
export interface ListEntry {
  readonly action: 'allow' | 'deny'
  readonly services: readonly EntryService[]
  readonly source: EntrySide
  readonly destination: EntrySide
  /** Whether anything beside addresses and ports limits it. */
  readonly isPart: boolean
  /** What of it is not understood, its sides included. */
  readonly faults: readonly string[]
}

/** Where an entry stands. */
export interface EntryPlace {
  readonly name: string
  readonly place: Place
  /** As it was typed, for notes. */
  readonly text: string
  /** The list that connections meet after this one permits them. */
  readonly next: string | undefined
  /** Whether interfaces limit what the list is about. */
  readonly isLimited: boolean
  /** What two sides can have to do with each other for a service; undefined: nothing. Left out: what the entry says. */
  readonly pairOf?: (pair: SidePair, service: EntryService) => SidePair | undefined
}
