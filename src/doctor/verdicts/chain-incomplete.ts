import { eachHandshake, quoted, type Verdict } from '../verdict.ts'

// Microsoft's roots since January 2026, which most stores do not have; a server that omits the cross-certificate of DigiCert
// cannot be verified. https://github.com/Azure/azhpc-images/pull/539
const NEW_ROOTS = /^(?:CN=)?Microsoft TLS (?:(?:RSA|ECC) Root G2|G2 (?:RSA|ECC) CA )/

export const chainIncomplete: Verdict<'CHAIN_INCOMPLETE', 'issuer'> = {
  code: 'CHAIN_INCOMPLETE',
  severity: 'error',
  layer: 'TLS',
  settles: 'layer',
  find: eachHandshake(({ trust, chain = [] }) => {
    const { by, issuer = '' } = chain.at(-1) ?? {}
    return trust !== 'public' && by === 'Microsoft Corporation' && NEW_ROOTS.test(issuer) ? { issuer } : undefined
  }),
  say: ({ hosts, facts }) => ({
    what: `the certificate of ${hosts} ends at ${quoted(facts.issuer)}, a new root of Microsoft, and the server does not send the bridge to an older one. Nothing is wrong with your network`,
    fix: 'Install the root certificates "Microsoft TLS RSA Root G2" and "Microsoft TLS ECC Root G2" on this host (update ca-certificates), or try again: other servers of the service send the bridge.',
  }),
  title: "Microsoft's chain of certificates lacks its bridge",
  means:
    'Since January 2026 some servers use new roots of Microsoft and omit the cross-certificate to an older root. Stores without the new roots cannot verify them.',
}
