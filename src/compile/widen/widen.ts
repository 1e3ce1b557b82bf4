import { type AddressFamily, FAMILIES, type Prefix } from '../../address/prefix.ts'
import { PrefixSet } from '../../address/prefix-set.ts'
import { specialUseSet } from '../../document/guards/special-use.ts'
import type { Finding } from '../../finding/finding.ts'
import { groupBy } from '../../model/group-by.ts'
import { type AddressSet, type ConcreteRule, type Ruleset, withSets } from '../../model/ruleset.ts'
import { type ServiceTag, select, type TagDocument } from '../../model/service-tag.ts'
import { shareTraffic } from '../../model/traffic.ts'
import type { Constraint, Price, Widening } from '../../model/widening.ts'
import type { CheckedRuleset } from '../rules-of-target.ts'
import { type Curve, cheapestCovers, divideBudget } from './cheapest-cover.ts'
import type { CoverConstraints } from './cover-tree.ts'

/** A target, and how to widen it. */
export interface TargetWidening {
  readonly target: string
  readonly widening: Widening
}

/** A policy compiled against one document. */
export interface Compiled {
  readonly document: TagDocument
  readonly ruleset: Ruleset
}

/** The tag to widen within, as its document has it. */
export type WithinTag = Pick<ServiceTag, 'name' | 'prefixes'>

/** The prefixes of each rule of a widened target, by the name of the rule. */
export type Cover = ReadonlyMap<string, PrefixSet>

/** Sets that share a budget, and the tag to widen within. */
interface Group {
  readonly sets: readonly AddressSet[]
  readonly within: WithinTag | undefined
}

/**
 * Widens several rulesets, oldest first, with the cheapest cover of each set. Among equally cheap covers, the one closest
 * to the cover before wins, at first to `start`, so a cover stays stable while its tags do. Left out, except as the newest, is a ruleset with an
 * impossible budget or without the tag to widen within: the next one uses the last cover that worked. With a budget per rule, the cover of one
 * rule does not depend on those of the others.
 */
export function widenSeries(
  all: readonly Compiled[],
  options: TargetWidening,
  start: Cover = new Map(),
): CheckedRuleset[] {
  const { per, within: tag } = options.widening
  const last = new Map<string, Group>()
  const widenOnce = (key: string, group: Group) => {
    const before = last.get(key)
    // The group did not change, so its last covers are still the best.
    if (before && isSame(before, group)) return { sets: before.sets, findings: [] }
    const cover = before ? new Map(before.sets.map(({ name, prefixes }) => [name, prefixes])) : start
    const widened = widenGroup(group, cover, options)
    if (widened.findings.length === 0) last.set(key, { ...group, sets: widened.sets })
    return widened
  }
  return all.flatMap((one, index) => {
    const isNewest = index === all.length - 1
    const { ruleset, within } = stageOf(one, options)
    if (tag !== undefined && !within && !isNewest) return []
    const groups = groupBy(ruleset.sets, ({ name }) => (per === 'rule' ? name : ''))
    const widened = Array.from(groups, ([key, sets]) => widenOnce(key, { sets, within }))
    const findings = widened.flatMap((group) => group.findings)
    if (findings.length > 0) return isNewest ? { ruleset, findings } : []
    const known = new Map(widened.flatMap(({ sets }) => sets.map((set) => [set.name, set])))
    const withCover = (set: AddressSet): AddressSet => {
      const { prefixes, widened } = known.get(set.name) as AddressSet
      return { ...set, prefixes, widened }
    }
    return { ruleset: withSets(ruleset, withCover), findings }
  })
}

/** One ruleset widened with the cheapest covers that are closest to `cover`. */
export const widen = (compiled: Compiled, options: TargetWidening, cover?: Cover): CheckedRuleset =>
  widenSeries([compiled], options, cover)[0] as CheckedRuleset

/** A ruleset with the prefixes of `cover`, whatever is cheapest now; a rule without a cover keeps its own. */
export function coveredWith(compiled: Compiled, options: TargetWidening, cover: Cover): Ruleset {
  const { ruleset, within } = stageOf(compiled, options)
  return withSets(ruleset, (set) => widenedSet(set, cover.get(set.name) ?? set.prefixes, options, within))
}

/** The rules to widen, and the tag to widen within. */
function stageOf({ document, ruleset }: Compiled, { widening }: TargetWidening) {
  return { ruleset: withReserved(ruleset), within: withinOf(document, widening.within) }
}

/** Notes in each set the addresses that it must not gain by widening, because a later rule says the opposite of them. */
export function withReserved(ruleset: Ruleset): Ruleset {
  const { rules } = ruleset
  if (rules.every(({ action }) => action === rules[0]?.action)) return ruleset
  return withSets(ruleset, (set) => {
    const taken = rules.flatMap((rule, index) => (rule.set === set ? takenFrom(rule, rules.slice(index + 1)) : []))
    const reserved = PrefixSet.union(taken)
    return reserved.isEmpty ? set : { ...set, reserved }
  })
}

/** The addresses of `later` rules that a wider `rule` would decide in their place. */
function takenFrom(rule: ConcreteRule, later: readonly ConcreteRule[]): PrefixSet[] {
  return later
    .filter((other) => other.action !== rule.action && shareTraffic(rule, other))
    .flatMap(({ set }) =>
      FAMILIES.map((family) => [rule.set.prefixes.family(family), set.prefixes.family(family)] as const)
        // An exception to a later deny, such as the deny of everything else, allows more of the denied traffic when it is widened.
        .filter(([own, denied]) => rule.action !== 'allow' || !denied.contains(own))
        .map(([, taken]) => taken),
    )
}

/** The tag to widen within. */
export function withinOf({ tags }: TagDocument, within: string | undefined): ServiceTag | undefined {
  const [name = ''] = within === undefined ? [] : select(tags.keys(), within)
  return tags.get(name)
}

/** The sets of a group with the cheapest covers that are closest to those before. */
function widenGroup({ sets, within }: Group, before: Cover, options: TargetWidening) {
  const { widening, target } = options
  const rule = widening.per === 'rule' ? sets[0]?.name : undefined
  const findings: Finding[] = []
  const covers = new Map<AddressSet, readonly Prefix[]>()
  for (const family of FAMILIES) {
    const held = sets.filter(({ prefixes }) => !prefixes.family(family).isEmpty)
    const parts = held.map((set) => partOf(set, family, widening, within, before.get(set.name)))
    const found = coversOf(parts, widening.maxPrefixes[family])
    if (found.short) findings.push({ code: 'BUDGET_NOT_MET', severity: 'error', target, family, rule, ...found.short })
    for (const [index, set] of held.entries())
      covers.set(set, [...(covers.get(set) ?? []), ...(found.covers?.[index] ?? [])])
  }
  return {
    findings,
    sets: sets.map((set) => widenedSet(set, PrefixSet.of(covers.get(set) ?? []), options, within)),
  }
}

/** Addresses that wider prefixes must not have, by who says so, and the shortest prefix. */
type Limits = Readonly<Record<Exclude<Constraint, 'minPrefixLength'>, PrefixSet>> & { readonly minPrefixLength: number }

const NO_LIMITS: Limits = {
  never: PrefixSet.empty,
  'later-rules': PrefixSet.empty,
  'special-use': PrefixSet.empty,
  minPrefixLength: 0,
}

/** One family of a set to widen. */
export interface Part extends Pick<CoverConstraints, 'within' | 'previous'> {
  readonly own: PrefixSet
  readonly limits: Limits
}

/** One family of a set: it never gets its exceptions again, nor what later rules decide, nor special-use space. */
export function partOf(
  { prefixes, except, reserved = PrefixSet.empty }: Pick<AddressSet, 'prefixes' | 'except' | 'reserved'>,
  family: AddressFamily,
  { never, minPrefixLength }: Pick<Widening, 'never' | 'minPrefixLength'>,
  within: WithinTag | undefined,
  previous = PrefixSet.empty,
): Part {
  const limits = {
    never: never.union(except?.prefixes ?? PrefixSet.empty).family(family),
    'later-rules': reserved.family(family),
    'special-use': specialUseSet().family(family),
    minPrefixLength: minPrefixLength[family],
  }
  const cover = { within: within?.prefixes.family(family), previous: previous.family(family) }
  return { ...cover, own: prefixes.family(family), limits }
}

/** The cheapest covers of a part at every budget, without the limits that are lifted. */
export function curveOf({ own, limits, ...rest }: Part, budget: number, lifted: Partial<Limits> = {}): Curve {
  const { minPrefixLength, ...forbidden } = { ...limits, ...lifted }
  return cheapestCovers(own, { ...rest, minPrefixLength, never: PrefixSet.union(Object.values(forbidden)) }, budget)
}

/** The cheapest covers of sets that share a budget; or how far it is from possible, and why. */
function coversOf(parts: readonly Part[], budget: number | undefined) {
  const asTheyAre = parts.map(({ own }) => own.prefixes)
  if (budget === undefined || asTheyAre.flat().length <= budget) return { covers: asTheyAre }
  const curves = parts.map((part) => curveOf(part, budget))
  const least = curves.reduce((sum, curve) => sum + curve.least, 0)
  if (least > budget) return { short: { budget, least, binding: bindingOf(parts) } }
  const shares = divideBudget(curves, budget)
  return { covers: curves.map(({ coverAt }, index) => coverAt(shares[index] as number)) }
}

/** The constraints whose removal allows a smaller budget; all of them if no single one does. */
export function bindingOf(parts: readonly Part[]): Constraint[] {
  const leastWithout = (lifted: Partial<Limits>) => parts.reduce((sum, part) => sum + curveOf(part, 0, lifted).least, 0)
  const least = leastWithout({})
  const isPresent = (name: Constraint) =>
    parts.some(({ limits: { never, 'later-rules': reserved, 'special-use': special } }) =>
      name === 'never' ? !special.union(reserved).contains(never) : name !== 'later-rules' || !reserved.isEmpty,
    )
  const names = (Object.keys(NO_LIMITS) as Constraint[]).filter(isPresent)
  const alone = names.filter((name) => leastWithout({ [name]: NO_LIMITS[name] }) < least)
  if (alone.length > 0) return alone
  return leastWithout(NO_LIMITS) < least ? names : []
}

function widenedSet(
  set: AddressSet,
  prefixes: PrefixSet,
  { widening }: TargetWidening,
  within: WithinTag | undefined,
): AddressSet {
  const exact = set.prefixes
  const families = FAMILIES.filter((family) => widening.maxPrefixes[family] !== undefined)
  const prices = families
    .filter((family) => !exact.family(family).isEmpty)
    .map((family) => priceOf(exact.family(family), prefixes.family(family), family, within))
  return { ...set, prefixes, widened: { exact, prices } }
}

/** The price of `cover` instead of `exact`, in one family. */
export function priceOf(
  exact: PrefixSet,
  cover: PrefixSet,
  family: AddressFamily,
  within: WithinTag | undefined,
): Price {
  const extra = cover.subtract(exact)
  return {
    family,
    before: exact.prefixes.length,
    after: cover.prefixes.length,
    addresses: exact.count,
    extra: extra.count,
    inside: within && { tag: within.name, extra: within.prefixes.intersect(extra).count },
  }
}

/** True if nothing changed that decides the covers of a group, which is widened before. */
function isSame(before: Group, { sets, within }: Group): boolean {
  const isEqual = (a = PrefixSet.empty, b = PrefixSet.empty) => a.equals(b)
  return (
    before.within?.name === within?.name &&
    isEqual(before.within?.prefixes, within?.prefixes) &&
    before.sets.length === sets.length &&
    sets.every(({ name, prefixes, except, reserved }, index) => {
      const was = before.sets[index] as AddressSet
      const isAlike = isEqual(was.except?.prefixes, except?.prefixes) && isEqual(was.reserved, reserved)
      return was.name === name && isEqual(was.widened?.exact, prefixes) && isAlike
    })
  )
}
