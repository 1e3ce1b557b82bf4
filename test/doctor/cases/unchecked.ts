import { ALL, GBL, IMAGES, LOGIN } from '../harness.ts'
import { instead, type Row } from './case.ts'

const ABSENT =
  'NOT_CHECKED: gbl.his.arc.test, dp.config.test, login.test and images.test are not checked: the record does not have them'

export const UNCHECKED_ROWS: readonly Row[] = [
  [
    'NOTHING_CHECKED',
    'the record is empty',
    [],
    ['NOTHING_CHECKED: no endpoint was checked: the record has none that matters here', ABSENT],
  ],
  [
    'NOT_CHECKED',
    'the time was over',
    instead({ host: 'images.test', port: 443, skipped: true }),
    ['NOT_CHECKED: images.test is not checked: the time was over'],
  ],
  [
    'NOT_CHECKED',
    'the script had no curl',
    ALL.map(({ host, port, lookup, dns }) => ({ host, port, lookup, dns })),
    [
      'NOT_CHECKED: gbl.his.arc.test, dp.config.test, login.test and images.test are looked up only: nothing connected to them',
    ],
  ],
  [
    'NOT_CHECKED',
    'an endpoint is checked by TCP only, and others without HTTP or not at all',
    [
      { ...LOGIN, tls: undefined, http: undefined },
      { ...IMAGES, http: undefined },
      { host: 'dp.config.test', port: 443 },
      GBL,
    ],
    [
      'NOT_CHECKED: login.test is checked by TCP only',
      'NOT_CHECKED: images.test is checked without HTTP',
      'NOT_CHECKED: dp.config.test is not checked: nothing is recorded',
    ],
  ],
  [
    'NOT_CHECKED',
    'the record lacks endpoints of the table',
    [GBL, LOGIN],
    ['NOT_CHECKED: dp.config.test and images.test are not checked: the record does not have them'],
  ],
]
