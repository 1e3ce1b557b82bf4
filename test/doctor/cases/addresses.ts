import { ALL, knowledge, works } from '../harness.ts'
import { answers, instead, PUBLIC_DP, PUBLIC_GBL, type Row, unconnected } from './case.ts'

export const ADDRESSES_ROWS: readonly Row[] = [
  ['PRIVATE_AND_PUBLIC', 'one private name is public', instead(PUBLIC_DP)],
  ['PRIVATE_AND_PUBLIC', 'the deciding name is public, and another private', instead(PUBLIC_GBL)],
  [
    'PRIVATELINK_IS_PUBLIC',
    'the name passes a privatelink name',
    instead(
      ...[PUBLIC_GBL, PUBLIC_DP].map((one) => ({
        ...one,
        dns: [answers('10.0.0.2', one.lookup?.addresses ?? [], undefined, one.host.replace('.', '.privatelink.'))],
      })),
    ),
    { asked: true },
  ],
  ['NOT_PRIVATE', 'everything is public, and the policy is for Private Link', instead(PUBLIC_GBL, PUBLIC_DP)],
  ['UNEXPECTEDLY_PRIVATE', 'without Private Link, a name is private', instead(PUBLIC_GBL), { asked: false }],
  [
    'PUBLIC_IPV6',
    'the private zone has no AAAA record, and the public one answers',
    instead(works('dp.config.test', '10.1.0.6', '2603:1000::6')),
  ],
  [
    'NEITHER_PRIVATE_NOR_TAGGED',
    'the virtual network has public space of its own',
    instead(works('dp.config.test', '198.18.0.6')),
  ],
  [
    'NOT_IN_ITS_TAG',
    'DNS is poisoned, or the snapshot is old: another tag has the address',
    instead(unconnected(works('images.test', '13.107.246.9'), 'ETIMEDOUT')),
  ],
  [
    'PRIVATE_INSTEAD_OF_TAG',
    'sign-in is answered with a private address, and dropped',
    instead(unconnected(works('login.test', '10.9.9.9'), 'ETIMEDOUT')),
  ],
  [
    'PRIVATE_INSTEAD_OF_TAG',
    'a forwarder of this network answers for sign-in',
    instead(works('login.test', '10.9.9.9')),
  ],
  ['NOT_IN_ITS_TAG', 'a rule for another service allows the address', instead(works('login.test', '20.40.2.9'))],
  ['NOT_IN_ITS_TAG', 'the address of another tag is reached', instead(works('images.test', '13.107.246.9'))],
  ['NO_RULE_ALLOWS', 'the rule is for another port', [...ALL, { ...works('login.test', '20.190.128.7'), port: 8084 }]],
  [
    'IN_NO_TAG',
    'Microsoft has moved since the snapshot',
    instead(unconnected(works('login.test', '20.99.0.1'), 'ETIMEDOUT')),
    { known: knowledge([], false) },
  ],
  [
    'FEATURE_WITHOUT_PRIVATE_LINK',
    'a feature is asked for that Private Link does not have',
    [...ALL, unconnected(works('connect.test', '20.50.1.9'), 'ETIMEDOUT')],
    { features: ['connect'] },
  ],
]
