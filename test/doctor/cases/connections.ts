import { DP, GBL, IMAGES, LOGIN, works } from '../harness.ts'
import { instead, type Row, unconnected } from './case.ts'

export const CONNECTIONS_ROWS: readonly Row[] = [
  [
    'ALLOWED_BUT_DROPPED',
    'the firewall was not loaded',
    instead(unconnected(LOGIN, 'ETIMEDOUT')),
    [
      'ALLOWED_BUT_DROPPED: rule AllowLogin allows 20.190.128.7 of login.test, but nothing answers: the packets are dropped',
    ],
  ],
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
    [
      'ALLOWED_BUT_DROPPED: rule AllowLogin allows 20.190.128.8 of login.test, but nothing answers: the packets are dropped',
    ],
  ],
  [
    'PRIVATE_DROPPED',
    'the VPN is down',
    instead(unconnected(GBL, 'ETIMEDOUT')),
    ['PRIVATE_DROPPED: the private endpoint 10.1.0.5 of gbl.his.arc.test does not answer: the packets are dropped'],
  ],
  [
    'CONNECTION_REFUSED',
    'a firewall rejects',
    instead(unconnected(LOGIN, 'ECONNREFUSED')),
    [
      'CONNECTION_REFUSED: the connection to 20.190.128.7 of login.test is refused at once, although rule AllowLogin allows it',
    ],
  ],
  [
    'NO_ROUTE',
    'no default route',
    instead(unconnected(LOGIN, 'ENETUNREACH'), unconnected(IMAGES, 'ENETUNREACH')),
    ['NO_ROUTE: there is no route to 20.190.128.7 and 20.40.2.7 of login.test and images.test (ENETUNREACH)'],
  ],
  [
    'DEVICE_REJECTS',
    'a firewall rejects one public host of two',
    instead(unconnected(LOGIN, 'EHOSTUNREACH')),
    [
      'DEVICE_REJECTS: a device rejects the connection to 20.190.128.7 of login.test (EHOSTUNREACH), although the policy allows it. It is not the route: 1 other host is reached',
    ],
  ],
  [
    'PRIVATE_NO_ROUTE',
    'the network of the private endpoints is not announced',
    instead(unconnected(GBL, 'ENETUNREACH'), unconnected(DP, 'ENETUNREACH')),
    [
      'PRIVATE_NO_ROUTE: there is no route to the private endpoints 10.1.0.5 and 10.1.0.6 of gbl.his.arc.test and dp.config.test (ENETUNREACH)',
    ],
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
    ['IPV6_NO_ROUTE: this host has no route for IPv6; IPv4 works'],
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
    [
      'IPV6_DROPPED: login.test is reached over IPv4, but packets over IPv6 are dropped, and programs wait for them first',
    ],
  ],
]
