import { expect, test } from 'vitest'
import { knownTag, SHIPPED_TAGS } from '../../src/document/tag-names.ts'
import { purposeOf } from '../../src/model/tag-purpose.ts'

test.for<[name: string, want: string | undefined]>([
  ['Sql', 'Sql'],
  ['sql', 'Sql'],
  ['AZURECLOUD.westeurope', 'AzureCloud.WestEurope'],
  ['azurefrontdoor.firstparty', 'AzureFrontDoor.FirstParty'],
  // The short names of some regions are spelt in lower-case letters.
  ['sql.BrazilNE', 'Sql.brazilne'],
  ['Sqll', undefined],
  ['Sql.Nowhere', undefined],
  ['Nothing.WestEurope', undefined],
  ['Sql.WestEurope.More', undefined],
  ['AzureFrontDoor.FirstParty.More', undefined],
  ['Sql.', undefined],
  ['', undefined],
  ['constructor', undefined],
])('%j is known as %j', ([name, want]) => {
  expect(knownTag(name)).toBe(want)
})

test('every base tag has a sentence', () => {
  expect(SHIPPED_TAGS.filter((tag) => purposeOf(tag) === undefined)).toEqual([])
})
