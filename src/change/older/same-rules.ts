import { PrefixSet } from '../../address/prefix-set.ts'
import type { AddressSet, ConcreteRule, LocalSide, Ruleset } from '../../model/ruleset.ts'
import type { Expectation } from '../../verify/expectation.ts'

/**
 * True if files of two rulesets differ in their date only: the same rules over the same addresses. Where a device resolves tags itself,
 * over the same tags.
 */
export function areSameRules(a: Ruleset, b: Ruleset, by: Expectation['by']): boolean {
  return (
    a.policy === b.policy &&
    a.cloud === b.cloud &&
    a.rules.length === b.rules.length &&
    a.rules.every((rule, index) => isSame(rule, b.rules[index] as ConcreteRule, by))
  )
}

function isSame(a: ConcreteRule, b: ConcreteRule, by: Expectation['by']): boolean {
  return textOf(a) === textOf(b) && hasSameAddresses(a.set, b.set, by) && isSameLocal(a.local, b.local)
}

const textOf = ({ set, local, ...rule }: ConcreteRule) =>
  JSON.stringify([
    ...[rule.name, rule.direction, rule.action, rule.protocol, rule.ports, rule.priority, rule.description ?? ''],
    ...[set.name, set.id, set.tags, set.except?.tags ?? []],
    local && ('set' in local ? [local.set.name, local.set.id] : [local.object, local.object6]),
  ])

function hasSameAddresses(a: AddressSet, b: AddressSet, by: Expectation['by']): boolean {
  const [own, others] = by === 'tags' ? [a.own, b.own] : [a.prefixes, b.prefixes]
  return (own ?? PrefixSet.empty).equals(others ?? PrefixSet.empty)
}

function isSameLocal(a: LocalSide | undefined, b: LocalSide | undefined): boolean {
  if (!a || !b || 'object' in a || 'object' in b) return true
  return a.set.prefixes.equals(b.set.prefixes)
}
