// The slow, obvious way from text to values and back, with the package ip-address and bigints: src must agree with it.

import { Address4, Address6 } from 'ip-address'

export type AddressFamily = 'ipv4' | 'ipv6'

export const FAMILIES = ['ipv4', 'ipv6'] as const satisfies readonly AddressFamily[]

/** Bits in an address of each family. */
export const BITS = { ipv4: 32, ipv6: 128 } as const satisfies Record<AddressFamily, number>

/** A network address and its length; the host bits are zero. */
export interface Prefix {
  readonly family: AddressFamily
  readonly address: bigint
  readonly length: number
}

/** An inclusive run of addresses of one family. */
export interface Range {
  readonly family: AddressFamily
  readonly first: bigint
  readonly last: bigint
}

/**
 * The prefix that `text` names, in CIDR notation. Throws an `Error` with one sentence for anything else: no length,
 * host bits set, a zone, a leading zero, an IPv4-mapped IPv6 address (RFC 4291 section 2.5.5.2; firewalls disagree
 * on what those match).
 */
export function parsePrefix(text: string): Prefix {
  const slash = text.indexOf('/')
  if (slash < 0) throw new Error(`${quote(text)} is not a CIDR: the /length is missing`)
  const { family, address } = parseAddress(text.slice(0, slash), text)
  const length = parseLength(text.slice(slash + 1), family, text)
  const prefix = prefixAt(family, address, length)
  if (prefix.address !== address) {
    throw new Error(`${quote(text)} has host bits set: the prefix is ${formatPrefix(prefix)}`)
  }
  return prefix
}

/** As `parsePrefix`, but a plain address is taken as its host prefix (/32 or /128). */
export function parsePrefixOrAddress(text: string): Prefix {
  if (text.includes('/')) return parsePrefix(text)
  const { family, address } = parseAddress(text, text)
  return { family, address, length: BITS[family] }
}

/** The prefix in canonical text: RFC 5952 for IPv6, dotted decimal for IPv4. */
export function formatPrefix(prefix: Prefix): string {
  return `${formatAddress(prefix.family, prefix.address)}/${prefix.length}`
}

/** The address in canonical text. */
export function formatAddress(family: AddressFamily, address: bigint): string {
  return family === 'ipv4' ? Address4.fromBigInt(address).correctForm() : Address6.fromBigInt(address).correctForm()
}

/** First and last address of a prefix. */
export function rangeOf({ family, address, length }: Prefix): Range {
  return { family, first: address, last: address | hostMask(family, length) }
}

/** The prefix of that length which holds `address`. */
export function prefixAt(family: AddressFamily, address: bigint, length: number): Prefix {
  return { family, address: address & ~hostMask(family, length), length }
}

/** IPv4 before IPv6, then by first address, then the shorter prefix first. */
export function comparePrefixes(a: Prefix, b: Prefix): number {
  if (a.family !== b.family) return a.family < b.family ? -1 : 1
  if (a.address !== b.address) return a.address < b.address ? -1 : 1
  return a.length - b.length
}

function hostMask(family: AddressFamily, length: number): bigint {
  return (1n << BigInt(BITS[family] - length)) - 1n
}

function parseAddress(text: string, whole: string): { family: AddressFamily; address: bigint } {
  // ip-address reads a zone and drops it, and reads IPv4-mapped text as IPv6: both are refused here first.
  if (text.includes('%')) throw new Error(`${quote(whole)} has an IPv6 zone, which is invalid here`)
  const family = text.includes(':') ? 'ipv6' : 'ipv4'
  if (family === 'ipv6' && text.includes('.')) throw new Error(`${quote(whole)} mixes IPv6 and IPv4 notation`)
  try {
    const parsed = family === 'ipv4' ? new Address4(text) : new Address6(text)
    const address = parsed.bigInt()
    if (family === 'ipv6' && address >> 32n === 0xffffn) throw new Error('IPv4-mapped')
    return { family, address }
  } catch {
    throw new Error(`${quote(whole)} is not an IPv4 or IPv6 ${whole === text ? 'address' : 'prefix'}`)
  }
}

function parseLength(text: string, family: AddressFamily, whole: string): number {
  const length = Number(text)
  if (!/^(0|[1-9]\d{0,2})$/.test(text) || length > BITS[family]) {
    throw new Error(`${quote(whole)} has an invalid length; expected 0 to ${BITS[family]}, without leading zeros`)
  }
  return length
}

/** Text from outside in one line that does nothing to a terminal, and is no longer than a line. */
function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}...` : text)
}
