import type { AddressFamily, Prefix } from './address/prefix.ts'
import type { PrefixSet } from './address/prefix-set.ts'
import { formatCount, plural } from './text/numbers.ts'

/** That a target may have fewer prefixes than the tags, at the price of more addresses; and which. */
export interface Widening {
  /** By family, because addresses of the two cannot be weighed against each other; a family without one stays as it is. */
  readonly maxPrefixes: Readonly<Partial<Record<AddressFamily, number>>>
  /** What the number is for: each rule, or all rules of the target together. */
  readonly per: 'rule' | 'target'
  /** The tag that more addresses should be in, where that is possible. */
  readonly within: string | undefined
  /** Addresses that are not to be among them. */
  readonly never: PrefixSet
  /** No prefix is widened beyond this length. */
  readonly minPrefixLength: Readonly<Record<AddressFamily, number>>
}

/** A /8 is 16.8 million addresses; no document may have a shorter prefix either. */
export const SHORTEST_WIDENED = { ipv4: 8, ipv6: 16 } as const satisfies Record<AddressFamily, number>

/** What one family of a set gained and lost by widening. */
export interface Price {
  readonly family: AddressFamily
  /** Prefixes before and after. */
  readonly before: number
  readonly after: number
  /** Addresses that the tags hold. */
  readonly addresses: bigint
  /** Addresses beyond those. */
  readonly extra: bigint
  /** How many of those are in the tag that they should be in; undefined when there is none. */
  readonly inside: { readonly tag: string; readonly extra: bigint } | undefined
}

/** One family's prices of several sets together. */
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
  const name = family === 'ipv4' ? 'IPv4' : 'IPv6'
  if (extra === 0n) return `${plural(after, `${name} prefix`, `${name} prefixes`)}, no address more`
  const prefixes = `${formatCount(before)} -> ${formatCount(after)} ${name} prefixes`
  const cost = `${plural(extra, 'address', 'addresses')} more (${formatFactor(addresses, extra)})`
  return `${prefixes}, ${cost}${inside ? `, ${formatShare(inside.extra, extra)} of them in ${inside.tag}` : ''}`
}

/** How many times `addresses` there are with `extra`: `4.5 x`. */
export function formatFactor(addresses: bigint, extra: bigint): string {
  const hundredths = ((addresses + extra) * 100n) / addresses
  if (hundredths >= 10_000n) return `${formatCount(hundredths / 100n)} x`
  // Little more than all there were would read as no more with one digit.
  if (hundredths < 200n) return `${hundredths / 100n}.${String(hundredths % 100n).padStart(2, '0')} x`
  return `${hundredths / 100n}.${(hundredths / 10n) % 10n} x`
}

/** A share in per cent, rounded down, so that 100% means all. */
export function formatShare(part: bigint, whole: bigint): string {
  return part > 0n && part * 100n < whole ? '<1%' : `${(part * 100n) / whole}%`
}

/** A price, and how many of the addresses beyond the tags are in any tag of the document, where all tags are known. */
export interface RulePrice {
  readonly rule: string
  readonly price: Price
  readonly inSomeTag: bigint | undefined
}

/** What one family of a rule costs at several numbers of prefixes. */
export interface RuleCurve {
  readonly rule: string
  readonly family: AddressFamily
  readonly before: number
  readonly addresses: bigint
  /** The fewest prefixes that the constraints allow, and which of them forbid fewer. */
  readonly least: number
  readonly binding: readonly string[]
  /** Most prefixes first. */
  readonly points: readonly RulePrice[]
}

/** One prefix of a cover, and what it takes the place of. */
export interface Merge {
  readonly prefix: Prefix
  readonly replaced: number
  readonly extra: bigint
}
