import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { formatSnapshot, isSameContent, isSnapshot, parseSnapshot } from '../../src/document/snapshot/snapshot-file.ts'
import { listSnapshots, readSnapshot, snapshotPath } from '../../src/document/snapshot/stored-snapshots.ts'
import { expectPage } from '../golden-page.ts'
import { documentOf, problemOf } from '../notation.ts'

const DOCUMENT = documentOf('Storage=198.51.100.0/24 Sql=2001:db8::/32,192.0.2.0/25,192.0.2.128/25')

const TEXT = `{
  "format": "tagwall-snapshot-1",
  "cloud": "public",
  "published": "2025-11-10",
  "changeNumber": 376,
  "source": "document.json",
  "sha256": "${'0'.repeat(64)}",
  "checksum": "45d5958ca1d5fbc99e04ddf980703a1081256091403b4d292d343bb6af03e49c",
  "tags": [
    {
      "name": "Sql",
      "changeNumber": 1,
      "region": "",
      "systemService": "",
      "networkFeatures": [],
      "prefixes": [
        "192.0.2.0/24",
        "2001:db8::/32"
      ]
    },
    {
      "name": "Storage",
      "changeNumber": 1,
      "region": "",
      "systemService": "",
      "networkFeatures": [],
      "prefixes": [
        "198.51.100.0/24"
      ]
    }
  ]
}
`

/** The text of the snapshot with a part of it replaced. */
function edited(from: string, to: string): string {
  if (!TEXT.includes(from)) throw new Error(`the snapshot has no ${from}`)
  return TEXT.replace(from, to)
}

const problem = (text: string) => problemOf(() => parseSnapshot(text, 'a.json'))

test('is sorted, canonical, one prefix a line', () => {
  expect(formatSnapshot(DOCUMENT)).toBe(TEXT)
})

test('comes back as it was stored', () => {
  const document = parseSnapshot(TEXT, 'a.json')
  expect(formatSnapshot(document)).toBe(TEXT)
  expect([...document.tags.keys()]).toEqual(['Sql', 'Storage'])
  expect(document.tags.get('Sql')?.prefixes.equals(DOCUMENT.tags.get('Sql')?.prefixes as never)).toBe(true)
})

test('keeps absent fields of a tag absent', () => {
  const tags = new Map(Array.from(DOCUMENT.tags, ([name, tag]) => [name, { ...tag, changeNumber: null }]))
  const text = formatSnapshot({ ...DOCUMENT, tags })
  expect(formatSnapshot(parseSnapshot(text, 'a.json'))).toBe(text)
})

test('is the same whatever its line ends and indentation are', () => {
  for (const text of [TEXT.replaceAll('\n', '\r\n'), JSON.stringify(JSON.parse(TEXT))])
    expect(formatSnapshot(parseSnapshot(text, 'a.json'))).toBe(TEXT)
})

const REMEDY = 'restore it from version control, or repair it: run tagwall fetch with the document of its date'
const INVALID = `UserErrors: a.json is damaged; ${REMEDY}`

const REFUSED: readonly [what: string, text: string][] = [
  ['another format', edited('snapshot-1', 'snapshot-2')],
  ['an unknown cloud', edited('"public"', '"mars"')],
  ['a date that is none', edited('2025-11-10', '2025-02-30')],
  ['an unknown key', edited('"format"', '"colour": 1, "format"')],
  ['host bits', edited('192.0.2.0/24', '192.0.2.1/24')],
  ['a tag twice', edited('"Storage"', '"Sql"')],
  ['a cut', TEXT.slice(0, 14)],
  ['a prefix more', edited('"198.51.100.0/24"', '"198.51.100.0/24", "203.0.113.0/24"')],
  ['a prefix less', edited('"192.0.2.0/24",', '')],
  ['another date', edited('2025-11-10', '2025-11-03')],
  ['another change number', edited('376', '377')],
  ['another checksum', edited('45d5', '45d6')],
  ['no checksum', TEXT.replace(/ {2}"checksum.*\n/, '')],
  ['a merge that is not done', edited('  "changeNumber": 376', '<<<<<<< HEAD\n  "changeNumber": 376')],
]

test('refuses a snapshot', async () => {
  await expectPage(
    'snapshot-refusals.txt',
    REFUSED.map(([name, text]) => [name, problem(text)]),
  )
})

test('takes two prefixes in one text for no prefix', () => {
  const joined = edited('"192.0.2.0/24",\n        "2001', '"192.0.2.0/24,2001')
  expect(problem(joined)).toBe(
    `${INVALID}: tags[0].prefixes[0]: "192.0.2.0/24,2001:db8::/32" has an invalid length; expected 0 to 32, without leading zeros`,
  )
})

test.for([
  ['the same', {}, true],
  ['another date, name and hash', { published: '2025-11-03', source: 'x.json', sha256: '1'.repeat(64) }, true],
  ['another change number', { changeNumber: 377 }, false],
  ['the same addresses, cut differently', documentOf('Storage=198.51.100.0/24 Sql=2001:db8::/32,192.0.2.0/24'), true],
  ['another prefix', documentOf('Storage=198.51.100.0/24 Sql=2001:db8::/32,192.0.2.0/25'), false],
  ['a tag less', documentOf('Storage=198.51.100.0/24'), false],
] as const)('%s is the same content', ([, change, want]) => {
  expect(isSameContent(DOCUMENT, { ...DOCUMENT, ...change })).toBe(want)
})

test('is told from a published document', () => {
  expect([isSnapshot(TEXT), isSnapshot('{"changeNumber": 376, "cloud": "Public", "values": []}')]).toEqual([
    true,
    false,
  ])
})

const folder = mkdtempSync(join(tmpdir(), 'tagwall-snapshot-'))
afterAll(() => rmSync(folder, { recursive: true }))

test('lists the snapshots of a cloud, oldest first, and nothing else', () => {
  mkdirSync(join(folder, 'public'))
  for (const file of ['2025-11-10.json', '2024-01-01.json', '2025-11-10.json.1.tmp', 'README.md', '2025.json'])
    writeFileSync(join(folder, 'public', file), '')
  expect(listSnapshots(folder, 'public').map(({ path }) => relative(folder, path))).toEqual([
    'public/2024-01-01.json',
    'public/2025-11-10.json',
  ])
  expect(listSnapshots(folder, 'china')).toEqual([])
  expect(listSnapshots(join(folder, 'nowhere'), 'public')).toEqual([])
})

test('refuses the snapshot of another cloud', () => {
  const path = snapshotPath(folder, { cloud: 'usgov', published: '2025-11-10' })
  expect(relative(folder, path)).toBe('usgov/2025-11-10.json')
  mkdirSync(join(folder, 'usgov'))
  writeFileSync(path, TEXT)
  expect(problemOf(() => readSnapshot(path, 'usgov'))).toBe(
    `UserError: ${path} is a snapshot of the cloud public; expected usgov`,
  )
  expect(formatSnapshot(readSnapshot(path, 'public'))).toBe(TEXT)
})
