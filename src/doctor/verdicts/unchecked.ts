import { at, atHost, type Case, verdict } from '../verdict.ts'

const AGAIN =
  'Run doctor itself there, or the script with curl. TCP alone proves nothing, because a firewall accepts it for hosts that it blocks.'

/** The sentences for each missing step. */
const MISSING = {
  time: [
    'is not checked: the time was over',
    'are not checked: the time was over',
    'Fix the other findings first, or check fewer endpoints at once.',
  ],
  record: [
    'is not checked: the record does not have it',
    'are not checked: the record does not have them',
    'Make the record again, with the policy, the location and the features that you read it with.',
  ],
  everything: ['is not checked: nothing is recorded', 'are not checked: nothing is recorded', AGAIN],
  connection: ['is looked up only: nothing connected to it', 'are looked up only: nothing connected to them', AGAIN],
  TLS: ['is checked by TCP only', 'are checked by TCP only', AGAIN],
  HTTP: ['is checked without HTTP', 'are checked without HTTP', AGAIN],
} as const

/** Steps that were left out. In order of evaluation. */
export const UNCHECKED = {
  NOTHING_CHECKED: verdict({
    severity: 'error',
    find: ({ all }) => (all.length === 0 ? [atHost({})] : []),
    what: () => 'no endpoint was checked: the record has none that matters here',
    fix: 'Make the record again, with the policy and the options that you read it with.',
    title: 'no endpoint was checked',
    means: 'A record without endpoints proves nothing.',
  }),
  NOT_CHECKED: verdict<'missing'>({
    severity: 'warning',
    find: ({ cases, absent, failed }) => [
      ...cases
        .filter((one) => one.seen.http?.status === undefined && !failed.has(one.name))
        .map((one) => at(one, { missing: missingOf(one) })),
      ...absent.map((name) => at({ name }, { missing: 'record' })),
    ],
    what: ({ hosts, verb, facts: { missing } }) => {
      const [one, many] = MISSING[missing as keyof typeof MISSING]
      return `${hosts} ${verb(one, many)}`
    },
    fix: ({ facts: { missing } }) => MISSING[missing as keyof typeof MISSING][2],
    examples: {
      'The time was over': { missing: 'time' },
      'The record does not have it': { missing: 'record' },
      'A step was not tried': { missing: 'everything' },
    },
    title: 'an endpoint was not checked, or not to the end',
    means:
      'Nothing is known of the endpoint, or too little: the time was over, the record does not have it, or no program for the connection was there. The whole run is limited to about four times --timeout.',
  }),
}

function missingOf({ seen }: Case): keyof typeof MISSING {
  if (seen.skipped) return 'time'
  if (seen.lookup === undefined && seen.dns === undefined) return 'everything'
  if (seen.tcp === undefined && seen.proxy === undefined) return 'connection'
  return seen.tls === undefined ? 'TLS' : 'HTTP'
}
