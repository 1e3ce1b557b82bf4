import { overlapFinder } from '../address/overlaps.ts'
import { isNearlyAny, PrefixSet } from '../address/prefix-set.ts'
import type { Finding } from '../finding/finding.ts'
import type { Policy, Target } from '../model/policy.ts'
import type { ConcreteRule, LocalSide, Ruleset } from '../model/ruleset.ts'
import { containsPorts, EVERY_PORT, hasPorts, type PortRange, shareTraffic } from '../model/traffic.ts'
import { needsOf } from './dependencies.ts'
import { isFor, isForAll } from './rules-of-target.ts'

/**
 * Warnings about a policy that compiles; one per problem, not one per rule. Their sentences name no place: a run compares them with those
 * for the rules in the lock, to print each in full only once. `nonRegional` has, by base tag, the addresses that none of its regional tags holds.
 */
export function lint(
  policy: Policy,
  ruleset: Ruleset,
  nonRegional: ReadonlyMap<string, PrefixSet> = new Map(),
): Finding[] {
  return [
    ...missingDependencies(policy, ruleset),
    ...leftOut(ruleset, nonRegional),
    ...inbound(ruleset),
    ...neverApplied(policy, ruleset),
  ]
}

/** Of what the rules allow outbound. */
function missingDependencies({ rules }: Policy, { cloud, rules: made }: Ruleset): Finding[] {
  const allowed = made.filter(({ action, direction }) => action === 'allow' && direction === 'outbound')
  const tags = [...new Set(allowed.flatMap(({ set }) => set.tags))]
  return needsOf(tags, { rules, cloud }).flatMap(({ rules: named, ...need }): Finding[] =>
    named.length > 0 ? [] : [{ code: 'DEPENDENCY_MISSING', severity: 'warning', ...need }],
  )
}

function leftOut({ sets }: Ruleset, nonRegional: ReadonlyMap<string, PrefixSet>): Finding[] {
  return sets.flatMap((set) =>
    [...nonRegional].flatMap(([base, prefixes]): Finding[] => {
      if (!set.tags.some((tag) => tag.startsWith(`${base}.`))) return []
      const missing = prefixes.subtract(set.prefixes)
      if (missing.isEmpty) return []
      return [{ code: 'GLOBAL_LEFT_OUT', severity: 'warning', rule: set.name, base, prefixes: missing.prefixes }]
    }),
  )
}

/** Rules that let in tags, because own prefixes belong to nobody else; and nearly any address on every port: a typing error opens as much. */
function inbound({ rules }: Ruleset): Finding[] {
  const allowing = rules.filter(({ direction, action }) => direction === 'inbound' && action === 'allow')
  const ofTags = allowing.filter(({ set }) => set.tags.length > 0)
  const open = allowing.filter(({ protocol, ports, set }) => {
    const isEveryPort = protocol === 'any' || (hasPorts(protocol) && containsPorts(ports, [ALL_BUT_ZERO]))
    return isEveryPort && isNearlyAny(set.prefixes)
  })
  const found = [['INBOUND_TAG', ofTags] as const, ['INBOUND_ANY', open] as const]
  return found.flatMap(([code, own]): Finding[] =>
    own.length > 0 ? [{ code, severity: 'warning', rules: own.map(({ name }) => name) }] : [],
  )
}

// Port 0 is never used, so many people leave it out.
const ALL_BUT_ZERO = { first: 1, last: 65_535 }

/**
 * Rules of which earlier rules decide all traffic. Only rules that hold for the whole local side of the later one, and on all of its targets,
 * count, so a rule that several together cover by local side may be missed.
 */
function neverApplied({ targets }: Policy, { rules }: Ruleset): Finding[] {
  const find = overlapFinder(rules, localAddresses)
  return rules.flatMap((rule): Finding[] => {
    // No local set holds a whole side without a set.
    const near = find(localAddresses(rule) ?? PrefixSet.empty)
    const end = near.indexOf(rule)
    const before = near.filter((other, place) => place < end && decidesBefore(other, rule, targets))
    if (!areCovered(rule, before)) return []
    const by = fewest(rule, before)
    const actions = new Set(by.map(({ action }) => action))
    const decided = actions.size > 1 ? 'decided' : actions.has('allow') ? 'allowed' : 'denied'
    return [
      { code: 'RULE_NEVER_APPLIES', severity: 'warning', rule: rule.name, decided, by: by.map(({ name }) => name) },
    ]
  })
}

/** The rules of `before` without those that the others make up for, the last ones first. */
function fewest(rule: ConcreteRule, before: readonly ConcreteRule[]): readonly ConcreteRule[] {
  return before.toReversed().reduce<readonly ConcreteRule[]>((kept, one) => {
    const rest = kept.filter((other) => other !== one)
    return areCovered(rule, rest) ? rest : kept
  }, before)
}

const localAddresses = ({ local }: ConcreteRule): PrefixSet | undefined =>
  local && 'set' in local ? local.set.prefixes : undefined

/** True if an earlier rule takes traffic of a later one, whatever the local address and the target; it may have other ports, too. */
function decidesBefore(earlier: ConcreteRule, later: ConcreteRule, targets: readonly Target[]): boolean {
  return (
    (earlier.protocol === 'any' || earlier.protocol === later.protocol) &&
    shareTraffic(earlier, later) &&
    holdsLocal(earlier.local, later.local) &&
    (isForAll(earlier) || targets.every(({ name }) => isFor(earlier, name) || !isFor(later, name))) &&
    earlier.set.prefixes.overlaps(later.set.prefixes)
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
    return PrefixSet.union(here.map(({ set }) => set.prefixes)).contains(rule.set.prefixes)
  })
}

/** The ports of a rule, cut where ports of others begin: behind the end of one, only what begins before it can cover. */
function pieces(rule: ConcreteRule, before: readonly ConcreteRule[]): PortRange[] {
  const cuts = before.flatMap((other) => portsOf(other).map(({ first }) => first))
  return portsOf(rule).flatMap(({ first, last }) => {
    const inside = cuts.filter((cut) => cut > first && cut <= last)
    const starts = [...new Set([first, ...inside])].sort((a, b) => a - b)
    return starts.map((start, index): PortRange => ({ first: start, last: (starts[index + 1] ?? last + 1) - 1 }))
  })
}
