import { lookup } from 'node:dns/promises'
import type { Io } from '../io.ts'
import type { Endpoint } from './endpoint.ts'
import { hostOf } from './host.ts'
import type { EndpointObservation, Observations } from './observation.ts'
import { namesOf, PROBES, type Probes, probe, type Way } from './probe.ts'
import { SystemLookups } from './probe-lookup.ts'
import { triedAddresses } from './tried-addresses.ts'

/** Endpoints that are probed in parallel: all of a table, so each has the whole time of its steps. */
const AT_ONCE = 32
/** DNS, connection, handshake and response: the run ends after the time of each of them, and a little more. */
const STEPS = 4.1

/** The endpoints of a run, and its options. */
export interface Run {
  readonly endpoints: readonly Endpoint[]
  /** Seconds for each layer. */
  readonly timeout: number
  readonly location: string | undefined
  readonly features: readonly string[]
}

/**
 * Looks at every endpoint from this host. Sends DNS, TCP, TLS and one GET, and no credentials but those of the proxy in
 * HTTPS_PROXY, to that proxy. Takes at most four times the timeout.
 */
export async function observe(
  { endpoints, timeout, location, features }: Run,
  io: Io,
  probes: Probes = PROBES,
): Promise<Observations> {
  const host = hostOf(io)
  const made = `${io.now().toISOString().slice(0, 19)}Z`
  const milliseconds = Math.round(timeout * 1000)
  const end = performance.now() + STEPS * milliseconds
  // A step that begins has its whole time, or the end of the run would look like a fault of the network.
  const timeLeft = () => (performance.now() + milliseconds <= end ? milliseconds : 0)
  const way = {
    host,
    timeLeft,
    lookups: new SystemLookups(
      io.network.addresses ?? ((name) => lookup(name, { all: true, verbatim: true })),
      timeLeft,
    ),
    ca: io.network.ca,
    roots: [io.env.SSL_CERT_FILE, io.env.NODE_EXTRA_CA_CERTS].filter((file): file is string => !!file),
    probes,
  }
  // The proxy is looked up once, for all endpoints.
  let proxyNames: Promise<Partial<EndpointObservation>> | undefined
  const proxyAddress = async (name: string) => {
    proxyNames ??= namesOf(name, way)
    return triedAddresses({ host: name, port: 0, ...(await proxyNames) })[0]
  }
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
    endpoints: await probeAll(endpoints, { ...way, proxyAddress }, io),
  }
}

async function probeAll(endpoints: readonly Endpoint[], way: Way, io: Io): Promise<EndpointObservation[]> {
  const seen: EndpointObservation[] = []
  let [next, done] = [0, 0]
  const show = () => io.isTerminal && io.err(`\r\u001b[Kdoctor: ${done} of ${endpoints.length} endpoints`)
  const work = async () => {
    while (next < endpoints.length) {
      const index = next++
      const endpoint = endpoints[index] as Endpoint
      const { host, port } = endpoint
      seen[index] = way.timeLeft() === 0 ? { host, port, skipped: true } : await probe(endpoint, way)
      done++
      show()
    }
  }
  show()
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  if (io.isTerminal) io.err('\r\u001b[K')
  return seen
}
