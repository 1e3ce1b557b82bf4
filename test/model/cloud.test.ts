import { expect, test } from 'vitest'
import { cloudOf } from '../../src/model/cloud.ts'

test('clouds by the names in documents', () => {
  const names = ['Public', 'AzureGovernment', 'China', 'public', 'AzureGermany', '']
  expect(names.map(cloudOf)).toEqual(['public', 'usgov', 'china', undefined, undefined, undefined])
})
