import { type AddressFamily, FAMILIES, type Prefix } from '../../address/prefix.ts'
import { PrefixSet } from '../../address/prefix-set.ts'
import { specialUseSet } from '../../document/guards/special-use.ts'
import type { Finding } from '../../finding/finding.ts'
import { type AddressSet, onlyRule, type Ruleset, withSets } from '../../model/ruleset.ts'
import type { ServiceTag } from '../../model/service-tag.ts'
import type { Constraint, Price, Widening } from '../../model/widening.ts'
import { cheapestCovers, divideBudget } from './cheapest-cover.ts'
import type { CoverConstraints } from './cover-tree.ts'
import { withReserved } from './reserved.ts'

/** A target and how to widen it. */
export interface TargetWidening {
  readonly target: string
  readonly widening: Widening
}

/** The tag to widen within, as its document has it. */
export type WithinTag = Pick<ServiceTag, 'name' | 'prefixes'>

/** A ruleset, and the tag `within` in the same document. */
export interface Stage {
  readonly ruleset: Ruleset
  readonly within: WithinTag | undefined
}

/** If any finding is an error, do not use the ruleset. */
export interface Widened {
  readonly ruleset: Ruleset
  readonly findings: readonly Finding[]
}

/**
 * Widens several rulesets, oldest first, with the cheapest cover of each set. Among equally cheap covers, the one closest
 * to the cover before wins, so a cover stays stable while its tags do. An impossible budget gives no cover, and the next
 * ruleset uses the last one that worked. With a budget per rule, the cover of one rule does not depend on those of the others.
 */
export function widenSeries(stages: readonly Stage[], options: TargetWidening): Widened[] {
  const all = stages.map((stage) => ({ ...stage, ruleset: withReserved(stage.ruleset) }))
  if (options.widening.per === 'target') return seriesOf(all, options)
  const names = new Set(all.flatMap(({ ruleset }) => ruleset.sets.map(({ name }) => name)))
  const series = new Map(
    [...names].map((name) => {
      const own = all.map(({ ruleset, within }) => ({ ruleset: onlyRule(ruleset, name), within }))
      return [name, seriesOf(own, options)]
    }),
  )
  return all.map(({ ruleset }, index) => {
    const widenedOf = ({ name }: AddressSet) => series.get(name)?.[index] as Widened
    return {
      ruleset: withSets(ruleset, (set) => widenedOf(set).ruleset.sets[0] as AddressSet),
      findings: ruleset.sets.flatMap((set) => widenedOf(set).findings),
    }
  })
}

function seriesOf(stages: readonly Stage[], options: TargetWidening): Widened[] {
  let previous: { stage: Stage; ruleset: Ruleset } | undefined
  return stages.map((stage) => {
    // The set did not change, so its last cover is still the best one.
    const widened =
      previous && isSame(previous.stage, stage)
        ? { ruleset: sameCovers(stage.ruleset, previous.ruleset), findings: [] }
        : widen(stage, previous?.ruleset, options)
    const hasCovers = widened.findings.length === 0 && stage.ruleset.sets.length > 0
    if (hasCovers) previous = { stage, ruleset: widened.ruleset }
    return widened
  })
}

/** `stage` with the cheapest covers of its sets; `previous` is the widened ruleset to stay close to. */
export function widen({ ruleset, within }: Stage, previous: Ruleset | undefined, options: TargetWidening): Widened {
  const { widening, target } = options
  const isShared = widening.per === 'target'
  const findings: Finding[] = []
  const covers = new Map<AddressSet, readonly Prefix[]>()
  for (const family of FAMILIES) {
    const parts = ruleset.sets.flatMap((set) => {
      const own = set.prefixes.family(family)
      const constraints = constraintsOf(outside(widening, set), family, within, coverBefore(set.name, family, previous))
      return own.isEmpty ? [] : [{ set, own, reserved: set.reserved, constraints }]
    })
    for (const together of isShared ? [parts] : parts.map((part) => [part])) {
      const found = coversOf(together, widening.maxPrefixes[family])
      const rule = isShared ? undefined : together[0]?.set.name
      if (found.short)
        findings.push({ code: 'BUDGET_NOT_MET', severity: 'error', target, family, rule, ...found.short })
      for (const [index, { set }] of together.entries())
        covers.set(set, [...(covers.get(set) ?? []), ...(found.covers?.[index] ?? [])])
    }
  }
  if (findings.length > 0) return { ruleset, findings }
  return { findings, ruleset: withSets(ruleset, (set) => widenedSet(set, covers.get(set) ?? [], options, within)) }
}

/** `stage` widened with the cheapest covers that are closest to `cover`, the prefixes of each rule in the files in place. */
export function widenFrom(stage: Stage, cover: Cover, options: TargetWidening): Widened {
  const ruleset = withReserved(stage.ruleset)
  const previous = withSets(ruleset, (set) => ({ ...set, prefixes: cover.get(set.name) ?? PrefixSet.empty }))
  return widen({ ...stage, ruleset }, previous, options)
}

/** The prefixes of each rule of a widened target, by the name of the rule. */
export type Cover = ReadonlyMap<string, PrefixSet>

/** `stage` with the prefixes of `cover`, whatever is cheapest now; a rule without a cover keeps its own. */
export function coveredWith({ ruleset, within }: Stage, cover: Cover, options: TargetWidening): Ruleset {
  return withSets(ruleset, (set) => widenedSet(set, (cover.get(set.name) ?? set.prefixes).prefixes, options, within))
}

interface ConstrainedPart {
  readonly own: PrefixSet
  readonly constraints: CoverConstraints
  /** The addresses among those of `never` that later rules decide. */
  readonly reserved: PrefixSet | undefined
}

/** The cheapest covers of sets that share a budget; or how far it is from possible, and why. */
function coversOf(parts: readonly ConstrainedPart[], budget: number | undefined) {
  const asTheyAre = parts.map(({ own }) => own.prefixes)
  if (budget === undefined || asTheyAre.flat().length <= budget) return { covers: asTheyAre }
  const curves = parts.map(({ own, constraints }) => cheapestCovers(own, constraints, budget))
  const least = curves.reduce((sum, curve) => sum + curve.least, 0)
  if (least > budget) return { short: { budget, least, binding: bindingOf(parts) } }
  const shares = divideBudget(curves, budget)
  return { covers: curves.map(({ coverAt }, index) => coverAt(shares[index] as number)) }
}

/** The constraints whose removal allows a smaller budget; all of them if no single one does. */
export function bindingOf(parts: readonly ConstrainedPart[]): Constraint[] {
  const special = specialUseSet()
  type Lift = (constraints: CoverConstraints, reserved: PrefixSet) => CoverConstraints
  const leastWith = (lift: Lift) =>
    parts.reduce(
      (sum, { own, constraints, reserved = PrefixSet.empty }) =>
        sum + cheapestCovers(own, lift(constraints, reserved), 0).least,
      0,
    )
  const least = leastWith((constraints) => constraints)
  const lifts: Record<Constraint, Lift> = {
    never: (constraints, reserved) => ({
      ...constraints,
      never: constraints.never.intersect(special.union(reserved)),
    }),
    'later-rules': (constraints, reserved) => ({
      ...constraints,
      never: constraints.never.subtract(reserved.subtract(special)),
    }),
    'special-use': (constraints) => ({ ...constraints, never: constraints.never.subtract(special) }),
    minPrefixLength: (constraints) => ({ ...constraints, minPrefixLength: 0 }),
  }
  const present: Partial<Record<Constraint, boolean>> = {
    never: parts.some(
      ({ constraints, reserved = PrefixSet.empty }) => !special.union(reserved).contains(constraints.never),
    ),
    'later-rules': parts.some(({ reserved }) => reserved !== undefined),
  }
  const names = (Object.keys(lifts) as Constraint[]).filter((name) => present[name] !== false)
  const alone = names.filter((name) => leastWith(lifts[name]) < least)
  if (alone.length > 0) return alone
  return leastWith((constraints) => ({ ...constraints, never: PrefixSet.empty, minPrefixLength: 0 })) < least
    ? names
    : []
}

/** The constraints for the covers of one family. Special-use space is never admitted. */
export function constraintsOf(
  { never, minPrefixLength }: Widening,
  family: AddressFamily,
  within: WithinTag | undefined,
  previous: PrefixSet,
): CoverConstraints {
  return {
    never: specialUseSet().union(never).family(family),
    within: within?.prefixes.family(family),
    minPrefixLength: minPrefixLength[family],
    previous,
  }
}

/** `widening` that never adds the excepted addresses of a set again, nor those that later rules decide. */
export function outside(widening: Widening, { except, reserved }: AddressSet): Widening {
  return { ...widening, never: PrefixSet.union([widening.never, except?.prefixes ?? [], reserved ?? []].flat()) }
}

function coverBefore(name: string, family: AddressFamily, previous: Ruleset | undefined): PrefixSet {
  return previous?.sets.find((set) => set.name === name)?.prefixes.family(family) ?? PrefixSet.empty
}

function widenedSet(
  set: AddressSet,
  cover: readonly Prefix[],
  { widening }: TargetWidening,
  within: WithinTag | undefined,
): AddressSet {
  const exact = set.prefixes
  const prefixes = PrefixSet.of(cover)
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

/** True if nothing changed that decides the covers. */
function isSame(before: Stage, stage: Stage): boolean {
  const [was, is] = [setsOf(before), setsOf(stage)]
  const namesOf = ({ ruleset, within }: Stage) => [within, ...ruleset.sets].map((one) => one?.name).join('\n')
  return namesOf(before) === namesOf(stage) && was.every((set, index) => isEqual(set, is[index]))
}

/** All sets of addresses that decide the covers. */
const setsOf = ({ ruleset, within }: Stage): (PrefixSet | undefined)[] => [
  within?.prefixes,
  ...ruleset.sets.flatMap(({ prefixes, except, reserved }) => [prefixes, except?.prefixes, reserved]),
]

const isEqual = (a = PrefixSet.empty, b = PrefixSet.empty) => a.equals(b)

function sameCovers(ruleset: Ruleset, { sets }: Ruleset): Ruleset {
  const known = new Map(sets.map((set) => [set.name, set]))
  return withSets(ruleset, (set) => {
    const { prefixes, widened } = known.get(set.name) as AddressSet
    return { ...set, prefixes, widened }
  })
}
