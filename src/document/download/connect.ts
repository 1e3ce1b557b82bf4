import type { LookupAddress } from 'node:dns'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import type { LookupFunction } from 'node:net'
import type { Duplex } from 'node:stream'
import type { DetailedPeerCertificate, TLSSocket } from 'node:tls'
import { throwDenial } from '../../errors.ts'
import type { Io, NetworkLimits } from '../../io.ts'
import { type HttpsProxy, withoutBrackets } from '../../model/proxy.ts'
import { Failure, type Obstacle } from './failures.ts'

/** How a server is reached. Node itself honours NODE_EXTRA_CA_CERTS. */
export interface Route {
  readonly io: Io
  readonly limits: NetworkLimits
  readonly proxy: HttpsProxy | undefined
}

/** The most addresses of one host that are tried. */
const MOST_ADDRESSES = 4

/** The time that Node waits for one address of a host: its 250 ms are too short over a slow line, and an address is never tried twice. */
const PATIENT = { autoSelectFamilyAttemptTimeout: 2_000 }

/** A verified TLS connection. Other addresses of a host are tried only after an incomplete chain of certificates. Throws `Failure`. */
export async function openTls(url: URL, route: Route, signal: AbortSignal): Promise<TLSSocket> {
  const late = AbortSignal.timeout(route.limits.connect)
  const either = AbortSignal.any([signal, late])
  try {
    return await (route.proxy ? throughProxy(url, route.proxy, route, either) : directly(url, route, either))
  } catch (error) {
    if (signal.aborted) throw signal.reason
    if (error instanceof Failure && error.facts.obstacle === 'dns') throw error
    if (late.aborted) throw failed(`no connection in time${route.proxy ? `, through ${PROXY}` : ''}`)
    throw error
  }
}

async function directly(url: URL, route: Route, signal: AbortSignal): Promise<TLSSocket> {
  const host = withoutBrackets(url.hostname)
  let left = await found(host, route, signal)
  for (let tried = 1; ; tried++) {
    try {
      return await verified({ host, port: Number(url.port) || 443, lookup: lookupIn(left) }, route, signal)
    } catch (error) {
      if (!(error instanceof IncompleteChain)) throw error
      left = left.filter(({ address }) => address !== error.address)
      if (left.length === 0 || tried === MOST_ADDRESSES) throw blocked(error.message, 'certificate')
      route.io.err(
        `fetch: ${error.address} does not send a complete chain of certificates; trying another address of ${host}\n`,
      )
    }
  }
}

async function throughProxy(url: URL, proxy: HttpsProxy, route: Route, signal: AbortSignal): Promise<TLSSocket> {
  const host = withoutBrackets(url.hostname)
  const tunnel = await tunnelTo(`${url.hostname}:${url.port || 443}`, proxy, route, signal)
  try {
    return await verified({ host, socket: tunnel }, route, signal)
  } catch (error) {
    if (error instanceof Failure) throw error
    throw failed(`${reasonOf(error)}, through ${PROXY}`)
  }
}

/** Looks up a name once for all attempts. */
async function found(host: string, { io }: Route, signal: AbortSignal): Promise<readonly LookupAddress[]> {
  const { lookup } = await import('node:dns/promises')
  try {
    return await orAbort(io.network.addresses?.(host) ?? lookup(host, { all: true }), signal)
  } catch (error) {
    throwDenial(error)
    const { code = '' } = error as NodeJS.ErrnoException
    const reason = signal.aborted ? 'DNS does not answer' : (NAMES[code] ?? reasonOf(error))
    throw new Failure(reason, { obstacle: 'dns' })
  }
}

const lookupIn =
  (addresses: readonly LookupAddress[]): LookupFunction =>
  (_, options, callback) => {
    const [first] = addresses as [LookupAddress]
    if (options.all) callback(null, [...addresses])
    else callback(null, first.address, first.family)
  }

/** A TLS connection. Throws the reason if its certificate is not accepted. */
async function verified(
  to: { host: string; port?: number; lookup?: LookupFunction; socket?: Duplex },
  { io }: Route,
  signal: AbortSignal,
): Promise<TLSSocket> {
  const { connect } = await import('node:tls')
  // Node would refuse a certificate without showing it. Nothing is sent before the check below.
  const socket = connect({
    ...to,
    ...PATIENT,
    servername: isName(to.host) ? to.host : '',
    ca: io.network.ca,
    rejectUnauthorized: false,
  })
  // An error before the first listener must not end the program.
  socket.on('error', () => {})
  try {
    await once(socket, 'secureConnect', { signal })
  } catch (error) {
    socket.destroy()
    throw to.socket ? error : failed(reasonOf(error))
  }
  if (socket.authorized) return socket
  const certificate = socket.getPeerCertificate(true)
  const refusal = refusalOf(String(socket.authorizationError), certificate, to.host, socket.remoteAddress ?? '')
  socket.destroy()
  throw refusal
}

const isName = (host: string) => !/^[\d.]+$|:/.test(host)

const PROXY = 'the proxy of HTTPS_PROXY'

/** A connection through the proxy to `target`, HOST:PORT. */
async function tunnelTo(target: string, proxy: HttpsProxy, { io }: Route, signal: AbortSignal): Promise<Duplex> {
  const { request } = proxy.isTls ? await import('node:https') : await import('node:http')
  const asking = request({
    host: proxy.host,
    port: proxy.port,
    method: 'CONNECT',
    path: target,
    headers: { host: target, ...(proxy.authorization && { 'proxy-authorization': proxy.authorization }) },
    agent: false,
    ...PATIENT,
    signal,
    ca: io.network.ca,
    // Node would take the name from the Host header, which is that of the target.
    servername: isName(proxy.host) ? proxy.host : '',
  })
  asking.on('error', () => {})
  const answer = once(asking.end(), 'connect') as Promise<[IncomingMessage, Duplex, Buffer]>
  const [{ statusCode: status = 0 }, socket, head] = await answer.catch((error: NodeJS.ErrnoException) => {
    const certificate = /CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)/.test(error.code ?? '')
    if (certificate)
      throw blocked(
        `the certificate of ${PROXY} is not trusted (${error.code}); set NODE_EXTRA_CA_CERTS to the PEM file of its authority`,
        'proxy',
      )
    const unnamed = NAMES[error.code ?? '']
    throw new Failure(unnamed ? `${unnamed} of ${PROXY}` : `${reasonOf(error)}, at ${PROXY}`, {
      obstacle: 'proxy',
    })
  })
  socket.on('error', () => {})
  if (head.length > 0) socket.unshift(head)
  if (status === 200) return socket
  socket.destroy()
  if (status === 407)
    throw blocked(
      'the proxy asks for a user and a password (407); set HTTPS_PROXY to http://USER:PASSWORD@HOST:PORT',
      'proxy',
    )
  if (status >= 400 && status < 500 && status !== 408 && status !== 429)
    throw blocked(`the proxy refuses the connection (${status}); allow this host there`, 'connection')
  throw failed(`${PROXY} answered with status ${status}`)
}

const failed = (reason: string) => new Failure(reason, { obstacle: 'connection' })

const blocked = (reason: string, obstacle: Obstacle) => new Failure(reason, { obstacle, isFinal: true })

/** The result of a promise; throws the reason if the signal aborts first. */
async function orAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  const aborted = once(signal, 'abort').then(() => Promise.reject(signal.reason))
  return Promise.race([promise, aborted])
}

/** The sentence for a network failure. Throws `UserError` if Node's permission model refused the network. */
export function reasonOf(error: unknown): string {
  throwDenial(error)
  const { code = '', name, message, errors } = error as NodeJS.ErrnoException & { errors?: unknown[] }
  // Several addresses of a host failed, each with its own error.
  if (errors?.[0] !== undefined) return reasonOf(errors[0])
  if (code.startsWith('HPE_') || name === 'HTTPParserError') return 'the response is not HTTP'
  if (/SSL|EPROTO/.test(code)) return tlsReason(code)
  // The texts of libraries say nothing about the server.
  return REASONS[code] ?? `the connection failed (${code || message})`
}

/** An alert of the server is TLS too, and so is a version that Node refuses. Codes are those of OpenSSL's reasons. */
function tlsReason(code: string): string {
  if (/ALERT_PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|VERSION_TOO_LOW|UNSUPPORTED_SSL_VERSION/.test(code))
    return `the server has no version of TLS in common with Node, which needs 1.2 or newer (${code})`
  if (/ALERT|_TLSV1_|_TLSV13_/.test(code)) return `the server refuses the TLS connection (${code})`
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|HTTPS_PROXY_REQUEST|RECORD|EPROTO/.test(code))
    return `the server does not speak TLS (${code})`
  return `TLS with the server failed (${code})`
}

const REASONS: Readonly<Record<string, string>> = {
  UND_ERR_HEADERS_TIMEOUT: 'no response in time',
  UND_ERR_BODY_TIMEOUT: 'the response stopped midway',
  UND_ERR_HEADERS_OVERFLOW: 'the headers of the response are too large',
  // An answer with status 101, which nobody asked for, breaks an assertion of undici.
  ERR_ASSERTION: 'the response is not valid HTTP',
  UND_ERR_SOCKET: 'the connection broke off',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'the response does not have the length in Content-Length',
  ECONNRESET: 'the connection broke off',
  EPIPE: 'the connection broke off',
  ECONNREFUSED: 'the connection was refused',
  ETIMEDOUT: 'no connection in time',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
}

const NAMES: Readonly<Record<string, string>> = {
  ENOTFOUND: 'DNS does not know the name',
  EAI_AGAIN: 'DNS could not look up the name',
}

// Microsoft's roots since January 2026, which Node does not have. A server that omits the cross-certificate by DigiCert cannot
// be verified. https://github.com/Azure/azhpc-images/pull/539,
// https://github.com/taskcluster/taskcluster/issues/8569
export const isNewRoot = (organization: string | undefined, name: string): boolean =>
  organization === 'Microsoft Corporation' &&
  /^(?:CN=)?Microsoft TLS (?:(?:RSA|ECC) Root G2|G2 (?:RSA|ECC) CA )/.test(name)

/** The chain of the server at `address` lacks a certificate. Another address of the host may be fine. */
class IncompleteChain extends Failure {
  constructor(
    message: string,
    readonly address: string,
  ) {
    super(message, { obstacle: 'certificate' })
  }
}

/** Explains why a certificate is not accepted, and what helps. `code` is OpenSSL's or Node's. */
function refusalOf(code: string, certificate: DetailedPeerCertificate, host: string, address: string): Error {
  const told = EXPLAINED[code]?.(certificate, host)
  if (told !== undefined) return blocked(told, 'certificate')
  const issuer = issuerOf(certificate)
  if (isNewRoot(issuer.organization, issuer.name)) {
    return new IncompleteChain(
      `the server's certificate ends at "${issuer.name}", a new root of Microsoft that is missing in Node; ` +
        'nothing is wrong with your network. Set NODE_OPTIONS=--use-system-ca (Node 22.19 and later), or name a PEM file with ' +
        'that root in NODE_EXTRA_CA_CERTS, or download the document in a browser and use --from FILE',
      address,
    )
  }
  const by = issuer.name === '' ? 'an authority' : `"${issuer.name}"`
  return blocked(
    `the server's certificate is issued by ${by}, which is not trusted (${code}). If a proxy of yours inspects TLS, ` +
      'name the PEM file of its authority in NODE_EXTRA_CA_CERTS, or set NODE_OPTIONS=--use-system-ca (Node 22.19 and later)',
    'certificate',
  )
}

const EXPLAINED: Readonly<Record<string, (certificate: DetailedPeerCertificate, host: string) => string>> = {
  CERT_HAS_EXPIRED: ({ valid_to }) =>
    `the server's certificate expired on ${oneLine(valid_to)}; check the clock of this machine`,
  CERT_NOT_YET_VALID: ({ valid_from }) =>
    `the server's certificate is not valid before ${oneLine(valid_from)}; check the clock of this machine`,
  ERR_TLS_CERT_ALTNAME_INVALID: ({ subjectaltname = 'no host' }, host) =>
    `the server's certificate is for ${oneLine(subjectaltname)}, not for ${host}; another machine answers in its place`,
}

/** The issuer of the last certificate that the server sent. */
function issuerOf(certificate: DetailedPeerCertificate): { name: string; organization: string } {
  let last = certificate
  while (last.issuerCertificate && last.issuerCertificate !== last) last = last.issuerCertificate
  const { CN, O } = last.issuer ?? {}
  return { name: oneLine([CN].flat()[0] ?? ''), organization: [O].flat()[0] ?? '' }
}

const oneLine = (text: unknown) =>
  String(text ?? '')
    .replaceAll(/[\s\p{C}]+/gu, ' ')
    .slice(0, 200)
