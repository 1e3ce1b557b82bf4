import type { AddressFamily, Prefix } from '../../address/prefix.ts'
import type { PrefixSet } from '../../address/prefix-set.ts'
import type { FoundRule, Note, Place } from '../../model/reading.ts'
import type { Action, Direction, FlowProtocol, PortRange } from '../../model/traffic.ts'
import type { Kept } from './kept.ts'

/** Connections that a rule matches, or that a chain may still be asked about. */
export interface Match {
  readonly protocol: FlowProtocol | 'any'
  readonly ports: readonly PortRange[]
  /** Undefined: any address. */
  readonly source: PrefixSet | undefined
  readonly destination: PrefixSet | undefined
  /** A set that stands for an object of the policy: a name on the local side, its addresses on the remote side. They do not narrow `source` and `destination`. */
  readonly object?: MatchedObject | undefined
  /** The reason why it covers only some of these connections: a zone or interface that the options do not name, or another match. */
  readonly part: 'no' | 'zone' | 'other'
}

/** A named set of addresses; undefined addresses if the text does not define it. */
export interface MatchedObject {
  readonly side: 'source' | 'destination'
  readonly name: string
  readonly addresses: PrefixSet | undefined
}

/** `return` ends a chain; `jump` returns to the next rule, `goto` does not. */
export type Verdict = { readonly kind: Action | 'return' } | { readonly kind: 'jump' | 'goto'; readonly chain: string }

/** A part of a rule that may change its effect in ways that are not evaluated. */
export interface Doubt {
  /** The rule, shortened. */
  readonly text: string
  readonly reason: string
  /** The side whose addresses are in doubt, so the rule may be about any there. */
  readonly side?: 'source' | 'destination' | undefined
  /** The only direction in which it matters. */
  readonly direction?: Direction | undefined
}

/** A rule of a chain. */
export interface ChainRule {
  /** Undefined: that of the rule that jumped here, or of the chain. */
  readonly name: string | undefined
  readonly place: Place
  readonly match: Match
  readonly verdict: Verdict
  readonly doubts: readonly Doubt[]
  /** For several consecutive rules that differ only in name and one prefix: the members, and the side of the prefixes. */
  readonly members?: { readonly side: 'source' | 'destination'; readonly rules: readonly ChainMember[] } | undefined
}

export interface ChainMember {
  readonly name: string | undefined
  readonly place: Place
  readonly prefix: Prefix
}

/** The verdict of a chain on connections that no rule decides. */
export interface ChainPolicy {
  readonly action: FoundRule['action']
  readonly name: string
  readonly place: Place
}

/** The results of a rule that every connection meets. */
interface MetRule {
  readonly found: readonly FoundRule[]
  readonly notes: readonly Note[]
  readonly steps: number
}

/** The memory of repeated walks: one `kit.kept()` for each chain where connections come in, with its direction and family. */
export type KeptWalk = Kept<ChainRule, MetRule>

/** Where connections come in, and what they meet there. */
export interface ChainWalk {
  readonly chain: string
  readonly direction: Direction
  /** True if only connections of that direction arrive here. Where both do, a rule's addresses tell its direction. */
  readonly isDecided: boolean
  /** The remote addresses of the policy, in an audit: private addresses outside them are local. */
  readonly remotes?: PrefixSet | undefined
  /** Undefined: both families. */
  readonly family: AddressFamily | undefined
  /** The rules of a chain, in order; undefined for an unknown chain. */
  rulesOf(chain: string): readonly ChainRule[] | undefined
  /** The verdict on connections that no rule decides. */
  readonly policy?: ChainPolicy | undefined
  /** The results of earlier walks for the rules of this chain: a rule that is the same object, and leads to no chain of `changed`, gives the same frozen rules again. So make new objects for changed rules only. */
  readonly kept?: KeptWalk | undefined
  /** With `kept`: the chains whose rules are others than in the last walk. */
  readonly changed?: Iterable<string> | undefined
}
