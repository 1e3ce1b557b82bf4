import { isIPv6 } from './address-class.ts'
import { isOpen } from './connections.ts'
import type { Context } from './context.ts'
import type { AddressVerdict, Case } from './verdict.ts'

/** The public addresses of an endpoint that no rule allows, where public addresses are expected. */
export function notAllowedOf({ addresses, zone }: Case, { privateLink }: Context): readonly AddressVerdict[] {
  if (zone !== undefined && (privateLink.isUsed || addresses.some(({ isPrivate }) => isPrivate))) return []
  return addresses.filter((one) => !one.isPrivate && one.rules.length === 0 && !isUnused(one))
}

/** Without an IPv6 route, IPv6 addresses are never used. */
const isUnused = ({ address, result = 'open' }: AddressVerdict): boolean =>
  isIPv6(address) && !['open', 'ETIMEDOUT'].includes(result)

/**
 * The tag that should hold the addresses of an endpoint and holds this one; undefined if none does, or none is known. A tag of a
 * region is part of its tag.
 */
export const expectedHolderOf = ({ endpoint }: Case, { tags }: AddressVerdict): string | undefined =>
  endpoint.tags.find((expected) => tags.some((tag) => tag === expected || tag.startsWith(`${expected}.`)))

/** `yes` if all addresses respond although no rule allows them. */
export function isReached({ seen }: Case, some: readonly AddressVerdict[]): 'yes' | 'no' {
  // Not every curl can say which of the addresses are open.
  const isAnswered = seen.http?.status !== undefined
  return some.every((one) => isOpen(one) || (one.result === undefined && isAnswered)) ? 'yes' : 'no'
}

export const reachedText = (is: string): string => (is === 'yes' ? '; it works today through something else' : '')
