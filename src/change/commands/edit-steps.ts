import { FAMILIES } from '../../address/prefix.ts'
import type { RuleOrder } from '../../model/item.ts'
import { memo } from '../../model/lazy.ts'
import { tagSummary } from '../../model/naming.ts'
import {
  type AddressSet,
  type ConcreteRule,
  isSameRule,
  localSetsOf,
  type Ruleset,
  ruleShape,
} from '../../model/ruleset.ts'
import { DIRECTIONS } from '../../model/traffic.ts'
import { largest } from '../../text/numbers.ts'

/**
 * Ways from `before` to `after`, each as the rulesets in between: first the direct one, then over copies of rules, the shortest first. With several
 * `files` of commands there is at most one ruleset in between, because each step is a round of loads. `isOther`: the newer rules have other options, so
 * all of them differ.
 */
export function* waysOver(
  before: Ruleset,
  after: Ruleset,
  { files, order, isOther }: { readonly files: number; readonly order: RuleOrder; readonly isOther: boolean },
): Generator<readonly Ruleset[]> {
  yield []
  const wayOver = (over: Ruleset, first = before): readonly Ruleset[] => {
    const older = withSetsKept(over, first, after)
    if (files > 1) return [older]
    return [...(first === before ? [] : [first]), older, withSetsKept(over, after, first)]
  }
  const old = new Map(before.rules.map((rule) => [rule.name, rule]))
  const stays = (was: ConcreteRule | undefined, rule: ConcreteRule) => !isOther && isSame(was, rule)
  const changed = after.rules.filter((rule) => !stays(old.get(rule.name), rule))
  const first = after.rules.findIndex((rule, index) => !stays(before.rules[index], rule))
  // A device that puts new rules last gets all others again behind the first one that differs: few commands, and right where they take effect together.
  if (order === 'runs') {
    const again = inPlaceOf(before, after)
    const leading = withSetsKept(leadingOf(before, after, again), before, after)
    yield files === 1 ? [withRules(before, [...before.rules, ...again]), leading] : [leading]
  }
  // Copies of all rules behind the first ones that are the same: a packet meets the older rule that decides about it as long as that is there, or
  // else a complete list of the newer ones. This is safe whatever the rules say, also on a device that puts new rules last.
  for (const copied of [changed, first === -1 ? [] : after.rules.slice(first)]) {
    const over = withCopies(before, after, copied)
    yield wayOver(over)
    yield [over]
    if (files === 1) yield wayOver(over, withNew(before, after, over))
  }
  const front = inFront(withCopies(before, after, after.rules), [...before.rules, ...after.rules])
  yield wayOver(front, files === 1 ? withPlaced(before, after, front) : before)
}

/**
 * A ruleset between `before` and `after`, over which commands can lead that add rules from the first to the last, and then remove rules
 * from the last to the first: `after` with copies in place of some rules, so that no rule changes while packets meet it.
 */
function withCopies(before: Ruleset, after: Ruleset, copied: readonly ConcreteRule[]): Ruleset {
  const copies = copiesOf(copied, [...before.rules, ...after.rules])
  const rules = after.rules.map((rule) => copies[copied.indexOf(rule)] ?? rule)
  return withRules(after, rules)
}

/**
 * `before` with the copies behind it, and behind these the rules that are new or match other packets, which then go with the older ones. So a load
 * over the newer rules takes those out too, from the last to the first, before it adds all in their order, and no command removes what was never
 * there.
 */
function withNew(before: Ruleset, after: Ruleset, over: Ruleset): Ruleset {
  const again = inPlaceOf(before, after)
  // These rules with the older addresses may allow what no rule does.
  const open = again.filter(({ action, set }) => action === 'allow' && before.sets.includes(set))
  const guards = copiesOf(open, [...before.rules, ...over.rules, ...again])
  return withRules(before, [
    ...before.rules,
    ...over.rules.filter(({ name }) => !before.rules.some((rule) => rule.name === name)),
    ...guards.map((rule): ConcreteRule => ({ ...rule, action: 'deny' })),
    ...again,
  ])
}

/** The rules that are new or match other packets, with the older addresses, under names that no rule of `before` has. */
function inPlaceOf(before: Ruleset, after: Ruleset): ConcreteRule[] {
  const old = new Map(before.rules.map((rule) => [rule.name, rule]))
  const olderOf = (set: AddressSet, sets: readonly AddressSet[]) => sets.find(({ name }) => name === set.name) ?? set
  return after.rules.flatMap((rule): ConcreteRule[] => {
    const was = old.get(rule.name)
    if (was && kindOf(was) === kindOf(rule)) return []
    const end = was ? '-again' : ''
    const { name, suffix, local } = rule
    return [
      {
        ...rule,
        name: `${name}${end}`,
        suffix: `${suffix}${end}`,
        set: olderOf(rule.set, before.sets),
        local: local && 'set' in local ? { set: olderOf(local.set, localSetsOf(before)) } : local,
      },
    ]
  })
}

/** The rules of each direction that both sides begin with, and the newer one that comes next, as it was before: an ASA unbinds a list without rules. */
function leadingOf(before: Ruleset, after: Ruleset, again: readonly ConcreteRule[]): Ruleset {
  const known = new Map([...again, ...before.rules].map((rule) => [rule.name, rule]))
  const leading = DIRECTIONS.flatMap((direction) => {
    const rulesOf = ({ rules }: Ruleset) => rules.filter((rule) => rule.direction === direction)
    const [old, young] = [rulesOf(before), rulesOf(after)]
    const end = young.findIndex((rule, index) => !isSame(old[index], rule))
    return end === -1 ? old : young.slice(0, end + 1).map((rule) => known.get(rule.name) ?? rule)
  })
  return withRules(before, leading)
}

/** Copies of all newer rules in front of all others: nothing behind them decides about a packet, whatever a load over the newer rules did to it. */
function inFront(over: Ruleset, others: readonly ConcreteRule[]): Ruleset {
  const width = Math.max(...over.rules.map(widthOf)) - Math.min(...others.map(({ priority }) => priority)) + 1
  const rules = over.rules.map((rule) => ({ ...rule, priority: rule.priority - width }))
  return withRules(over, rules)
}

/** `before` with these copies, for a device that places rules beside others: behind the first whose priority a newer rule takes, so a second load finds it. */
function withPlaced(before: Ruleset, after: Ruleset, over: Ruleset): Ruleset {
  const at = before.rules.findIndex(({ direction, priority }) =>
    after.rules.some((rule) => rule.direction === direction && rule.priority === priority),
  )
  return withRules(before, before.rules.toSpliced(at + 1, 0, ...over.rules))
}

/** The packets that a rule matches, but for its addresses; and its decision. */
const kindOf = ({ direction, action, protocol, ports, local }: ConcreteRule) =>
  JSON.stringify([direction, action, protocol, ports, local && ('set' in local ? local.set.name : local)])

/** `over` with the sets of `from` that `to` has too, so that no rule names a set while it changes, and no command removes what a later one makes again. */
const withSetsKept = (over: Ruleset, from: Ruleset, to: Ruleset): Ruleset => ({
  ...over,
  sets: [...over.sets, ...idleAmong(from.sets, to.sets, over.sets)],
  idleLocals: idleAmong(localSetsOf(from), localSetsOf(to), localSetsOf(over)),
})

/** The same rules under other names and priorities. */
export const copyOf = (ruleset: Ruleset): Ruleset => withRules(ruleset, copiesOf(ruleset.rules, ruleset.rules))

/** Those sets that are on the other side too, and that no rule names. Some devices call a set by its id, which goes with the priority of its rule. */
const idleAmong = (sets: readonly AddressSet[], others: readonly AddressSet[], named: readonly AddressSet[]) =>
  sets.filter(
    ({ name, id }) =>
      others.some((set) => set.name === name && set.id === id) && !named.some((set) => set.name === name),
  )

const withRules = (ruleset: Ruleset, rules: readonly ConcreteRule[]): Ruleset => ({
  ...ruleset,
  rules,
  sets: [...new Set(rules.map(({ set }) => set))],
})

/** Rules under names and priorities that no rule has, behind all others. Rules that share a set or a local side share its copy. */
function copiesOf(rules: readonly ConcreteRule[], others: readonly ConcreteRule[]): ConcreteRule[] {
  const taken = new Set(others.flatMap(({ name, set }) => [name, set.name]))
  const nameOf = (name: string, number = 1): string => {
    const copy = `${name}-next${number === 1 ? '' : number}`
    return taken.has(copy) ? nameOf(name, number + 1) : copy
  }
  let last = largest(others.map(widthOf))
  const remoteOf = memo((set: AddressSet, rule: ConcreteRule) => {
    const priority = last + 1
    last = widthOf({ ...rule, priority })
    return { priority, set: { ...set, name: nameOf(set.name), id: `next-${priority}` } }
  })
  const localOf = memo((set: AddressSet, name: string, priority: number) => {
    return { set: { ...set, name: `${name}-local`, id: `local-${priority}` } }
  })
  return rules.map((rule): ConcreteRule => {
    const { priority, set } = remoteOf(rule.set, rule)
    const local = rule.local && 'set' in rule.local ? localOf(rule.local.set, set.name, priority) : rule.local
    return { ...rule, name: `${set.name}${rule.suffix}`, priority, set, local }
  })
}

/** The last priority that a rule takes, also where it is split into one rule for each tag and family. */
const widthOf = ({ priority, set: { tags } }: ConcreteRule) => priority + 2 * tags.length + 1

/** True if more than addresses differs. */
export function isEdit(before: Ruleset, after: Ruleset): boolean {
  const shapeOf = (rule: ConcreteRule) => {
    const { name, id, prefixes } = rule.set
    const families = FAMILIES.map((family) => prefixes.family(family).isEmpty)
    return [ruleShape(rule), name, id, tagSummary(rule.set), families]
  }
  const [old, young] = [before, after].map(({ rules }) => JSON.stringify(rules.map(shapeOf)))
  return old !== young
}

/** True if a rule was the same for every device, with its addresses. */
const isSame = (was: ConcreteRule | undefined, rule: ConcreteRule): boolean =>
  was !== undefined && isSameRule(was, rule, 'addresses')
