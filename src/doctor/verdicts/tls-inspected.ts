import { eachHandshake, quoted, type Verdict } from '../verdict.ts'

export const tlsInspected: Verdict<'TLS_INSPECTED', 'issuer' | 'trust'> = {
  code: 'TLS_INSPECTED',
  severity: 'error',
  layer: 'TLS',
  settles: 'layer',
  find: eachHandshake(({ trust, chain = [] }) =>
    trust === 'public' ? undefined : { issuer: chain.at(-1)?.issuer ?? '', trust: trust === 'host' ? 'host' : 'none' },
  ),
  say: ({ hosts, facts }) => ({
    what: `the certificate of ${hosts} is issued by ${quoted(facts.issuer)}, which is not a public authority${facts.trust === 'host' ? ', but this host trusts it' : ''}: a device inspects TLS`,
    fix: 'Exempt these hosts from inspection. Otherwise give the agents the certificate of the authority: az connectedk8s connect --proxy-cert FILE. The Arc gateway works without inspection only.',
  }),
  title: 'a device inspects TLS',
  means:
    'The certificate comes from a private authority. Agents trust it only if they are told to; a host that trusts it is not enough for agents in pods.',
}
