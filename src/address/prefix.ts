import { Address4, Address6 } from 'ip-address'
import { type AddressFamily, BITS, FAMILIES } from './family.ts'
import { LONGEST_TEXT, PrefixScanner, writeAddress, writeLength } from './prefix-text.ts'
import { addressAt, putAddress, WIDTH } from './uint32.ts'

export { type AddressFamily, BITS, FAMILIES }

/** A network address and its length; the host bits are zero. */
export interface Prefix {
  readonly family: AddressFamily
  readonly address: bigint
  readonly length: number
}

/** Throws `RangeError` for a prefix or a range that does not exist: it would become another one. */
export function checkPrefix({ family, address, length }: Prefix): void {
  const isOne =
    isAddress(family, address) &&
    Number.isInteger(length) &&
    length >= 0 &&
    length <= BITS[family] &&
    (address & hostMask(family, length)) === 0n
  if (isOne) return
  throw new RangeError(
    `invalid prefix: family ${family}, address ${address}, length ${length}; expected a network address of that family, without host bits`,
  )
}

/** The same for a range. */
export function checkRange({ family, first, last }: Range): void {
  if (isAddress(family, first) && isAddress(family, last) && first <= last) return
  throw new RangeError(
    `invalid range: family ${family}, first ${first}, last ${last}; expected two addresses of that family in order`,
  )
}

const isAddress = (family: AddressFamily, address: bigint) =>
  Object.hasOwn(BITS, family) && typeof address === 'bigint' && address >= 0n && address <= hostMask(family, 0)

/** The number of addresses of a prefix. */
export const sizeOf = ({ family, length }: Prefix): bigint => 1n << BigInt(BITS[family] - length)

/** An inclusive run of addresses of one family. */
export interface Range {
  readonly family: AddressFamily
  readonly first: bigint
  readonly last: bigint
}

/**
 * Parses a prefix in CIDR notation. Throws an `Error` with one sentence for anything else: no length,
 * host bits set, a zone, a leading zero, an IPv4-mapped IPv6 address (RFC 4291 section 2.5.5.2; firewalls disagree
 * on what those match).
 */
export function parsePrefix(text: string): Prefix {
  const scanned = scanPrefix(text)
  if (scanned && !scanner.isPlain) return scanned
  const slash = text.indexOf('/')
  if (slash < 0) throw new Error(`${quote(text)} is not a CIDR: the /length is missing`)
  const { family, address } = parseAddress(text.slice(0, slash), text)
  const length = parseLength(text.slice(slash + 1), family, text)
  const prefix = formatPrefix(prefixAt(family, address, length))
  throw new Error(`${quote(text)} has host bits set: the prefix is ${prefix}`)
}

/** Like `parsePrefix`, but accepts a plain address as its host prefix (/32 or /128). */
export function parsePrefixOrAddress(text: string): Prefix {
  const scanned = scanPrefix(text)
  if (scanned) return scanned
  if (text.includes('/')) return parsePrefix(text)
  const { family, address } = parseAddress(text, text)
  return { family, address, length: BITS[family] }
}

/** The prefix in canonical text: RFC 5952 for IPv6, dotted decimal for IPv4. */
export function formatPrefix({ family, address, length }: Prefix): string {
  const end = write(family, address)
  return scratch.toString('latin1', 0, writeLength(length, scratch, end))
}

/** The address in canonical text. */
export function formatAddress(family: AddressFamily, address: bigint): string {
  return scratch.toString('latin1', 0, write(family, address))
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

/** The prefixes that another list has not: both are in order. */
export function prefixesMissingIn(others: readonly Prefix[], prefixes: readonly Prefix[]): Prefix[] {
  let at = 0
  return prefixes.filter((prefix) => {
    while (at < others.length && comparePrefixes(others[at] as Prefix, prefix) < 0) at++
    return at === others.length || comparePrefixes(others[at] as Prefix, prefix) !== 0
  })
}

const hostMask = (family: AddressFamily, length: number): bigint => HOST_MASKS[BITS[family] - length] as bigint

/** By number of host bits. */
const HOST_MASKS = Array.from({ length: BITS.ipv6 + 1 }, (_, bits) => (1n << BigInt(bits)) - 1n)

// Buffer for scanning and writing; always written before it is read. The last byte ends every scan.
const scratch = Buffer.alloc(LONGEST_TEXT + 1)
const scanner = new PrefixScanner()
const uint32s = new Uint32Array(4)

/** The prefix or plain address in strict notation; undefined for any other text, which functions with more notations explain. */
export function scanPrefix(text: string): Prefix | undefined {
  if (text.length > LONGEST_TEXT) return undefined
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code > 0x7f) return undefined
    scratch[index] = code
  }
  scratch[text.length] = 0
  if (scanner.scan(scratch, 0) !== text.length) return undefined
  const family = scanner.width === WIDTH.ipv4 ? 'ipv4' : 'ipv6'
  return { family, address: addressAt(scanner.uint32s, 0, scanner.width), length: scanner.length }
}

/** Writes an address into `scratch`. Returns the position after it. */
function write(family: AddressFamily, address: bigint): number {
  const width = WIDTH[family]
  putAddress(address, width, uint32s, 0)
  return writeAddress(uint32s, 0, width, scratch, 0)
}

function parseAddress(text: string, whole: string): { family: AddressFamily; address: bigint } {
  // ip-address drops a zone and reads IPv4-mapped text as IPv6, so refuse both first.
  if (text.includes('%')) throw new Error(`${quote(whole)} has an IPv6 zone, which is invalid here`)
  const family = text.includes(':') ? 'ipv6' : 'ipv4'
  if (family === 'ipv6' && text.includes('.')) throw new Error(`${quote(whole)} mixes IPv6 and IPv4 notation`)
  try {
    const parsed = family === 'ipv4' ? new Address4(text) : new Address6(text)
    const address = parsed.bigInt()
    if (address >> 32n === 0xffffn) throw new Error('IPv4-mapped')
    return { family, address }
  } catch {
    throw new Error(`${quote(whole)} is not an IPv4 or IPv6 ${whole === text ? 'address' : 'prefix'}`)
  }
}

function parseLength(text: string, family: AddressFamily, whole: string): number {
  const length = Number(text)
  const ofMask = family === 'ipv4' ? lengthOfMask(text) : undefined
  if (ofMask !== undefined)
    throw new Error(`${quote(whole)} has a mask; write ${whole.slice(0, -text.length)}${ofMask}`)
  if (!/^(0|[1-9]\d{0,2})$/.test(text) || length > BITS[family]) {
    throw new Error(`${quote(whole)} has an invalid length; expected 0 to ${BITS[family]}, without leading zeros`)
  }
  return length
}

/** The number of leading ones of a netmask such as 255.255.0.0; undefined for any other text. */
function lengthOfMask(text: string): number | undefined {
  const mask = scanPrefix(text)
  const zeros = HOST_MASKS.findIndex((hosts) => mask?.length === BITS.ipv4 && mask.address === (hosts ^ ALL_ONES))
  return zeros < 0 ? undefined : BITS.ipv4 - zeros
}

const ALL_ONES = 2n ** BigInt(BITS.ipv4) - 1n

/** Foreign text as one short line that is safe on a terminal. */
function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}...` : text)
}
