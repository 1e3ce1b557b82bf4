import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { formatPrefix } from '../../src/address/prefix.ts'
import { PrefixSet } from '../../src/address/prefix-set.ts'
import { readEveryTag } from '../../src/document/all-tags.ts'
import { dateInName, parseDocument, type Source } from '../../src/document/document.ts'
import { cloudOf } from '../../src/model/cloud.ts'
import { DOCUMENTS, WITHOUT_DOCUMENTS } from '../fixtures.ts'
import { expectPage } from '../golden-page.ts'
import { problemOf, show } from '../notation.ts'

const sourceOf = (content: string | Uint8Array): Source => ({
  bytes: typeof content === 'string' ? new TextEncoder().encode(content) : content,
  name: 'document.json',
  published: '2025-11-10',
})

/** A published document with these tags, as JSON. */
const published = (values: unknown[], root: object = {}) =>
  JSON.stringify({ changeNumber: 376, cloud: 'Public', values, ...root }, null, 2)

const tag = (name: unknown, properties: object = {}) => ({
  name,
  id: name,
  properties: {
    changeNumber: 9,
    region: '',
    regionId: 0,
    platform: 'Azure',
    systemService: 'AzureSQL',
    addressPrefixes: ['192.0.2.0/24', '2001:db8::/32'],
    networkFeatures: ['NSG', 'API'],
    ...properties,
  },
})

const SQL = published([tag('Sql')])

/** The tags of a document that `selectors` choose, a line each. */
function tagsOf(content: string | Uint8Array, ...selectors: string[]): string[] {
  const { document } = parseDocument(sourceOf(content), 'public', selectors)
  return Array.from(
    document.tags.values(),
    ({ name, changeNumber, region, systemService, networkFeatures, prefixes }) =>
      `${name} ${changeNumber} "${region}" "${systemService}" [${networkFeatures}] ${show(prefixes)}`,
  )
}

const problem = (content: string | Uint8Array, ...selectors: string[]) =>
  problemOf(() => parseDocument(sourceOf(content), 'public', selectors))

test('reads a published document whole', () => {
  const bytes = new TextEncoder().encode(published([tag('Storage'), tag('Sql'), tag('Sql.EastUS')]))
  const { document, names } = parseDocument(sourceOf(bytes), 'public', ['sql'])
  expect(names).toEqual(['Sql', 'Sql.EastUS', 'Storage'])
  expect({ ...document, tags: [...document.tags.keys()] }).toEqual({
    cloud: 'public',
    published: '2025-11-10',
    changeNumber: 376,
    source: 'document.json',
    sha256: createHash('sha256').update(bytes).digest('hex'),
    asked: ['sql'],
    tags: ['Sql'],
  })
})

const WANT = 'Sql 9 "" "AzureSQL" [API,NSG] 192.0.2.0/24 2001:db8::/32'

test.for<[name: string, content: string, want: string]>([
  ['LF', SQL, WANT],
  ['CRLF', SQL.replaceAll('\n', '\r\n'), WANT],
  ['a byte order mark', `\uFEFF${SQL}`, WANT],
  ['a byte order mark and CRLF', `\uFEFF${SQL.replaceAll('\n', '\r\n')}`, WANT],
  ['space around it', `\n\n ${SQL}\n\n`, WANT],
  ['no white space', JSON.stringify(JSON.parse(SQL)), WANT],
  ['a change number that is text', published([tag('Sql', { changeNumber: '9' })], { changeNumber: '376' }), WANT],
  [
    'fields that are null',
    published([tag('Sql', { changeNumber: null, region: null, systemService: null, networkFeatures: null })]),
    'Sql null "" "" [] 192.0.2.0/24 2001:db8::/32',
  ],
  [
    'fields that are missing',
    published([{ name: 'Sql', properties: { addressPrefixes: ['192.0.2.0/24'] } }]),
    'Sql null "" "" [] 192.0.2.0/24',
  ],
  [
    'features in any order, twice and empty',
    published([tag('Sql', { networkFeatures: ['VSE', '', 'NSG', 'API', 'NSG'] })]),
    'Sql 9 "" "AzureSQL" [API,NSG,VSE] 192.0.2.0/24 2001:db8::/32',
  ],
  [
    "the Discovery API's answer",
    published([tag('Sql', { changeNumber: '9' })], {
      name: 'Public',
      id: '/subscriptions/x/providers/Microsoft.Network/serviceTags/Public',
      type: 'Microsoft.Network/serviceTags',
      changeNumber: '376',
      nextLink: null,
    }),
    WANT,
  ],
  ['an empty nextLink', published([tag('Sql')], { nextLink: '' }), WANT],
  ['fields that nobody knows', published([{ ...tag('Sql'), colour: 'red' }], { colour: 'blue' }), WANT],
])('reads a document with %s', ([, content, want]) => {
  expect(tagsOf(content, 'Sql')).toEqual([want])
  expect(parseDocument(sourceOf(content), 'public', []).document.changeNumber).toBe(376)
})

test('names invalid prefixes in other tags', () => {
  const list = ['10.0.0.0/8', '10.0.0.1/8', 7, 'any']
  const values = [
    tag('Sql'),
    tag('Storage', { addressPrefixes: list }),
    tag('Empty', { addressPrefixes: [] }),
    tag('a\u001b[31m', { addressPrefixes: ['x'.repeat(1000)] }),
    tag('Batch', { addressPrefixes: null }),
    'Tag',
  ]
  const problems = [
    'values[1].properties.addressPrefixes[1]: "10.0.0.1/8" has host bits set: the prefix is 10.0.0.0/8 (tag "Storage")',
    'values[1].properties.addressPrefixes[2]: expected text, not 7 (tag "Storage")',
    'values[1].properties.addressPrefixes[3]: "any" is not a CIDR: the /length is missing (tag "Storage")',
    `values[3].properties.addressPrefixes[0]: "${'x'.repeat(60)}..." is not a CIDR: the /length is missing`,
    'values[4].properties.addressPrefixes: expected a list of prefixes (tag "Batch")',
    'values[5].properties.addressPrefixes: expected a list of prefixes',
  ]
  // Whether most lists can be left out or not, which what is not ASCII forbids.
  for (const extra of [{}, { comment: '\u00e9' }]) {
    const read = parseDocument(sourceOf(published(values, extra)), 'public', ['Sql'])
    expect(read.problems).toEqual(problems)
    expect(show(read.document.tags.get('Sql')?.prefixes as PrefixSet)).toBe('192.0.2.0/24 2001:db8::/32')
  }
  expect(parseDocument(sourceOf(SQL), 'public', []).problems).toEqual([])
})

test('chooses tags by selector, whatever the case, in code-unit order', () => {
  const content = published(
    ['Sql.WestUS', 'Storage', 'SqlManagement', 'Sql.EastUS', 'Sql'].map((name) =>
      tag(name, { addressPrefixes: ['192.0.2.0/24'], networkFeatures: [] }),
    ),
  )
  const names = (...selectors: string[]) => tagsOf(content, ...selectors).map((line) => line.split(' ')[0])
  expect(names('sql.*', 'STORAGE')).toEqual(['Sql.EastUS', 'Sql.WestUS', 'Storage'])
  expect(names('Nothing')).toEqual([])
  expect(names()).toEqual([])
})

const REFUSED: readonly [name: string, content: string | Uint8Array][] = [
  ['nothing', ''],
  ['white space', ' \n'],
  ['a web page', '<!DOCTYPE html><html><head><title>\n  Download Azure IP Ranges\n</title></head></html>'],
  ['XML', '<?xml version="1.0"?><AzurePublicIpAddresses/>'],
  ['a truncated document', SQL.slice(0, 150)],
  ['a document that is truncated late', `${SQL.slice(0, 150)}${' '.repeat(2_000)}`],
  ['a document with other text behind it', `${SQL}garbage`],
  ['text', 'Your current User-Agent string appears to be from an automated process'],
  ['bytes that are not text', Uint8Array.of(0x7b, 0xff, 0x7d)],
  ['JSON of another kind', '[]'],
  ['a document without its fields', '{"cloud": 1}'],
  ['a change number that is none', published([], { changeNumber: '1e3' })],
  ["another cloud's document", published([], { cloud: 'China' })],
  ['the document of a cloud that is none of ours', published([], { cloud: 'AzureGermany' })],
  ['one page of several', published([], { nextLink: 'https://management.azure.com/next' })],
]

test('refuses a document', async () => {
  await expectPage(
    'document-refusals.txt',
    REFUSED.map(([name, content]) => [name, problem(content, 'Sql')]),
  )
})

const INVALID_TAGS = [
  tag('Sql'),
  tag('sql'),
  tag('Twice'),
  tag('Twice', { addressPrefixes: ['192.0.2.1/24', 'any'] }),
  tag('Empty', { addressPrefixes: [] }),
  tag('Void', { addressPrefixes: undefined }),
  tag('Half', { changeNumber: -1, region: 1, networkFeatures: 'NSG', addressPrefixes: [5, 'fe80::%eth0/64'] }),
  tag('Storage.{{x}}'),
  { name: 'Bare' },
  { id: 'Nameless' },
  tag(7),
  null,
  'text',
]

const INVALID = 'UserErrors: document.json: tags that the policy uses are invalid'

test.for<[selector: string, want: string]>([
  ['Twice', 'values[3]: duplicate tag "Twice"; the first is values[2]'],
  ['sql', 'values[1]: duplicate tag "sql"; the first is values[0]'],
  ['Void', 'values[5].properties.addressPrefixes: is missing (tag "Void")'],
  ['Storage.*', 'values[7].name: contains characters that are invalid in a tag name (tag "Storage.{{x}}")'],
  ['Bare', 'values[8].properties: is missing (tag "Bare")'],
])('refuses a document whose tag %s is invalid', ([selector, want]) => {
  expect(problem(published(INVALID_TAGS), selector)).toBe(`${INVALID}: ${want}`)
})

test('names every problem at once, with its JSON path', () => {
  expect(problem(published(INVALID_TAGS), 'Half', 'Empty', 'Twice')).toBe(
    [
      `${INVALID}:`,
      '  values[3]: duplicate tag "Twice"; the first is values[2]',
      '  values[6].properties.changeNumber: expected a whole number (tag "Half")',
      '  values[6].properties.region: expected text, not 1 (tag "Half")',
      '  values[6].properties.networkFeatures: expected a list, not text (tag "Half")',
      '  values[6].properties.addressPrefixes[0]: expected text, not 5 (tag "Half")',
      '  values[6].properties.addressPrefixes[1]: "fe80::%eth0/64" has an IPv6 zone, which is invalid here (tag "Half")',
    ].join('\n'),
  )
})

test('accepts invalid data in other tags', () => {
  expect(tagsOf(published([...INVALID_TAGS, tag('Good')]), 'Good')).toEqual([WANT.replace('Sql', 'Good')])
})

test('reads every tag, and names skipped entries', () => {
  const { tags, problems } = readEveryTag(sourceOf(published(INVALID_TAGS)), undefined)
  expect(tags.map(({ name, prefixes }) => `${name} ${prefixes.map(formatPrefix).join(' ')}`)).toEqual([
    'Sql 192.0.2.0/24 2001:db8::/32',
    'sql 192.0.2.0/24 2001:db8::/32',
    'Twice 192.0.2.0/24 2001:db8::/32',
    'Twice ',
    'Empty ',
  ])
  expect(problems).toEqual([
    'values[3].properties.addressPrefixes[0]: "192.0.2.1/24" has host bits set: the prefix is 192.0.2.0/24',
    'values[3].properties.addressPrefixes[1]: "any" is not a CIDR: the /length is missing',
    'values[5].properties.addressPrefixes: is missing',
    'values[6].properties.region: expected text, not 1',
    'values[6].properties.addressPrefixes[0]: expected text, not 5',
    'values[7].name: contains characters that are invalid in a tag name',
    'values[8].properties: is missing',
    'values[9].name: is missing',
    'values[9].properties: is missing',
    'values[10].name: expected text, not 7',
    'values[11]: expected an object, not nothing',
    'values[12]: expected an object, not text',
  ])
})

test('reads only tags of the requested cloud', () => {
  expect(problemOf(() => readEveryTag(sourceOf(SQL), 'china'))).toBe(
    'UserError: document.json is a document of the cloud "Public"; expected China',
  )
})

test.for([
  ['ServiceTags_Public_20251110.json', '2025-11-10'],
  ['20251110', '2025-11-10'],
  ['ServiceTags_Public_Latest.json', undefined],
  ['ServiceTags_Public_20251310.json', undefined],
  ['ServiceTags_Public_20251100.json', undefined],
  ['ServiceTags_Public_120251110.json', undefined],
  ['ServiceTags_Public_202511101.json', undefined],
  ['ServiceTags_Public_19991231.json', undefined],
])('finds in %s the date %s', ([name, want]) => {
  expect(dateInName(name as string)).toBe(want)
})

describe('documents as published', () => {
  const files = existsSync(DOCUMENTS) ? readdirSync(DOCUMENTS).filter((file) => file.endsWith('.json')) : []
  const read = (file: string) => ({ ...sourceOf(readFileSync(join(DOCUMENTS, file))), name: file })

  if (files.length === 0) test.skip(WITHOUT_DOCUMENTS, () => {})

  test.for(files)('%s', (file) => {
    const source = read(file)
    const raw = JSON.parse(new TextDecoder().decode(source.bytes)) as {
      cloud: string
      changeNumber: number
      values: { name: string; properties: { addressPrefixes: string[] } }[]
    }
    const cloud = cloudOf(raw.cloud)
    if (!cloud) {
      expect(problemOf(() => parseDocument(source, 'public', []))).toBe(
        `UserError: ${file} is a document of the cloud "${raw.cloud}"; expected Public`,
      )
      return
    }
    const selectors = ['AzureActiveDirectory', 'AzureResourceManager', 'MicrosoftContainerRegistry', 'sql.*']
    const { document, names } = parseDocument(source, cloud, selectors)
    expect(names.length).toBe(raw.values.length)
    expect(document.changeNumber).toBe(raw.changeNumber)
    const wanted = raw.values.filter(({ name }) => selectors.includes(name) || name.startsWith('Sql.'))
    expect([...document.tags.keys()]).toEqual(wanted.map(({ name }) => name).sort())
    for (const { name, properties } of wanted) {
      expect(`${name} ${document.tags.get(name)?.prefixes.count}`).toBe(`${name} ${sizeOf(properties.addressPrefixes)}`)
    }
  })

  test.skipIf(files.length === 0)('a whole document is valid, and holds as many addresses as it says', () => {
    const { tags, problems } = readEveryTag(read('ServiceTags_AzureGovernment_20260720.json'), 'usgov')
    expect(problems).toEqual([])
    const wrong = tags.filter(({ prefixes }) => PrefixSet.of(prefixes).count !== sizeOf(prefixes.map(formatPrefix)))
    expect(wrong.map(({ name }) => name)).toEqual([])
  })

  // What other programs made of these files.
  test.skipIf(files.length === 0)('China, all tags together, as a minimal cover', () => {
    const { tags } = readEveryTag(read('ServiceTags_China_20260720.json'), 'china')
    const all = tags.flatMap(({ prefixes }) => prefixes)
    const set = PrefixSet.of(all)
    expect({
      tags: tags.length,
      prefixes: all.length,
      distinct: new Set(all.map(formatPrefix)).size,
      ipv4: set.family('ipv4').prefixes.length,
      ipv6: set.family('ipv6').prefixes.length,
    }).toEqual({ tags: 327, prefixes: 4390, distinct: 2484, ipv4: 171, ipv6: 46 })
  })

  test.skipIf(files.length === 0)('AzureCloud of 2025-11-10, as a minimal cover', () => {
    const source = read('ServiceTags_Public_20251110.json')
    const set = parseDocument(source, 'public', ['AzureCloud']).document.tags.get('AzureCloud')?.prefixes
    expect([set?.family('ipv4').prefixes.length, set?.family('ipv6').prefixes.length]).toEqual([1883, 1349])
    expect([set?.family('ipv4').count, set?.family('ipv6').count]).toEqual([
      47_855_694n,
      1_706_680_476_168_054_624_950_943_744n,
    ])
  })

  test.skipIf(files.length === 0)('the default tags of 2025-11-10 are minimal as published', () => {
    const selectors = [
      'AzureActiveDirectory',
      'AzureResourceManager',
      'AzureFrontDoor.FirstParty',
      'MicrosoftContainerRegistry',
    ]
    const { document } = parseDocument(read('ServiceTags_Public_20251110.json'), 'public', selectors)
    const set = PrefixSet.union(Array.from(document.tags.values(), ({ prefixes }) => prefixes))
    expect((['ipv4', 'ipv6'] as const).map((family) => set.family(family).prefixes.length)).toEqual([632, 387])
  })
})

/** Number of addresses that prefixes hold, without the code under test: a prefix inside another one counts nothing. */
function sizeOf(prefixes: readonly string[]): bigint {
  const blocks = [...new Set(prefixes)].map((text) => {
    const [address, length] = text.split('/') as [string, string]
    return address.includes(':')
      ? bitsOf6(address).slice(0, Number(length) + 1)
      : bitsOf4(address).slice(0, Number(length) + 1)
  })
  const known = new Set(blocks)
  return blocks
    .filter((block) => !Array.from(block, (_, end) => known.has(block.slice(0, end))).includes(true))
    .reduce((sum, block) => sum + 2n ** BigInt((block[0] === '4' ? 33 : 129) - block.length), 0n)
}

// A letter of the family first, so that no block of one holds a block of the other.
const bitsOf4 = (address: string) =>
  `4${address
    .split('.')
    .map((part) => Number(part).toString(2).padStart(8, '0'))
    .join('')}`

function bitsOf6(address: string): string {
  const [head, tail] = address.split('::').map((half) => half.split(':').filter(Boolean)) as [string[], string[]?]
  const groups = tail ? [...head, ...Array(8 - head.length - tail.length).fill('0'), ...tail] : head
  return `6${groups.map((group) => Number.parseInt(group, 16).toString(2).padStart(16, '0')).join('')}`
}
