import { expect, test } from 'vitest'
import { addDays, daysBetween, isDate, mondayOf, weeksAfter } from '../../src/text/dates.ts'

test.for([
  ['2025-11-10', 0, '2025-11-10'],
  ['2025-11-10', 21, '2025-12-01'],
  ['2024-03-01', -1, '2024-02-29'],
  ['2025-12-31', 1, '2026-01-01'],
] as const)('%s and %d days is %s', ([date, days, want]) => {
  expect([addDays(date, days), daysBetween(date, want)]).toEqual([want, days])
})

test.for([
  ['2025-11-09', '2025-11-03'],
  ['2025-11-10', '2025-11-10'],
  ['2025-11-16', '2025-11-10'],
  ['2026-01-01', '2025-12-29'],
] as const)('%s is in the week of %s', ([date, monday]) => {
  expect(mondayOf(date)).toBe(monday)
})

test.for([
  ['2025-11-10', '2025-11-16', []],
  ['2025-11-16', '2025-11-17', ['2025-11-17']],
  ['2025-11-10', '2025-11-26', ['2025-11-17', '2025-11-24']],
  ['2025-11-10', '2025-11-01', []],
] as const)('the weeks after %s up to %s are %j', ([earlier, later, want]) => {
  expect(weeksAfter(earlier, later)).toEqual(want)
})

test.for<[text: string, want: boolean]>([
  ['2025-11-10', true],
  ['2024-02-29', true],
  ['2025-02-29', false],
  ['2025-02-30', false],
  ['2025-13-01', false],
  ['2025-00-10', false],
  ['2025-1-1', false],
  ['25-11-10', false],
  ['2025-11-10T00:00', false],
  [' 2025-11-10', false],
  ['+002025-11-10', false],
  ['', false],
])('%j is a date: %j', ([text, want]) => {
  expect(isDate(text)).toBe(want)
})
