import type { DoctorFinding } from '../model/diagnosis.ts'
import type { EndpointObservation, ServerAnswer } from '../model/observation.ts'
import { byCodeUnit } from '../model/text/order.ts'
import { type AddressClass, classOf } from './address-class.ts'
import { nameOf } from './plan.ts'

/** What DNS did wrong with a name; empty if the host gets an address to try. */
export function dnsFindings(seen: EndpointObservation): DoctorFinding[] {
  const [hosts, addresses] = [[nameOf(seen)], seen.lookup?.addresses ?? []]
  const dns = seen.dns ?? []
  if (addresses.length === 0) return [withoutAddress(seen)]
  if (addresses.some((address) => classOf(address) === 'nowhere'))
    return [{ code: 'DNS_FILTERED', hosts, addresses, facts: {} }]
  const searched = seen.searched?.find((one) => addresses.some((address) => one.addresses.includes(address)))
  const answered = dns.filter((server) => addressesOf(server).length > 0)
  if (searched && !answered.some((server) => addressesOf(server).some((address) => addresses.includes(address))))
    return [{ code: 'LOOKUP_DIFFERS', hosts, addresses, facts: { searched: searched.name } }]
  const classes = new Set(dns.filter(isAnswer).map(kindOf))
  if (classes.size > 1) {
    const answers = dns.filter(isAnswer).map((server) => `${server.server} ${kindText(server)}`)
    return [{ code: 'DNS_DISAGREES', hosts, addresses, facts: { answers: answers.join('; ') } }]
  }
  // Two questions for a public name may get other addresses of the same service, so only the class counts.
  const isElsewhere =
    answered.length > 0 && addresses.every((address) => !classes.has(classOf(address) as AddressClass))
  return isElsewhere ? [{ code: 'LOOKUP_DIFFERS', hosts, addresses, facts: { searched: '' } }] : []
}

/** Name servers that answer nothing, while others do: each lookup may wait for them. */
export function silentServers(all: readonly EndpointObservation[]): DoctorFinding[] {
  const answers = all.flatMap(({ dns = [] }) => dns)
  const names = [...new Set(answers.map(({ server }) => server))]
  const silent = names.filter((name) => answers.every(({ server, a }) => server !== name || isFailure(a.error)))
  if (silent.length === 0 || silent.length === names.length) return []
  const reason = answers.find(({ server }) => server === silent[0])?.a.error ?? ''
  return [
    {
      code: 'DNS_SERVER_FAILS',
      hosts: [],
      addresses: [],
      facts: { servers: silent.join(', '), reason: reasonOf(reason) },
    },
  ]
}

/** Whether a canonical name on the way belongs to Private Link. */
export const passesPrivateLink = ({ dns = [] }: EndpointObservation): boolean =>
  dns.some(({ cnames }) => cnames.some((name) => /(^|\.)privatelink\./.test(name)))

function withoutAddress(seen: EndpointObservation): DoctorFinding {
  const { lookup, dns = [] } = seen
  const hosts = [nameOf(seen)]
  const found = dns.flatMap(addressesOf)
  const servers = dns.map(({ server }) => server).join(', ')
  const failed = dns.filter(({ a }) => isFailure(a.error))
  if (found.length > 0 && isFailure(lookup?.error)) {
    // The resolver waited too long for one of its servers.
    const silent = failed.length > 0 ? failed.map(({ server }) => server).join(', ') : servers
    return {
      code: 'DNS_FAILS',
      hosts,
      addresses: [],
      facts: { servers: silent, reason: reasonOf(lookup?.error ?? '') },
    }
  }
  if (found.length > 0) return { code: 'LOOKUP_DIFFERS', hosts, addresses: [], facts: { searched: '' } }
  const isUnknown = failed.length < dns.length || (dns.length === 0 && !isFailure(lookup?.error))
  if (isUnknown) return { code: 'NAME_UNKNOWN', hosts, addresses: [], facts: { servers } }
  const reason = reasonOf(failed[0]?.a.error ?? lookup?.error ?? '')
  return { code: 'DNS_FAILS', hosts, addresses: [], facts: { servers, reason } }
}

const addressesOf = ({ a, aaaa }: ServerAnswer) => [...a.addresses, ...aaaa.addresses]

/** The name does not exist, or has no address of the family. Anything else is a failure of the server. */
const isFailure = (error: string | undefined) =>
  error !== undefined && !['ENOTFOUND', 'ENODATA', 'EAI_NONAME', 'EAI_NODATA'].includes(error)

const isAnswer = ({ a }: ServerAnswer) => !isFailure(a.error)

/** The class that matters for Private Link; the name may also be unknown. */
function kindOf(answer: ServerAnswer): AddressClass | 'unknown' {
  const classes = addressesOf(answer).map(classOf)
  return (['private', 'nowhere', 'public'] as const).find((one) => classes.includes(one)) ?? 'unknown'
}

function kindText(answer: ServerAnswer): string {
  const kind = kindOf(answer)
  if (kind === 'unknown') return 'does not know the name'
  return `answers ${addressesOf(answer).toSorted(byCodeUnit)[0]} (${kind === 'nowhere' ? 'nowhere' : kind})`
}

const REASONS: Readonly<Record<string, string>> = {
  ETIMEOUT: 'no answer in time',
  ETIMEDOUT: 'no answer in time',
  EAI_AGAIN: 'no answer',
  ESERVFAIL: 'SERVFAIL',
  EREFUSED: 'REFUSED',
  ECONNREFUSED: 'nothing listens there',
  EFORMERR: 'FORMERR',
  ENOTIMP: 'NOTIMP',
  EBADRESP: 'the answer is not DNS',
}

const reasonOf = (code: string) => REASONS[code] ?? code
