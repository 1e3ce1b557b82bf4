import { type AddressFamily, comparePrefixes, type Prefix } from '../address/prefix.ts'
import type { PrefixSet } from '../address/prefix-set.ts'
import type { AddressSet, ConcreteRule, Ruleset } from './ruleset.ts'

/** A group of objects: its own members, and nested groups for the members that do not fit. */
export interface Group {
  readonly name: string
  readonly family: AddressFamily | undefined
  readonly members: readonly Prefix[]
  readonly chunks: readonly Group[]
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

/** The sets of both sides, as a device defines them: those of local sides first. */
export const allSets = ({ sets, locals }: Fitted): readonly FittedSet[] => [...locals, ...sets]

/** Every group of some sets, chunks before the group that holds them: a device must define them first. */
export const groupsToDefine = (sets: readonly FittedSet[]): Group[] =>
  sets.flatMap(({ groups }) => groups.flatMap((group) => [...group.chunks, group]))

/** Every group, by its name. */
export const groupsByName = (fitted: Fitted): ReadonlyMap<string, Group> =>
  new Map(groupsToDefine(allSets(fitted)).map((group) => [group.name, group]))

/** True if two groups hold the same. */
export const haveSameMembers = (one: Group, other: Group) =>
  one.members.length === other.members.length &&
  one.chunks.length === other.chunks.length &&
  one.members.every((prefix, index) => comparePrefixes(prefix, other.members[index] as Prefix) === 0) &&
  one.chunks.every(({ name }, index) => name === other.chunks[index]?.name)
