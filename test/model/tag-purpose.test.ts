import { expect, test } from 'vitest'
import { purposeOf, TAG_PURPOSES } from '../../src/model/tag-purpose.ts'

test.for<[name: string, want: string | undefined, directions: string[]]>([
  ['Storage', 'Azure Storage, of all its customers', ['outbound']],
  ['Storage.WestEurope', 'Azure Storage, of all its customers', ['outbound']],
  ['Storage.*', 'Azure Storage, of all its customers', ['outbound']],
  ['ActionGroup', 'action groups, where they call you', ['inbound']],
  ['LogicApps', 'Logic Apps', ['outbound', 'inbound']],
  [
    'AzureFrontDoor.Backend',
    'the addresses from which Azure Front Door calls the origins of its customers',
    ['outbound', 'inbound'],
  ],
  [
    'AzureFrontDoor',
    'Azure Front Door; only its parts are published: AzureFrontDoor.Frontend, .Backend and .FirstParty',
    ['outbound', 'inbound'],
  ],
  ['AzureSphere', 'Azure Sphere', []],
  ['constructor', undefined, []],
  ['Unknown.WestEurope', undefined, []],
])('the purpose of %s is %s', ([name, want, directions]) => {
  const { what, sources = [], directions: found = [] } = purposeOf(name) ?? {}
  expect([what, found]).toEqual([want, directions])
  expect(sources.length > 0).toBe(want !== undefined)
})

test('every purpose has a sentence and a page of Microsoft', () => {
  for (const [tag, { what, sources }] of Object.entries(TAG_PURPOSES)) {
    expect([tag, what.length > 5, sources.length > 0]).toEqual([tag, true, true])
    for (const source of sources) expect(source).toMatch(/^https:\/\/learn\.microsoft\.com\/azure\//)
  }
})
