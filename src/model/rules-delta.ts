import type { AddressFamily, Prefix } from './address/prefix.ts'
import type { Fitted, FittedRule, FittedSet } from './fitted.ts'
import type { ConcreteRule } from './ruleset.ts'

/** A group as a device sees it: its members are objects of prefixes, or other groups. */
export interface MemberGroup {
  readonly name: string
  readonly family: AddressFamily | undefined
  readonly prefixes: readonly Prefix[]
  readonly groups: readonly string[]
}

/** What one address set gains and loses in one family, in prefixes of its minimal cover. */
export interface FamilyDelta {
  readonly family: AddressFamily
  /** Whether the set has the family on one side only. */
  readonly kind: 'changed' | 'added' | 'removed'
  readonly added: readonly Prefix[]
  readonly removed: readonly Prefix[]
}

export interface SetDelta {
  readonly set: FittedSet
  readonly kind: 'changed' | 'added' | 'removed'
  /** Those that changed; none where only the tags did. */
  readonly families: readonly FamilyDelta[]
}

/** A rule of the newer side that the older one does not have like that. */
export interface RuleDelta {
  readonly rule: FittedRule
  readonly kind: 'changed' | 'added'
  /** Whether it differs in more than its addresses: always, when it is added. */
  readonly isReshaped: boolean
}

/**
 * What changes one fitted ruleset into another one of the same policy, vendor and options, object by object. `added`
 * and `removed` are whole things; `grown` and `shrunk` are groups of both sides with the members that they gain or lose.
 */
export interface RulesDelta {
  readonly before: Fitted
  readonly after: Fitted
  readonly isEmpty: boolean
  readonly prefixes: { readonly added: readonly Prefix[]; readonly removed: readonly Prefix[] }
  readonly sets: readonly SetDelta[]
  /** In `added` a group comes after its members, in `removed` before them. */
  readonly groups: Readonly<Record<'added' | 'grown' | 'shrunk' | 'removed', readonly MemberGroup[]>>
  readonly services: { readonly added: readonly ConcreteRule[]; readonly removed: readonly ConcreteRule[] }
  readonly rules: readonly RuleDelta[]
  readonly removedRules: readonly FittedRule[]
}
