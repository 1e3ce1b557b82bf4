import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { UserError } from '../errors.ts'
import type { Io, NetworkLimits } from '../io.ts'
import { Progress } from './progress.ts'

/** The most bytes that a document may have, decoded. The largest published so far has 4.2 MB. */
export const MAX_BYTES = 64 * 1024 * 1024

// Microsoft's download hosts answer requests without a User-Agent with an error page.
const USER_AGENT = 'tagwall (+https://www.npmjs.com/package/tagwall)'

/** One answer to one request: no redirect followed, nothing tried again. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Decoded; empty unless the status is 200. */
  readonly bytes: Uint8Array
}

/** A failure that may pass. `wait` is what the server asked for, in milliseconds. */
export class Transient extends Error {
  constructor(
    message: string,
    readonly wait?: number,
  ) {
    super(message)
  }
}

/** The https connections of one run. */
export interface Connections {
  ask(url: URL, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Answer>
  close(): Promise<void>
}

/** Connections through the proxy that HTTPS_PROXY and NO_PROXY name. Node itself honours NODE_EXTRA_CA_CERTS. */
export async function openConnections(io: Io, limits: NetworkLimits): Promise<Connections> {
  const { env, network } = io
  // The network is rarely used and slow to load, so it is loaded only here.
  const { EnvHttpProxyAgent, request } = await import('undici')
  const tls = { timeout: limits.connect, ...(network.ca ? { ca: network.ca } : {}) }
  const httpsProxy = env.https_proxy ?? env.HTTPS_PROXY ?? ''
  if (httpsProxy && !isProxy(httpsProxy))
    throw new UserError(
      'HTTPS_PROXY is not a valid URL; expected http://HOST:PORT or http://USER:PASSWORD@HOST:PORT, with % and @ of a password as %25 and %40',
    )
  const agent = new EnvHttpProxyAgent({
    // Every request is https, so HTTP_PROXY has no say. Empty, not undefined: undici would ask the process.
    httpProxy: '',
    httpsProxy,
    noProxy: env.no_proxy ?? env.NO_PROXY ?? '',
    connect: tls,
    requestTls: tls,
    proxyTls: tls,
  })
  return {
    async ask(url, headers, signal) {
      const progress = new Progress(io)
      try {
        const response = await request(url, {
          dispatcher: agent,
          headers: { 'user-agent': USER_AGENT, 'accept-encoding': 'gzip, br', ...headers },
          headersTimeout: limits.headers,
          bodyTimeout: limits.idle,
          signal,
        })
        const { statusCode: status, body } = response
        const flat = flatten(response.headers)
        if (status !== 200) {
          body.on('error', () => {}).destroy()
          return { status, headers: flat, bytes: new Uint8Array() }
        }
        const wire = await readAll(body, flat['content-length'], progress)
        return { status, headers: flat, bytes: decode(wire, flat['content-encoding']) }
      } catch (error) {
        throw signal.aborted ? signal.reason : explained(error as Error & { code?: string }, Boolean(httpsProxy))
      } finally {
        progress.end()
      }
    },
    // Destroyed, not closed: an answer that never ends must not hold up the end of the program.
    close: () => agent.destroy(),
  }
}

function flatten(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => {
      const first = Array.isArray(value) ? value[0] : value
      return first === undefined ? [] : [[name.toLowerCase(), first]]
    }),
  )
}

async function readAll(
  body: AsyncIterable<Uint8Array>,
  length: string | undefined,
  progress: Progress,
): Promise<Uint8Array> {
  const total = length === undefined ? undefined : Number(length)
  if (total !== undefined && total > MAX_BYTES) throw tooLarge()
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > MAX_BYTES) throw tooLarge()
    chunks.push(chunk)
    progress.advance(size, total)
  }
  if (total !== undefined && size !== total) throw new Transient(`the answer has ${size} bytes of ${total}`)
  return Buffer.concat(chunks)
}

const tooLarge = () => new UserError(`the answer is larger than ${MAX_BYTES} bytes, which no service tag document is`)

function decode(wire: Uint8Array, encoding = 'identity'): Uint8Array {
  const options = { maxOutputLength: MAX_BYTES }
  try {
    if (/^(x-)?gzip$/i.test(encoding)) return gunzipSync(wire, options)
    if (/^br$/i.test(encoding)) return brotliDecompressSync(wire, options)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge()
    throw new Transient(`the compressed answer is damaged or cut off (${(error as Error).message})`)
  }
  if (/^identity$/i.test(encoding)) return wire
  throw new UserError(`the answer is encoded as ${JSON.stringify(encoding)}, which was not asked for`)
}

/** Whether undici can use a proxy's URL: it also decodes the user and the password. */
function isProxy(text: string): boolean {
  try {
    const { protocol, username, password } = new URL(text)
    return /^https?:$/.test(protocol) && [username, password].map(decodeURIComponent).length === 2
  } catch {
    return false
  }
}

/** What a failure of undici, TLS or the proxy means. */
function explained(error: Error & { code?: string }, hasProxy: boolean): Error {
  if (error instanceof UserError || error instanceof Transient) return error
  const { code = '', message } = error
  if (/Proxy response \(407\)/.test(message)) {
    return new UserError(
      'the proxy asks for a user and a password (407); set HTTPS_PROXY to http://USER:PASSWORD@HOST:PORT',
    )
  }
  const refused = /Proxy response \((4(?!08|29)\d\d)\)/.exec(message)?.[1]
  if (refused) return new UserError(`the proxy refuses the connection (${refused}); have it allow this host`)
  if (/CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)/.test(code)) {
    return new UserError(
      `the server's certificate is not trusted (${code}); if a proxy of yours inspects TLS, name its CA file in NODE_EXTRA_CA_CERTS`,
    )
  }
  const known = REASONS[code]
  return new Transient(`${known ?? (message || code)}${hasProxy ? ', through the proxy of HTTPS_PROXY' : ''}`)
}

const REASONS: Readonly<Record<string, string>> = {
  UND_ERR_CONNECT_TIMEOUT: 'no connection in time',
  UND_ERR_HEADERS_TIMEOUT: 'no answer in time',
  UND_ERR_BODY_TIMEOUT: 'the answer stopped midway',
  UND_ERR_SOCKET: 'the connection broke off',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'the answer has not the length that it says',
  ECONNRESET: 'the connection broke off',
  EPIPE: 'the connection broke off',
  ECONNREFUSED: 'the connection was refused',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the host name could not be looked up',
}
