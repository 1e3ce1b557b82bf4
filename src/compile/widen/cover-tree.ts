import { firstIndex } from '../../address/binary-search.ts'
import { type AddressFamily, BITS, type Prefix, prefixAt, type Range, rangeOf, sizeOf } from '../../address/prefix.ts'
import type { PrefixSet } from '../../address/prefix-set.ts'

/** The limits and preferences of a wider cover. */
export interface CoverConstraints {
  /** Addresses that it must not admit, except those of the set itself. */
  readonly never: PrefixSet
  /** Preferred additional addresses; undefined for no preference. */
  readonly within: PrefixSet | undefined
  /** The shortest prefix of a cover, except prefixes of the set. Two neighbours of that length count as two. */
  readonly minPrefixLength: number
  /** The current cover. As a set, it has two such neighbours as one shorter prefix. */
  readonly previous: PrefixSet
}

/** A candidate for a cover: a prefix of the set, or the longest one around several of them. Others admit more and save nothing. */
export interface CoverTree {
  readonly prefix: Prefix
  /** The cost of the whole prefix; undefined if the constraints forbid it. */
  readonly whole: bigint | undefined
  readonly halves:
    | {
        readonly low: CoverTree
        readonly high: CoverTree
        /** If both halves are taken completely, they are the prefix above, which is a candidate itself. */
        readonly fill: boolean
      }
    | undefined
}

/**
 * A cost is three numbers, the first of which counts most: addresses admitted that are not in `within`, addresses
 * admitted, prefixes that the previous cover does not have. Packed into one integer, they add and compare as one.
 */
const CHANGED_BITS = 32n
/** The addresses of 2^31 rules of IPv6 fit. */
const ADMITTED_BITS = 160n

export interface CoverCost {
  readonly outside: bigint
  readonly admitted: bigint
  readonly changed: number
}

export function packCost({ outside, admitted, changed }: CoverCost): bigint {
  return (((outside << ADMITTED_BITS) | admitted) << CHANGED_BITS) | BigInt(changed)
}

/** The tree of the prefixes that a cover of `set` may be made of. The set is of one family, and not empty. */
export function coverTree(set: PrefixSet, constraints: CoverConstraints): CoverTree {
  const { never, within, minPrefixLength, previous } = constraints
  const prefixes = set.prefixes
  const forbidden = tallyOf(never.subtract(set))
  const inside = within && tallyOf(within.subtract(set))
  const known = new Set(previous.prefixes.map(keyOf))
  const kept = tallyOf(previous)
  const isKnown = (prefix: Prefix) =>
    known.has(keyOf(prefix)) || (prefix.length <= minPrefixLength && kept(prefix) === sizeOf(prefix))

  const costOf = (prefix: Prefix, admitted: bigint) =>
    packCost({
      outside: inside ? admitted - inside(prefix) : 0n,
      admitted,
      changed: isKnown(prefix) ? 0 : 1,
    })

  const treeOf = (from: number, to: number): { tree: CoverTree; held: bigint } => {
    const [first, last] = [prefixes[from] as Prefix, prefixes[to - 1] as Prefix]
    if (first === last)
      return { tree: { prefix: first, whole: costOf(first, 0n), halves: undefined }, held: sizeOf(first) }
    const prefix = shortestWith(first, last)
    const middle = firstOfHighHalf(prefixes, from, to, prefix)
    const [low, high] = [treeOf(from, middle), treeOf(middle, to)]
    const held = low.held + high.held
    const isAllowed = prefix.length >= minPrefixLength && forbidden(prefix) === 0n
    const areNeighbours = [low, high].every(({ tree }) => tree.prefix.length === prefix.length + 1)
    const fill = areNeighbours && prefix.length >= minPrefixLength
    const tree = {
      prefix,
      whole: isAllowed ? costOf(prefix, sizeOf(prefix) - held) : undefined,
      halves: { low: low.tree, high: high.tree, fill },
    }
    return { tree, held }
  }
  return treeOf(0, prefixes.length).tree
}

// A length takes eight bits.
const keyOf = ({ address, length }: Prefix) => (address << 8n) | BigInt(length)

/** The longest prefix that holds both. */
function shortestWith(low: Prefix, high: Prefix): Prefix {
  const { family } = low
  const differing = (low.address ^ rangeOf(high).last).toString(2).length
  return prefixAt(family, low.address, BITS[family as AddressFamily] - differing)
}

/** The index of the first prefix in the high half of `whole`; `prefixes` are sorted. */
function firstOfHighHalf(prefixes: readonly Prefix[], from: number, to: number, { family, address, length }: Prefix) {
  const border = address | (1n << BigInt(BITS[family] - length - 1))
  return firstIndex(from, to, (index) => (prefixes[index] as Prefix).address >= border)
}

/** Counts the addresses of `set`, which has one family, in a prefix. */
function tallyOf(set: PrefixSet): (prefix: Prefix) => bigint {
  const { ranges } = set
  const before: bigint[] = [0n]
  for (const { first, last } of ranges) before.push((before.at(-1) as bigint) + last - first + 1n)
  /** The number of addresses below `address`. */
  const below = (address: bigint) => {
    const last = firstIndex(0, ranges.length, (index) => (ranges[index] as Range).first >= address) - 1
    const range = ranges[last]
    if (!range) return 0n
    const end = range.last < address ? range.last + 1n : address
    return (before[last] as bigint) + end - range.first
  }
  return (prefix) => {
    const { first, last } = rangeOf(prefix)
    return below(last + 1n) - below(first)
  }
}
