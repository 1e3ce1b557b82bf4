import { eachHandshake, type Verdict } from '../verdict.ts'

export const certificateDates: Verdict<'CERTIFICATE_DATES', 'from' | 'to'> = {
  code: 'CERTIFICATE_DATES',
  severity: 'error',
  layer: 'TLS',
  settles: 'layer',
  find: eachHandshake(({ trust, problem = '', chain: [own] = [] }) =>
    trust !== 'public' && /CERT_HAS_EXPIRED|CERT_NOT_YET_VALID/.test(problem)
      ? { from: own?.from ?? '', to: own?.to ?? '' }
      : undefined,
  ),
  say: ({ hosts, facts }) => ({
    what: `the certificate of ${hosts} is valid from ${facts.from} to ${facts.to}, and not by the clock of this host`,
    fix: 'Set the clock of this host. If it is right, a device on the way answers with an old certificate.',
  }),
  title: 'the certificate is not valid now',
  means: 'Either the clock of this host is wrong, or a device on the way answers with an old certificate.',
}
