import type { AddressFamily, Prefix } from './address/prefix.ts'
import type { PrefixSet } from './address/prefix-set.ts'
import type { AddressSet, ConcreteRule, Ruleset } from './ruleset.ts'

/** Objects under one name: its own members, and groups in it for those that it has no room for. */
export interface Group {
  readonly name: string
  readonly family: AddressFamily | undefined
  readonly members: readonly Prefix[]
  readonly chunks: readonly { readonly name: string; readonly members: readonly Prefix[] }[]
}

/** An address set under the names that the vendor can carry. */
export interface FittedSet {
  readonly name: string
  readonly set: AddressSet
  /** One, or one a family; none when the vendor has no groups. */
  readonly groups: readonly Group[]
}

/** A rule as the vendor will hold it: one of possibly several that a concrete rule becomes. */
export interface FittedRule {
  readonly name: string
  readonly priority: number
  readonly rule: ConcreteRule
  readonly set: FittedSet
  /** The one tag that the rule is about, where rules are split by tag. */
  readonly tag: string | undefined
  /** The one family that the rule is about, where rules are split by family. */
  readonly family: AddressFamily | undefined
  readonly prefixes: PrefixSet
}

/** A ruleset adapted to the names and limits of a vendor. */
export interface Fitted {
  readonly ruleset: Ruleset
  readonly sets: readonly FittedSet[]
  readonly rules: readonly FittedRule[]
}
