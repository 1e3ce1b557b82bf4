import { formatAddress, parsePrefix, prefixAt, scanPrefix } from '../address/prefix.ts'
import { PrefixSet } from '../address/prefix-set.ts'

/** `nowhere`: loopback or unspecified, which DNS filters answer for blocked names. */
export type AddressClass = 'private' | 'public' | 'nowhere'

const setOf = (...cidrs: readonly string[]) => PrefixSet.of(cidrs.map(parsePrefix))
// RFC 1918, RFC 6598 and RFC 4193.
const PRIVATE = setOf('10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7')
const NOWHERE = setOf('0.0.0.0/8', '127.0.0.0/8', '::/128', '::1/128')

/** The class of an address; undefined if the text is not one. Networks in `own` are private. */
export function classOf(text: string, own?: PrefixSet): AddressClass | undefined {
  const prefix = scanPrefix(text)
  if (prefix === undefined) return undefined
  const one = PrefixSet.of([prefix])
  return PRIVATE.contains(one) || own?.contains(one) ? 'private' : NOWHERE.contains(one) ? 'nowhere' : 'public'
}

/** The lengths of the prefixes that a translator (NAT64) puts before IPv4 addresses: https://www.rfc-editor.org/rfc/rfc6052#section-2.2 */
const NAT64_LENGTHS = [32, 40, 48, 56, 64, 96]
const WELL_KNOWN = parsePrefix('64:ff9b::/96')
/** The addresses of ipv4only.arpa: https://www.rfc-editor.org/rfc/rfc7050#section-2.2 */
const IPV4_ONLY = [0xc00000aan, 0xc00000abn]

/**
 * Gives the IPv4 address that is inside of an address of DNS64, and any other address as it is. `answers` are the IPv6 addresses
 * that the name servers have for ipv4only.arpa: they show the prefixes of the network (RFC 7050), besides 64:ff9b::/96.
 */
export function innerAddresses(answers: readonly string[]): (address: string) => string {
  const found = answers
    .flatMap(bitsOf)
    .flatMap((bits) =>
      NAT64_LENGTHS.filter((length) => IPV4_ONLY.includes(ipv4In(bits, length))).map((length) =>
        prefixAt('ipv6', bits, length),
      ),
    )
  const prefixes = [WELL_KNOWN, ...found]
  return (text) => {
    const [bits] = bitsOf(text)
    if (bits === undefined) return text
    const its = prefixes.find(({ address, length }) => prefixAt('ipv6', bits, length).address === address)
    return its ? formatAddress('ipv4', ipv4In(bits, its.length)) : text
  }
}

/** The bits of an IPv6 address; empty for any other text. */
function bitsOf(text: string): bigint[] {
  const prefix = scanPrefix(text)
  return prefix?.family === 'ipv6' ? [prefix.address] : []
}

/** The IPv4 address behind a prefix of that length; the bits 64 to 71 are left out. */
function ipv4In(bits: bigint, length: number): bigint {
  if (length === 96) return bits & 0xffffffffn
  const withoutGap = ((bits >> 64n) << 56n) | (bits & ((1n << 56n) - 1n))
  return (withoutGap >> BigInt(88 - length)) & 0xffffffffn
}

export const isIPv6 = (address: string): boolean => address.includes(':')
