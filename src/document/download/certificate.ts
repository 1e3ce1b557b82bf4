import type { DetailedPeerCertificate } from 'node:tls'
import { Blocked, Transient } from './transient.ts'

// Microsoft's roots since January 2026, which Node does not have. A server that omits the cross-certificate by DigiCert cannot
// be verified. https://github.com/Azure/azhpc-images/pull/539,
// https://github.com/taskcluster/taskcluster/issues/8569
const NEW_ROOTS = /^Microsoft TLS (?:(?:RSA|ECC) Root G2|G2 (?:RSA|ECC) CA )/

/** The chain of the server at `address` lacks a certificate. Another address of the host may be fine. */
export class IncompleteChain extends Transient {
  constructor(
    message: string,
    readonly address: string,
  ) {
    super(message, undefined, 'certificate')
  }
}

/** Explains why a certificate is not accepted, and what helps. `code` is OpenSSL's or Node's. */
export function refusalOf(code: string, certificate: DetailedPeerCertificate, host: string, address: string): Error {
  const told = EXPLAINED[code]?.(certificate, host)
  if (told !== undefined) return new Blocked(told, 'certificate')
  const issuer = issuerOf(certificate)
  if (issuer.organization === 'Microsoft Corporation' && NEW_ROOTS.test(issuer.name)) {
    return new IncompleteChain(
      `the server's certificate ends at "${issuer.name}", a new root of Microsoft that is missing in Node; ` +
        'nothing is wrong with your network. Set NODE_OPTIONS=--use-system-ca (Node 22.19 and later), or name a PEM file with ' +
        'that root in NODE_EXTRA_CA_CERTS, or download the document in a browser and use --from FILE',
      address,
    )
  }
  const by = issuer.name === '' ? 'an authority' : `"${issuer.name}"`
  return new Blocked(
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
