import { isIPv6 } from './address-class.ts'
import type { Context } from './context.ts'
import type { AddressVerdict, Case } from './verdict.ts'

/** The public addresses of a name that Private Link should make private; IPv6 next to a private IPv4 address does not count. */
export function publicInsteadOf({ addresses, zone }: Case, { privateLink }: Context): readonly AddressVerdict[] {
  if (zone === undefined || !privateLink.isUsed) return []
  const open = addresses.filter(({ isPrivate }) => !isPrivate)
  const isFamily = open.every(({ address }) => isIPv6(address)) && open.length < addresses.length
  return isFamily ? [] : open
}

/** The document has the tags that should hold the public addresses of an endpoint, and no tag holds the addresses in `open`. */
export function isUntagged({ endpoint }: Case, open: readonly AddressVerdict[], { tags }: Context): boolean {
  const isKnown = endpoint.tags.length > 0 && endpoint.tags.every((tag) => tags.includes(tag))
  return isKnown && open.every((address) => address.tags.length === 0)
}
