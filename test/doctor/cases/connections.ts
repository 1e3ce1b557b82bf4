import { DP, GBL, IMAGES, LOGIN, works } from '../harness.ts'
import { instead, type Row, unconnected } from './case.ts'

export const CONNECTIONS_ROWS: readonly Row[] = [
  ['ALLOWED_BUT_DROPPED', 'the firewall was not loaded', instead(unconnected(LOGIN, 'ETIMEDOUT'))],
  [
    'ALLOWED_BUT_DROPPED',
    'one of two addresses is dropped',
    instead({
      ...works('login.test', '20.190.128.7', '20.190.128.8'),
      tcp: [
        { address: '20.190.128.7', result: 'open' },
        { address: '20.190.128.8', result: 'ETIMEDOUT' },
      ],
    }),
  ],
  ['PRIVATE_DROPPED', 'the VPN is down', instead(unconnected(GBL, 'ETIMEDOUT'))],
  ['CONNECTION_REFUSED', 'a firewall rejects', instead(unconnected(LOGIN, 'ECONNREFUSED'))],
  ['NO_ROUTE', 'no default route', instead(unconnected(LOGIN, 'ENETUNREACH'), unconnected(IMAGES, 'ENETUNREACH'))],
  ['DEVICE_REJECTS', 'a firewall rejects one public host of two', instead(unconnected(LOGIN, 'EHOSTUNREACH'))],
  [
    'PRIVATE_NO_ROUTE',
    'the network of the private endpoints is not announced',
    instead(unconnected(GBL, 'ENETUNREACH'), unconnected(DP, 'ENETUNREACH')),
  ],
  [
    'IPV6_NO_ROUTE',
    'IPv6 has no route',
    instead({
      ...works('login.test', '20.190.128.7', '2603:1000::7'),
      tcp: [
        { address: '20.190.128.7', result: 'open' },
        { address: '2603:1000::7', result: 'ENETUNREACH' },
      ],
    }),
  ],
  [
    'IPV6_DROPPED',
    'IPv6 goes into a black hole',
    instead({
      ...works('login.test', '2603:1000::7', '20.190.128.7'),
      tcp: [
        { address: '2603:1000::7', result: 'ETIMEDOUT' },
        { address: '20.190.128.7', result: 'open' },
      ],
    }),
  ],
]
