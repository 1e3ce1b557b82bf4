import type { AddressFamily, Prefix } from '../address/prefix.ts'
import type { PrefixSet } from '../address/prefix-set.ts'
import type { AddressSet, ConcreteRule, Ruleset } from './ruleset.ts'

/** A group of objects: its own members, and nested groups for the members that do not fit. */
export interface Group {
  readonly name: string
  readonly family: AddressFamily | undefined
  readonly members: readonly Prefix[]
  readonly chunks: readonly { readonly name: string; readonly members: readonly Prefix[] }[]
}

/** An address set with names that are valid for the vendor. */
export interface FittedSet {
  readonly name: string
  readonly set: AddressSet
  /** One group, or one per family; none if the vendor has no groups. */
  readonly groups: readonly Group[]
}

/** The local side of a rule for the vendor: a set with valid names, or names of objects that exist on the device. */
export type FittedLocal =
  | { readonly set: FittedSet }
  /** `object6` is empty if `object` is for both families. */
  | { readonly object: string; readonly object6: string }

/** A rule for the vendor; a concrete rule can become several of them. */
export interface FittedRule {
  readonly name: string
  readonly priority: number
  readonly rule: ConcreteRule
  /** The name of its protocol and ports. */
  readonly service: string
  readonly set: FittedSet
  /** Undefined: any local address. */
  readonly local: FittedLocal | undefined
  /** The tag of the rule, if rules are split by tag. */
  readonly tag: string | undefined
  /** The family of the rule, if rules are split by family. */
  readonly family: AddressFamily | undefined
  readonly prefixes: PrefixSet
}

/** A ruleset adapted to the names and limits of a vendor. */
export interface Fitted {
  readonly ruleset: Ruleset
  readonly sets: readonly FittedSet[]
  /** The sets of local sides. */
  readonly locals: readonly FittedSet[]
  readonly rules: readonly FittedRule[]
}

/** A group on a device; its members are prefix objects or other groups. */
export interface MemberGroup {
  readonly name: string
  readonly family: AddressFamily | undefined
  readonly prefixes: readonly Prefix[]
  readonly groups: readonly string[]
}

/** The prefixes that one address set gains and loses in one family, in its minimal cover. */
export interface FamilyDelta {
  readonly family: AddressFamily
  /** `added`, `removed`: the set has the family on one side only. */
  readonly kind: 'changed' | 'added' | 'removed'
  readonly added: readonly Prefix[]
  readonly removed: readonly Prefix[]
}

export interface SetDelta {
  readonly set: FittedSet
  readonly kind: 'changed' | 'added' | 'removed'
  /** The changed families; none if only the tags changed. */
  readonly families: readonly FamilyDelta[]
  /** True if the set is on both sides, and the summary of its tags differs, or is another one on the device. */
  readonly isRetagged: boolean
}

/** A rule of the newer side that is new or different. */
export interface RuleDelta {
  readonly rule: FittedRule
  readonly kind: 'changed' | 'added'
  /** True if more than the addresses differs; true for a new rule. */
  readonly isReshaped: boolean
  readonly changes: RuleChanges
}

/** The differences of a rule, by kind; all true for a new rule. */
export interface RuleChanges {
  readonly addresses: boolean
  /** True if the families of its addresses differ. */
  readonly families: boolean
  readonly service: boolean
  readonly priority: boolean
  readonly tags: boolean
  readonly description: boolean
  /** The set, group or tag that the rule names. */
  readonly set: boolean
  /** The local side that the rule names; not what a set of it holds. */
  readonly local: boolean
  /** The addresses of its local side's set. */
  readonly localAddresses: boolean
  readonly action: boolean
}

/** True if a rule names other groups, or has addresses of other families. */
export const isRegrouped = ({ families, set }: RuleChanges): boolean => families || set

/** True if a rule matches other packets, by more than the addresses that its sets hold. */
export const isRematched = (changes: RuleChanges): boolean =>
  isRegrouped(changes) || changes.service || changes.local || changes.action

/**
 * The changes from one fitted ruleset to another of the same policy, vendor and options. `added` and `removed` are whole
 * things; `grown` and `shrunk` are groups on both sides, with the members that they gain or lose.
 */
export interface RulesDelta {
  readonly before: Fitted
  readonly after: Fitted
  readonly isEmpty: boolean
  readonly prefixes: { readonly added: readonly Prefix[]; readonly removed: readonly Prefix[] }
  readonly sets: readonly SetDelta[]
  /** The same of the sets of local sides. */
  readonly locals: readonly SetDelta[]
  /** All of them in the order in which they may gain addresses: denials first. */
  readonly growing: readonly SetDelta[]
  /** All of them in the order in which they may lose addresses: from the last rule to the first, denials last. */
  readonly shrinking: readonly SetDelta[]
  /** Prefixes that come to be in some set or local side, or cease to be: those that devices with objects define. */
  readonly objects: { readonly added: readonly Prefix[]; readonly removed: readonly Prefix[] }
  /** Groups come after their members in `added`, and before them in `removed`. */
  readonly groups: Readonly<Record<'added' | 'grown' | 'shrunk' | 'removed', readonly MemberGroup[]>>
  readonly services: { readonly added: readonly ConcreteRule[]; readonly removed: readonly ConcreteRule[] }
  readonly rules: readonly RuleDelta[]
  /** From the last to the first. */
  readonly removedRules: readonly FittedRule[]
}
