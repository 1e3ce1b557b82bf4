import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from '../fixtures.ts'
import { contentsOf, folderWith, tagwall } from './harness.ts'

// What a user sees of the guards: exact messages, nothing written, and what --accept records.

const tag = (name: string, region: string, addressPrefixes: readonly string[]) => ({
  name,
  id: name,
  properties: { changeNumber: 1, region, systemService: '', networkFeatures: [], addressPrefixes },
})

const documentOf = (...values: ReturnType<typeof tag>[]) => numbered(7, ...values)
const numbered = (changeNumber: number, ...values: ReturnType<typeof tag>[]) =>
  JSON.stringify({ changeNumber, cloud: 'Public', values })

const POLICY = `rules:
  - { name: Web, tags: [A], direction: outbound, ports: [443], priority: 100 }
targets:
  - { name: plain, vendor: list, out: rules/plain.txt }
`
const OLD = 'ServiceTags_Public_20251103.json'
const NEW = 'ServiceTags_Public_20251110.json'
const WHOLE = documentOf(tag('A', '', ['20.0.0.0/24']))
const HALF = numbered(8, tag('A', '', ['20.0.0.0/25']))
const SHRANK = 'tag "A" lost 128 of its 256 IPv4 addresses. A loss above 25% can mean a damaged document'

test.for(['fetch', 'update'])('%s refuses, writes nothing, and accepts and records accepted guards', async (verb) => {
  const folder = folderWith({ 'tagwall.yaml': POLICY, [OLD]: WHOLE, [NEW]: HALF })
  await tagwall(folder, ['update', '--from', OLD])
  const before = contentsOf(folder)
  expect(await tagwall(folder, [verb, '--from', NEW])).toEqual({
    code: 2,
    out: '',
    err: `tagwall: ${NEW} is refused; nothing was written: ${SHRANK}; to accept it for this run, add --accept shrink\n`,
  })
  expect(contentsOf(folder)).toEqual(before)
  const { code, err } = await tagwall(folder, [verb, '--from', NEW, '--accept', 'rollback,shrink'])
  expect(code).toBe(0)
  expect(err.split('\n')[0]).toBe(`warning: ${SHRANK} (accepted with --accept shrink)`)
  const snapshot = (date: string) =>
    JSON.parse(readFileSync(join(folder, `snapshots/public/${date}.json`), 'utf8')).accepted
  expect([snapshot('2025-11-03'), snapshot('2025-11-10')]).toEqual([undefined, { 'tagwall.yaml': ['shrink'] }])
  // It is one run's: the same document again is no change, and what was accepted is still on record.
  expect((await tagwall(folder, [verb, '--from', NEW, '--exit-code'])).code).toBe(0)
  expect(snapshot('2025-11-10')).toEqual({ 'tagwall.yaml': ['shrink'] })
})

test.for(['fetch', 'update'])('%s adds up small losses of a quarter, until they are accepted', async (verb) => {
  const file = (date: string) => `ServiceTags_Public_${date.replaceAll('-', '')}.json`
  const counts: [date: string, count: number][] = [
    ['2025-08-11', 20],
    ['2025-11-03', 16],
    ['2025-11-10', 14],
    ['2025-11-17', 13],
  ]
  const documents = counts.map(([date, count], index) => [
    file(date),
    numbered(
      index,
      tag(
        'A',
        '',
        Array.from({ length: count }, (_, at) => `20.0.${at}.0/32`),
      ),
    ),
  ])
  const folder = folderWith({ 'tagwall.yaml': POLICY, ...Object.fromEntries(documents) })
  const run = (date: string, ...more: string[]) => tagwall(folder, [verb, '--from', file(date), ...more])
  expect([(await run('2025-08-11')).code, (await run('2025-11-03')).code]).toEqual([0, 0])
  const before = contentsOf(folder)
  expect(await run('2025-11-10')).toMatchObject({
    code: 2,
    err: `tagwall: ${file('2025-11-10')} is refused; nothing was written: since 2025-08-11, tag "A" lost 6 of its 20 IPv4 addresses in small steps. Together these are above the limit of 25%; to accept it for this run, add --accept shrink\n`,
  })
  expect(contentsOf(folder)).toEqual(before)
  expect((await run('2025-11-10', '--accept', 'shrink')).code).toBe(0)
  expect((await run('2025-11-17')).code).toBe(0)
})

test.for(['fetch', 'update'])('%s warns of an invalid prefix in an unused tag, and keeps the rest', async (verb) => {
  const invalid = documentOf(tag('A', '', ['20.0.0.0/24']), tag('B', '', ['20.0.0.0/8', '20.0.0.1/24']))
  const folder = folderWith({ 'tagwall.yaml': POLICY, [NEW]: invalid })
  const { code, err } = await tagwall(folder, [verb, '--from', NEW])
  expect({ code, warnings: err.split('\n').filter((line) => line.includes('unused tags')) }).toEqual({
    code: 0,
    warnings: [
      'warning: unused tags contain invalid prefixes; your rules are unaffected: values[1].properties.addressPrefixes[1]: "20.0.0.1/24" has host bits set: the prefix is 20.0.0.0/24 (tag "B")',
    ],
  })
  // A rule that uses it is refused.
  expect((await tagwall(folder, ['list', 'tags', '--from', NEW])).err).toContain('20.0.0.1/24')
  const using = folderWith({ 'tagwall.yaml': POLICY.replace('[A]', '[A, B]'), [NEW]: invalid })
  expect((await tagwall(using, [verb, '--from', NEW])).code).toBe(2)
})

test.for([
  ['A.*', 0],
  ['A, A.UKNorth', 0],
  ['A.UKNorth', 2],
  ['A.UKNorth, A.UKWest', 2],
] as const)('an empty tag is a warning where the rule has other addresses: %s', async ([tags, want]) => {
  const document = documentOf(
    tag('A', '', ['20.0.0.0/24']),
    tag('A.UKNorth', 'uknorth', []),
    tag('A.UKSouth', 'uksouth', ['20.0.0.0/24']),
    tag('A.UKWest', 'ukwest', []),
  )
  const folder = folderWith({ 'tagwall.yaml': POLICY.replace('[A]', `[${tags}]`), [NEW]: document })
  const { code, err } = await tagwall(folder, ['update', '--from', NEW])
  const empty = tags.includes('*') ? 'A.UKNorth, A.UKWest' : 'A.UKNorth'
  expect({ code, first: err.split('\n')[0] }).toEqual({
    code: want,
    first:
      want === 0
        ? `warning: rule "Web": the document lists no addresses for ${empty}. The other tags of the rule are unaffected`
        : `tagwall: the policy tagwall.yaml cannot be compiled: tagwall.yaml:2:5: rule "Web" selects no addresses: the document lists none for ${tags}`,
  })
  // What is stored is read again.
  if (want === 0) expect((await tagwall(folder, ['build'])).code).toBe(0)
})

test('a tag that lost all its addresses is refused, with a way out', async () => {
  const [old, emptied] = [['20.0.1.0/24'], []].map((prefixes) =>
    documentOf(tag('A', '', ['20.0.0.0/24']), tag('A.UKNorth', 'uknorth', prefixes)),
  ) as [string, string]
  const policy = POLICY.replace('[A]', '[A, A.*]')
  const folder = folderWith({ 'tagwall.yaml': policy, [OLD]: old, [NEW]: emptied })
  await tagwall(folder, ['update', '--from', OLD])
  const { code, err } = await tagwall(folder, ['update', '--from', NEW])
  expect({ code, err }).toEqual({
    code: 2,
    err: `tagwall: ${NEW} is refused; nothing was written: tag "A.UKNorth" lost 256 of its 256 IPv4 addresses. A loss above 25% can mean a damaged document; to accept it for this run, add --accept shrink\n`,
  })
  expect((await tagwall(folder, ['update', '--from', NEW, '--accept', 'shrink'])).code).toBe(0)
})

test('a new tag of a wildcard is refused if it is large and nobody knows its addresses; a tag that the policy adds is not', async () => {
  const [one, two] = [[], [tag('A.UKWest', 'ukwest', ['21.0.0.0/15'])]].map((more) =>
    documentOf(tag('A.UKSouth', 'uksouth', ['20.0.0.0/24']), ...more),
  ) as [string, string]
  const policy = POLICY.replace('[A]', '[A.*]')
  const folder = folderWith({ 'tagwall.yaml': POLICY.replace('[A]', '[A.UKSouth]'), [OLD]: one, [NEW]: two })
  await tagwall(folder, ['update', '--from', OLD])
  writeFileSync(join(folder, 'tagwall.yaml'), policy)
  expect((await tagwall(folder, ['update', '--from', NEW, '--dry-run'])).code).toBe(0)
  await tagwall(folder, ['update', '--from', OLD])
  const { code, err } = await tagwall(folder, ['update', '--from', NEW])
  expect({ code, err }).toEqual({
    code: 2,
    err: `tagwall: ${NEW} is refused; nothing was written: tag "A.UKWest" is new, and A gained 131,072 IPv4 addresses and had 256; no tag of another service holds any of them. So many can open the firewall to strangers; to accept it for this run, add --accept grow\n`,
  })
  expect((await tagwall(folder, ['update', '--from', NEW, '--accept', 'grow'])).code).toBe(0)
})

/** The newest shipped snapshot of the public cloud as a published document, with something else in it. */
function shipped(edit: (tags: { name: string; prefixes: string[] }[]) => void = () => {}): string {
  const folder = join(ROOT, 'snapshots/public')
  const newest = readdirSync(folder).sort().at(-1) as string
  const { changeNumber, tags } = JSON.parse(readFileSync(join(folder, newest), 'utf8'))
  edit(tags)
  const values = tags.map(({ name, prefixes }: { name: string; prefixes: string[] }) => tag(name, '', prefixes))
  return JSON.stringify({ changeNumber, cloud: 'Public', values })
}

const BESIDE = 'warning: your first document differs from the shipped snapshots: '
const ANYWAY = '. Review it before you load the rules'
const AN_OLDER =
  'the document of 2025-10-08 is older than the newest snapshot (2025-11-10). Its rules would lose every address added since'

test.for<[string, string, string[], string]>([
  ['the same', 'ServiceTags_Public_20251110.json', [], ''],
  ['an older one', 'ServiceTags_Public_20251008.json', [], `${BESIDE}${AN_OLDER}${ANYWAY}`],
  [
    'an older one, in a folder that was named',
    'ServiceTags_Public_20251008.json',
    ['--snapshots', 'mine'],
    `${BESIDE}${AN_OLDER}${ANYWAY}`,
  ],
])('a first document is compared with the shipped snapshots: %s', async ([, name, options, want]) => {
  const folder = folderWith({ [name]: shipped() })
  const { code, err } = await tagwall(folder, ['fetch', '--from', name, ...options], { isFirstJudged: true })
  expect({
    code,
    beside: err
      .split('\n')
      .filter((line) => line.startsWith(BESIDE))
      .join(),
  }).toEqual({ code: 0, beside: want })
})

const SIZE = String.raw`[\d,.e]+`
const LOST = `tag "AzureResourceManager" lost ${SIZE} of its ${SIZE} IPv4 addresses, and ${SIZE} of its ${SIZE} IPv6 addresses. A loss above 25% can mean a damaged document`
const GAINED = `tag "AzureResourceManager" gained ${SIZE} IPv4 addresses and had ${SIZE}; no tag of another service holds any of them. So many can open the firewall to strangers`
const SWALLOWED =
  'tag "AzureResourceManager" now holds all addresses of "MicrosoftContainerRegistry", and did not before. The two tags may have been mixed up'

type Tags = { name: string; prefixes: string[] }[]
const prefixesOf = (tags: Tags, name: string) => tags.find((tag) => tag.name === name) as Tags[number]
const lose = (tags: Tags) => {
  const tag = prefixesOf(tags, 'AzureResourceManager')
  tag.prefixes = tag.prefixes.slice(0, 20)
}
const gain = (tags: Tags) => void prefixesOf(tags, 'AzureResourceManager').prefixes.push('8.0.0.0/9')
const swallow = (tags: Tags) =>
  void prefixesOf(tags, 'AzureResourceManager').prefixes.push(
    ...prefixesOf(tags, 'MicrosoftContainerRegistry').prefixes,
  )

const escaped = (text: string) => text.replaceAll(/[.()]/g, String.raw`\$&`)
const REFUSED = 'is refused (compared with the shipped snapshot of 2025-11-10); nothing was written: '

test.for<[string, (tags: Tags) => void, string, string]>([
  ['lost half', lose, LOST, 'shrink'],
  ['gained a /9', gain, GAINED, 'grow'],
  ['holds all of another tag', swallow, SWALLOWED, 'swallow'],
])(
  'a first document within a year of the shipped snapshot must pass its guards: %s',
  async ([, edit, found, guard]) => {
    const [first, second, late] = [
      'ServiceTags_Public_20251117.json',
      'ServiceTags_Public_20251124.json',
      'ServiceTags_Public_20261116.json',
    ] as const
    const text = shipped(edit)
    const folder = folderWith({ [first]: text, [second]: text, [late]: text })
    const refused = await tagwall(folder, ['fetch', '--from', first], { isFirstJudged: true })
    expect(refused.code).toBe(2)
    expect(refused.err.split('\n')[0]).toMatch(
      new RegExp(`^tagwall: ${first} ${escaped(REFUSED)}${found}; to accept it for this run, add --accept ${guard}$`),
    )
    expect(readdirSync(folder)).not.toContain('snapshots')
    const accepted = await tagwall(folder, ['fetch', '--from', first, '--accept', guard])
    expect(accepted.code).toBe(0)
    expect(accepted.err).toMatch(new RegExp(`^warning: ${found} \\(accepted with --accept ${guard}\\)$`, 'm'))
    // The second one has a snapshot of its own.
    expect((await tagwall(folder, ['fetch', '--from', second])).code).toBe(0)
    // More than a year later it is only a warning.
    const other = folderWith({ [late]: text })
    const { code, err } = await tagwall(other, ['fetch', '--from', late, '--accept', 'future'])
    expect(code).toBe(0)
    expect(err).toMatch(new RegExp(`^${BESIDE}${found}${escaped(ANYWAY)}$`, 'm'))
  },
)

test('a first document with special use is refused like any other', async () => {
  const first = 'ServiceTags_Public_20251117.json'
  const bad = shipped((tags) => tags[0]?.prefixes.push('10.0.0.0/24'))
  expect((await tagwall(folderWith({ [first]: bad }), ['fetch', '--from', first], { isFirstJudged: true })).code).toBe(
    2,
  )
})

test('tags that no shipped snapshot has are compared with nothing', async () => {
  const folder = folderWith({ 'tagwall.yaml': POLICY, [OLD]: WHOLE })
  expect((await tagwall(folder, ['fetch', '--from', OLD])).err).not.toContain(BESIDE)
})

test('several refusals end in one option that accepts all of them', async () => {
  const [old, bad] = [['20.0.0.0/24'], ['20.0.0.0/25', '10.0.0.0/24', '21.0.0.0/12']].map((prefixes) =>
    documentOf(tag('A', '', prefixes), tag('B', '', prefixes)),
  ) as [string, string]
  const folder = folderWith({ 'tagwall.yaml': POLICY.replace('[A]', '[A, B]'), [OLD]: old, [NEW]: bad })
  await tagwall(folder, ['update', '--from', OLD])
  const { code, err } = await tagwall(folder, ['update', '--from', NEW])
  const lines = err.trimEnd().split('\n')
  expect({ code, first: lines[0], last: lines.at(-1), lines: lines.length }).toEqual({
    code: 2,
    first: `tagwall: ${NEW} is refused; nothing was written:`,
    last: '  to accept all of this for one run, add: --accept shrink,grow,special-use',
    lines: 8,
  })
  expect(lines.slice(1, -1).filter((line) => line.includes('--accept'))).toEqual([])
  const option = (lines.at(-1) as string).split('add: ')[1] as string
  expect((await tagwall(folder, ['update', '--from', NEW, ...option.split(' ')])).code).toBe(0)
})

test('the limits of the policy file count', async () => {
  const policy = `guards: { maxShrink: 50% }\n${POLICY}`
  const folder = folderWith({ 'tagwall.yaml': policy, [OLD]: WHOLE, [NEW]: HALF })
  await tagwall(folder, ['fetch', '--from', OLD])
  expect((await tagwall(folder, ['fetch', '--from', NEW])).code).toBe(0)
})

test('history goes in oldest first; the newest before the oldest is a rollback', async () => {
  const folder = folderWith({ 'tagwall.yaml': POLICY, [OLD]: HALF, [NEW]: WHOLE })
  await tagwall(folder, ['fetch', '--from', NEW])
  expect((await tagwall(folder, ['fetch', '--from', OLD])).err).toBe(
    `tagwall: ${OLD} is refused; nothing was written: the document of 2025-11-03 is older than the newest snapshot (2025-11-10). Its rules would lose every address added since; to accept it for this run, add --accept rollback\n`,
  )
  expect((await tagwall(folder, ['fetch', '--from', OLD, '--accept', 'rollback'])).code).toBe(0)
})

test('an update to an older document than that of the lock is one refusal', async () => {
  const folder = folderWith({ 'tagwall.yaml': POLICY, [OLD]: WHOLE, [NEW]: HALF })
  expect((await tagwall(folder, ['update', '--from', NEW])).code).toBe(0)
  expect((await tagwall(folder, ['update', '--from', OLD])).err).toBe(
    `tagwall: ${OLD} is refused; nothing was written: the document of 2025-11-03 is older than the newest snapshot (2025-11-10). Its rules would lose every address added since; to accept it for this run, add --accept rollback\n`,
  )
})

test('an older document is also compared with the snapshots before it', async () => {
  const between = 'ServiceTags_Public_20251106.json'
  const folder = folderWith({ 'tagwall.yaml': POLICY, [OLD]: WHOLE, [NEW]: WHOLE, [between]: HALF })
  for (const name of [OLD, NEW]) await tagwall(folder, ['fetch', '--from', name, '--record'])
  const before = contentsOf(folder)
  const older =
    'the document of 2025-11-06 is older than the newest snapshot (2025-11-10). Its rules would lose every address added since'
  expect(await tagwall(folder, ['update', '--from', between])).toEqual({
    code: 2,
    out: '',
    err: `tagwall: ${between} is refused; nothing was written:\n  ${older}\n  ${SHRANK}\n  to accept all of this for one run, add: --accept rollback,shrink\n`,
  })
  expect((await tagwall(folder, ['update', '--from', between, '--accept', 'rollback'])).code).toBe(2)
  expect(contentsOf(folder)).toEqual(before)
  expect((await tagwall(folder, ['update', '--from', between, '--accept', 'rollback,shrink'])).code).toBe(0)
})

const PRIVATE =
  'tag "A" holds 10.0.0.0/24, which is Private-Use (RFC 1918). No public service uses such addresses; they may be your own'

test.for<[command: string[], addresses: string[], guards: string, problem: string]>([
  [['build'], ['20.0.0.0/25'], 'shrink', SHRANK],
  [['emit', 'plain'], ['20.0.0.0/25'], 'shrink', SHRANK],
  [['build', '--dry-run'], ['20.0.0.0/24', '10.0.0.0/24'], 'special-use', PRIVATE],
  [['emit', 'plain'], ['20.0.0.0/24', '10.0.0.0/24'], 'special-use', PRIVATE],
])('%s makes no rules of a document with %s that was not stored', async ([command, addresses, guards, problem]) => {
  const files = { 'tagwall.yaml': POLICY, [OLD]: WHOLE, [NEW]: documentOf(tag('A', '', addresses)) }
  const folder = folderWith(files)
  await tagwall(folder, ['update', '--from', OLD])
  const before = contentsOf(folder)
  const refused = {
    code: 2,
    out: '',
    err: `tagwall: ${NEW} is refused; to accept it, store it with "tagwall fetch --from FILE --accept ${guards}": ${problem}\n`,
  }
  expect(await tagwall(folder, [...command, '--snapshot', NEW])).toEqual(refused)
  // Nor as a way back.
  const back = ['emit', 'plain', '--snapshot', '2025-11-03', '--since', NEW, '--rollback']
  expect(await tagwall(folder, back)).toEqual(refused)
  expect(contentsOf(folder)).toEqual(before)
  // Without snapshots, a document has nothing to be compared with.
  const { code } = await tagwall(folderWith(files), [...command, '--snapshot', NEW])
  expect(code).toBe(guards === 'shrink' ? 0 : 2)
  // A snapshot says what was accepted.
  await tagwall(folder, ['fetch', '--from', NEW, '--accept', guards])
  expect((await tagwall(folder, command)).code).toBe(0)
})

test.for([
  ['shrnk', 'unknown guard "shrnk"; did you mean "shrink"?'],
  ['shrink,all', 'unknown guard "all"; expected rollback, future, vanished, shrink, grow, special-use, giant, swallow'],
])('--accept %s is refused', async ([names, want]) => {
  const { code, err } = await tagwall(folderWith(), ['fetch', '--from', OLD, '--accept', names as string])
  expect({ code, line: err.split('\n')[0] }).toEqual({
    code: 2,
    line: `tagwall: ${want}`,
  })
})

const INBOUND =
  'warning: rule "Web" allows a service tag inbound. Other Azure customers can hold its addresses, so authenticate callers (tagwall explain INBOUND_TAG)'
const DOOR =
  'warning: the policy uses MicrosoftContainerRegistry, which does not work without AzureFrontDoor.FirstParty outbound. Add a rule that allows AzureFrontDoor.FirstParty outbound (https://github.com/microsoft/containerregistry/pull/150)'
const REGION =
  'warning: rule "Web" uses regions of A, and so leaves out addresses of A that belong to no region: 20.0.0.192/26'

test.for([
  ['A', 'outbound', []],
  ['A', 'inbound', [INBOUND]],
  ['MicrosoftContainerRegistry', 'outbound', [DOOR]],
  ['MicrosoftContainerRegistry, AzureFrontDoor.*', 'outbound', []],
  ['A.WestEurope', 'outbound', [REGION]],
  ['A.*', 'outbound', [REGION]],
  ['A, A.WestEurope', 'outbound', []],
] as [string, string, string[]][])('warns of a policy with %s %s', async ([tags, direction, want]) => {
  const document = documentOf(
    tag('A', '', ['20.0.0.0/24']),
    tag('A.WestEurope', 'westeurope', ['20.0.0.0/25']),
    tag('A.NorthEurope', 'northeurope', ['20.0.0.128/26']),
    tag('MicrosoftContainerRegistry', '', ['20.1.0.0/24']),
    tag('AzureFrontDoor.FirstParty', '', ['20.2.0.0/24']),
  )
  const policy = POLICY.replace('[A]', `[${tags}]`).replace('outbound', direction)
  const folder = folderWith({ 'tagwall.yaml': policy, [NEW]: document })
  // Some tags are real, but their addresses are not.
  const { code, err } = await tagwall(folder, ['update', '--from', NEW])
  expect(code).toBe(0)
  const warnings = err.split('\n').filter((line) => line.startsWith('warning') && !line.includes('(accepted with '))
  expect(warnings).toEqual(want)
})
