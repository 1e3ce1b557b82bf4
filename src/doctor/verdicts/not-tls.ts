import { eachHandshake, type Verdict } from '../verdict.ts'

export const notTls: Verdict<'NOT_TLS'> = {
  code: 'NOT_TLS',
  severity: 'error',
  layer: 'TLS',
  settles: 'layer',
  find: eachHandshake(({ error = '' }) =>
    /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST/.test(error) ? {} : undefined,
  ),
  say: ({ hosts, verb }) => ({
    what: `${hosts} ${verb('does', 'do')} not speak TLS: something else answers`,
    fix: 'Look for a captive portal or a transparent proxy that answers in plain HTTP, and allow the hosts there.',
  }),
  title: 'something answers that does not speak TLS',
  means: 'A captive portal or a transparent proxy answers in plain text.',
}
