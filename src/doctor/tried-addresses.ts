import { addressesOf } from './dns-answers.ts'
import type { EndpointObservation } from './observation.ts'

/**
 * The addresses that connections go to: what programs on the host get. If the system was not asked: those of the hosts file, or of the
 * first name server that has some.
 */
export function triedAddresses({ lookup, hostsFile = [], dns = [] }: EndpointObservation): readonly string[] {
  if (lookup !== undefined) return lookup.addresses
  if (hostsFile.length > 0) return hostsFile.map(({ address }) => address)
  return dns.map(addressesOf).find((addresses) => addresses.length > 0) ?? []
}
