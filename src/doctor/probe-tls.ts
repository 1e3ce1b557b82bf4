import type { Duplex } from 'node:stream'
import { connect, type DetailedPeerCertificate, rootCertificates, type TLSSocket } from 'node:tls'
import { prefixOf } from './address-class.ts'
import { isTrustedHere } from './host-roots.ts'
import type { Handshake, SeenCertificate } from './observation.ts'

/** Certificates of a chain that are looked at. */
const MOST_CERTIFICATES = 6

/**
 * A TLS connection over `socket`. The certificate is judged by the public roots only, so an inspecting device shows even
 * where this host trusts it; nothing secret is sent. `ca` replaces the public roots in tests.
 */
export async function handshake(
  socket: Duplex,
  host: string,
  { milliseconds, ca, roots }: { milliseconds: number; ca: string | undefined; roots: readonly string[] },
): Promise<{ tls: Handshake; secure: TLSSocket | undefined }> {
  const isName = prefixOf(host) === undefined
  const secure = connect({
    socket,
    host,
    servername: isName ? host : '',
    ca: ca === undefined ? [...rootCertificates] : [ca],
    rejectUnauthorized: false,
  })
  const begin = performance.now()
  const failed = await ended(secure, 'secureConnect', milliseconds)
  if (failed !== undefined) {
    secure.destroy()
    socket.destroy()
    return { tls: { error: failed }, secure: undefined }
  }
  const ms = Math.round(performance.now() - begin)
  const peers = chainOf(secure.getPeerCertificate(true))
  const problem = secure.authorized ? undefined : String(secure.authorizationError)
  return {
    tls: {
      protocol: secure.getProtocol() ?? '',
      trust: secure.authorized
        ? 'public'
        : isTrustedHere(
              peers.map(({ raw }) => raw),
              roots,
            )
          ? 'host'
          : 'none',
      problem: problem?.slice(0, 100),
      chain: peers.map(seenCertificate),
      ms,
    },
    secure,
  }
}

/** Waits for an event of a socket. Returns undefined when it comes, or the code of the error that comes first. */
export function ended(socket: Duplex, event: string, milliseconds: number): Promise<string | undefined> {
  return new Promise((done) => {
    const timer = setTimeout(() => done('ETIMEDOUT'), milliseconds)
    const end = (code: string | undefined) => {
      clearTimeout(timer)
      done(code)
    }
    socket.once(event, () => end(undefined))
    socket.once('close', () => end('ECONNRESET'))
    socket.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? 'UNKNOWN'))
  })
}

/** From the server's own certificate upwards. */
function chainOf(certificate: DetailedPeerCertificate): DetailedPeerCertificate[] {
  const chain: DetailedPeerCertificate[] = []
  for (let one = certificate; one?.raw && chain.length < MOST_CERTIFICATES; one = one.issuerCertificate) {
    if (chain.includes(one)) break
    chain.push(one)
  }
  return chain
}

function seenCertificate(certificate: DetailedPeerCertificate, index: number): SeenCertificate {
  const { subject, issuer, valid_from, valid_to, subjectaltname } = certificate
  return {
    subject: one(subject?.CN ?? subject?.O),
    issuer: one(issuer?.CN ?? issuer?.O),
    by: one(issuer?.O),
    from: one(valid_from).slice(0, 60),
    to: one(valid_to).slice(0, 60),
    ...(index === 0 ? { names: one(subjectaltname).slice(0, 500) } : {}),
  }
}

/** Names may be lists, and their text is untrusted. */
const one = (text: unknown) => String([text].flat()[0] ?? '').slice(0, 300)
