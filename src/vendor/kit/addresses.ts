import {
  BITS,
  type Prefix,
  parsePrefix,
  parsePrefixOrAddress,
  prefixAt,
  type Range,
  rangeOf,
  scanPrefix,
} from '../../address/prefix.ts'
import { PrefixSet } from '../../address/prefix-set.ts'
import { groupBy } from '../../model/group-by.ts'

/** A range of addresses, as written. */
export interface Block extends Range {
  readonly length: number
  /** True if the given address has host bits set. */
  readonly hasHostBits: boolean
}

const MOST_RANGES = 65_536

/** RFC 1918, 6598, 3927, 4193 and 4291. */
const PRIVATE = PrefixSet.of(
  ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', '169.254.0.0/16', 'fc00::/7', 'fe80::/10'].map(
    parsePrefix,
  ),
)

/** True if the addresses must be local: all are private, and none is in `remotes` of the context. False without `remotes`. */
export function areLocal(addresses: PrefixSet, remotes: PrefixSet | undefined): boolean {
  if (!remotes || addresses.isEmpty || addresses.overlaps(remotes)) return false
  return addresses.subtract(PRIVATE).isEmpty
}

/** The addresses that some ranges hold and others leave out: of the ranges with an address, the narrowest decides; of two alike, the one that leaves out. */
export function byNarrowest(ranges: readonly { readonly range: Range; readonly isOut: boolean }[]): PrefixSet {
  if (!ranges.some(({ isOut }) => isOut)) return PrefixSet.ofRanges(ranges.map(({ range }) => range))
  const bySize = groupBy(ranges, ({ range: { first, last } }) => last - first)
  const sizes = [...bySize].sort(([a], [b]) => (a < b ? 1 : -1))
  return sizes.reduce((found, [, alike]) => {
    const setOf = (asked: boolean) =>
      PrefixSet.ofRanges(alike.filter(({ isOut }) => isOut === asked).map(({ range }) => range))
    return found.union(setOf(false)).subtract(setOf(true))
  }, PrefixSet.empty)
}

/** A strict CIDR or plain address, or an error sentence. */
export function prefixOrReason(text: string): Prefix | string {
  try {
    return parsePrefixOrAddress(text)
  } catch (error) {
    return (error as Error).message
  }
}

/** A plain address, without a length. */
export function addressOf(text: string): Prefix | undefined {
  const prefix = text.includes('/') ? undefined : prefixOrReason(text)
  return typeof prefix === 'string' ? undefined : prefix
}

/** All IPv4-mapped addresses at once. Lists of invalid addresses have them. */
const EVERY_MAPPED = /^::ffff:(?:0:0|0\.0\.0\.0)\/96$/i

/** An address with or without a length; host bits do not count. */
export function blockOf(text: string): Block | undefined {
  const strict = scanPrefix(text)
  if (strict) return blockAt(strict, strict.length)
  if (EVERY_MAPPED.test(text)) return blockAt({ family: 'ipv6', address: 0xffffn << 32n, length: 128 }, 96)
  const slash = text.indexOf('/')
  const host = slash < 0 ? undefined : addressOf(text.slice(0, slash))
  const length = text.slice(slash + 1)
  return host && /^(?:0|[1-9]\d{0,2})$/.test(length) ? blockAt(host, Number(length)) : undefined
}

/** An address and a mask whose ones come first; host bits do not count. */
export function maskedBlock(address: string, mask: string): Block | undefined {
  const [host, ones] = [addressOf(address), addressOf(mask)]
  if (!host || !ones || host.family !== ones.family) return undefined
  const digits = ones.address.toString(2).padStart(ones.length, '0')
  return /^1*0*$/.test(digits) ? blockAt(host, digits.lastIndexOf('1') + 1) : undefined
}

/** An address and a mask whose ones match any bit, in any position; at most 65,536 ranges. */
export function wildcardRanges(address: string, wildcard: string): Range[] | undefined {
  const [host, ones] = [addressOf(address), addressOf(wildcard)]
  if (!host || !ones || host.family !== ones.family) return undefined
  const { family } = host
  const size = ones.address & ~(ones.address + 1n)
  let firsts = [host.address & ~ones.address]
  // The ones at the end make a range; each other one doubles them.
  for (let bit = 1n; bit <= ones.address; bit <<= 1n) {
    if ((ones.address & bit) === 0n || bit <= size) continue
    if (firsts.length * 2 > MOST_RANGES) return undefined
    firsts = [...firsts, ...firsts.map((first) => first | bit)]
  }
  return firsts.map((first) => ({ family, first, last: first | size }))
}

/** Two plain addresses, in order. */
export function rangeBetween(first: string, last: string): Range | undefined {
  const [from, to] = [addressOf(first), addressOf(last)]
  if (!from || !to || from.family !== to.family || from.address > to.address) return undefined
  return { family: from.family, first: from.address, last: to.address }
}

/** Parses an address, a prefix, or two addresses with a hyphen between them; host bits are ignored. */
export function rangeOfText(text: string): (Range & { readonly hasHostBits: boolean }) | undefined {
  if (!text.includes('-')) return blockOf(text)
  const [first = '', last = '', ...more] = text.split('-')
  const range = more.length === 0 ? rangeBetween(first, last) : undefined
  return range && { ...range, hasHostBits: false }
}

function blockAt({ family, address }: Prefix, length: number): Block | undefined {
  if (length > BITS[family]) return undefined
  const { first, last } = rangeOf(prefixAt(family, address, length))
  return { family, first, last, length, hasHostBits: first !== address }
}
