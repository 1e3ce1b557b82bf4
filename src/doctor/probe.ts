import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { prefixOf } from './address-class.ts'
import type { Endpoint } from './endpoint.ts'
import type { Host } from './host.ts'
import { bypassesProxy } from './no-proxy.ts'
import type { EndpointObservation } from './observation.ts'
import { nameOf } from './plan.ts'
import { addressesAt, askServer } from './probe-dns.ts'
import { ask } from './probe-http.ts'
import type { SystemLookups } from './probe-lookup.ts'
import { tunnel } from './probe-proxy.ts'
import { trySizes } from './probe-sizes.ts'
import { connectAll } from './probe-tcp.ts'
import { handshake } from './probe-tls.ts'
import { triedAddresses } from './tried-addresses.ts'

/** The probes of the network; tests replace them. */
export const PROBES = { addressesAt, askServer, connectAll, tunnel, handshake, trySizes, ask }
export type Probes = typeof PROBES

/** The world of a question about a name: the host, the time, and the questions to the network. */
export interface NameWay {
  readonly host: Host
  /** The milliseconds of a step that begins now; 0 if the run has no time for another. */
  timeLeft(): number
  /** The resolver of programs on this host. */
  readonly lookups: SystemLookups
  /** The public roots, in tests. */
  readonly ca: string | undefined
  /** Files with more authorities that this host trusts. */
  readonly roots: readonly string[]
  readonly probes: Probes
}

/** The world of a probe, with the way through a proxy. */
export interface Way extends NameWay {
  /** The address of the proxy; undefined if it has none. */
  proxyAddress(host: string): Promise<string | undefined>
}

/** Looks at one endpoint, layer by layer, until one fails or the time is over. */
export async function probe(endpoint: Endpoint, way: Way): Promise<EndpointObservation> {
  const { host, port } = endpoint
  const names = await namesOf(host, way)
  const seen = { host, port, ...names }
  if (way.timeLeft() === 0) return seen
  const { proxy, noProxy } = way.host
  if (proxy !== undefined && !bypassesProxy(host, port, noProxy)) {
    const through = await way.probes.tunnel(proxy, nameOf(endpoint), way)
    if (through === undefined) return seen
    const answer = through.socket === undefined ? {} : await answerOf(through.socket, undefined, endpoint, way)
    return { ...seen, proxy: through.proxy, ...answer }
  }
  const addresses = triedAddresses(seen)
  if (addresses.length === 0) return seen
  const { tcp, socket, address } = await way.probes.connectAll(addresses, port, way.timeLeft())
  const answer = socket === undefined ? {} : await answerOf(socket, address, endpoint, way)
  return { ...seen, tcp, ...answer }
}

/** The answers of each name server, of the hosts file, and of the resolver of the system. */
export async function namesOf(host: string, way: NameWay): Promise<Partial<EndpointObservation>> {
  if (prefixOf(host) !== undefined) return { lookup: { addresses: [host] } }
  const hostsFile = way.host.linesFor(host)
  const [dns, searched] = await Promise.all([
    Promise.all(way.host.servers.map((server) => way.probes.askServer(host, server, way.timeLeft()))),
    searchedFor(host, way),
  ])
  const lookup = await way.lookups.ask(host, dns)
  return {
    ...(lookup ? { lookup } : {}),
    dns,
    ...(hostsFile.length > 0 ? { hostsFile } : {}),
    ...(searched.length > 0 ? { searched } : {}),
  }
}

/** Names of the search list come first for a name with fewer dots than ndots; a wildcard there answers in its place. */
async function searchedFor(host: string, { host: { search, ndots, servers }, probes, timeLeft }: NameWay) {
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

/** TLS and HTTP over an open connection. */
async function answerOf(socket: Duplex | Socket, address: string | undefined, endpoint: Endpoint, way: Way) {
  const { host, port, path } = endpoint
  const { probes, ca, roots } = way
  if (way.timeLeft() === 0) {
    socket.destroy()
    return {}
  }
  if (port === 80) return { http: await probes.ask(socket, { host, port, path, isPlain: true }, way.timeLeft()) }
  const { tls, secure } = await probes.handshake(socket, host, { milliseconds: way.timeLeft(), ca, roots })
  const seen = address === undefined ? tls : { ...tls, address }
  if (secure !== undefined && way.timeLeft() === 0) secure.destroy()
  else if (secure !== undefined)
    return { tls: seen, http: await probes.ask(secure, { host, port, path, isPlain: false }, way.timeLeft()) }
  if (tls.error !== 'ETIMEDOUT' || address === undefined || way.timeLeft() === 0) return { tls: seen }
  // A silent end of a handshake may mean that only its large packets are lost.
  return { tls: { ...seen, sizes: await probes.trySizes({ address, host, port }, way.timeLeft()) } }
}
