import { type AddressFamily, FAMILY_NAMES } from '../address/family.ts'
import type { Prefix } from '../address/prefix.ts'
import type { PrefixSet } from '../address/prefix-set.ts'
import { formatCount, plural } from '../text/numbers.ts'

/** How a target is widened: fewer prefixes for more addresses. */
export interface Widening {
  /** By family, because their addresses cannot be compared; a family without a number is not widened. */
  readonly maxPrefixes: Readonly<Partial<Record<AddressFamily, number>>>
  /** The scope of the number: each rule, or all rules of the target together. */
  readonly per: 'rule' | 'target'
  /** The tag for preferred additional addresses. */
  readonly within?: string | undefined
  /** Addresses that must not be added. */
  readonly never: PrefixSet
  /** No prefix becomes shorter than this. */
  readonly minPrefixLength: Readonly<Record<AddressFamily, number>>
}

/** A /8 is 16.8 million addresses; guards refuse shorter prefixes in documents too. */
export const SHORTEST_WIDENED = { ipv4: 8, ipv6: 16 } as const satisfies Record<AddressFamily, number>

/** The price of widening one family of a set. */
export interface Price {
  readonly family: AddressFamily
  /** Prefixes before and after. */
  readonly before: number
  readonly after: number
  /** Addresses of the tags. */
  readonly addresses: bigint
  /** Additional addresses. */
  readonly extra: bigint
  /** Additional addresses in the preferred tag; undefined without one. */
  readonly inside: { readonly tag: string; readonly extra: bigint } | undefined
}

/** The sum of several prices of one family. */
export function sumOfPrices(prices: readonly [Price, ...Price[]]): Price {
  return prices.reduce((sum, price) => ({
    family: sum.family,
    before: sum.before + price.before,
    after: sum.after + price.after,
    addresses: sum.addresses + price.addresses,
    extra: sum.extra + price.extra,
    inside: sum.inside && { tag: sum.inside.tag, extra: sum.inside.extra + (price.inside?.extra ?? 0n) },
  }))
}

/** `640 -> 300 IPv4 prefixes, 2,345,678 addresses more (4.5 x), 78% of them in AzureCloud`. */
export function formatPrice({ family, before, after, addresses, extra, inside }: Price): string {
  if (extra === 0n) return `${familyPrefixes(after, family)}, no address more`
  const prefixes = `${formatCount(before)} -> ${formatCount(after)} ${FAMILY_NAMES[family]} prefixes`
  const cost = `${plural(extra, 'address', 'addresses')} more (${formatFactor(addresses, extra)})`
  return `${prefixes}, ${cost}${inside ? `, ${formatShare(inside.extra, extra)} of them in ${inside.tag}` : ''}`
}

/** `1 IPv4 prefix`, `300 IPv6 prefixes`. */
export const familyPrefixes = (count: number, family: AddressFamily): string =>
  plural(count, `${FAMILY_NAMES[family]} prefix`, `${FAMILY_NAMES[family]} prefixes`)

/** The growth factor with `extra` addresses: `4.5 x`. */
export function formatFactor(addresses: bigint, extra: bigint): string {
  const hundredths = ((addresses + extra) * 100n) / addresses
  if (hundredths >= 10_000n) return `${formatCount(hundredths / 100n)} x`
  // One digit would hide a small growth.
  if (hundredths < 200n) return `${hundredths / 100n}.${String(hundredths % 100n).padStart(2, '0')} x`
  return `${hundredths / 100n}.${(hundredths / 10n) % 10n} x`
}

/** A share in per cent, rounded down, so 100% means all. */
export function formatShare(part: bigint, whole: bigint): string {
  return part > 0n && part * 100n < whole ? '<1%' : `${(part * 100n) / whole}%`
}

/** A price, and how many additional addresses are in any tag of the document, if all tags are known. */
export interface RulePrice {
  readonly rule: string
  readonly price: Price
  readonly inSomeTag: bigint | undefined
}

/** A reason why prefixes cannot be wider. */
export type Constraint = 'never' | 'later-rules' | 'special-use' | 'minPrefixLength'

/** The prices of one family of a rule at several budgets. */
export interface RuleCurve {
  readonly rule: string
  readonly family: AddressFamily
  readonly before: number
  readonly addresses: bigint
  /** The fewest possible prefixes, and the constraints that forbid fewer. */
  readonly least: number
  readonly binding: readonly Constraint[]
  /** Most prefixes first. */
  readonly points: readonly RulePrice[]
}

/** One prefix of a cover, and how many prefixes it replaces. */
export interface Merge {
  readonly prefix: Prefix
  readonly replaced: number
  readonly extra: bigint
}
