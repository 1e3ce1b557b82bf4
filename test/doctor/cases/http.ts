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
  ],
  [
    'BLOCK_PAGE',
    'the inspecting device answers with a page',
    instead(withTls(LOGIN, inspected('Contoso', 'none'), { status: 403, type: 'text/html', title: 'Blocked' })),
  ],
  ['BLOCK_PAGE', 'a portal asks for a sign-in', instead(withTls(LOGIN, inspected('Contoso', 'none'), { status: 511 }))],
  ['NO_RESPONSE', 'nothing comes after the handshake', instead({ ...LOGIN, http: { error: 'ETIMEDOUT' } })],
]
