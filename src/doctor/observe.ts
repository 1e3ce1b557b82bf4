import { lookup } from 'node:dns/promises'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { SecureContext } from 'node:tls'
import { scanPrefix } from '../address/prefix.ts'
import type { Io } from '../io.ts'
import { memo } from '../model/lazy.ts'
import { bypassesProxy } from '../model/proxy.ts'
import { Bar } from '../progress.ts'
import { isPlain, nameOf, type ProbeRun } from './chosen-endpoints.ts'
import { triedAddresses } from './dns-answers.ts'
import type { Endpoint } from './endpoint-schema.ts'
import { type Host, hostOf } from './host.ts'
import type { EndpointObservation, Handshake, Observations } from './observation-schema.ts'
import { addressesAt, askServer, systemLookups } from './probe-dns.ts'
import { ask, type ProxyWorld, tunnel } from './probe-http.ts'
import { trySizes } from './probe-sizes.ts'
import { connectAll } from './probe-tcp.ts'
import { handshake, trustOf } from './probe-tls.ts'

/** Endpoints that are probed in parallel: all of a table, so each has the whole time of its steps. */
const AT_ONCE = 32
/** DNS, connection, handshake and response: the run ends after the time of each of them, and a little more. */
const STEPS = 4.1

/**
 * Looks at every endpoint from this host. Sends DNS, TCP, TLS and one GET, and no credentials but those in HTTPS_PROXY,
 * to that proxy if it asks for them. Takes at most `STEPS` times the timeout.
 */
export async function observe(
  { endpoints, timeout, location, features }: ProbeRun,
  io: Io,
  probes: Probes = PROBES,
): Promise<Observations> {
  const host = hostOf(io)
  const made = `${io.now().toISOString().slice(0, 19)}Z`
  const milliseconds = Math.round(timeout * 1000)
  const end = performance.now() + STEPS * milliseconds
  // A step that begins has its whole time, or the end of the run would look like a fault of the network.
  const timeLeft = () => (performance.now() + milliseconds <= end ? milliseconds : 0)
  const roots = [io.env.SSL_CERT_FILE, io.env.NODE_EXTRA_CA_CERTS].filter((file): file is string => !!file)
  const trust = trustOf(io.network.ca)
  const context: ProbeContext = {
    host,
    timeLeft,
    lookUp: systemLookups(io.network.addresses ?? ((name) => lookup(name, { all: true, verbatim: true })), timeLeft),
    trust,
    proxyTrust: host.proxy?.isTls ? trustOf(io.network.ca, roots) : trust,
    roots,
    probes,
    // Looked up once, for all endpoints.
    proxyAddress: memo(async (host: string) => triedAddresses({ host, port: 0, ...(await namesOf(host, context)) })[0]),
  }
  const [ipv4only, seen] = await Promise.all([ipv4OnlyAt(context), probeAll(endpoints, context, io)])
  return {
    format: 'tagwall-observations-1',
    made,
    location,
    features,
    servers: host.servers,
    search: host.search,
    ndots: host.ndots,
    ...(host.proxy && { proxy: nameOf(host.proxy), noProxy: host.noProxy }),
    ...(host.cluster && { cluster: host.cluster }),
    ...(ipv4only.length > 0 ? { ipv4only } : {}),
    endpoints: seen,
  }
}

/** The IPv6 addresses that the name servers give to a name that has IPv4 addresses only: those of DNS64. */
async function ipv4OnlyAt({ host: { servers }, probes, timeLeft }: ProbeContext): Promise<readonly string[]> {
  const answers = await Promise.all(servers.map((server) => probes.askServer('ipv4only.arpa', server, timeLeft())))
  return [...new Set(answers.flatMap(({ aaaa }) => aaaa.addresses))]
}

async function probeAll(endpoints: readonly Endpoint[], context: ProbeContext, io: Io): Promise<EndpointObservation[]> {
  const seen: EndpointObservation[] = []
  let [next, done] = [0, 0]
  const line = new Bar(io)
  const show = () => line.draw(undefined, `doctor: ${done} of ${endpoints.length} endpoints`)
  const work = async () => {
    while (next < endpoints.length) {
      const index = next++
      const endpoint = endpoints[index] as Endpoint
      const { host, port } = endpoint
      seen[index] = context.timeLeft() === 0 ? { host, port, skipped: true } : await probe(endpoint, context)
      done++
      show()
    }
  }
  show()
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  line.end()
  return seen
}

/** The probes of the network; tests replace them. */
const PROBES = { addressesAt, askServer, connectAll, tunnel, handshake, trySizes, ask }
export type Probes = typeof PROBES

/** The surroundings of a probe: the host, the time, and the questions to the network. */
interface ProbeContext extends ProxyWorld {
  readonly host: Host
  /** The resolver of programs on this host. */
  readonly lookUp: ReturnType<typeof systemLookups>
  /** The public authorities; other ones in tests. */
  readonly trust: SecureContext
  readonly probes: Probes
}

/** Looks at one endpoint, layer by layer, until one fails or the time is over. */
async function probe(endpoint: Endpoint, context: ProbeContext): Promise<EndpointObservation> {
  const { host, port } = endpoint
  const names = await namesOf(host, context)
  const seen = { host, port, ...names }
  if (context.timeLeft() === 0) return seen
  const { proxy, noProxy } = context.host
  if (proxy !== undefined && !bypassesProxy(host, port, noProxy)) {
    const through = await context.probes.tunnel(proxy, nameOf(endpoint), context)
    if (through === undefined) return seen
    const answer = through.socket === undefined ? {} : await answerOf(through.socket, undefined, endpoint, context)
    return { ...seen, proxy: through.proxy, ...answer }
  }
  const addresses = triedAddresses(seen)
  if (addresses.length === 0) return seen
  const { tcp, first, six } = await context.probes.connectAll(addresses, port, context.timeLeft())
  const [answer, other] = await Promise.all([
    first === undefined ? {} : answerOf(first.socket, first.address, endpoint, context),
    six === undefined ? undefined : answerOf(six.socket, six.address, endpoint, context, false),
  ])
  return { ...seen, tcp, ...answer, ...(other?.tls && { tls6: other.tls }) }
}

/** The answers of each name server, of the hosts file, and of the resolver of the system. */
async function namesOf(host: string, context: ProbeContext): Promise<Partial<EndpointObservation>> {
  if (scanPrefix(host) !== undefined) return { lookup: { addresses: [host] } }
  const hostsFile = context.host.linesFor(host)
  const [dns, searched] = await Promise.all([
    Promise.all(context.host.servers.map((server) => context.probes.askServer(host, server, context.timeLeft()))),
    searchedFor(host, context),
  ])
  const lookup = await context.lookUp(host, dns)
  return {
    ...(lookup ? { lookup } : {}),
    dns,
    ...(hostsFile.length > 0 ? { hostsFile } : {}),
    ...(searched.length > 0 ? { searched } : {}),
  }
}

/** Names of the search list come first for a name with fewer dots than ndots; a wildcard there answers in its place. */
async function searchedFor(host: string, { host: { search, ndots, servers }, probes, timeLeft }: ProbeContext) {
  const [server] = servers
  if (server === undefined || host.split('.').length - 1 >= ndots) return []
  const found = await Promise.all(
    search.map(async (domain) => {
      const name = `${host}.${domain}`
      return { name, addresses: await probes.addressesAt(name, server, timeLeft()) }
    }),
  )
  return found.filter(({ addresses }) => addresses.length > 0)
}

/** TLS over an open connection, and HTTP if `asks`. Nothing if the time is over. */
async function answerOf(
  socket: Duplex | Socket,
  address: string | undefined,
  endpoint: Endpoint,
  context: ProbeContext,
  asks = true,
): Promise<Pick<EndpointObservation, 'tls' | 'http'>> {
  const { host } = endpoint
  const { probes, trust, roots } = context
  const isWithoutTls = isPlain(endpoint)
  if (context.timeLeft() === 0 || (isWithoutTls && !asks)) {
    socket.destroy()
    return {}
  }
  if (isWithoutTls) return { http: await probes.ask(socket, endpoint, context.timeLeft()) }
  const { tls, secure } = await probes.handshake(socket, host, { milliseconds: context.timeLeft(), trust, roots })
  const seen = address === undefined ? tls : { ...tls, address }
  if (secure !== undefined && asks && context.timeLeft() > 0)
    return { tls: seen, http: await probes.ask(secure, endpoint, context.timeLeft()) }
  secure?.destroy()
  return { tls: await withSizes(seen, endpoint, context) }
}

/** A silent end of a handshake may mean that only its large packets are lost. */
async function withSizes(tls: Handshake, { host, port }: Endpoint, context: ProbeContext): Promise<Handshake> {
  const { address, error } = tls
  if (address === undefined || error !== 'ETIMEDOUT' || context.timeLeft() === 0) return tls
  return { ...tls, sizes: await context.probes.trySizes({ address, host, port }, context.timeLeft()) }
}
