import { eachHandshake, quoted, type Verdict } from '../verdict.ts'

export const wrongCertificate: Verdict<'WRONG_CERTIFICATE', 'names' | 'issuer'> = {
  code: 'WRONG_CERTIFICATE',
  severity: 'error',
  layer: 'TLS',
  settles: 'layer',
  find: eachHandshake(({ problem, chain = [] }) =>
    problem === 'ERR_TLS_CERT_ALTNAME_INVALID'
      ? { names: chain[0]?.names ?? '', issuer: chain.at(-1)?.issuer ?? '' }
      : undefined,
  ),
  say: ({ hosts, facts }) => ({
    what: `the certificate of ${hosts} is for ${quoted(facts.names)}, issued by ${quoted(facts.issuer)}: another machine answers`,
    fix: 'Check DNS and /etc/hosts for a wrong address, and address translation on the way.',
  }),
  title: 'the certificate is for another name',
  means: 'A public authority issued it, but for another machine: the address is wrong.',
}
