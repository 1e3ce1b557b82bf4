import type { AddressFamily, Prefix } from '../../address/prefix.ts'
import type { PrefixSet } from '../../address/prefix-set.ts'
import type { FoundRule, Place } from '../../model/found-rule.ts'
import type { Action, Direction, FlowProtocol, PortRange } from '../../model/traffic.ts'

/** Connections that a rule matches, or that a chain may still be asked about. */
export interface Match {
  readonly protocol: FlowProtocol | 'any'
  readonly ports: readonly PortRange[]
  /** Undefined: any address. */
  readonly source: PrefixSet | undefined
  readonly destination: PrefixSet | undefined
  /** A set on one side that stands for an object of the policy, so that the side is not narrowed to what it holds. */
  readonly object?: MatchedObject | undefined
  /** What makes it a part of the connections that the rest describes: a zone or interface that nobody named, or anything else. */
  readonly part: 'no' | 'zone' | 'other'
}

/** A named set of addresses; undefined addresses where the text does not say what it holds. */
export interface MatchedObject {
  readonly side: 'source' | 'destination'
  readonly name: string
  readonly addresses: PrefixSet | undefined
}

/** `return` ends a chain; `jump` returns to the next rule, `goto` does not. */
export type Verdict = { readonly kind: Action | 'return' } | { readonly kind: 'jump' | 'goto'; readonly chain: string }

/** Something about a rule that may change what it does, in ways that are not followed. */
export interface Doubt {
  /** The rule, in short. */
  readonly text: string
  readonly reason: string
  /** The side whose addresses are in doubt, so that the rule may be about any there. */
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
  /** Where it stands for several that differ in their names and in one prefix each: these, and the side of the prefixes. */
  readonly members?: { readonly side: 'source' | 'destination'; readonly rules: readonly ChainMember[] } | undefined
}

export interface ChainMember {
  readonly name: string | undefined
  readonly place: Place
  readonly prefix: Prefix
}

/** Where connections come in, and what they meet there. */
export interface ChainWalk {
  readonly chain: string
  readonly direction: Direction
  /** Whether only connections of that direction come here; where both do, a rule's addresses tell which one it is about. */
  readonly isDecided: boolean
  /** What the policy has as remote sides, in an audit: private addresses that are not among these are local. */
  readonly remotes?: PrefixSet | undefined
  /** Undefined: both families. */
  readonly family: AddressFamily | undefined
  /** The rules of a chain, in order; undefined when there is none of that name. */
  rulesOf(chain: string): readonly ChainRule[] | undefined
  /** What happens to connections that no rule decides about. */
  readonly policy?: Pick<FoundRule, 'action' | 'name' | 'place'> | undefined
}
