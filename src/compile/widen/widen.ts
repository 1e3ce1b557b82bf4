import { type AddressFamily, FAMILIES, type Prefix } from '../../model/address/prefix.ts'
import { PrefixSet } from '../../model/address/prefix-set.ts'
import type { Finding } from '../../model/finding.ts'
import { type AddressSet, onlyRule, type Ruleset, withSets } from '../../model/ruleset.ts'
import type { Price, Widening } from '../../model/widening.ts'
import { specialUseSet } from '../guards/special-use.ts'
import { type Curve, cheapestCovers, divideBudget } from './cheapest-cover.ts'
import type { CoverConstraints } from './cover-tree.ts'

/** What is widened for whom. */
export interface WidenOptions {
  readonly target: string
  readonly widening: Widening
}

/** A ruleset, and the addresses of the tag `within` in the document that it is from. */
export interface Stage {
  readonly ruleset: Ruleset
  readonly within: PrefixSet | undefined
}

/** Where a finding is an error, the ruleset is not to be used. */
export interface Widened {
  readonly ruleset: Ruleset
  readonly findings: readonly Finding[]
}

/**
 * Each of several rulesets, oldest first, with the cheapest covers of its sets: of those that cost the same, the one
 * that has most prefixes of the cover before it. So a cover does not wander while its tags stay as they are. A budget that
 * cannot be met leaves no cover, and the next ruleset looks back to the one before it. Where each rule has a budget of its
 * own, no rule has a say in the cover of another.
 */
export function widenSeries(stages: readonly Stage[], options: WidenOptions): Widened[] {
  const special = specialUseSet()
  if (options.widening.per === 'target') return seriesOf(stages, options, special)
  const names = new Set(stages.flatMap(({ ruleset }) => ruleset.sets.map(({ name }) => name)))
  const series = new Map(
    [...names].map((name) => {
      const own = stages.map(({ ruleset, within }) => ({ ruleset: onlyRule(ruleset, name), within }))
      return [name, seriesOf(own, options, special)]
    }),
  )
  return stages.map(({ ruleset }, index) => {
    const widenedOf = ({ name }: AddressSet) => series.get(name)?.[index] as Widened
    return {
      ruleset: withSets(ruleset, (set) => widenedOf(set).ruleset.sets[0] as AddressSet),
      findings: ruleset.sets.flatMap((set) => widenedOf(set).findings),
    }
  })
}

function seriesOf(stages: readonly Stage[], options: WidenOptions, special: PrefixSet): Widened[] {
  let previous: { stage: Stage; ruleset: Ruleset } | undefined
  return stages.map((stage) => {
    // The cover of a set is also the cheapest one that is nearest to itself, so there is nothing to compute.
    const widened =
      previous && isSame(previous.stage, stage)
        ? { ruleset: sameCovers(stage.ruleset, previous.ruleset), findings: [] }
        : widen(stage, previous?.ruleset, options, special)
    const hasCovers = widened.findings.length === 0 && stage.ruleset.sets.length > 0
    if (hasCovers) previous = { stage, ruleset: widened.ruleset }
    return widened
  })
}

/** `stage` with the cheapest covers of its sets; `previous` is the widened ruleset to stay close to. */
export function widen(
  { ruleset, within }: Stage,
  previous: Ruleset | undefined,
  options: WidenOptions,
  special = specialUseSet(),
): Widened {
  const { widening, target } = options
  const findings: Finding[] = []
  const covers = new Map(ruleset.sets.map((set) => [set, [] as Prefix[]]))
  for (const family of FAMILIES) {
    const parts = ruleset.sets
      .map((set) => ({ set, own: set.prefixes.family(family) }))
      .filter(({ own }) => !own.isEmpty)
    const constrained = parts.map(({ set, own }) => ({
      name: set.name,
      own,
      constraints: constraintsOf(widening, family, within, coverBefore(set.name, family, previous), special),
    }))
    const result = coversOf(constrained, family, widening, special)
    if (result.short) findings.push({ code: 'BUDGET_NOT_MET', severity: 'error', target, family, ...result.short })
    for (const [index, { set }] of parts.entries()) covers.get(set)?.push(...(result.covers[index] ?? []))
  }
  if (findings.length > 0) return { ruleset, findings }
  return { findings, ruleset: withSets(ruleset, (set) => widenedSet(set, covers.get(set) ?? [], options, within)) }
}

interface Part {
  readonly name: string
  readonly own: PrefixSet
  readonly constraints: CoverConstraints
}

/** By how much a budget is missed, and why. */
interface Shortfall {
  /** Undefined when the budget is the target's. */
  readonly rule: string | undefined
  readonly budget: number
  readonly least: number
  /** Without which of the constraints fewer prefixes would do. */
  readonly binding: readonly Constraint[]
}

export type Constraint = 'never' | 'special-use' | 'minPrefixLength'

function coversOf(
  parts: readonly Part[],
  family: AddressFamily,
  { maxPrefixes, per }: Widening,
  special: PrefixSet,
): { covers: (readonly Prefix[])[]; short?: Shortfall } {
  const budget = maxPrefixes[family]
  const asTheyAre = parts.map(({ own }) => own.prefixes)
  const count = (covers: readonly (readonly Prefix[])[]) => covers.reduce((sum, { length }) => sum + length, 0)
  if (budget === undefined || parts.length === 0) return { covers: asTheyAre }
  if (per === 'target') {
    if (count(asTheyAre) <= budget) return { covers: asTheyAre }
    const curves = parts.map((part) => curveOf(part, budget))
    const least = curves.reduce((sum, curve) => sum + curve.least, 0)
    if (least > budget)
      return { covers: [], short: { rule: undefined, budget, least, binding: bindingOf(parts, special) } }
    const shares = divideBudget(curves, budget)
    return { covers: curves.map(({ coverAt }, index) => coverAt(shares[index] as number)) }
  }
  const covers: (readonly Prefix[])[] = []
  for (const part of parts) {
    if (part.own.prefixes.length <= budget) {
      covers.push(part.own.prefixes)
      continue
    }
    const { least, coverAt } = curveOf(part, budget)
    if (least > budget)
      return { covers: [], short: { rule: part.name, budget, least, binding: bindingOf([part], special) } }
    covers.push(coverAt(budget))
  }
  return { covers }
}

const curveOf = ({ own, constraints }: Part, budget: number): Curve => cheapestCovers(own, constraints, budget)

/** The constraints that, each taken away alone, make a smaller budget do; all of them when it takes more than one. */
export function bindingOf(
  parts: readonly Pick<Part, 'own' | 'constraints'>[],
  special = specialUseSet(),
): Constraint[] {
  const leastWith = (change: (constraints: CoverConstraints) => CoverConstraints) =>
    parts.reduce((sum, { own, constraints }) => sum + cheapestCovers(own, change(constraints), 0).least, 0)
  const least = leastWith((constraints) => constraints)
  const lifts: Record<Constraint, (constraints: CoverConstraints) => CoverConstraints> = {
    never: (constraints) => ({ ...constraints, never: constraints.never.intersect(special) }),
    'special-use': (constraints) => ({ ...constraints, never: constraints.never.subtract(special) }),
    minPrefixLength: (constraints) => ({ ...constraints, minPrefixLength: 0 }),
  }
  const isFree = parts.every(({ constraints }) => special.contains(constraints.never))
  const names = (Object.keys(lifts) as Constraint[]).filter((name) => name !== 'never' || !isFree)
  const alone = names.filter((name) => leastWith(lifts[name]) < least)
  if (alone.length > 0) return alone
  return leastWith((constraints) => ({ ...constraints, never: PrefixSet.empty, minPrefixLength: 0 })) < least
    ? names
    : []
}

/** The constraints of one family's covers. Special-use space is never admitted. */
export function constraintsOf(
  { never, minPrefixLength }: Widening,
  family: AddressFamily,
  within: PrefixSet | undefined,
  previous: PrefixSet,
  special = specialUseSet(),
): CoverConstraints {
  return {
    never: special.union(never).family(family),
    within: within?.family(family),
    minPrefixLength: minPrefixLength[family],
    previous,
  }
}

function coverBefore(name: string, family: AddressFamily, previous: Ruleset | undefined): PrefixSet {
  return previous?.sets.find((set) => set.name === name)?.prefixes.family(family) ?? PrefixSet.empty
}

function widenedSet(
  set: AddressSet,
  cover: readonly Prefix[],
  { widening }: WidenOptions,
  within: PrefixSet | undefined,
): AddressSet {
  const exact = set.prefixes
  const prefixes = PrefixSet.of(cover)
  const families = FAMILIES.filter((family) => widening.maxPrefixes[family] !== undefined)
  const prices = families
    .filter((family) => !exact.family(family).isEmpty)
    .map((family) => priceOf(exact.family(family), prefixes.family(family), family, insideOf(widening, within)))
  return { ...set, prefixes, widened: { exact, prices } }
}

const insideOf = ({ within: tag }: Widening, set: PrefixSet | undefined) => (tag && set ? { tag, set } : undefined)

/** The price of `cover`, of one family, in place of `exact`. `inside` is the tag that more addresses should be in. */
export function priceOf(
  exact: PrefixSet,
  cover: PrefixSet,
  family: AddressFamily,
  inside: { readonly tag: string; readonly set: PrefixSet } | undefined,
): Price {
  const extra = cover.subtract(exact)
  return {
    family,
    before: exact.prefixes.length,
    after: cover.prefixes.length,
    addresses: exact.count,
    extra: extra.count,
    inside: inside && { tag: inside.tag, extra: inside.set.intersect(extra).count },
  }
}

function isSame(before: Stage, { ruleset, within }: Stage): boolean {
  const sets = new Map(before.ruleset.sets.map(({ name, prefixes }) => [name, prefixes]))
  const isWithinSame = within === undefined ? before.within === undefined : before.within?.equals(within) === true
  return (
    isWithinSame &&
    sets.size === ruleset.sets.length &&
    ruleset.sets.every(({ name, prefixes }) => sets.get(name)?.equals(prefixes) === true)
  )
}

function sameCovers(ruleset: Ruleset, { sets }: Ruleset): Ruleset {
  const known = new Map(sets.map((set) => [set.name, set]))
  return withSets(ruleset, (set) => {
    const { prefixes, widened } = known.get(set.name) as AddressSet
    return { ...set, prefixes, widened }
  })
}
