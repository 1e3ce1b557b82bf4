import { lookup } from 'node:dns/promises'
import type { Io } from '../io.ts'
import type { Endpoint } from '../model/endpoint.ts'
import type { EndpointObservation, Observations } from '../model/observation.ts'
import { hostOf } from './host.ts'
import { probe, type Way } from './probe.ts'

/** Endpoints that are looked at in parallel. */
const AT_ONCE = 8
/** After so many times the time of a layer, no other endpoint is begun. */
const MOST_LAYERS = 24

/** What a run looks at. */
export interface Run {
  readonly endpoints: readonly Endpoint[]
  /** Seconds for each layer. */
  readonly timeout: number
  readonly location: string | undefined
  readonly features: readonly string[]
}

/** Looks at every endpoint from this host. Sends DNS, TCP, TLS and one GET; no credentials. */
export async function observe({ endpoints, timeout, location, features }: Run, io: Io): Promise<Observations> {
  const host = hostOf(io)
  const way: Way = {
    host,
    milliseconds: timeout * 1000,
    addressesOf: io.network.addresses ?? ((name) => lookup(name, { all: true, verbatim: true })),
    ca: io.network.ca,
    roots: [io.env.SSL_CERT_FILE, io.env.NODE_EXTRA_CA_CERTS].filter(
      (file) => file !== undefined && file !== '',
    ) as string[],
  }
  const made = `${io.now().toISOString().slice(0, 19)}Z`
  return {
    format: 'tagwall-observations-1',
    made,
    location,
    features,
    servers: host.servers,
    search: host.search,
    ndots: host.ndots,
    ...(host.proxy && { proxy: `${host.proxy.host}:${host.proxy.port}`, noProxy: host.noProxy }),
    ...(host.cluster && { cluster: host.cluster }),
    endpoints: await probeAll(endpoints, way, io),
  }
}

async function probeAll(endpoints: readonly Endpoint[], way: Way, io: Io): Promise<EndpointObservation[]> {
  const seen: EndpointObservation[] = []
  const end = performance.now() + MOST_LAYERS * way.milliseconds
  let [next, done] = [0, 0]
  const show = () => io.isTerminal && io.err(`\r\u001b[Kdoctor: ${done} of ${endpoints.length} endpoints`)
  const work = async () => {
    while (next < endpoints.length) {
      const index = next++
      const endpoint = endpoints[index] as Endpoint
      const { host, port } = endpoint
      seen[index] = performance.now() > end ? { host, port, skipped: true } : await probe(endpoint, way)
      done++
      show()
    }
  }
  show()
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  if (io.isTerminal) io.err('\r\u001b[K')
  return seen
}
