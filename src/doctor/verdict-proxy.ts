import type { DoctorFinding } from '../model/diagnosis.ts'
import { type Endpoint, zoneOf } from '../model/endpoint.ts'
import type { EndpointObservation, Observations } from '../model/observation.ts'
import type { Context } from './context.ts'
import { bypassesProxy } from './no-proxy.ts'
import { nameOf } from './plan.ts'

/** What is wrong with an endpoint that goes through the proxy. */
export function proxyFindings(endpoint: Endpoint, seen: EndpointObservation, context: Context): DoctorFinding[] {
  const { proxy } = context
  const at = { hosts: [nameOf(endpoint)], addresses: [] }
  if (zoneOf(endpoint.host, context.privateZones) !== undefined && context.privateLink.isUsed) {
    return [{ code: 'PRIVATE_THROUGH_PROXY', ...at, facts: { entries: context.noProxyEntries, proxy } }]
  }
  const { error, status = 0 } = seen.proxy ?? {}
  if (error !== undefined)
    return [
      { code: 'PROXY_UNREACHABLE', hosts: at.hosts, addresses: [], facts: { proxy, reason: REASONS[error] ?? error } },
    ]
  if (status === 407) return [{ code: 'PROXY_NEEDS_LOGIN', ...at, facts: { proxy } }]
  if (status < 200 || status > 299) return [{ code: 'PROXY_REFUSES', ...at, facts: { proxy, status: String(status) } }]
  return []
}

const REASONS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its name is unknown',
  EAI_AGAIN: 'its name could not be looked up',
  ETIMEDOUT: 'no answer in time',
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was reset',
  EHOSTUNREACH: 'no route to it',
  ENETUNREACH: 'no route to it',
  NOT_HTTP: 'the answer is not HTTP',
  CLOSED: 'it closed the connection',
}

/** In a pod, the API server must not go through the proxy. */
export function clusterFindings({ cluster, proxy, noProxy = '' }: Observations): DoctorFinding[] {
  if (cluster === undefined || proxy === undefined || bypassesProxy(cluster, 443, noProxy)) return []
  return [{ code: 'CLUSTER_THROUGH_PROXY', hosts: [], addresses: [], facts: { address: cluster } }]
}
