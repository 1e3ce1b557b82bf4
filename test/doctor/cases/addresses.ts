import { ALL, knowledge, works } from '../harness.ts'
import { answers, instead, PUBLIC_DP, PUBLIC_GBL, type Row, unconnected } from './case.ts'

export const ADDRESSES_ROWS: readonly Row[] = [
  [
    'PRIVATE_AND_PUBLIC',
    'one private name is public',
    instead(PUBLIC_DP),
    [
      'PRIVATE_AND_PUBLIC: private and public answers are mixed: dp.config.test is public, but gbl.his.arc.test is private. Arc agents refuse the mixture (AZCM0026)',
      'NOT_PRIVATE: dp.config.test is public (20.50.1.8), and no privatelink name is on the way: no private endpoint is known to this DNS',
    ],
  ],
  [
    'PRIVATE_AND_PUBLIC',
    'the deciding name is public, and another private',
    instead(PUBLIC_GBL),
    [
      'PRIVATE_AND_PUBLIC: private and public answers are mixed: gbl.his.arc.test is public, but dp.config.test is private. Arc agents refuse the mixture (AZCM0026)',
      'NOT_PRIVATE: gbl.his.arc.test is public (20.50.1.7), and no privatelink name is on the way: no private endpoint is known to this DNS; no rule of mine allows the public addresses',
    ],
  ],
  [
    'PRIVATELINK_IS_PUBLIC',
    'the name passes a privatelink name',
    instead(
      ...[PUBLIC_GBL, PUBLIC_DP].map((one) => ({
        ...one,
        dns: [answers('10.0.0.2', one.lookup?.addresses ?? [], undefined, one.host.replace('.', '.privatelink.'))],
      })),
    ),
    [
      'PRIVATELINK_IS_PUBLIC: gbl.his.arc.test is public (20.50.1.7), although the name passes a privatelink name: the private endpoint exists, but this DNS does not ask the private zone',
      'PRIVATELINK_IS_PUBLIC: dp.config.test is public (20.50.1.8), although the name passes a privatelink name: the private endpoint exists, but this DNS does not ask the private zone',
    ],
    { asked: true },
  ],
  [
    'NOT_PRIVATE',
    'everything is public, and the policy is for Private Link',
    instead(PUBLIC_GBL, PUBLIC_DP),
    [
      'NOT_PRIVATE: gbl.his.arc.test is public (20.50.1.7), and no privatelink name is on the way: no private endpoint is known to this DNS; no rule of mine allows the public addresses',
      'NOT_PRIVATE: dp.config.test is public (20.50.1.8), and no privatelink name is on the way: no private endpoint is known to this DNS; no rule of mine allows the public addresses',
    ],
  ],
  [
    'UNEXPECTEDLY_PRIVATE',
    'without Private Link, a name is private',
    instead(PUBLIC_GBL),
    [
      'UNEXPECTEDLY_PRIVATE: dp.config.test is private (10.1.0.6), although Private Link is not used. Agents without a Private Link scope refuse that (AZCM0026)',
      'NO_RULE_ALLOWS: 20.50.1.7 of gbl.his.arc.test is only in Arc, which no rule of mine allows on tcp 443; it works today through something else',
    ],
    { asked: false },
  ],
  [
    'PUBLIC_IPV6',
    'the private zone has no AAAA record, and the public one answers',
    instead(works('dp.config.test', '10.1.0.6', '2603:1000::6')),
    [
      'PUBLIC_IPV6: dp.config.test is private over IPv4, but public over IPv6 (2603:1000::6), and agents may prefer IPv6',
    ],
  ],
  [
    'NEITHER_PRIVATE_NOR_TAGGED',
    'the virtual network has public space of its own',
    instead(works('dp.config.test', '198.18.0.6')),
    [
      'PRIVATE_AND_PUBLIC: private and public answers are mixed: dp.config.test is public, but gbl.his.arc.test is private. Arc agents refuse the mixture (AZCM0026)',
      'NEITHER_PRIVATE_NOR_TAGGED: 198.18.0.6 of dp.config.test is neither private nor in Arc of 2025-11-10',
    ],
  ],
  [
    'NOT_IN_ITS_TAG',
    'DNS is poisoned, or the snapshot is old: another tag has the address',
    instead(unconnected(works('images.test', '13.107.246.9'), 'ETIMEDOUT')),
    [
      'NOT_IN_ITS_TAG: 13.107.246.9 of images.test is not in Images, where images.test belongs, but in Frontend (2025-11-10)',
    ],
  ],
  [
    'PRIVATE_INSTEAD_OF_TAG',
    'sign-in is answered with a private address, and dropped',
    instead(unconnected(works('login.test', '10.9.9.9'), 'ETIMEDOUT')),
    [
      'PRIVATE_INSTEAD_OF_TAG: login.test is private (10.9.9.9); expected an address in Login, because Private Link does not have this name',
    ],
  ],
  [
    'PRIVATE_INSTEAD_OF_TAG',
    'a forwarder of this network answers for sign-in',
    instead(works('login.test', '10.9.9.9')),
    [
      'PRIVATE_INSTEAD_OF_TAG: login.test is private (10.9.9.9); expected an address in Login, because Private Link does not have this name; it works today through something else',
    ],
  ],
  [
    'NOT_IN_ITS_TAG',
    'a rule for another service allows the address',
    instead(works('login.test', '20.40.2.9')),
    [
      'NOT_IN_ITS_TAG: 20.40.2.9 of login.test is not in Login, where login.test belongs, but in Images (2025-11-10); rule AllowImages, which is for another service, allows it',
    ],
  ],
  [
    'NOT_IN_ITS_TAG',
    'the address of another tag is reached',
    instead(works('images.test', '13.107.246.9')),
    [
      'NOT_IN_ITS_TAG: 13.107.246.9 of images.test is not in Images, where images.test belongs, but in Frontend (2025-11-10); it works today through something else',
    ],
  ],
  [
    'NO_RULE_ALLOWS',
    'the rule is for another port',
    [...ALL, { ...works('login.test', '20.190.128.7'), port: 8084 }],
    [
      'NO_RULE_ALLOWS: 20.190.128.7 of login.test:8084 is only in Login, which no rule of mine allows on tcp 8084; it works today through something else',
    ],
  ],
  [
    'IN_NO_TAG',
    'Microsoft has moved since the snapshot',
    instead(unconnected(works('login.test', '20.99.0.1'), 'ETIMEDOUT')),
    [
      'IN_NO_TAG: 20.99.0.1 of login.test is in no tag of the snapshot of 2025-11-10 (16 days old), which keeps only the tags in use; expected in Login',
    ],
    { known: knowledge([], false) },
  ],
  [
    'FEATURE_WITHOUT_PRIVATE_LINK',
    'a feature is asked for that Private Link does not have',
    [...ALL, unconnected(works('connect.test', '20.50.1.9'), 'ETIMEDOUT')],
    ['FEATURE_WITHOUT_PRIVATE_LINK: Connect (connect) does not work with Private Link, so its endpoints do not count'],
    { features: ['connect'] },
  ],
]
