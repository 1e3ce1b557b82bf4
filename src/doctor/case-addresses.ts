import { isIPv6 } from './address-class.ts'
import type { AddressVerdict, Case, Context } from './verdict.ts'

/** The connection failed without a response. */
export const isDropped = ({ result }: AddressVerdict): boolean => result === 'ETIMEDOUT'

export const isRefused = ({ result = '' }: AddressVerdict): boolean => ['ECONNREFUSED', 'ECONNRESET'].includes(result)

/** A router or the host itself says that no packet gets there. */
export const isUnreachable = (one: AddressVerdict): boolean =>
  one.result !== undefined && one.result !== 'open' && !isDropped(one) && !isRefused(one)

export const isOpen = ({ result }: AddressVerdict): boolean => result === 'open'

/**
 * The failed connections that matter. IPv6 that fails beside IPv4 that works is about IPv6 alone, and IPv6 that fails beside
 * IPv4 that fails too adds nothing. A host without IPv4 reaches everything over IPv6.
 */
export function failedOf({ addresses }: Case): readonly AddressVerdict[] {
  const tried = addresses.filter(({ result }) => result !== undefined)
  const four = tried.filter(({ address }) => !isIPv6(address))
  const six = tried.filter(({ address }) => isIPv6(address))
  const reachable = four.filter((one) => !isUnreachable(one))
  const some = four.some(isOpen) ? four : six.some(isOpen) ? [...reachable, ...six] : four.length > 0 ? four : six
  return some.filter((one) => !isOpen(one))
}

/** The failed connections over IPv6 of an endpoint that IPv4 reaches. */
export function failedIPv6Of({ addresses }: Case): readonly AddressVerdict[] {
  if (!addresses.some((one) => !isIPv6(one.address) && isOpen(one))) return []
  return addresses.filter((one) => isIPv6(one.address) && one.result !== undefined && !isOpen(one))
}

/** The public addresses of an endpoint that are in use, where public addresses are expected. */
export function publicOf({ addresses, zone }: Case, { privateLink }: Context): readonly AddressVerdict[] {
  if (zone !== undefined && (privateLink.isUsed || addresses.some(({ isPrivate }) => isPrivate))) return []
  return addresses.filter((one) => !one.isPrivate && !isUnused(one))
}

/** Those of `publicOf` that no rule allows. */
export const notAllowedOf = (one: Case, context: Context): readonly AddressVerdict[] =>
  publicOf(one, context).filter(({ rules }) => rules.length === 0)

/** True for an IPv6 address that was not reached: a host without an IPv6 route never uses it. */
const isUnused = ({ address, result = 'open' }: AddressVerdict): boolean =>
  isIPv6(address) && !['open', 'ETIMEDOUT'].includes(result)

/** The tag that should hold the addresses of an endpoint and holds this one, itself or in a region; undefined if none does, or none is known. */
export const expectedHolderOf = ({ endpoint }: Case, { tags }: AddressVerdict): string | undefined =>
  endpoint.tags.find((expected) => tags.some((tag) => tag === expected || tag.startsWith(`${expected}.`)))

/** `yes` if all addresses respond although no rule allows them. */
export function isReached({ seen }: Case, some: readonly AddressVerdict[]): 'yes' | 'no' {
  // Not every curl can say which of the addresses are open.
  const isAnswered = seen.http?.status !== undefined
  return some.every((one) => isOpen(one) || (one.result === undefined && isAnswered)) ? 'yes' : 'no'
}

export const reachedText = (is: string): string => (is === 'yes' ? '; it works today through something else' : '')

/** The public addresses of a name that Private Link should make private: those next to a private IPv4 address, or only the others. */
export function publicInsteadOf({ addresses, zone }: Case, { privateLink }: Context, isBesidePrivate = false) {
  if (zone === undefined || !privateLink.isUsed) return []
  const open = addresses.filter(({ isPrivate }) => !isPrivate)
  const isFamily = open.every(({ address }) => isIPv6(address)) && open.length < addresses.length
  return isFamily === isBesidePrivate ? open : []
}

/** The document has the tags that should hold the public addresses of an endpoint. */
export const areTagsKnown = ({ endpoint }: Case, { tags }: Context): boolean =>
  endpoint.tags.length > 0 && endpoint.tags.every((tag) => tags.some(({ name }) => name === tag))

/** The document has the tags that should hold the public addresses of an endpoint, and no tag holds the addresses in `open`. */
export const isUntagged = (one: Case, open: readonly AddressVerdict[], context: Context): boolean =>
  areTagsKnown(one, context) && open.every((address) => address.tags.length === 0)
