import { eachHandshake, quoted, type Verdict } from '../verdict.ts'

/** The organizations whose authorities issue the certificates of Azure: https://learn.microsoft.com/azure/security/fundamentals/azure-ca-details */
const AUTHORITIES = /^(?:Microsoft Corporation|DigiCert,? Inc|GlobalSign nv-sa|Entrust, Inc)\.?$/

export const intermediateMissing: Verdict<'INTERMEDIATE_MISSING', 'issuer'> = {
  code: 'INTERMEDIATE_MISSING',
  severity: 'error',
  layer: 'TLS',
  settles: 'layer',
  find: eachHandshake(({ trust, problem = '', chain = [] }) => {
    const { by = '', issuer = '' } = chain.at(-1) ?? {}
    const isUnknown = /UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT/.test(problem)
    return trust !== 'public' && isUnknown && AUTHORITIES.test(by) ? { issuer } : undefined
  }),
  say: ({ hosts, facts }) => ({
    what: `the certificate of ${hosts} is issued by ${quoted(facts.issuer)}, a public authority, but the certificate of that authority is missing: the server does not send it, or this host does not know its root`,
    fix: 'Update the root certificates of this host (ca-certificates). If the server omits the intermediate certificate, try again: other servers of the service send it. Install no certificate that a device on the way offers.',
  }),
  title: 'an intermediate certificate is missing',
  means:
    'A server must send its certificate and those up to a root that the host knows. Without one of them the certificate cannot be verified, although a public authority issued it. That is not inspection.',
}
