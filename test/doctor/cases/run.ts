import { ALL, GBL, IMAGES, LOGIN } from '../harness.ts'
import { instead, type Row } from './case.ts'

const ABSENT =
  'NOT_CHECKED: gbl.his.arc.test, dp.config.test, login.test and images.test are not checked: the record does not have them'

export const RUN_ROWS: readonly Row[] = [
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
