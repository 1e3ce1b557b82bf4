import { type AddressFamily, comparePrefixes, type Prefix } from '../address/prefix.ts'
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
  readonly prefixes: readonly Prefix[]
  readonly groups: readonly string[]
}

/** Every group, chunks before the group that holds them: a device must define them first. */
export function groupsByName({ sets, locals }: Fitted): Map<string, MemberGroup> {
  const groups = [...locals, ...sets].flatMap((set) =>
    set.groups.flatMap(({ name, members, chunks }): MemberGroup[] => [
      ...chunks.map((chunk) => ({ name: chunk.name, prefixes: chunk.members, groups: [] })),
      { name, prefixes: members, groups: chunks.map((chunk) => chunk.name) },
    ]),
  )
  return new Map(groups.map((group) => [group.name, group]))
}

/** True if two groups hold the same. */
export const haveSameMembers = (one: MemberGroup, other: MemberGroup) =>
  one.prefixes.length === other.prefixes.length &&
  one.groups.length === other.groups.length &&
  one.prefixes.every((prefix, index) => comparePrefixes(prefix, other.prefixes[index] as Prefix) === 0) &&
  one.groups.every((name, index) => name === other.groups[index])
