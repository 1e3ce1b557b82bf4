import type { Cloud } from './cloud.ts'
import type { Action, Direction, PortRange, Protocol } from './policy.ts'
import type { AddressFamily } from './prefix.ts'
import type { PrefixSet } from './prefix-set.ts'

/** The addresses of one policy rule: shared by both halves of a rule whose direction is `both`. */
export interface AddressSet {
  /** The policy rule's name. */
  readonly name: string
  /** Short and unique, from direction and priority: for vendors whose names are too short for the rule's. */
  readonly id: string
  /** Canonical names, in code-unit order; never empty. */
  readonly tags: readonly string[]
  /** Never empty. */
  readonly prefixes: PrefixSet
}

/** A rule of one direction, over one address set. */
export interface ConcreteRule {
  /** The policy rule's name, and `suffix`. */
  readonly name: string
  /** What a name must keep when it is cut: `-in` for the inbound half of a rule whose direction is `both`. */
  readonly suffix: string
  readonly direction: Direction
  readonly action: Action
  readonly protocol: Protocol
  readonly ports: readonly PortRange[]
  readonly priority: number
  readonly set: AddressSet
}

/** What a policy means against one document: rules in order of priority. */
export interface Ruleset {
  readonly policy: string
  readonly cloud: Cloud
  readonly published: string
  readonly changeNumber: number
  readonly sets: readonly AddressSet[]
  readonly rules: readonly ConcreteRule[]
}

/** The rules as they are within one family: sets lose the other family's addresses, and rules without any are left out. */
export function restrict(ruleset: Ruleset, family: AddressFamily | undefined): Ruleset {
  if (family === undefined) return ruleset
  const sets = new Map(ruleset.sets.map((set) => [set, { ...set, prefixes: set.prefixes.family(family) }]))
  const rules = ruleset.rules.map((rule) => ({ ...rule, set: sets.get(rule.set) as AddressSet }))
  return {
    ...ruleset,
    sets: [...sets.values()].filter(({ prefixes }) => !prefixes.isEmpty),
    rules: rules.filter(({ set }) => !set.prefixes.isEmpty),
  }
}
