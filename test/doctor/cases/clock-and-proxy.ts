import { ALL, GBL, IMAGES, LOGIN } from '../harness.ts'
import { instead, PROXY, type Row, rest, through } from './case.ts'

export const CLOCK_AND_PROXY_ROWS: readonly Row[] = [
  ['PRIVATE_THROUGH_PROXY', 'the proxy carries a private name', [through(GBL, { status: 200 }), ...rest(GBL)], PROXY],
  ['PROXY_REFUSES', 'the proxy does not allow a host', instead(through(LOGIN, { status: 403 })), PROXY],
  ['PROXY_REFUSES', 'the proxy cannot reach a host', instead(through(LOGIN, { status: 502 })), PROXY],
  ['PROXY_NEEDS_LOGIN', 'the proxy asks for a password', instead(through(LOGIN, { status: 407 })), PROXY],
  [
    'PROXY_NEEDS_LOGIN',
    'the proxy takes no password in the URL',
    instead(through(LOGIN, { status: 407, schemes: ['Negotiate', 'NTLM'] })),
    PROXY,
  ],
  ['PROXY_REFUSES', 'the proxy asks itself', instead(through(LOGIN, { status: 508 })), PROXY],
  ['NOT_A_PROXY', 'HTTPS_PROXY names a web server', instead(through(LOGIN, { status: 405 })), PROXY],
  [
    'NOT_A_PROXY',
    'HTTPS_PROXY names something that does not speak HTTP',
    instead(through(LOGIN, { error: 'NOT_HTTP' })),
    PROXY,
  ],
  [
    'PROXY_UNREACHABLE',
    'the proxy is gone',
    instead(through(LOGIN, { error: 'ECONNREFUSED' }), through(IMAGES, { error: 'ECONNREFUSED' })),
    PROXY,
  ],
  ['CLUSTER_THROUGH_PROXY', 'in a pod, the API server goes through the proxy', ALL, { ...PROXY, cluster: '10.96.0.1' }],
  ['CLOCK_OFF', 'the clock is fast', ALL, { made: '2025-11-26T14:00:00Z' }],
  [
    'CLOCK_OFF',
    'the clock is slow; one server alone proves nothing',
    instead({ ...LOGIN, http: { status: 200, date: 'Thu, 01 Jan 1970 00:00:00 GMT' } }),
    { made: '2025-11-26T12:50:00Z' },
  ],
  ['CLOCK_OFF', 'the zone of the clock is wrong', ALL, { made: '2025-11-26T11:00:00Z' }],
]
