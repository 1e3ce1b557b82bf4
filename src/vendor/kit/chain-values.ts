import type { AddressFamily, Prefix } from '../../address/prefix.ts'
import type { PrefixSet } from '../../address/prefix-set.ts'
import type { FoundRule, Note, Place } from '../../model/reading.ts'
import {
  type Action,
  type Direction,
  FLOW_PROTOCOLS,
  type FlowProtocol,
  hasPorts,
  otherPorts,
  type PortRange,
} from '../../model/traffic.ts'
import type { Kept } from './kept.ts'
import { commonPorts, everyPort, isEveryPort } from './ports.ts'

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

/** The match of every connection. */
export const EVERY_CONNECTION: Match = {
  protocol: 'any',
  ports: everyPort,
  source: undefined,
  destination: undefined,
  part: 'no',
}

/** True if nothing limits a match. */
export const isEveryConnection = ({ protocol, ports, source, destination, object, part }: Match): boolean =>
  protocol === 'any' && isEveryPort(ports) && !source && !destination && !object && part === 'no'

/** The connections that match both; undefined if none can. */
export function commonMatch(a: Match, b: Match): Match | undefined {
  const protocol = commonProtocol(a.protocol, b.protocol)
  const ports = commonPorts(a.ports, b.ports)
  const [source, destination] = [common(a.source, b.source), common(a.destination, b.destination)]
  if (!protocol || ports.length === 0 || source?.isEmpty || destination?.isEmpty) return undefined
  // A match on ports cannot match a protocol that has none.
  if (protocol !== 'any' && !hasPorts(protocol) && !isEveryPort(ports)) return undefined
  const object = a.object ?? b.object
  // A match can name only one object; the intersection of two has no name.
  const isBoth = a.object && b.object && (a.object.name !== b.object.name || a.object.side !== b.object.side)
  const part = isBoth ? 'other' : combinedPart(a.part, b.part)
  return { protocol, ports, source, destination, ...(object && { object }), part }
}

/** The connections of `all` that `taken` does not match, in pieces that do not overlap. If `taken` is partial, its piece stays too. */
export function withoutMatch(all: Match, taken: Match, everything: PrefixSet): Match[] {
  const inside = commonMatch(all, taken)
  if (!inside) return [all]
  const { protocol, ports, source, destination } = inside
  const others = otherProtocols(all, protocol)
  const left = otherPorts([...otherPorts(all.ports), ...ports])
  const outside = (of: PrefixSet | undefined, some: PrefixSet | undefined) =>
    some ? (of ?? everything).subtract(some) : everything.subtract(everything)
  const pieces: Match[] = [
    ...others.map((protocol) => ({ ...all, protocol })),
    { ...all, protocol, ports: left },
    { ...all, protocol, ports, source: outside(all.source, source) },
    { ...all, protocol, ports, source, destination: outside(all.destination, destination) },
    // A partial match takes an unknown part of these connections.
    ...(taken.part === 'no' ? [] : [inside]),
    ...(taken.object ? [{ ...inside, object: all.object, part: 'other' as const }] : []),
  ]
  return pieces.filter(
    ({ ports, source, destination }) => ports.length > 0 && !source?.isEmpty && !destination?.isEmpty,
  )
}

/** The more lasting reason why a match is partial: narrowing by zone can clear the other. */
export function combinedPart(a: Match['part'], b: Match['part']): Match['part'] {
  return a === 'no' || a === b ? b : b === 'no' ? a : 'other'
}

function commonProtocol(a: Match['protocol'], b: Match['protocol']): Match['protocol'] | undefined {
  if (a === 'any' || a === b) return b
  return b === 'any' ? a : undefined
}

/** The protocols of `all` without one. A match on ports never covers a protocol that has none. */
function otherProtocols({ protocol, ports }: Match, taken: Match['protocol']): FlowProtocol[] {
  if (protocol !== 'any' || taken === 'any') return []
  return FLOW_PROTOCOLS.filter((name) => name !== taken && (hasPorts(name) || isEveryPort(ports)))
}

function common(a: PrefixSet | undefined, b: PrefixSet | undefined): PrefixSet | undefined {
  return a && b && a !== b ? a.intersect(b) : (a ?? b)
}
