import { ALL, GBL, IMAGES, LOGIN } from '../harness.ts'
import { instead, PROXY, type Row, rest, through } from './case.ts'

export const CLOCK_AND_PROXY_ROWS: readonly Row[] = [
  [
    'PRIVATE_THROUGH_PROXY',
    'the proxy carries a private name',
    [through(GBL, { status: 200 }), ...rest(GBL)],
    [
      'PRIVATE_THROUGH_PROXY: gbl.his.arc.test goes through the proxy proxy.corp:3128, so the private endpoint is not used',
    ],
    PROXY,
  ],
  [
    'PROXY_REFUSES',
    'the proxy does not allow a host',
    instead(through(LOGIN, { status: 403 })),
    ['PROXY_REFUSES: the proxy proxy.corp:3128 does not connect to login.test: status 403'],
    PROXY,
  ],
  [
    'PROXY_REFUSES',
    'the proxy cannot reach a host',
    instead(through(LOGIN, { status: 502 })),
    [
      'PROXY_REFUSES: the proxy proxy.corp:3128 does not connect to login.test: status 502, so the proxy itself cannot reach the host',
    ],
    PROXY,
  ],
  [
    'PROXY_NEEDS_LOGIN',
    'the proxy asks for a password',
    instead(through(LOGIN, { status: 407 })),
    ['PROXY_NEEDS_LOGIN: the proxy proxy.corp:3128 asks for a user and a password (407)'],
    PROXY,
  ],
  [
    'PROXY_NEEDS_LOGIN',
    'the proxy takes no password in the URL',
    instead(through(LOGIN, { status: 407, schemes: ['Negotiate', 'NTLM'] })),
    ['PROXY_NEEDS_LOGIN: the proxy proxy.corp:3128 asks for a login by Negotiate, NTLM (407)'],
    PROXY,
  ],
  [
    'PROXY_REFUSES',
    'the proxy asks itself',
    instead(through(LOGIN, { status: 508 })),
    [
      'PROXY_REFUSES: the proxy proxy.corp:3128 does not connect to login.test: status 508, a loop: the proxy asks itself, or a proxy that asks it',
    ],
    PROXY,
  ],
  [
    'NOT_A_PROXY',
    'HTTPS_PROXY names a web server',
    instead(through(LOGIN, { status: 405 })),
    [
      'NOT_A_PROXY: proxy.corp:3128 of HTTPS_PROXY is reached, but does not work as a proxy for HTTPS: it answers CONNECT with status 405',
    ],
    PROXY,
  ],
  [
    'NOT_A_PROXY',
    'HTTPS_PROXY names something that does not speak HTTP',
    instead(through(LOGIN, { error: 'NOT_HTTP' })),
    [
      'NOT_A_PROXY: proxy.corp:3128 of HTTPS_PROXY is reached, but does not work as a proxy for HTTPS: it answers CONNECT with something else than HTTP',
    ],
    PROXY,
  ],
  [
    'PROXY_UNREACHABLE',
    'the proxy is gone',
    instead(through(LOGIN, { error: 'ECONNREFUSED' }), through(IMAGES, { error: 'ECONNREFUSED' })),
    ['PROXY_UNREACHABLE: the proxy proxy.corp:3128 of HTTPS_PROXY cannot be reached: the connection was refused'],
    PROXY,
  ],
  [
    'CLUSTER_THROUGH_PROXY',
    'in a pod, the API server goes through the proxy',
    ALL,
    ['CLUSTER_THROUGH_PROXY: the API server of this cluster, 10.96.0.1, goes through the proxy'],
    { ...PROXY, cluster: '10.96.0.1' },
  ],
  [
    'CLOCK_OFF',
    'the clock is fast',
    ALL,
    ['CLOCK_OFF: the clock of this host is 60 minutes fast, so tokens are refused'],
    { made: '2025-11-26T14:00:00Z' },
  ],
  [
    'CLOCK_OFF',
    'the clock is slow; one server alone proves nothing',
    instead({ ...LOGIN, http: { status: 200, date: 'Thu, 01 Jan 1970 00:00:00 GMT' } }),
    ['CLOCK_OFF: the clock of this host is 10 minutes slow, so tokens are refused'],
    { made: '2025-11-26T12:50:00Z' },
  ],
  [
    'CLOCK_OFF',
    'the zone of the clock is wrong',
    ALL,
    ['CLOCK_OFF: the clock of this host is 2 hours slow, so tokens are refused'],
    { made: '2025-11-26T11:00:00Z' },
  ],
]
