import { type Prefix, parsePrefix, parsePrefixOrAddress } from '../address/prefix.ts'
import { PrefixSet } from '../address/prefix-set.ts'

/** `nowhere`: loopback or unspecified, which DNS filters answer for blocked names. */
export type AddressClass = 'private' | 'public' | 'nowhere'

const setOf = (...cidrs: readonly string[]) => PrefixSet.of(cidrs.map(parsePrefix))
// RFC 1918, RFC 6598 and RFC 4193.
const PRIVATE = setOf('10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7')
const NOWHERE = setOf('0.0.0.0/8', '127.0.0.0/8', '::/128', '::1/128')

/** The class of an address; undefined if the text is not one. Networks in `own` are private. */
export function classOf(text: string, own?: PrefixSet): AddressClass | undefined {
  const prefix = prefixOf(text)
  if (prefix === undefined) return undefined
  const one = PrefixSet.of([prefix])
  return PRIVATE.contains(one) || own?.contains(one) ? 'private' : NOWHERE.contains(one) ? 'nowhere' : 'public'
}

/** An address as its host prefix; undefined if the text is not one. */
export function prefixOf(text: string): Prefix | undefined {
  try {
    return parsePrefixOrAddress(text)
  } catch {
    return undefined
  }
}

export const isIPv6 = (address: string): boolean => address.includes(':')
