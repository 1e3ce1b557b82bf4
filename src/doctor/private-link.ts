import type { DoctorFinding, PrivateLink } from '../model/diagnosis.ts'
import { zoneOf } from '../model/endpoint.ts'
import type { EndpointObservation } from '../model/observation.ts'
import { classOf, isIPv6 } from './address-class.ts'
import { nameOf } from './plan.ts'

/** The names of Private Link that have an address here, each with its class: that of its IPv4 addresses, if there are any. */
function answersOf(endpoints: readonly EndpointObservation[], zones: readonly string[]) {
  return endpoints.flatMap((seen) => {
    const addresses = seen.lookup?.addresses ?? []
    if (zoneOf(seen.host, zones) === undefined || addresses.length === 0) return []
    const four = addresses.filter((address) => !isIPv6(address))
    const address = (four.length > 0 ? four : addresses)[0] as string
    return [{ seen, host: seen.host, address, isPrivate: classOf(address) === 'private' }]
  })
}

/** Whether Private Link is used: as asked, else as the first private name of the table answers. */
export function privateLinkOf(
  endpoints: readonly EndpointObservation[],
  zones: readonly string[],
  asked: boolean | undefined,
): PrivateLink {
  if (asked !== undefined) return { isUsed: asked, because: 'asked', host: undefined, address: undefined }
  const [first] = answersOf(endpoints, zones)
  if (first === undefined) return { isUsed: false, because: 'nothing private', host: undefined, address: undefined }
  return { isUsed: first.isPrivate, because: 'answer', host: first.host, address: first.address }
}

/** Private and public answers side by side: agents refuse that with AZCM0026. */
export function mixedFindings(endpoints: readonly EndpointObservation[], zones: readonly string[]): DoctorFinding[] {
  const answers = answersOf(
    endpoints.filter(({ proxy }) => proxy === undefined),
    zones,
  )
  const [inside, outside] = [
    answers.filter(({ isPrivate }) => isPrivate),
    answers.filter(({ isPrivate }) => !isPrivate),
  ]
  if (inside.length === 0 || outside.length === 0) return []
  return [
    {
      code: 'PRIVATE_AND_PUBLIC',
      hosts: outside.map(({ seen }) => nameOf(seen)),
      addresses: outside.map(({ address }) => address),
      facts: { private: inside.map(({ host }) => host).join(', ') },
    },
  ]
}
