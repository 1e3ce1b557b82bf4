import { expect, test } from 'vitest'
import { type LimitUse, paceText, useText } from '../../src/model/capacity.ts'

test.for<[use: Partial<LimitUse>, use: string, pace: string]>([
  [{ count: 780 }, '78% of 1,000 groups', ''],
  [{ count: 1000, of: 'ipv6' }, '100% of 1,000 groups (ipv6)', ''],
  [
    { count: 780, pace: pace(700, '2027-05') },
    '78% of 1,000 groups',
    'full in 2027-05 at the growth of the last 26 weeks',
  ],
  [{ count: 780, pace: pace(781, undefined) }, '78% of 1,000 groups', 'no growth in the last 26 weeks'],
  [{ count: 780, pace: pace(780, undefined) }, '78% of 1,000 groups', 'no growth in the last 26 weeks'],
  // So slow that it takes more than a century.
  [{ count: 780, pace: pace(779, undefined) }, '78% of 1,000 groups', ''],
])('the use %j', ([facts, use, growth]) => {
  const all = { what: 'groups', of: '', limit: 1000, pace: undefined, ...facts } as LimitUse
  expect([useText(all), paceText(all)]).toEqual([use, growth])
})

function pace(before: number, fullIn: string | undefined) {
  return { since: '2025-01-01', weeks: 26, before, fullIn }
}
