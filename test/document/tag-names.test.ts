import { expect, test } from 'vitest'
import { knownTag } from '../../src/document/tag-names.ts'

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
