import { PrefixSet } from '../../address/prefix-set.ts'
import type { Finding } from '../../finding/finding.ts'
import { applies } from '../../model/option.ts'
import type { AddressSet, ConcreteRule, Ruleset } from '../../model/ruleset.ts'
import { containsPorts, type PortRange } from '../../model/traffic.ts'
import type { Job } from '../../model/vendor.ts'

/**
 * The traffic that a device refuses for a moment while the full file of `after` is loaded over `before`, although both allow
 * it: addresses that move to a rule whose set is filled later. A device that loads a file atomically has no gaps.
 */
export function reloadGaps(
  before: Ruleset,
  after: Ruleset,
  { target, vendor, options }: Job,
  hasDelta: boolean,
): Finding[] {
  if (!vendor.setBySet?.some((when) => applies(when, options))) return []
  const old = new Map(before.sets.map((set) => [set.name, set.prefixes]))
  const oldRules = new Set(before.rules.map(({ name }) => name))
  const place = new Map(after.sets.map((set, index) => [set, index]))
  return after.rules.flatMap((rule) => {
    const lost = (old.get(rule.set.name) ?? PrefixSet.empty).subtract(rule.set.prefixes)
    if (lost.isEmpty) return []
    return rule.ports.flatMap((ports): Finding[] => {
      const others = after.rules.filter((other) => other !== rule && covers(other, rule, ports))
      const wanted = lost.intersect(PrefixSet.union(others.map(({ set }) => set.prefixes)))
      const prefixes = wanted.subtract(PrefixSet.union(others.map((other) => heldMeanwhile(other, rule.set))))
      if (prefixes.isEmpty) return []
      const to = others.filter(({ set }) => set.prefixes.overlaps(prefixes)).map(({ name }) => name)
      const { name: from, direction, protocol } = rule
      return [
        { code: 'RELOAD_GAP', severity: 'warning', target, hasDelta, from, to, direction, protocol, ports, prefixes },
      ]
    })
  })

  /** The addresses that a rule still allows after `losing` is filled, but not the sets behind it. A new rule comes last. */
  function heldMeanwhile({ name, set }: ConcreteRule, losing: AddressSet): PrefixSet {
    if (!oldRules.has(name)) return PrefixSet.empty
    const isFilled = (place.get(set) as number) <= (place.get(losing) as number)
    return isFilled ? set.prefixes : (old.get(set.name) ?? PrefixSet.empty)
  }
}

function covers({ direction, protocol, ports }: ConcreteRule, rule: ConcreteRule, wanted: PortRange): boolean {
  return direction === rule.direction && protocol === rule.protocol && containsPorts(ports, [wanted])
}
