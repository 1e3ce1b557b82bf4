import { type AddressFamily, BITS, formatPrefix, type Prefix } from '../../src/address/prefix.ts'
import { PrefixSet } from '../../src/address/prefix-set.ts'
import { cheapestCovers } from '../../src/compile/widen/cheapest-cover.ts'
import type { CoverCost } from '../../src/compile/widen/cover-tree.ts'

// Against brute force: of every set that holds a subset of a small universe, the cheapest at every budget. Sets are
// bit masks there, and nothing of the program is used.

/** The three numbers of a packed cost. */
export const unpackCost = (cost: bigint): CoverCost => ({
  outside: cost >> 192n,
  admitted: BigInt.asUintN(160, cost >> 32n),
  changed: Number(BigInt.asUintN(32, cost)),
})

/** A block of the universe, of 2 ** bits addresses, by its number as in a heap: 1 is the whole, 2 and 3 its halves. */
function blocksOf(bits: number): { mask: number; depth: number; first: number }[] {
  return Array.from({ length: 2 ** (bits + 1) }, (_, number) => {
    const depth = 31 - Math.clz32(Math.max(1, number))
    const size = 2 ** (bits - depth)
    const first = (number - 2 ** depth) * size
    return { mask: number === 0 ? 0 : (2 ** size - 1) << first, depth, first }
  })
}

/** The largest blocks that make up a set, as a mask of their numbers. */
function coverMaskOf(set: number, blocks: ReturnType<typeof blocksOf>): number {
  let cover = 0
  const visit = (number: number) => {
    const block = blocks[number]
    if (!block || (block.mask & set) === 0) return
    if ((block.mask & set) === block.mask) cover |= 1 << number
    else for (const half of [2 * number, 2 * number + 1]) visit(half)
  }
  visit(1)
  return cover
}

const bitsIn = (mask: number) => {
  let count = 0
  for (let rest = mask; rest !== 0; rest &= rest - 1) count++
  return count
}

/** A universe of 2 ** bits numbers, each of which is a block of 2 ** unit addresses of a family. */
export function universeOf(bits: number, family: AddressFamily, unit = 0) {
  const blocks = blocksOf(bits)
  const start = family === 'ipv4' ? 0x14280000n : 0x26n << 120n
  const root = { address: start, length: BITS[family] - unit - bits }
  const prefixOf = (number: number): Prefix => {
    const { depth, first } = blocks[number] as (typeof blocks)[number]
    return { family, address: root.address + (BigInt(first) << BigInt(unit)), length: root.length + depth }
  }
  const covers = Array.from({ length: 2 ** (2 ** bits) }, (_, set) => coverMaskOf(set, blocks))
  const masks = blocks.map(({ mask }) => mask)
  const prefixesOf = (set: number) =>
    blocks.flatMap((_, number) => ((covers[set] as number) & (1 << number) ? [prefixOf(number)] : []))
  const short = (length: number) =>
    blocks.reduce(
      (mask, { depth }, number) => (number > 0 && root.length + depth < length ? mask | (1 << number) : mask),
      0,
    )
  return {
    family,
    size: 2 ** bits,
    unit,
    root,
    masks,
    covers,
    setOf: (set: number) => PrefixSet.of(prefixesOf(set)),
    short,
  }
}

type Universe = ReturnType<typeof universeOf>

/** Masks of the universe, and a depth in it. */
export interface Case {
  readonly set: number
  readonly never: number
  readonly within: number | undefined
  readonly previous: number
  readonly minDepth: number
}

/**
 * A cover in the fewest blocks of which none is among those that are `tooShort` and not the set's own: neighbours that are
 * as short as is allowed stay two.
 */
function piecesOf(cover: number, own: number, tooShort: number): number {
  let pieces = cover & (own | ~tooShort)
  const split = (block: number) => {
    for (const half of [2 * block, 2 * block + 1]) {
      if ((own | ~tooShort) & (1 << half)) pieces |= 1 << half
      else split(half)
    }
  }
  const short = cover & ~pieces
  for (let block = 1; short >>> block !== 0; block++) if (short & (1 << block)) split(block)
  return pieces
}

/** Blocks that the previous cover has. One that is as short as is allowed may be a part of a shorter one there. */
function knownOf({ masks, covers, root, short }: Universe, previous: number, minDepth: number): number {
  const atMost = short(root.length + minDepth + 1)
  return masks.reduce(
    (known, mask, block) => (atMost & (1 << block) && (mask & ~previous) === 0 ? known | (1 << block) : known),
    covers[previous] as number,
  )
}

const WEIGHT = { outside: 10_000, admitted: 100, changed: 1 }

/** The cost of the cheapest cover by budget, from 1 on; undefined where there is none. */
function bruteForce(universe: Universe, { set, never, within, previous, minDepth }: Case) {
  const { size, covers, root, short } = universe
  const everything = 2 ** size - 1
  const tooShort = short(root.length + minDepth)
  const known = knownOf(universe, previous, minDepth)
  const own = covers[set] as number
  const costs: (number | undefined)[] = []
  const rest = everything & ~set
  for (let more = rest; ; more = (more - 1) & rest) {
    if ((more & never) === 0) {
      const cover = piecesOf(covers[set | more] as number, own, tooShort)
      const outside = within === undefined ? 0 : bitsIn(more & ~within)
      const cost = outside * WEIGHT.outside + bitsIn(more) * WEIGHT.admitted + bitsIn(cover & ~known)
      const budget = bitsIn(cover)
      if (costs[budget] === undefined || cost < (costs[budget] as number)) costs[budget] = cost
    }
    if (more === 0) break
  }
  const best: (number | undefined)[] = []
  for (let budget = 1; budget <= bitsIn(own); budget++) {
    const [here, before] = [costs[budget], best.at(-1)]
    best.push(here === undefined ? before : before === undefined ? here : Math.min(here, before))
  }
  return best
}

/** The same from the program, and whether each cover is what its cost says. */
function ours(universe: Universe, { set, never, within, previous, minDepth }: Case) {
  const own = universe.setOf(set)
  const { family } = universe
  const constraints = {
    never: universe.setOf(never),
    within: within === undefined ? undefined : universe.setOf(within),
    previous: universe.setOf(previous),
    minPrefixLength: universe.root.length + minDepth,
  }
  const curve = cheapestCovers(own, constraints, own.prefixes.length)
  const known = new Set(constraints.previous.prefixes.map(formatPrefix))
  const isKnown = (prefix: Prefix) =>
    known.has(formatPrefix(prefix)) ||
    (prefix.length <= constraints.minPrefixLength && constraints.previous.contains(PrefixSet.of([prefix])))
  const isOwn = new Set(own.prefixes.map(formatPrefix))
  const isCheaper = (budget: number) =>
    (curve.costs[budget - curve.least] as bigint) < (curve.costs[budget - curve.least - 1] as bigint)
  return own.prefixes.map((_, index) => {
    const budget = index + 1
    if (budget < curve.least) return undefined
    const { outside, admitted, changed } = unpackCost(curve.costs[budget - curve.least] as bigint)
    const cover = curve.coverAt(budget)
    const covered = PrefixSet.of(cover)
    const extra = covered.subtract(own)
    const told = {
      contains: covered.contains(own),
      isApart: cover.reduce((sum, { length }) => sum + (1n << BigInt(BITS[family] - length)), 0n) === covered.count,
      isAllowed: cover.every(
        (prefix) => prefix.length >= constraints.minPrefixLength || isOwn.has(formatPrefix(prefix)),
      ),
      isWithinBudget: covered.prefixes.length <= cover.length && cover.length <= budget,
      // The same cost is not had for fewer.
      isShort: budget === curve.least || isCheaper(budget) || cover.length <= curve.coverAt(budget - 1).length,
      admitted: extra.count,
      outside: constraints.within ? extra.subtract(constraints.within).count : 0n,
      changed: cover.filter((prefix) => !isKnown(prefix)).length,
    }
    const all = { contains: true, isApart: true, isAllowed: true, isWithinBudget: true, isShort: true }
    const is = { ...all, admitted, outside, changed }
    if (Object.keys(is).some((key) => is[key as keyof typeof is] !== told[key as keyof typeof is])) return told
    const units = (count: bigint) => Number(count >> BigInt(universe.unit))
    return units(outside) * WEIGHT.outside + units(admitted) * WEIGHT.admitted + changed
  })
}

/** The cases of which the program and brute force say different things. */
export function differences(universe: Universe, cases: Iterable<Case>): object[] {
  const wrong: object[] = []
  for (const one of cases) {
    const [want, got] = [bruteForce(universe, one), ours(universe, one)]
    if (want.some((cost, index) => cost !== got[index])) wrong.push({ ...one, want, got })
    if (wrong.length === 3) break
  }
  return wrong
}
