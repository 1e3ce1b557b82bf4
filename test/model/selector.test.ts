import { expect, test } from 'vitest'
import { select, TAG_NAME } from '../../src/model/service-tag.ts'

const NAMES = ['Storage.WestEurope', 'Sql', 'SqlManagement', 'Storage', 'Storage.EastUS', 'AzureFrontDoor.FirstParty']

test.for([
  ['Sql', 'Sql'],
  ['sQL', 'Sql'],
  ['Sql.*', ''],
  ['Storage', 'Storage'],
  ['Storage.*', 'Storage.EastUS Storage.WestEurope'],
  ['storage.west*', ''],
  ['STORAGE.WESTEUROPE', 'Storage.WestEurope'],
  ['AzureFrontDoor.*', 'AzureFrontDoor.FirstParty'],
  ['AzureFrontDoor', ''],
  ['*', ''],
  ['.*', ''],
  ['', ''],
])('%j chooses %j', ([selector, want]) => {
  expect(select(NAMES, selector as string).join(' ')).toBe(want)
})

test('keeps both of two names that differ only in case, in code-unit order', () => {
  expect(select(['sql', 'SQL', 'Sql'], 'sql')).toEqual(['SQL', 'Sql', 'sql'])
})

test.for([
  ['Sql', true],
  ['AzureFrontDoor.FirstParty', true],
  ['8x8', true],
  ['A'.repeat(80), true],
  ['A'.repeat(81), false],
  ['', false],
  ['.Sql', false],
  ['Sql Server', false],
  ['Sql-1', false],
  ['Sql\n', false],
  ['{{Sql}}', false],
  ['Sql"', false],
  ['Sqł', false],
] as const)('%j is a tag name: %s', ([name, want]) => {
  expect(TAG_NAME.test(name)).toBe(want)
})
