import { byCodeUnit } from '../text/numbers.ts'
import type { AddressClass } from './address-class.ts'
import type { EndpointObservation, ServerAnswer } from './observation-schema.ts'
import type { Context } from './verdict.ts'

export const addressesOf = ({ a, aaaa }: ServerAnswer): readonly string[] => [...a.addresses, ...aaaa.addresses]

/** The name does not exist, or has no address of the family. Anything else is a failure of the server. */
export const isFailure = (error: string | undefined): boolean =>
  error !== undefined && !['ENOTFOUND', 'ENODATA', 'EAI_NONAME', 'EAI_NODATA'].includes(error)

/** The server gave no answer in time. */
export const isSilence = (error = ''): boolean => ['ETIMEOUT', 'ETIMEDOUT'].includes(error)

/** The server is reached, and answers with an error such as SERVFAIL. */
export const isErrorAnswer = (error = ''): boolean =>
  ['ESERVFAIL', 'EREFUSED', 'EFORMERR', 'ENOTIMP', 'EBADRESP'].includes(error)

/** The server says which addresses the name has, or that it has none. */
export const isAnswer = ({ a }: ServerAnswer): boolean => !isFailure(a.error)

/** A canonical name on the way to the address belongs to Private Link. */
export const passesPrivateLink = ({ dns = [] }: EndpointObservation): boolean =>
  dns.some(({ cnames }) => cnames.some((name) => /(^|\.)privatelink\./.test(name)))

/** The class that matters for Private Link; the name may also be unknown. */
export function kindOf(answer: ServerAnswer, { classOf }: Context): AddressClass | 'unknown' {
  const classes = addressesOf(answer).map((address) => classOf(address))
  return (['private', 'nowhere', 'public'] as const).find((one) => classes.includes(one)) ?? 'unknown'
}

/** `answers 10.1.0.5 (private)`, or `does not know the name`. */
export function kindText(answer: ServerAnswer, context: Context): string {
  const kind = kindOf(answer, context)
  if (kind === 'unknown') return 'does not know the name'
  return `answers ${addressesOf(answer).toSorted(byCodeUnit)[0]} (${kind})`
}

/** Why a name server gave no answer. */
export const dnsReasonOf = (code: string): string => REASONS[code] ?? code

const REASONS: Readonly<Record<string, string>> = {
  ETIMEOUT: 'no answer in time',
  ETIMEDOUT: 'no answer in time',
  EAI_AGAIN: 'no answer',
  ESERVFAIL: 'SERVFAIL',
  EREFUSED: 'REFUSED',
  ECONNREFUSED: 'connection refused',
  EFORMERR: 'FORMERR',
  ENOTIMP: 'NOTIMP',
  EBADRESP: 'the answer is not DNS',
}

/** The addresses that programs on the host get. If the system was not asked: those of the hosts file, or of the first server that has some. */
export function triedAddresses({ lookup, hostsFile = [], dns = [] }: EndpointObservation): readonly string[] {
  if (lookup !== undefined) return lookup.addresses
  if (hostsFile.length > 0) return hostsFile.map(({ address }) => address)
  return dns.map(addressesOf).find((addresses) => addresses.length > 0) ?? []
}
