import { isIPv6 } from './address-class.ts'
import { triedAddresses } from './dns-answers.ts'
import type { EndpointObservation } from './observation-schema.ts'
import type { PrivateLink, World } from './verdict.ts'

/** The use of Private Link: as given, else used if the first private name with an address here has a private one. IPv4 counts first. */
export function privateLinkOf(
  endpoints: readonly EndpointObservation[],
  zones: readonly string[],
  asked: boolean | undefined,
  isPrivate: (address: string) => boolean,
): PrivateLink {
  if (asked !== undefined) return { isUsed: asked, because: 'asked', host: undefined, address: undefined }
  for (const seen of endpoints) {
    const addresses = triedAddresses(seen)
    const address = addresses.find((one) => !isIPv6(one)) ?? addresses[0]
    if (address !== undefined && zoneOf(seen.host, zones) !== undefined)
      return { isUsed: isPrivate(address), because: 'answer', host: seen.host, address }
  }
  return { isUsed: false, because: 'nothing private', host: undefined, address: undefined }
}

/** The names of Private Link that have private answers, and those that have public ones. Through a proxy, answers do not count. */
export function mixtureOf({ all, privateLink }: World) {
  const answers = all.flatMap(({ name, endpoint, zone, addresses, seen }) => {
    const first = addresses.find(({ address }) => !isIPv6(address)) ?? addresses[0]
    if (zone === undefined || first === undefined || seen.proxy !== undefined) return []
    return [{ name, host: endpoint.host, ...first }]
  })
  const isPossible = privateLink.isUsed || privateLink.because !== 'asked'
  const inside = answers.filter(({ isPrivate }) => isPrivate)
  const outside = answers.filter(({ isPrivate }) => !isPrivate)
  return { inside, outside, isMixed: isPossible && inside.length > 0 && outside.length > 0 }
}

/** The private zone of a host: itself, or a name above it. */
export const zoneOf = (host: string, zones: readonly string[]): string | undefined =>
  zones.find((zone) => host === zone || host.endsWith(`.${zone}`))
