import type { DoctorFinding } from '../model/diagnosis.ts'
import type { EndpointObservation, Observations } from '../model/observation.ts'
import { nameOf } from './plan.ts'

/** What is wrong with the response. Any status of the service itself is an answer; whoever cannot prove to be the service is not it. */
export function httpFindings(seen: EndpointObservation): DoctorFinding[] {
  const { http, tls } = seen
  if (http === undefined) return []
  const at = { hosts: [nameOf(seen)], addresses: [] }
  const isService = tls?.trust === 'public'
  if (http.error !== undefined) {
    const reason = REASONS[http.error] ?? http.error
    return isService || tls === undefined ? [{ code: 'NO_RESPONSE', ...at, facts: { reason } }] : []
  }
  const { status = 0, type = '', title = '' } = http
  // An inspecting device that lets the service through passes on its 404 and its redirects too.
  const isPage = /html/i.test(type) && BLOCKED.includes(status)
  if (isService || !isPage) return []
  return [{ code: 'BLOCK_PAGE', ...at, facts: { status: String(status), title } }]
}

/** Forbidden, unavailable for legal reasons, unavailable: what web filters answer with. */
const BLOCKED = [403, 451, 503]

const REASONS: Readonly<Record<string, string>> = {
  ECONNRESET: 'the connection was reset',
  ETIMEDOUT: 'no response in time',
  EPIPE: 'the connection was closed',
  NOT_HTTP: 'the answer is not HTTP',
  CLOSED: 'the connection was closed without a response',
}

/** Tokens are refused when the clock is off by more. */
const MOST_SECONDS = 300

/** The clock of the host against the Date of services that proved who they are: the middle one, because one may be wrong. */
export function clockFindings({ made, endpoints }: Observations): DoctorFinding[] {
  const here = Date.parse(made)
  const differences = endpoints
    .filter(({ tls, http }) => tls?.trust === 'public' && http?.date !== undefined)
    .map(({ http }) => (here - Date.parse(http?.date as string)) / 1000)
    .filter((seconds) => !Number.isNaN(seconds))
    .sort((a, b) => a - b)
  const middle = differences[Math.floor((differences.length - 1) / 2)]
  if (middle === undefined || Math.abs(middle) <= MOST_SECONDS) return []
  const facts = { seconds: String(Math.round(Math.abs(middle))), direction: middle > 0 ? 'fast' : 'slow' } as const
  return [{ code: 'CLOCK_OFF', hosts: [], addresses: [], facts }]
}
