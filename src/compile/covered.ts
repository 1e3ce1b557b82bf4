import { PrefixSet } from '../address/prefix-set.ts'
import type { ConcreteRule, LocalSide, Ruleset } from '../model/ruleset.ts'
import { type Action, EVERY_PORT, hasPorts, type PortRange } from '../model/traffic.ts'

/** A rule of which earlier rules decide everything the other way. */
export interface Covered {
  readonly rule: ConcreteRule
  readonly by: readonly ConcreteRule[]
}

/**
 * Rules that never apply: all of their traffic is denied before by others, or for a rule that denies, allowed before. Only rules that hold for
 * the whole local side of the later one count, so a rule that several together cover by local side may be missed.
 */
export function coveredRules({ rules }: Ruleset): Covered[] {
  const earlier: { readonly [action in Action]: ConcreteRule[] } = { allow: [], deny: [] }
  return rules.flatMap((rule): Covered[] => {
    const before = earlier[rule.action === 'allow' ? 'deny' : 'allow'].filter((other) => decidesOtherwise(other, rule))
    earlier[rule.action].push(rule)
    return before.length > 0 && areCovered(rule, before) ? [{ rule, by: fewest(rule, before) }] : []
  })
}

/** The rules of `before` without those that the others make up for, the last ones first. */
function fewest(rule: ConcreteRule, before: readonly ConcreteRule[]): readonly ConcreteRule[] {
  return before.toReversed().reduce<readonly ConcreteRule[]>((kept, one) => {
    const rest = kept.filter((other) => other !== one)
    return rest.length > 0 && areCovered(rule, rest) ? rest : kept
  }, before)
}

/** True if an earlier rule takes traffic of a later one, whatever local address it has, and does the opposite. */
function decidesOtherwise(earlier: ConcreteRule, later: ConcreteRule): boolean {
  return (
    earlier.direction === later.direction &&
    earlier.action !== later.action &&
    (earlier.protocol === 'any' || earlier.protocol === later.protocol) &&
    holdsLocal(earlier.local, later.local) &&
    earlier.set.prefixes.overlaps(later.set.prefixes) &&
    portsOf(later).some((range) => portsOf(earlier).some((own) => own.first <= range.last && range.first <= own.last))
  )
}

function holdsLocal(outer: LocalSide | undefined, inner: LocalSide | undefined): boolean {
  if (outer === undefined) return true
  if (inner === undefined) return false
  if ('set' in outer) return 'set' in inner && outer.set.prefixes.contains(inner.set.prefixes)
  return 'object' in inner && outer.object === inner.object && outer.object6 === inner.object6
}

const portsOf = ({ protocol, ports }: ConcreteRule): readonly PortRange[] => (hasPorts(protocol) ? ports : [EVERY_PORT])

/** True if on each port of `rule`, those of `before` that have the port hold all of its addresses. */
function areCovered(rule: ConcreteRule, before: readonly ConcreteRule[]): boolean {
  return pieces(rule, before).every(({ first, last }) => {
    const here = before.filter((other) => portsOf(other).some((own) => own.first <= first && last <= own.last))
    return unionOf(here).contains(rule.set.prefixes)
  })
}

const unionOf = (rules: readonly ConcreteRule[]): PrefixSet => PrefixSet.union(rules.map(({ set }) => set.prefixes))

/** The ports of a rule, cut where ports of others begin: behind the end of one, only what begins before it can cover. */
function pieces(rule: ConcreteRule, before: readonly ConcreteRule[]): PortRange[] {
  const cuts = before.flatMap((other) => portsOf(other).map(({ first }) => first))
  return portsOf(rule).flatMap(({ first, last }) => {
    const inside = cuts.filter((cut) => cut > first && cut <= last)
    const starts = [...new Set([first, ...inside])].sort((a, b) => a - b)
    return starts.map((start, index): PortRange => ({ first: start, last: (starts[index + 1] ?? last + 1) - 1 }))
  })
}
