import { ALL, GBL, IMAGES, LOGIN } from '../harness.ts'
import { instead, type Row } from './case.ts'

export const UNCHECKED_ROWS: readonly Row[] = [
  ['NOTHING_CHECKED', 'the record is empty', []],
  ['NOT_CHECKED', 'the time was over', instead({ host: 'images.test', port: 443, skipped: true })],
  ['NOT_CHECKED', 'the script had no curl', ALL.map(({ host, port, lookup, dns }) => ({ host, port, lookup, dns }))],
  [
    'NOT_CHECKED',
    'an endpoint is checked by TCP only, and others without HTTP or not at all',
    [
      { ...LOGIN, tls: undefined, http: undefined },
      { ...IMAGES, http: undefined },
      { host: 'dp.config.test', port: 443 },
      GBL,
    ],
  ],
  ['NOT_CHECKED', 'the record lacks endpoints of the table', [GBL, LOGIN]],
]
