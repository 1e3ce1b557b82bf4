import { ALL, GBL, IMAGES, LOGIN } from '../harness.ts'
import { instead, PROXY, type Row, rest, through } from './case.ts'

export const PROXY_ROWS: readonly Row[] = [
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
]
