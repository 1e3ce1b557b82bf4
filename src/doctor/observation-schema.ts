import * as z from 'zod'
import { parseJsonBy } from '../parse/schema.ts'
import { HOST } from './endpoint-schema.ts'

// The observations of `doctor` on one host: plain data, as JSON. Verdicts are made from it alone. A record may come from anywhere, so it is
// checked as strictly as what a network answers.

const text = (most = 300) => z.string().max(most)
/** A text in one line, without control characters. */
const word = (most: number) => text(most).regex(/^[^\p{Cc}\p{Zl}\p{Zp}]*$/u, { error: 'expected text in one line' })
/** ADDRESS, ADDRESS%ZONE or ADDRESS:PORT, as Node and resolv.conf write name servers. */
const server = z.string().regex(/^[\w.:%[\]-]{2,60}$/, { error: 'expected the address of a name server' })
const list = <Item extends z.ZodType>(item: Item, most = 64) => z.array(item).max(most).readonly()
const count = (least: number, most: number) => z.int().min(least).max(most)
/** A missing value may be null, because shell scripts write it so. */
const maybe = <Item extends z.ZodType>(item: Item) =>
  item
    .nullish()
    .transform((value) => value ?? undefined)
    .optional()

const address = z.string().regex(/^[0-9a-f.:]{2,45}$/i, { error: 'expected an address' })
/** The code of a failure: ENOTFOUND, ENODATA, ETIMEOUT, ESERVFAIL, ... */
const error = maybe(text(60))
/** The duration of a step in milliseconds. */
const ms = maybe(z.number().min(0).max(1e7))
/** Addresses, or the code of the failure. */
const answer = z.strictObject({ addresses: list(address), error, ms })

const serverAnswer = z.strictObject({
  server,
  a: answer,
  aaaa: answer,
  /** The chain of canonical names, in order. */
  cnames: list(text(255), 16),
  ms,
})

/** A line of the hosts file: its number, from 1, and its address. */
const hostsLine = z.strictObject({ file: word(260), line: count(1, 1e7), address })

/** `error`: the proxy itself was not reached; `problem`: why its certificate is not trusted here; else the status of CONNECT. */
const proxyAnswer = z.strictObject({
  status: maybe(count(0, 999)),
  error,
  problem: maybe(text(100)),
  /** The ways to log in that the proxy offers, such as Basic and NTLM. */
  schemes: maybe(list(word(60), 16)),
})

/** The result is `open`, or the code of the failure. */
const connection = z.strictObject({ address, result: text(60), ms })

const certificate = z.strictObject({
  subject: text(),
  issuer: text(),
  /** The organization of the issuer. */
  by: maybe(text()),
  from: maybe(text(60)),
  to: maybe(text(60)),
  /** The names in it; of the server's own certificate only. */
  names: maybe(text(600)),
})

const handshake = z.strictObject({
  /** Absent through a proxy. */
  address: maybe(address),
  /** The handshake did not finish. */
  error: maybe(text(100)),
  protocol: maybe(text(20)),
  /** The roots that verify the chain: the public ones, only those of this host, or none. */
  trust: maybe(z.enum(['public', 'host', 'none'])),
  /** The reason why the public roots do not verify it. */
  problem: maybe(text(100)),
  /** From the server's own certificate upwards. */
  chain: maybe(list(certificate, 10)),
  /** After a handshake without an answer: hellos of some sizes, and `answered` or the code of the failure. */
  sizes: maybe(list(z.strictObject({ bytes: count(1, 65535), result: text(60) }), 16)),
  ms,
})

const response = z.strictObject({
  error,
  status: maybe(count(0, 999)),
  server: maybe(text()),
  date: maybe(text(60)),
  type: maybe(text()),
  location: maybe(text(500)),
  title: maybe(text()),
  ms,
})

/** Layer by layer. A layer that was not reached is absent. */
const endpoint = z.strictObject({
  host: z
    .string()
    .max(253)
    .refine((host) => HOST.test(host) || address.safeParse(host).success, {
      error: 'expected a host name or an address',
    }),
  port: count(1, 65535),
  /** The addresses that programs on this host get; absent if the system was not asked, because its first name server is silent. */
  lookup: maybe(answer),
  /** The answers of each name server for the name itself. */
  dns: maybe(list(serverAnswer, 16)),
  /** Names completed from the search list that have addresses, although the name itself was meant. */
  searched: maybe(list(z.strictObject({ name: text(255), addresses: list(address) }), 16)),
  /** The lines of the hosts file that have the name. */
  hostsFile: maybe(list(hostsLine, 16)),
  /** The answer of the proxy to CONNECT; absent without a proxy. */
  proxy: maybe(proxyAnswer),
  /** One connection to each address. */
  tcp: maybe(list(connection)),
  tls: maybe(handshake),
  /** The handshake over IPv6, if `tls` is one over IPv4. */
  tls6: maybe(handshake),
  http: maybe(response),
  /** The time of the whole run was over before this endpoint. */
  skipped: maybe(z.boolean()),
})

const observations = z.strictObject({
  format: z.literal('tagwall-observations-1'),
  /** When, by the clock of the host. */
  made: z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/, { error: 'expected a time such as 2026-11-26T13:00:00Z' }),
  location: maybe(word(60)),
  features: maybe(list(word(60))),
  /** The name servers of the host, in its order. */
  servers: list(server, 16),
  /** The search list of the resolver, and the dots that a name must have to be tried first as it is. */
  search: maybe(list(word(255), 32)),
  ndots: maybe(count(0, 15)),
  /** The IPv6 addresses that the name servers have for ipv4only.arpa: with DNS64, there are some. */
  ipv4only: maybe(list(address, 32)),
  /** HOST:PORT of the proxy in HTTPS_PROXY, without user and password. */
  proxy: maybe(word(300)),
  /** Whole, because its last entry may be the one that counts. No environment has longer texts. */
  noProxy: maybe(text(131_072)),
  /** The address of the API server, in a pod. */
  cluster: maybe(word(60)),
  endpoints: list(endpoint, 600),
})

export type Observations = z.output<typeof observations>
export type EndpointObservation = z.output<typeof endpoint>
export type Answer = z.output<typeof answer>
export type ServerAnswer = z.output<typeof serverAnswer>
export type HostsLine = z.output<typeof hostsLine>
export type ProxyAnswer = z.output<typeof proxyAnswer>
export type Connection = z.output<typeof connection>
export type Handshake = z.output<typeof handshake>
export type SeenCertificate = z.output<typeof certificate>
export type Response = z.output<typeof response>

/** Reads what `doctor --json` or the script printed. Throws `UserErrors` if it is neither; `file` is its name for errors. */
export function parseObservations(content: string, file: string): Observations {
  // kubectl may print lines before and after the object.
  const [start, end] = [content.indexOf('{'), content.lastIndexOf('}')]
  return parseJsonBy(
    record,
    start < 0 ? content : content.slice(start, end + 1),
    (message) => `${file} is not valid JSON: ${message}; it may be cut off`,
    `${file} is not what "tagwall doctor --json" or its script prints`,
  )
}

const record = z.preprocess(
  (json) => (typeof json === 'object' && json !== null && 'observations' in json ? json.observations : json),
  observations,
)
