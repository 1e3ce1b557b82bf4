import { eachHandshake } from '../handshake-at.ts'
import type { Verdict } from '../verdict.ts'
import { quoted, wordsOf } from '../words.ts'

export const tlsInspected: Verdict<'TLS_INSPECTED', 'issuer' | 'trust'> = {
  code: 'TLS_INSPECTED',
  severity: 'error',
  layer: 'TLS',
  settles: 'layer',
  find: eachHandshake(({ trust, chain = [] }) =>
    trust === 'public' ? undefined : { issuer: chain.at(-1)?.issuer ?? '', trust: trust === 'host' ? 'host' : 'none' },
  ),
  say: (found) => ({
    what: `the certificate of ${wordsOf(found).hosts} is issued by ${quoted(found.facts.issuer)}, which is not a public authority${found.facts.trust === 'host' ? ', but this host trusts it' : ''}: a device inspects TLS`,
    fix: 'Exempt these hosts from inspection. Otherwise give the agents the certificate of the authority: az connectedk8s connect --proxy-cert FILE. The Arc gateway works without inspection only.',
  }),
  title: 'a device inspects TLS',
  means:
    'The certificate comes from a private authority. Agents trust it only if they are told to; a host that trusts it is not enough for agents in pods.',
}
