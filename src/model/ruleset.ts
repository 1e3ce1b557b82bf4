import type { AddressFamily } from './address/prefix.ts'
import type { PrefixSet } from './address/prefix-set.ts'
import type { Cloud } from './cloud.ts'
import type { Action, Direction, PortRange, Protocol } from './traffic.ts'
import type { Price } from './widening.ts'

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
  /** What the tags hold, and what it costs that `prefixes` is wider; absent where nobody asked for that. */
  readonly widened?: { readonly exact: PrefixSet; readonly prices: readonly Price[] } | undefined
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
  const restricted = withSets(ruleset, (set) => ({
    ...set,
    prefixes: set.prefixes.family(family),
    widened: set.widened && {
      exact: set.widened.exact.family(family),
      prices: set.widened.prices.filter((price) => price.family === family),
    },
  }))
  return {
    ...restricted,
    sets: restricted.sets.filter(({ prefixes }) => !prefixes.isEmpty),
    rules: restricted.rules.filter(({ set }) => !set.prefixes.isEmpty),
  }
}

/** The same rules over other sets. */
export function withSets(ruleset: Ruleset, change: (set: AddressSet) => AddressSet): Ruleset {
  const sets = new Map(ruleset.sets.map((set) => [set, change(set)]))
  const rules = ruleset.rules.map((rule) => ({ ...rule, set: sets.get(rule.set) as AddressSet }))
  return { ...ruleset, sets: [...sets.values()], rules }
}

/** The address set of one policy rule, and the rules over it; nothing where there is none of that name. */
export function onlyRule(ruleset: Ruleset, name: string): Ruleset {
  return {
    ...ruleset,
    sets: ruleset.sets.filter((set) => set.name === name),
    rules: ruleset.rules.filter(({ set }) => set.name === name),
  }
}
