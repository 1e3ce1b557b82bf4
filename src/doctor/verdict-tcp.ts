import type { AddressVerdict, DoctorFinding } from '../model/diagnosis.ts'
import type { EndpointObservation } from '../model/observation.ts'
import { isIPv6 } from './address-class.ts'
import type { Context } from './context.ts'
import { nameOf } from './plan.ts'

/** Connections that failed. A TCP connection alone proves nothing: some firewalls accept it for hosts that they block. */
export function tcpFindings(
  seen: EndpointObservation,
  addresses: readonly AddressVerdict[],
  { published }: Context,
): DoctorFinding[] {
  const tried = addresses.filter(({ result }) => result !== undefined)
  const [six, four] = [tried.filter(({ address }) => isIPv6(address)), tried.filter(({ address }) => !isIPv6(address))]
  const isOpen = ({ result }: AddressVerdict) => result === 'open'
  // IPv6 that fails beside IPv4 that works is about IPv6 alone.
  if (four.some(isOpen)) return [...failures(seen, four, published), ...withoutIPv6(seen, six)]
  if (six.some(isOpen)) return failures(seen, tried, published)
  return failures(seen, four.length > 0 ? four : six, published)
}

/** The code of a connection that nobody answered. */
const DROPPED = ['ETIMEDOUT']
const REFUSED = ['ECONNREFUSED', 'ECONNRESET']

function failures(seen: EndpointObservation, tried: readonly AddressVerdict[], published: string): DoctorFinding[] {
  const hosts = [nameOf(seen)]
  return tried.flatMap((one): DoctorFinding[] => {
    const { address, result = '', isPrivate, rules } = one
    const at = { hosts, addresses: [address] }
    const rule = rules[0] ?? ''
    if (result === 'open') return []
    if (REFUSED.includes(result)) return [{ code: 'CONNECTION_REFUSED', ...at, facts: { rule } }]
    if (!DROPPED.includes(result)) return [{ code: 'NO_ROUTE', ...at, facts: { code: result } }]
    if (isPrivate) return [{ code: 'PRIVATE_DROPPED', ...at, facts: {} }]
    // Without a rule, the finding about the address says so already.
    return rule === '' ? [] : [{ code: 'ALLOWED_BUT_DROPPED', ...at, facts: { rule, published } }]
  })
}

function withoutIPv6(seen: EndpointObservation, six: readonly AddressVerdict[]): DoctorFinding[] {
  const hosts = [nameOf(seen)]
  const failed = six.filter(({ result }) => result !== 'open')
  const dropped = failed.filter(({ result = '' }) => DROPPED.includes(result))
  const rest = failed.filter((one) => !dropped.includes(one))
  const of = (some: readonly AddressVerdict[]) => ({ hosts, addresses: some.map(({ address }) => address), facts: {} })
  return [
    ...(dropped.length > 0 ? [{ code: 'IPV6_DROPPED', ...of(dropped) } as const] : []),
    ...(rest.length > 0 ? [{ code: 'IPV6_NO_ROUTE', ...of(rest) } as const] : []),
  ]
}
