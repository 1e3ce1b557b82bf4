import type { DoctorFinding } from '../model/diagnosis.ts'
import type { EndpointObservation, Handshake } from '../model/observation.ts'
import { nameOf } from './plan.ts'

/** What is wrong with the handshake. */
export function tlsFindings(seen: EndpointObservation): DoctorFinding[] {
  const { tls } = seen
  if (tls === undefined) return []
  const at = { hosts: [nameOf(seen)], addresses: tls.address === undefined ? [] : [tls.address] }
  if (tls.error !== undefined) return [{ ...at, ...brokenHandshake(tls.error) } as DoctorFinding]
  if (tls.protocol === 'TLSv1' || tls.protocol === 'TLSv1.1')
    return [{ code: 'TLS_TOO_OLD', ...at, facts: { code: tls.protocol } }]
  if (tls.trust === 'public') return []
  return [{ ...at, ...untrusted(tls) } as DoctorFinding]
}

/** Node's and OpenSSL's codes, and curl's. */
function brokenHandshake(code: string) {
  if (/UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION/.test(code)) return { code: 'TLS_TOO_OLD', facts: { code } } as const
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST/.test(code))
    return { code: 'NOT_TLS', facts: {} } as const
  const reason = REASONS[code] ?? code
  return { code: 'TLS_CUT', facts: { reason } } as const
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNRESET: 'the connection was reset',
  ETIMEDOUT: 'no answer in time',
  EPIPE: 'the connection was closed',
}

// Microsoft's roots since January 2026, which most stores do not have; a server that omits the cross-certificate of DigiCert
// cannot be verified. https://github.com/Azure/azhpc-images/pull/539
const NEW_ROOTS = /^(?:CN=)?Microsoft TLS (?:(?:RSA|ECC) Root G2|G2 (?:RSA|ECC) CA )/

function untrusted({ chain = [], problem = '', trust }: Handshake) {
  const [own] = chain
  const last = chain.at(-1)
  const issuer = last?.issuer ?? ''
  const isDate = /CERT_HAS_EXPIRED|CERT_NOT_YET_VALID/.test(problem)
  if (isDate) return { code: 'CERTIFICATE_DATES', facts: { from: own?.from ?? '', to: own?.to ?? '' } } as const
  if (problem === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return { code: 'WRONG_CERTIFICATE', facts: { names: own?.names ?? '', issuer } } as const
  if (last?.by === 'Microsoft Corporation' && NEW_ROOTS.test(issuer))
    return { code: 'CHAIN_INCOMPLETE', facts: { issuer } } as const
  return { code: 'TLS_INSPECTED', facts: { issuer, trust: trust === 'host' ? 'host' : 'none' } } as const
}
