import type { AddressFamily } from '../address/prefix.ts'
import { PrefixSet } from '../address/prefix-set.ts'
import type { DocumentLabel } from './delta.ts'
import { memo } from './lazy.ts'
import type { LocalObject, RuleTerms } from './policy.ts'
import type { Direction } from './traffic.ts'
import type { Price } from './widening.ts'

/** The addresses of one policy rule: shared by both halves of a rule whose direction is `both`. */
export interface AddressSet {
  /** The policy rule's name. */
  readonly name: string
  /** A short unique name from direction and priority, for vendors with short names. */
  readonly id: string
  /** Canonical names, in code-unit order; empty if all prefixes are the policy's own. */
  readonly tags: readonly string[]
  /** The policy's own prefixes in `prefixes`; absent if there are none. */
  readonly own?: PrefixSet | undefined
  /** The excepted addresses; absent if there are none. */
  readonly except?: Exception | undefined
  /** Addresses of later rules with the opposite action; absent if there are none. No widening may take them in. */
  readonly reserved?: PrefixSet | undefined
  /** Never empty. */
  readonly prefixes: PrefixSet
  /** For a widened set: the addresses of the tags, and the price. */
  readonly widened?: { readonly exact: PrefixSet; readonly prices: readonly Price[] } | undefined
}

/** The exceptions of a set, and the tags that they come from. */
export interface Exception {
  /** Canonical names of tags, in code-unit order. */
  readonly tags: readonly string[]
  /** All excluded addresses, including those of the tags. No widening may add them again. */
  readonly prefixes: PrefixSet
  /** True if a tag of the set loses addresses by the exceptions, so the tag's name is not exact. */
  readonly cutsTags: boolean
}

/** The local side of a rule. Its set has a name of its own, because devices hold it as a group. */
export type LocalSide = { readonly set: AddressSet } | LocalObject

/** True if a local side names another object for IPv6 than for IPv4. */
export const namesTwoObjects = ({ object, object6 }: LocalObject): boolean =>
  object6 !== undefined && object6 !== object

/** A rule of one direction, over one address set. The rest is as the policy's rule has it. */
export interface ConcreteRule extends RuleTerms {
  /** The policy rule's name plus `suffix`. */
  readonly name: string
  /** The end that a shortened name keeps: `-in` for the inbound half of a rule with direction `both`. */
  readonly suffix: string
  readonly direction: Direction
  readonly set: AddressSet
  /** Undefined: any local address. */
  readonly local?: LocalSide | undefined
  /** For the device; absent or empty where the policy has none. */
  readonly description?: string
}

/** A policy compiled against one document: rules in order of priority. */
export interface Ruleset extends DocumentLabel {
  readonly policy: string
  readonly sets: readonly AddressSet[]
  readonly rules: readonly ConcreteRule[]
  /** Sets of local sides that no rule names, on the way from one ruleset to another; mostly absent. */
  readonly idleLocals?: readonly AddressSet[]
}

/** A rule with its local side, but without its remote side and its scope, as text: equal for rules that say the same. */
export function ruleShape({ set: _, local, targets: __, sites: ___, ...words }: ConcreteRule): string {
  const near = local && ('set' in local ? [local.set.name, local.set.id, local.set.prefixes.texts] : local)
  return JSON.stringify([words, near])
}

/** True if files of two rulesets differ in their date only: the same rules over the same addresses, or tags where a device resolves them itself. */
export const areSameRules = (a: Ruleset, b: Ruleset, by: 'addresses' | 'tags'): boolean =>
  a.policy === b.policy &&
  a.cloud === b.cloud &&
  a.rules.length === b.rules.length &&
  a.rules.every((rule, index) => isSameRule(rule, b.rules[index] as ConcreteRule, by))

/** True if two rules say the same over the same addresses; or over the same tags, where a device resolves tags itself. */
export function isSameRule(a: ConcreteRule, b: ConcreteRule, by: 'addresses' | 'tags'): boolean {
  const named = ({ set: { name, id, tags, except } }: ConcreteRule) =>
    JSON.stringify([name, id, tags, except?.tags ?? []])
  const isSame = (one: PrefixSet | undefined, other: PrefixSet | undefined) =>
    (one ?? PrefixSet.empty).equals(other ?? PrefixSet.empty)
  return (
    ruleShape(a) === ruleShape(b) &&
    named(a) === named(b) &&
    // Files name them too, where they change no address.
    isSame(a.set.own, b.set.own) &&
    isSame(a.set.except?.prefixes, b.set.except?.prefixes) &&
    (by === 'tags' || a.set.prefixes.equals(b.set.prefixes))
  )
}

/** The ruleset for one family. Rules without addresses of that family are dropped. */
export function restrict(ruleset: Ruleset, family: AddressFamily | undefined): Ruleset {
  if (family === undefined) return ruleset
  const own = memo((set: AddressSet) => restrictSet(set, family))
  const localOf = (local: LocalSide | undefined) => (local && 'set' in local ? { set: own(local.set) } : local)
  const { sets, rules, idleLocals } = ruleset
  return {
    ...ruleset,
    ...(idleLocals && { idleLocals: idleLocals.map((set) => own(set)) }),
    sets: sets.map((set) => own(set)).filter(({ prefixes }) => !prefixes.isEmpty),
    rules: rules
      .map((rule) => ({ ...rule, set: own(rule.set), local: localOf(rule.local) }))
      .filter(({ set, local }) => !set.prefixes.isEmpty && hasFamily(local, family)),
  }
}

/** The set with its addresses of one family; possibly none. */
export function restrictSet(set: AddressSet, family: AddressFamily): AddressSet {
  return {
    ...set,
    prefixes: set.prefixes.family(family),
    own: set.own?.family(family),
    widened: set.widened && {
      exact: set.widened.exact.family(family),
      prices: set.widened.prices.filter((price) => price.family === family),
    },
  }
}

/** The same rules with other sets. */
export function withSets(ruleset: Ruleset, change: (set: AddressSet) => AddressSet): Ruleset {
  const sets = new Map(ruleset.sets.map((set) => [set, change(set)]))
  const rules = ruleset.rules.map((rule) => ({ ...rule, set: sets.get(rule.set) as AddressSet }))
  return { ...ruleset, sets: [...sets.values()], rules }
}

/** The ruleset with only the set and rules of one policy rule; empty if there is no such rule. */
export function onlyRule(ruleset: Ruleset, name: string): Ruleset {
  return {
    ...ruleset,
    sets: ruleset.sets.filter((set) => set.name === name),
    rules: ruleset.rules.filter(({ set }) => set.name === name),
  }
}

/** True if a local side has addresses of a family. An object may have both families. */
export function hasFamily(local: LocalSide | undefined, family: AddressFamily): boolean {
  return !local || 'object' in local || !local.set.prefixes.family(family).isEmpty
}

/** The address sets of local sides, each once. */
export function localSetsOf({ rules, idleLocals = [] }: Ruleset): AddressSet[] {
  const sets = rules.flatMap(({ local }) => (local && 'set' in local ? [local.set] : []))
  return [...new Set([...sets, ...idleLocals])]
}
