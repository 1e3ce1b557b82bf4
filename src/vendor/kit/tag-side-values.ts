import type { Prefix } from '../../address/prefix.ts'
import type { PrefixSet } from '../../address/prefix-set.ts'
import type { FoundLocal, FoundRule, RemoteSide } from '../../model/found-rule.ts'

/** One end of a rule whose addresses may be a tag. */
export interface TagSide {
  readonly isAny: boolean
  readonly tag: string | undefined
  readonly prefixes: readonly Prefix[]
  /** Names of groups of machines. */
  readonly objects: readonly string[]
}

/** How both ends of a rule are read. */
export interface TagSideOptions {
  /** When proving: no tag is taken for anything else. */
  readonly isStrict: boolean
  /** What the options call the whole local side, if that is addresses. */
  readonly near: PrefixSet | undefined
}

/** A remote side that holds tags too, in both families. */
export type TagCover = 'any' | 'internet' | undefined

/** What a rule is about, seen from the virtual network. */
export interface TagSides {
  /** Undefined: any local address. */
  readonly local: FoundLocal | undefined
  readonly remote: RemoteSide
  /** Whether it is about all of that. */
  readonly isWhole: boolean
  /** Whether the remote side is the virtual network, which is taken for what networks of one's own use. */
  readonly isGuessed: boolean
  readonly covers: TagCover
}

/** A rule, and whether its remote side holds other tags too. */
export type CoveringRule = FoundRule & { readonly covers: TagCover }
