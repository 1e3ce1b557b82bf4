import type { AddressFamily, Prefix, Range } from './address/prefix.ts'
import type { PrefixSet } from './address/prefix-set.ts'
import type { OptionValues } from './option-values.ts'
import type { Action, Direction, PortRange, Protocol } from './traffic.ts'

/** What an audit looks at, where a configuration holds more than one firewall or zone. */
export const NARROWINGS = ['fromZone', 'toZone', 'vsys', 'vdom', 'chain'] as const
export type Narrowing = (typeof NARROWINGS)[number]

/** A text to read: one file of a target, or the configuration that a device runs. */
export interface ReadFile {
  /** What notes call it: the artefact's part, or the file's name. */
  readonly part: string
  /** The family that the file is for, where it is for one. */
  readonly family: AddressFamily | undefined
  readonly text: string
}

/** Where something stands: a line, from 1, of a file. */
export interface Place {
  readonly part: string
  readonly line: number
}

/** The far side of a rule that was read, everything that it refers to resolved. */
export interface FarSide {
  /** Every address where the rule says "any". */
  readonly addresses: PrefixSet
  /** Service tags that the device resolves itself, by name, as written. */
  readonly tags: readonly string[]
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
  readonly protocol: Protocol | 'any'
  /** Sorted, without overlap. Every port is 0 to 65535. */
  readonly ports: readonly PortRange[]
  /** Whether the rule is about the whole protected side, or only about some of its addresses, zones or interfaces. */
  readonly near: 'whole' | 'part'
  /** Of a part: whether nothing but its zones or interfaces makes it one, so that asking for these could make it whole. */
  readonly isPartByZone?: boolean
  readonly far: FarSide
  /**
   * When auditing: the rules that this one stands for, where there are several, one behind the other, that differ in
   * their names and in one prefix each. What a member is about is its prefix, as far as `far` has it.
   */
  readonly members?: readonly RuleMember[]
}

/** What traffic something is about, in one direction. */
export type Traffic = Pick<FoundRule, 'direction' | 'protocol' | 'ports' | 'far'>

export interface RuleMember {
  readonly name: string
  readonly place: Place
  readonly prefix: Prefix
}

/** A file of a form that holds addresses and no rules: a list, a feed. */
export interface AddressList {
  readonly part: string
  readonly addresses: PrefixSet
}

/** Something that the reader could not turn into rules, or that is wrong in itself. */
export interface Note {
  readonly place: Place
  /** The line or the name that it is about, in short. */
  readonly text: string
  /** What is the matter with it: `is not understood`, `names an address that is not there`. */
  readonly reason: string
  /** Where it is about some traffic only: an audit leaves out a note about none of the policy's. */
  readonly about?: readonly Traffic[]
  /** The text is none of this vendor's, so that there is nothing to audit. */
  readonly isForeign?: boolean
  /** Whatever it means, it allows nothing: a banner, a section about something else. An audit does not count it. */
  readonly isHarmless?: boolean
}

/** What a reader makes of a configuration. */
export interface Reading {
  /** In the order in which the device tries them: the first one that matches decides. */
  readonly rules: readonly FoundRule[]
  readonly lists: readonly AddressList[]
  /** When proving, one note is enough to refuse. */
  readonly notes: readonly Note[]
  /** When auditing: the names of the zones, interfaces, chains, vsys or vdoms that the configuration has. */
  readonly scopes?: Readonly<Partial<Record<Narrowing, readonly string[]>>>
}

/** A JSON value and the line that it begins on. */
export type LocatedJson = { readonly line: number } & (
  | { readonly kind: 'object'; readonly fields: ReadonlyMap<string, LocatedJson> }
  | { readonly kind: 'list'; readonly items: readonly LocatedJson[] }
  | { readonly kind: 'scalar'; readonly value: string | number | boolean | null }
)

/** Why a text is no JSON, and where. */
export interface BrokenJson {
  readonly kind: 'broken'
  readonly line: number
  readonly text: string
  readonly reason: string
}

export interface ReaderContext {
  /** The vendor's options: of the target that is proved, or the defaults when auditing. */
  readonly options: OptionValues
  /** `prove`: the files that a target made, nothing else. `audit`: what a device runs, written by anyone. */
  readonly purpose: 'prove' | 'audit'
  readonly narrow: Readonly<Partial<Record<Narrowing, string>>>
  /** Address algebra, so that a reader outside this package needs no import. */
  readonly kit: ReaderKit
}

export interface ReaderKit {
  /** Strict CIDR; throws an `Error` with one sentence. */
  parsePrefix(text: string): Prefix
  /** Strict CIDR or plain address. */
  parsePrefixOrAddress(text: string): Prefix
  rangeOf(prefix: Prefix): Range
  setOf(prefixes: Iterable<Prefix>): PrefixSet
  setOfRanges(ranges: readonly Range[]): PrefixSet
  /** The set of texts that are all strict CIDRs, sooner than one by one; undefined when any is something else. */
  setOfTexts(texts: readonly string[]): PrefixSet | undefined
  union(sets: readonly PrefixSet[]): PrefixSet
  readonly empty: PrefixSet
  /** Strict JSON, in which every value knows its line. */
  readJson(text: string): LocatedJson | BrokenJson
  /** Every address of a family, or of both. */
  everything(family?: AddressFamily): PrefixSet
}

/** Reads a vendor's configuration. It never throws for what the text says: that is a note. */
export type Reader = (files: readonly ReadFile[], context: ReaderContext) => Reading

/**
 * Follows a delta: the first reading is of `files`, which an older full load left on the device, and one more comes after
 * each command of `deltas` that takes effect. A command that changes nothing may give the reading before it again.
 * Far sides that a command did not touch had best be the very sets of the reading before: they are not compared again then.
 */
export type Follower = (
  files: readonly ReadFile[],
  deltas: readonly ReadFile[],
  context: ReaderContext,
) => Iterable<Reading>

/** What a vendor's reader can do. */
export interface Readers {
  readonly read: Reader
  /** Undefined when the reader follows no deltas. */
  readonly follow: Follower | undefined
}
