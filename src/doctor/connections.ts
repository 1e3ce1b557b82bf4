import { isIPv6 } from './address-class.ts'
import type { AddressVerdict, Case } from './verdict.ts'

/** The connection failed without a response. */
export const isDropped = ({ result }: AddressVerdict): boolean => result === 'ETIMEDOUT'

export const isRefused = ({ result = '' }: AddressVerdict): boolean => ['ECONNREFUSED', 'ECONNRESET'].includes(result)

/** A router or the host itself says that no packet gets there. */
export const isUnreachable = (one: AddressVerdict): boolean =>
  one.result !== undefined && one.result !== 'open' && !isDropped(one) && !isRefused(one)

export const isOpen = ({ result }: AddressVerdict): boolean => result === 'open'

/**
 * The failed connections that matter. IPv6 that fails beside IPv4 that works is about IPv6 alone, and IPv6 that fails beside
 * IPv4 that fails too adds nothing.
 */
export function failedOf({ addresses }: Case): readonly AddressVerdict[] {
  const tried = addresses.filter(({ result }) => result !== undefined)
  const four = tried.filter(({ address }) => !isIPv6(address))
  const six = tried.filter(({ address }) => isIPv6(address))
  const some = four.some(isOpen) ? four : six.some(isOpen) ? tried : four.length > 0 ? four : six
  return some.filter((one) => !isOpen(one))
}

/** The failed connections over IPv6 of an endpoint that IPv4 reaches. */
export function failedIPv6Of({ addresses }: Case): readonly AddressVerdict[] {
  if (!addresses.some((one) => !isIPv6(one.address) && isOpen(one))) return []
  return addresses.filter((one) => isIPv6(one.address) && one.result !== undefined && !isOpen(one))
}
