import type {
  AddressFamily,
  Doubt,
  Match,
  MatchedObject,
  Notes,
  PortRange,
  Prefix,
  PrefixSet,
  ReaderContext,
} from 'tagwall/reader'
import { type End, kit } from '../_kit/kit.ts'
import type { InterfaceMatch } from '../_netfilter/netfilter.ts'
import type { SetStore } from './reader-sets.ts'
import type { Chain, Table } from './reader-tables.ts'

/** The context in which a rule is read. */
export interface RuleEnvironment {
  readonly family: AddressFamily
  readonly table: Table
  readonly chain: Chain
  readonly sets: SetStore
  readonly context: ReaderContext
  readonly notes: Notes
  readonly isProof: boolean
}

/** The parsed options of one line; at first, every connection matches. */
export class Draft {
  constructor(readonly environment: RuleEnvironment) {}

  comment: string | undefined
  target: string | undefined
  isGoto = false
  /** Any of these. */
  protocols: readonly Match['protocol'][] = ['any']
  /** True if only some protocols match of those without a name here. */
  isPartOfOther = false
  ports: readonly PortRange[] = kit.everyPort
  source: PrefixSet | undefined
  destination: PrefixSet | undefined
  object: MatchedObject | undefined
  /** The one plain address in which similar lines may differ, and its index. */
  slot: { readonly side: End; readonly index: number; readonly prefix: Prefix } | undefined
  readonly interfaces: InterfaceMatch[] = []
  isPart = false
  /** True if no new connection with a remote side can match. */
  isElsewhere = false
  /** True for the machine's own addresses only, which are no remote side of outbound traffic. */
  isToSelf = false
  /** True if not even an outline of the match is known. */
  isUnusable = false
  readonly problems: string[] = []
  doubts: readonly Doubt[] = []

  /** Limits a side to some addresses, or to all but these. */
  constrain(side: End, addresses: PrefixSet, isNegated: boolean): undefined {
    const everything = kit.everything(this.environment.family)
    const meant = isNegated ? everything.subtract(addresses) : addresses
    if (!meant.equals(everything)) this.narrow(side, meant)
  }

  narrow(side: End, addresses: PrefixSet): undefined {
    this[side] = this[side]?.intersect(addresses) ?? addresses
  }

  /** Takes new connections out of the match, under a condition. */
  leave(isElsewhere: boolean): undefined {
    this.isElsewhere ||= isElsewhere
  }

  refuse(reason: string): void {
    this.isUnusable = true
    this.problems.push(reason)
  }
}
