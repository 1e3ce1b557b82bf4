import { isIPv6 } from './address-class.ts'
import { triedAddresses } from './dns-answers.ts'
import type { EndpointObservation } from './observation-schema.ts'
import type { PrivateLink, World } from './verdict.ts'

/** The names of Private Link that have an address here, each with its class: that of its IPv4 addresses, if there are any. */
function answersOf(
  endpoints: readonly EndpointObservation[],
  zones: readonly string[],
  isPrivate: (address: string) => boolean,
) {
  return endpoints.flatMap((seen) => {
    const addresses = triedAddresses(seen)
    if (zoneOf(seen.host, zones) === undefined || addresses.length === 0) return []
    const four = addresses.filter((address) => !isIPv6(address))
    const address = (four.length > 0 ? four : addresses)[0] as string
    return [{ host: seen.host, address, isPrivate: isPrivate(address) }]
  })
}

/** The use of Private Link: as given, else used if the first private name of the table has a private address. */
export function privateLinkOf(
  endpoints: readonly EndpointObservation[],
  zones: readonly string[],
  asked: boolean | undefined,
  isPrivate: (address: string) => boolean,
): PrivateLink {
  if (asked !== undefined) return { isUsed: asked, because: 'asked', host: undefined, address: undefined }
  const [first] = answersOf(endpoints, zones, isPrivate)
  if (first === undefined) return { isUsed: false, because: 'nothing private', host: undefined, address: undefined }
  return { isUsed: first.isPrivate, because: 'answer', host: first.host, address: first.address }
}

/**
 * The names of Private Link that have private answers, and those that have public ones. Through a proxy, answers do not count.
 */
export function mixtureOf({ all, context }: World) {
  const answers = all.flatMap(({ name, endpoint, zone, addresses, seen }) => {
    if (zone === undefined || addresses.length === 0 || seen.proxy !== undefined) return []
    const four = addresses.filter(({ address }) => !isIPv6(address))
    const [first] = four.length > 0 ? four : addresses
    return first === undefined ? [] : [{ name, host: endpoint.host, ...first }]
  })
  const inside = answers.filter(({ isPrivate }) => isPrivate)
  const outside = answers.filter(({ isPrivate }) => !isPrivate)
  return { inside, outside, isMixed: context.asked !== false && inside.length > 0 && outside.length > 0 }
}

/** The private zone of a host: itself, or a name above it. */
export const zoneOf = (host: string, zones: readonly string[]): string | undefined =>
  zones.find((zone) => host === zone || host.endsWith(`.${zone}`))
