import type { Prefix } from '../../address/prefix.ts'
import type { PrefixSet } from '../../address/prefix-set.ts'
import { type CoverConstraints, type CoverTree, coverTree } from './cover-tree.ts'

/** The cost of the cheapest cover at each budget. */
interface Costs {
  /** The smallest possible budget. */
  readonly least: number
  /** From this budget on, the cover is smaller than one whole prefix. */
  readonly open: number
  /** By budget, from `least` on; a larger budget than the last saves nothing more. */
  readonly costs: readonly bigint[]
}

export interface Curve extends Costs {
  /** The cheapest cover of at most that many prefixes; at least `least`. */
  readonly coverAt: (budget: number) => Prefix[]
}

/**
 * The cheapest covers of `set`, which is of one family and not empty, at every budget up to `budget`. Optimal: at each
 * prefix of the tree, every way to divide every budget between its halves is compared (a tree knapsack).
 */
export function cheapestCovers(set: PrefixSet, constraints: CoverConstraints, budget: number): Curve {
  return curveOf(coverTree(set, constraints), budget)
}

/** Divides `budget`, which no curve ends below, between several sets for the cheapest covers together: the budget of each set. */
export function divideBudget(curves: readonly Curve[], budget: number): number[] {
  const [first, ...rest] = curves as [Curve, ...Curve[]]
  let shares = (budget: number) => [budget]
  let all: Costs = first
  for (const curve of rest) {
    const [sharesBefore, { least, costs, lows, highs }] = [shares, join(all, curve, budget, false)]
    shares = (budget) => {
      const index = budget - least
      return [...sharesBefore(lows[index] as number), highs[index] as number]
    }
    all = { least, open: least, costs }
  }
  return shares(budget)
}

function curveOf(tree: CoverTree, budget: number): Curve {
  const { prefix, whole, halves } = tree
  if (!halves) return { least: 1, open: Number.POSITIVE_INFINITY, costs: [whole as bigint], coverAt: () => [prefix] }
  const [low, high] = [curveOf(halves.low, budget), curveOf(halves.high, budget)]
  const split = join(low, high, budget, halves.fill)
  const [open, least] = [split.least, whole === undefined ? split.least : 1]
  const wholes = whole === undefined ? 0 : Math.min(open - 1, budget)
  const costs = [...Array<bigint>(wholes).fill(whole as bigint), ...split.costs]
  // Keep only what the closure needs; the costs of the halves are garbage now.
  const [coverLow, coverHigh, { lows, highs }] = [low.coverAt, high.coverAt, split]
  const coverAt = (budget: number): Prefix[] => {
    if (budget < open) return [prefix]
    const index = Math.min(budget - open, lows.length - 1)
    return [...coverLow(lows[index] as number), ...coverHigh(highs[index] as number)]
  }
  return { least, open, costs, coverAt }
}

/**
 * The cheapest covers of two halves together, at each budget. Budgets at which both halves must `fill` the prefix above
 * are left out: those addresses are one prefix, which is considered (or forbidden) as such. At other budgets a cover with
 * a gap costs less, so a full one is never chosen. `lows` and `highs` are the shares of the halves, by budget from `least` on.
 */
function join(low: Costs, high: Costs, budget: number, fill: boolean) {
  const least = fill ? Math.min(low.open + high.least, low.least + high.open) : low.least + high.least
  const [lowMost, highMost] = [low.least + low.costs.length - 1, high.least + high.costs.length - 1]
  const most = Math.min(budget, lowMost + highMost)
  const size = Math.max(0, most - least + 1)
  const [lows, highs, costs] = [new Uint32Array(size), new Uint32Array(size), [] as bigint[]]
  // Costs have hundreds of bits, and exact sums of all pairs would take most of the time. A double has the first 53,
  // and a sum of two is off by less than one part in 2^51: only sums that are as close as that to the smallest can be
  // the smallest, and those are compared exactly.
  const [lowRough, highRough] = [Float64Array.from(low.costs, Number), Float64Array.from(high.costs, Number)]
  for (let index = 0; index < size; index++) {
    const total = least + index
    const [from, to] = [Math.max(low.least, total - highMost), Math.min(lowMost, total - high.least)]
    let smallest = Number.POSITIVE_INFINITY
    for (let share = from; share <= to; share++) {
      const sum = (lowRough[share - low.least] as number) + (highRough[total - share - high.least] as number)
      if (sum < smallest) smallest = sum
    }
    const close = smallest * (1 + 2 ** -49)
    // At equal cost, fewer prefixes are better.
    let best = costs[index - 1]
    lows[index] = lows[index - 1] ?? 0
    highs[index] = highs[index - 1] ?? 0
    for (let share = from; share <= to; share++) {
      const sum = (lowRough[share - low.least] as number) + (highRough[total - share - high.least] as number)
      if (sum > close) continue
      const exact = (low.costs[share - low.least] as bigint) + (high.costs[total - share - high.least] as bigint)
      if (best !== undefined && exact >= best) continue
      best = exact
      lows[index] = share
      highs[index] = total - share
    }
    costs.push(best as bigint)
  }
  return { least, costs, lows, highs }
}
