import { type AddressSet, type ConcreteRule, type LocalSide, localSetsOf, type Ruleset } from '../model/ruleset.ts'

/**
 * A ruleset between `before` and `after`, over which commands can lead that add rules from the first to the last, and then remove rules
 * from the last to the first: `after` with copies in place of the rules that differ. So no rule changes while packets meet it.
 */
export function overChanged(before: Ruleset, after: Ruleset): Ruleset {
  const old = new Map(before.rules.map((rule) => [rule.name, rule]))
  const changed = after.rules.filter((rule) => !isSame(old.get(rule.name), rule))
  const copies = copiesOf(changed, [...before.rules, ...after.rules])
  return withRules(
    after,
    after.rules.map((rule) => copies[changed.indexOf(rule)] ?? rule),
  )
}

/**
 * The same with copies of all rules behind the first ones that are the same. A packet meets the older rule that decides about it as long as
 * that is there, or else a complete list of the newer ones: so this is safe whatever the rules say, also on a device that puts new rules last.
 */
export function overAll(before: Ruleset, after: Ruleset): Ruleset {
  const first = after.rules.findIndex((rule, index) => !isSame(before.rules[index], rule))
  const kept = first === -1 ? after.rules.length : first
  const copies = copiesOf(after.rules.slice(kept), [...before.rules, ...after.rules])
  return withRules(after, [...after.rules.slice(0, kept), ...copies])
}

/** Copies of all rules: over them, commands lead from a list in any order to the same list in its own order. */
export const copyOf = (ruleset: Ruleset): Ruleset => withRules(ruleset, copiesOf(ruleset.rules, ruleset.rules))

/**
 * `over` twice: with the sets of the older rules that the newer ones have too, and then with what those hold later. So no rule names a set
 * while it changes, and no command removes what a later one makes again.
 */
export function withSetsKept(before: Ruleset, after: Ruleset, over: Ruleset): [older: Ruleset, newer: Ruleset] {
  const kept = (side: Ruleset, other: Ruleset): Ruleset => {
    const [sets, others] = [side, other].map(({ sets }) => sets) as [readonly AddressSet[], readonly AddressSet[]]
    const [locals, otherLocals] = [localSetsOf(side), localSetsOf(other)]
    const [own, ownLocals] = [over.sets, localSetsOf(over)]
    return {
      ...over,
      sets: [...own, ...idleAmong(sets, others, own)],
      idleLocals: idleAmong(locals, otherLocals, ownLocals),
    }
  }
  return [kept(before, after), kept(after, before)]
}

/** Those sets that are on the other side too, and that no rule names. */
const idleAmong = (sets: readonly AddressSet[], others: readonly AddressSet[], named: readonly AddressSet[]) =>
  sets.filter(({ name }) => others.some((set) => set.name === name) && !named.some((set) => set.name === name))

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
  let priority = Math.max(0, ...others.map(widthOf))
  const sets = new Map<AddressSet, { readonly set: AddressSet; readonly priority: number }>()
  const locals = new Map<AddressSet, AddressSet>()
  const localOf = (local: LocalSide | undefined, name: string, priority: number): LocalSide | undefined => {
    if (!local || !('set' in local)) return local
    const set = locals.get(local.set) ?? { ...local.set, name: `${name}-local`, id: `local-${priority}` }
    locals.set(local.set, set)
    return { set }
  }
  return rules.map((rule): ConcreteRule => {
    const known = sets.get(rule.set)
    const own = known ?? {
      set: { ...rule.set, name: nameOf(rule.set.name), id: `next-${priority + 1}` },
      priority: priority + 1,
    }
    sets.set(rule.set, own)
    if (!known) priority = widthOf({ ...rule, priority: own.priority })
    return {
      ...rule,
      name: `${own.set.name}${rule.suffix}`,
      priority: own.priority,
      set: own.set,
      local: localOf(rule.local, own.set.name, own.priority),
    }
  })
}

/** The last priority that a rule takes, also where it is split into one rule for each tag and family. */
const widthOf = ({ priority, set: { tags } }: ConcreteRule) => priority + 2 * tags.length + 1

/** Whether two rules are the same for every device, with their addresses. */
function isSame(a: ConcreteRule | undefined, b: ConcreteRule | undefined): boolean {
  return a !== undefined && b !== undefined && textOf(a) === textOf(b)
}

const textOf = ({ set, local, ...rule }: ConcreteRule): string =>
  JSON.stringify([rule, setText(set), local && ('set' in local ? setText(local.set) : local)])

const setText = ({ name, id, tags, own, prefixes }: AddressSet) => [name, id, tags, own?.texts, prefixes.texts]
