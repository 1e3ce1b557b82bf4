import { X509Certificate } from 'node:crypto'
import type { Duplex } from 'node:stream'
import * as tls from 'node:tls'
import { scanPrefix } from '../address/prefix.ts'
import { unlessFailed } from '../errors.ts'
import { textOf } from './host.ts'
import type { Handshake, SeenCertificate } from './observation-schema.ts'
import { firstOf } from './probe-tcp.ts'

/** Certificates of a chain that are looked at. */
const MOST_CERTIFICATES = 6

/** A TLS connection over `socket`, judged by the authorities of `trust`; nothing is sent. `roots`: files of more authorities that this host trusts. */
export async function handshake(
  socket: Duplex,
  host: string,
  { milliseconds, trust, roots }: { milliseconds: number; trust: tls.SecureContext; roots: readonly string[] },
): Promise<{ tls: Handshake; secure: tls.TLSSocket | undefined }> {
  const isName = scanPrefix(host) === undefined
  const secure = tls.connect({
    socket,
    host,
    servername: isName ? host : '',
    secureContext: trust,
    rejectUnauthorized: false,
  })
  const begin = performance.now()
  const result = await firstOf({ secureConnect: 'secured', close: 'ECONNRESET' }, secure, milliseconds)
  if (result !== 'secured') {
    secure.destroy()
    socket.destroy()
    return { tls: { error: result }, secure: undefined }
  }
  const ms = Math.round(performance.now() - begin)
  const peers = chainOf(secure.getPeerCertificate(true))
  const problem = secure.authorized ? undefined : String(secure.authorizationError)
  return {
    tls: {
      protocol: secure.getProtocol() ?? '',
      trust: secure.authorized ? 'public' : isTrustedHere(peers.at(-1)?.raw, roots) ? 'host' : 'none',
      problem: problem?.slice(0, 100),
      chain: peers.map(seenCertificate),
      ms,
    },
    secure,
  }
}

/** The public authorities, so inspection shows where this host trusts it too; with `files`, also those of the host and the files. `ca`: for tests. */
export const trustOf = (ca: string | undefined, files?: readonly string[]): tls.SecureContext =>
  tls.createSecureContext({ ca: ca ?? [...tls.rootCertificates, ...(files ? authorities(files).map(String) : [])] })

/** From the server's own certificate upwards. */
function chainOf(certificate: tls.DetailedPeerCertificate): tls.DetailedPeerCertificate[] {
  const chain: tls.DetailedPeerCertificate[] = []
  for (let one = certificate; one?.raw && chain.length < MOST_CERTIFICATES; one = one.issuerCertificate) {
    if (chain.includes(one)) break
    chain.push(one)
  }
  return chain
}

function seenCertificate(certificate: tls.DetailedPeerCertificate, index: number): SeenCertificate {
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

// Where Go, and so the Arc agents, look for the authorities of a host: https://go.dev/src/crypto/x509/root_linux.go
const BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/pki/tls/cacert.pem',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/cert.pem',
]

/** True if an authority of this host, or of `files`, signed the last certificate of a chain, or is it. */
function isTrustedHere(last: Buffer | undefined, files: readonly string[]): boolean {
  if (last === undefined) return false
  const known = authorities(files)
  const isTrusted = unlessFailed(() => {
    const top = new X509Certificate(last)
    return known.some(
      (one) => one.fingerprint256 === top.fingerprint256 || (top.checkIssued(one) && top.verify(one.publicKey)),
    )
  })
  return isTrusted === true
}

function authorities(files: readonly string[]): X509Certificate[] {
  const texts = [...files, ...BUNDLES].map(textOf)
  // Node 22.15 and later know the store of Windows and macOS.
  const { getCACertificates } = tls as { getCACertificates?: (kind: 'system') => string[] }
  const own = texts.flatMap((text) => text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [])
  const all = [...own, ...(getCACertificates?.('system') ?? [])]
  return all.flatMap((pem) => unlessFailed(() => new X509Certificate(pem)) ?? [])
}
