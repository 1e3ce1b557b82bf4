import { type AddressFamily, FAMILIES, type Prefix } from '../../address/prefix.ts'
import { PrefixSet } from '../../address/prefix-set.ts'
import type { AddressSet, Ruleset } from '../../model/ruleset.ts'
import type { Merge, RuleCurve, Widening } from '../../model/widening.ts'
import { type Curve, cheapestCovers } from './cheapest-cover.ts'
import { bindingOf, constraintsOf, outside, priceOf } from './widen.ts'

/** The price of fewer prefixes, for each family of a set. `everything` holds all tags of the document, if known. */
export function priceCurve(
  set: AddressSet,
  widening: Widening,
  within: PrefixSet | undefined,
  everything: PrefixSet | undefined,
): RuleCurve[] {
  const { name, prefixes, reserved } = set
  const inside = widening.within !== undefined && within ? { tag: widening.within, set: within } : undefined
  return FAMILIES.filter((family) => !prefixes.family(family).isEmpty).map((family) => {
    const own = prefixes.family(family)
    const constraints = constraintsOf(outside(widening, set), family, within, PrefixSet.empty)
    const before = own.prefixes.length
    const { least, coverAt } = cheapestCovers(own, constraints, before)
    return {
      rule: name,
      family,
      before,
      addresses: own.count,
      least,
      binding: bindingOf([{ own, constraints, reserved }]),
      points: coversFrom(before, least, coverAt).map((cover) => {
        const wide = PrefixSet.of(cover)
        const inSomeTag = everything?.intersect(wide.subtract(own)).count
        // Counted like a budget: two neighbours of the shortest length count as two, although they are written as one.
        const price = { ...priceOf(own, wide, family, inside), after: cover.length }
        return { rule: name, price, inSomeTag }
      }),
    }
  })
}

/** The covers of all prefixes, three quarters, a half, three eighths and so on, down to the minimum; each once. */
function coversFrom(most: number, least: number, coverAt: Curve['coverAt']): Prefix[][] {
  const budgets: number[] = []
  for (let step = most; step > 1; step /= 2) budgets.push(Math.floor(step), Math.floor((3 * step) / 4))
  const covers = [...budgets.filter((budget) => budget > least), least].map(coverAt)
  return covers.filter((cover, index) => cover.length !== covers[index - 1]?.length)
}

/** The prefixes of a widened rule that its tags do not have, and how many prefixes each replaces. */
export function mergesOf({ sets }: Ruleset, rule: string, family: AddressFamily): Merge[] {
  const set = sets.find(({ name }) => name === rule)
  const exact = set?.widened?.exact ?? PrefixSet.empty
  return (set?.prefixes.family(family).prefixes ?? []).flatMap((prefix): Merge[] => {
    const whole = PrefixSet.of([prefix])
    const held = exact.intersect(whole)
    const extra = whole.count - held.count
    return extra === 0n ? [] : [{ prefix, replaced: held.prefixes.length, extra }]
  })
}
