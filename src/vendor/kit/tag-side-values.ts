import type { Prefix } from '../../address/prefix.ts'
import type { PrefixSet } from '../../address/prefix-set.ts'
import type { FoundLocal, FoundRule, RemoteSide } from '../../model/found-rule.ts'

/** The source or destination of a rule whose addresses may be a tag. */
export interface TagSide {
  readonly isAny: boolean
  readonly tag: string | undefined
  readonly prefixes: readonly Prefix[]
  /** Names of groups of machines. */
  readonly objects: readonly string[]
}

/** The options for reading both sides of a rule. */
export interface TagSideOptions {
  /** True in a proof: no tag is replaced by an assumption. */
  readonly isStrict: boolean
  /** The whole local side in the options, if that is addresses. */
  readonly near: PrefixSet | undefined
}

/** A remote side that holds tags too, in both families. */
export type TagCover = 'any' | 'internet' | undefined

/** The local and remote side of a rule, seen from the virtual network. */
export interface TagSides {
  /** Undefined: any local address. */
  readonly local: FoundLocal | undefined
  readonly remote: RemoteSide
  /** True if the rule covers all traffic between these sides. */
  readonly isWhole: boolean
  /** True if the remote side is the virtual network; private networks stand for its addresses. */
  readonly isGuessed: boolean
  readonly covers: TagCover
}

/** A rule, and the service tags that its remote side includes. */
export type CoveringRule = FoundRule & { readonly covers: TagCover }
