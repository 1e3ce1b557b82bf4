import { ALL, LOGIN } from '../harness.ts'
import { inspected, instead, type Row, withTls } from './case.ts'

export const HTTP_ROWS: readonly Row[] = [
  [
    'SLOW',
    'DNS takes 3 seconds and TLS 4',
    ALL.map((one) => ({
      ...one,
      lookup: { addresses: one.lookup?.addresses ?? [], ms: 3014 },
      tls: { ...one.tls, ms: 4000 },
    })),
    [
      'SLOW: DNS takes up to 3.0 seconds for gbl.his.arc.test, dp.config.test, login.test and images.test',
      'SLOW: TLS takes up to 4.0 seconds for gbl.his.arc.test, dp.config.test, login.test and images.test',
    ],
  ],
  [
    'BLOCK_PAGE',
    'the inspecting device answers with a page',
    instead(withTls(LOGIN, inspected('Contoso', 'none'), { status: 403, type: 'text/html', title: 'Blocked' })),
    [
      'TLS_INSPECTED: the certificate of login.test is issued by "Contoso", which is not a public authority: a device inspects TLS',
      'BLOCK_PAGE: login.test is answered by a device on the way, not by the service: status 403, "Blocked"',
    ],
  ],
  [
    'BLOCK_PAGE',
    'a portal asks for a sign-in',
    instead(withTls(LOGIN, inspected('Contoso', 'none'), { status: 511 })),
    [
      'TLS_INSPECTED: the certificate of login.test is issued by "Contoso", which is not a public authority: a device inspects TLS',
      'BLOCK_PAGE: login.test is answered by a device on the way, not by the service: status 511',
    ],
  ],
  [
    'NO_RESPONSE',
    'nothing comes after the handshake',
    instead({ ...LOGIN, http: { error: 'ETIMEDOUT' } }),
    ['NO_RESPONSE: login.test completes TLS, but gives no HTTP response: no response in time'],
  ],
]
