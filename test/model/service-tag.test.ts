import { expect, test } from 'vitest'
import type { Cloud } from '../../src/model/cloud.ts'
import {
  chosenTags,
  isAsked,
  isSameFor,
  neededFromPublic,
  reduced,
  ruleSelectors,
  select,
  selectorsOf,
  TAG_NAME,
  usesTag,
} from '../../src/model/service-tag.ts'
import { parsePolicy } from '../../src/policy/policy.ts'
import { documentOf } from '../notation.ts'

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

/** A snapshot that was made with these selectors; a published document without any. */
const snapshot = (tags: string, asked?: string) => ({ ...documentOf(tags), asked: asked?.split(' ').filter(Boolean) })

test.for<[tags: string, asked: string | undefined, selector: string, want: boolean]>([
  // A published document knows every tag, also those that it does not have.
  ['Sql=192.0.2.0/24', undefined, 'Sql', true],
  ['Sql=192.0.2.0/24', undefined, 'Storage', true],
  // A snapshot knows what it holds,
  ['Sql=192.0.2.0/24', '', 'Sql', true],
  ['Sql=192.0.2.0/24', '', 'sql', true],
  ['Sql=192.0.2.0/24', '', 'Storage', false],
  // but not which other tags a pattern would have chosen,
  ['Sql.A=192.0.2.0/24', '', 'Sql.*', false],
  // unless it was made with it.
  ['Sql.A=192.0.2.0/24', 'Sql.*', 'Sql.*', true],
  ['Sql.A=192.0.2.0/24', 'Sql.*', 'Sql.B', true],
  ['Sql.A=192.0.2.0/24', 'sql.*', 'Sql.B', true],
  ['Sql.A=192.0.2.0/24', 'Sql.*', 'Sql', false],
  ['Sql.A=192.0.2.0/24', 'Storage Sql.*', 'Sql.B', true],
  ['Sql.A=192.0.2.0/24', 'Sql.B', 'Sql.*', false],
])('a document of %j, made with %j, knows what %s chooses: %j', ([tags, asked, selector, want]) => {
  expect(isAsked(snapshot(tags, asked), selector)).toBe(want)
})

test('chooses the tags of several selectors, once each, in the order of the document', () => {
  const document = documentOf('Sql.A=192.0.2.0/25 Other=198.51.100.0/24 Sql=192.0.2.0/24 Sql.B=192.0.2.128/25')
  expect([...chosenTags(document, ['sql', 'Sql.*', 'SQL.A', 'Nobody']).keys()]).toEqual(['Sql.A', 'Sql', 'Sql.B'])
  expect([...chosenTags(document, []).keys()]).toEqual([])
  const { tags, ...label } = reduced(document, ['Other'])
  expect([[...tags.keys()], label.published]).toEqual([['Other'], document.published])
})

test.for<[what: string, selectors: string, a: [string, string?], b: [string, string?], want: boolean]>([
  ['the same', 'Sql', ['Sql=192.0.2.0/24'], ['Sql=192.0.2.0/25,192.0.2.128/25'], true],
  ['other addresses', 'Sql', ['Sql=192.0.2.0/24'], ['Sql=192.0.2.0/25'], false],
  [
    'other addresses of a tag that is not chosen',
    'Sql',
    ['Sql=192.0.2.0/24 A=192.0.2.1/32'],
    ['Sql=192.0.2.0/24'],
    true,
  ],
  ['a tag that only one has', 'Sql.*', ['Sql.A=192.0.2.0/24 Sql.B=192.0.2.0/24'], ['Sql.A=192.0.2.0/24'], false],
  ['the other way round', 'Sql.*', ['Sql.A=192.0.2.0/24'], ['Sql.A=192.0.2.0/24 Sql.B=192.0.2.0/24'], false],
  ['as many others', 'Sql.*', ['Sql.A=192.0.2.0/24'], ['Sql.B=192.0.2.0/24'], false],
  ['neither has it', 'Sql', ['A=192.0.2.0/24'], ['B=192.0.2.0/24'], true],
  ['one was never asked', 'Sql', ['A=192.0.2.0/24'], ['A=192.0.2.0/24', 'A'], false],
  ['the other one was never asked', 'Sql', ['A=192.0.2.0/24', 'A'], ['A=192.0.2.0/24'], false],
  ['of two selectors only one is known', 'A Sql', ['A=192.0.2.0/24', 'A'], ['A=192.0.2.0/24'], false],
])('two documents say the same to some selectors: %s', ([, selectors, a, b, want]) => {
  expect(isSameFor(selectors.split(' '), snapshot(...a), snapshot(...b))).toBe(want)
})

test('a policy needs the tags of its rules, those that they leave out, and those to widen within', () => {
  const rule = { direction: 'outbound', ports: [443] }
  const target = { vendor: 'list', out: 'rules/a.txt' }
  const widen = { maxPrefixes: 9, within: 'AzureCloud' }
  const policy = parsePolicy(
    JSON.stringify({
      rules: [
        { ...rule, name: 'Web', tags: ['Sql', 'Storage.*'], except: ['Redis', '192.0.2.0/24'], priority: 150 },
        { ...rule, name: 'Own', prefixes: ['198.51.100.0/24'], priority: 151 },
      ],
      targets: [
        { ...target, name: 'a', widen },
        { ...target, name: 'b', out: 'rules/b.txt' },
      ],
    }),
    'test',
    'tagwall.yaml',
  )
  expect(ruleSelectors(policy.rules)).toEqual(['Sql', 'Storage.*', 'Redis'])
  expect(selectorsOf(policy)).toEqual(['Sql', 'Storage.*', 'Redis', 'AzureCloud'])
  const names = ['Sql', 'Storage.EastUS', 'Redis', 'AzureCloud', 'Storage']
  expect(names.filter(usesTag(policy))).toEqual(['Sql', 'Storage.EastUS', 'Redis'])
})

test('the addresses of one tag are those of the cloud Public in other clouds', () => {
  const neededIn = (cloud: Cloud) => ['AzureArcInfrastructure.A', 'Sql'].map((name) => neededFromPublic(name, cloud))
  expect([neededIn('public'), neededIn('china')]).toEqual([
    [undefined, undefined],
    ['AzureArcInfrastructure', undefined],
  ])
})
