import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Endpoint } from '../model/endpoint.ts'
import type { EndpointObservation } from '../model/observation.ts'
import { prefixOf } from './address-class.ts'
import type { Host } from './host.ts'
import { bypassesProxy } from './no-proxy.ts'
import { nameOf } from './plan.ts'
import { addressesAt, askServer, lookupAll } from './probe-dns.ts'
import { ask } from './probe-http.ts'
import { tunnel } from './probe-proxy.ts'
import { connectAll } from './probe-tcp.ts'
import { handshake } from './probe-tls.ts'

/** What a probe needs of the world. */
export interface Way {
  readonly host: Host
  /** For each layer. */
  readonly milliseconds: number
  /** The resolver of programs on this host. */
  addressesOf(host: string): Promise<readonly { readonly address: string }[]>
  /** The public roots, in tests. */
  readonly ca: string | undefined
  /** Files with more authorities that this host trusts. */
  readonly roots: readonly string[]
}

/** The resolver of the system asks one server after the other, and only four names at a time. */
const SYSTEM = 4

/** Looks at one endpoint, layer by layer, until one fails. */
export async function probe(endpoint: Endpoint, way: Way): Promise<EndpointObservation> {
  const { host, port } = endpoint
  const names = await dnsOf(host, way)
  const { proxy, noProxy } = way.host
  if (proxy !== undefined && !bypassesProxy(host, port, noProxy)) {
    const first = async (name: string) =>
      (await lookupAll(name, SYSTEM * way.milliseconds, way.addressesOf)).addresses[0]
    const through = await tunnel(proxy, nameOf(endpoint), way.milliseconds, first)
    const answer = through.socket === undefined ? {} : await answerOf(through.socket, undefined, endpoint, way)
    return { host, port, ...names, proxy: through.proxy, ...answer }
  }
  if (names.lookup.addresses.length === 0) return { host, port, ...names }
  const { tcp, socket, address } = await connectAll(names.lookup.addresses, port, way.milliseconds)
  const answer = socket === undefined ? {} : await answerOf(socket, address, endpoint, way)
  return { host, port, ...names, tcp, ...answer }
}

/** What the resolver of the system gives, and what each name server answers. */
async function dnsOf(host: string, way: Way) {
  if (prefixOf(host) !== undefined) return { lookup: { addresses: [host] } }
  const [lookup, dns] = await Promise.all([
    lookupAll(host, SYSTEM * way.milliseconds, way.addressesOf),
    Promise.all(way.host.servers.map((server) => askServer(host, server, way.milliseconds))),
  ])
  const searched = await searchedFor(host, way)
  return { lookup, dns, ...(searched.length > 0 ? { searched } : {}) }
}

/** Names of the search list come first for a name with fewer dots than ndots; a wildcard there answers in its place. */
async function searchedFor(host: string, { host: { search, ndots, servers }, milliseconds }: Way) {
  const [server] = servers
  if (server === undefined || host.split('.').length - 1 >= ndots) return []
  const found = await Promise.all(
    search.map(async (domain) => {
      const name = `${host}.${domain}`
      return { name, addresses: await addressesAt(name, server, milliseconds) }
    }),
  )
  return found.filter(({ addresses }) => addresses.length > 0)
}

/** TLS and HTTP over an open connection. */
async function answerOf(socket: Duplex | Socket, address: string | undefined, endpoint: Endpoint, way: Way) {
  const { host, port, path } = endpoint
  if (port === 80) return { http: await ask(socket, { host, port, path, isPlain: true }, way.milliseconds) }
  const { tls, secure } = await handshake(socket, host, way)
  const seen = address === undefined ? tls : { ...tls, address }
  if (secure === undefined) return { tls: seen }
  return { tls: seen, http: await ask(secure, { host, port, path, isPlain: false }, way.milliseconds) }
}
