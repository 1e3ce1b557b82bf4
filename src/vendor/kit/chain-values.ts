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

/** `return` ends a chain; `jump` returns to the next rule, `goto` does not. `continue` decides nothing: for a rule that only has doubts. */
export type Verdict =
  | { readonly kind: Action | 'return' | 'continue' }
  | { readonly kind: 'jump' | 'goto'; readonly chain: string }

/** A part of a rule that may change its effect in ways that are not evaluated. */
export interface Doubt {
  readonly reason: string
  /** The side whose addresses are in doubt, so the rule may be about any there. */
  readonly side?: 'source' | 'destination' | undefined
  /** The only direction in which it matters. */
  readonly direction?: Direction | undefined
  /** True if the rule may match every connection that gets there, such as one with a set that gains members at run time. */
  readonly isOpen?: boolean
  /** True if a rule that does not deny may allow connections because of it. */
  readonly mayAllow?: boolean
  /** True if it cannot allow traffic, so it is no finding. */
  readonly isHarmless?: boolean
}

/** A rule of a chain. */
export interface ChainRule {
  /** Undefined: that of the rule that jumped here, or of the chain. */
  readonly name: string | undefined
  readonly place: Place
  /** The rule, as notes show it. */
  readonly text: string
  /** The connections that it matches: any of these. */
  readonly matches: readonly Match[]
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
export interface MetRule {
  readonly found: readonly FoundRule[]
  readonly notes: readonly Note[]
  /** Their number; none for a rule that takes connections out of its chain. */
  readonly steps: readonly number[]
}

/** The memory of repeated walks: one `kit.kept()` for each chain where connections come in, with its direction and family. */
export type KeptWalk = Kept<ChainRule, MetRule>

/** A chain where connections come in. */
export interface BaseChain {
  readonly chain: string
  /** The only family that it sees; connections of the other pass it. Undefined: all that arrive. */
  readonly sees?: AddressFamily | undefined
  /** The rules of a chain, in order; undefined for an unknown chain. */
  rulesOf(chain: string): readonly ChainRule[] | undefined
  /** The verdict on connections that no rule decides. */
  readonly policy?: ChainPolicy | undefined
}

/** Where connections come in, and what they meet there. */
export interface ChainWalk extends BaseChain {
  readonly direction: Direction
  /** True if only connections of that direction arrive here. Where both do, a rule's addresses tell its direction. */
  readonly isDecided: boolean
  /** The remote addresses of the policy, in an audit: private addresses outside them are local. */
  readonly remotes?: PrefixSet | undefined
  /** Undefined: both families. */
  readonly family: AddressFamily | undefined
  /** The base chains that connections pass after this one, if it allows them: one that denies them ends it. A rule with a name is known by it before others that allow the same. */
  readonly next?: readonly BaseChain[] | undefined
  /** Without `next`: the results of earlier walks for the rules of this chain. A rule that is the same object, and leads to no chain of `changed`, gives the same frozen rules again. So make new objects for changed rules only. */
  readonly kept?: KeptWalk | undefined
  /** With `kept`: the chains whose rules are others than in the last walk. */
  readonly changed?: Iterable<string> | undefined
}
