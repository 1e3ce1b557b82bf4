import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { expectEach, expectPage } from '../golden-page.ts'
import { contentsOf, DOCUMENT, folderWith, tagwall } from './harness.ts'

// Each of these gives one clear message, exit code 2, and leaves every file as it was.

const GOOD = DOCUMENT
const NAME = 'ServiceTags_Public_20251110.json'

const POLICY = `rules:
  - { name: Login, tags: [AzureActiveDirectory], direction: outbound, ports: [443], priority: 150 }
targets:
  - { name: plain, vendor: list, out: rules/plain.txt }
`

/** A folder in which the good document was imported and built, so that there is something to lose. */
async function established(files: Readonly<Record<string, string>> = {}): Promise<string> {
  const folder = folderWith({ 'tagwall.yaml': POLICY, [NAME]: GOOD })
  expect(await tagwall(folder, ['update', '--from', NAME])).toMatchObject({ code: 0 })
  for (const [name, text] of Object.entries(files)) {
    const { writeFileSync } = await import('node:fs')
    mkdirSync(join(folder, name, '..'), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return folder
}

async function refuses(folder: string, argv: readonly string[], message: string, options = {}) {
  const before = contentsOf(folder)
  const { code, out, err } = await tagwall(folder, argv, options)
  expect({ code, out, err }).toEqual({ code: 2, out: '', err: message })
  expect(contentsOf(folder)).toEqual(before)
}

/** What each of these inputs is refused with, on a page of `expected/`. */
async function expectRefusals(
  page: string,
  rows: readonly (readonly [name: string, text: string])[],
  given: (text: string) => [files: Readonly<Record<string, string>>, argv: readonly string[]],
) {
  const found: [name: string, message: string][] = []
  for (const [name, text] of rows) {
    found.push([name, await refusalOf(...given(text))])
  }
  await expectPage(page, found)
}

/** What a command is refused with. */
async function refusalOf(files: Readonly<Record<string, string>>, argv: readonly string[]): Promise<string> {
  const folder = await established(files)
  const before = contentsOf(folder)
  const { code, out, err } = await tagwall(folder, argv)
  expect({ argv, code, out }).toEqual({ argv, code: 2, out: '' })
  expect(contentsOf(folder)).toEqual(before)
  return err.replaceAll(folder, 'FOLDER')
}

const edit = (from: string | RegExp, to: string) => {
  const text = GOOD.replace(from, to)
  if (text === GOOD) throw new Error(`nothing to edit: ${from}`)
  return text
}

const ADDRESSES = 'values[0].properties.addressPrefixes'

describe('a document', () => {
  const DOCUMENTS: [name: string, text: string][] = [
    ['not JSON', 'hello'],
    ['a snapshot', '{"format":"tagwall-snapshot-1"}'],
    ['a lock', '{"lock":1}'],
    ['a policy', '{"rules":[]}'],
    ['nothing', ' \n'],
    ['truncated', GOOD.slice(0, 300)],
    ['a web page', '<!doctype html><title>Download</title>'],
    ['another cloud', edit('"Public"', '"AzureGovernment"')],
    ['a missing tag', edit('"name": "AzureActiveDirectory"', '"name": "AzureActiveDirectoryB2C"')],
    ['an empty tag', edit(/\["20.40.2.0\/26".*\]/, '[]')],
    ['host bits', edit('20.40.2.0/26', '20.40.2.1/26')],
    ['a bad length', edit('20.40.2.0/26', '20.40.2.0/33')],
    ['a zone', edit('2603:db8::/48', 'fe80::%eth0/64')],
    ['text for a prefix', edit('20.40.2.0/26', 'any')],
    ['a tag twice', edit('"name": "AzureResourceManager"', '"name": "AzureActiveDirectory"')],
  ]
  test('is refused with a sentence', async () => {
    await expectRefusals('bad-documents.txt', DOCUMENTS, (text) => [
      { 'new.json': text },
      ['update', '--from', 'new.json'],
    ])
  })

  test('is refused with every problem at once', async () => {
    const text = edit('"20.40.2.0/26", "20.40.2.128/25"', '"20.40.2.0/26 ", "1.2.3/24", 7')
    await refuses(
      await established({ 'new.json': text }),
      ['fetch', '--from', 'new.json'],
      `tagwall: new.json: tags that the policy uses are invalid:
  ${ADDRESSES}[0]: "20.40.2.0/26 " has an invalid length; expected 0 to 32, without leading zeros (tag "AzureActiveDirectory")
  ${ADDRESSES}[1]: "1.2.3/24" is not an IPv4 or IPv6 prefix (tag "AzureActiveDirectory")
  ${ADDRESSES}[2]: expected text, not 7 (tag "AzureActiveDirectory")
`,
    )
  })
})

describe('a policy', () => {
  const rule = (text: string) => `rules:\n  - { ${text} }\ntargets:\n  - { name: t, vendor: fortigate, out: t.conf }\n`
  const named = (name: string) =>
    rule(`name: ${name}, tags: [AzureActiveDirectory], direction: outbound, ports: [443], priority: 150`)
  const target = (text: string) => POLICY.replace(/ {2}- \{ name: plain.*\}/, text)
  const POLICIES: [name: string, text: string][] = [
    ['a document', '{"changeNumber":7,"cloud":"Public","values":[]}'],
    ['a list of names as sites', `${POLICY}sites:\n  - berlin\n`],
    ['an unknown limit', target('  - { name: t, vendor: list, out: t.txt, limits: { addresses: 1 } }')],
    ['an unknown key', POLICY.replace('ports:', 'port:')],
    ['an unknown vendor', target('  - { name: t, vendor: fortygate, out: t }')],
    ['an unknown option', target('  - { name: t, vendor: fortigate, out: t, options: { vdm: root } }')],
    [
      'an option of another type',
      target('  - { name: t, vendor: fortigate, out: t, options: { groupMembers: many } }'),
    ],
    ['an unknown model', target('  - { name: t, vendor: fortigate, out: t, model: lowend }')],
    ['a model of a vendor that has none', target('  - { name: t, vendor: json, out: t, model: x }')],
    ['a limit that the vendor does not count', target('  - { name: t, vendor: nsg, out: t, limits: { objects: 5 } }')],
    ['an unknown limit', target('  - { name: t, vendor: nsg, out: t, limits: { rulez: 5 } }')],
    ['a limit of nothing', target('  - { name: t, vendor: nsg, out: t, limits: { rules: 0 } }')],
    ['a limit of what is not made', target('  - { name: t, vendor: paloalto, out: t, limits: { bytes: 500 } }')],
    [
      'a limit of what lists do not have',
      target(
        '  - { name: t, vendor: paloalto, out: t, options: { form: edl }, limits: { groups: 5, objects: 5, totalLines: 9 } }',
      ),
    ],
    [
      'options of another scope',
      target(
        '  - { name: t, vendor: paloalto, out: t, options: { scope: shared, vsys: vsys2, deviceGroup: Branch, rulebase: post } }',
      ),
    ],
    ['a rulebase of a firewall', target('  - { name: t, vendor: paloalto, out: t, options: { rulebase: post } }')],
    [
      'any beside other interfaces',
      target('  - { name: t, vendor: fortigate, out: t, options: { srcintf: [any, port1] } }'),
    ],
    [
      'any beside other zones',
      target('  - { name: t, vendor: paloalto, out: t, options: { internetZone: "untrust,any" } }'),
    ],
    ['a name that means every address to the device', named('any').replace('vendor: fortigate', 'vendor: paloalto')],
    [
      'two targets with the same fault',
      target(
        '  - { name: a, vendor: fortigate, out: x, options: { vdm: r } }\n  - { name: b, vendor: fortigate, out: y, options: { vdm: r } }\n  - { name: c, vendor: fortygate, out: z }',
      ),
    ],
    [
      'two targets with one file',
      target('  - { name: a, vendor: list, out: x }\n  - { name: b, vendor: list, out: ./x }'),
    ],
    ...[
      'rules/x.delta.conf',
      './rules/X.delta-Web.added.txt',
      'rules/x.rollback.conf',
      'rules/x.conf.cleanup.manual.txt',
      'rules/x.change.md',
      'rules/x.delta',
    ].map((out): [string, string] => [
      `a file that stands where commands of another target go, ${out}`,
      target(
        `  - { name: a, vendor: fortigate, out: rules/x.conf }\n  - { name: b, vendor: list, out: ${out} }\n  - { name: c, vendor: list, out: rules/x-1.delta }`,
      ),
    ]),
    ['a directory as its file', target('  - { name: a, vendor: list, out: rules }')],
    ['a file as its directory', target('  - { name: a, vendor: list, out: tagwall.yaml/x }')],
    ['a name with quotes', named(`'A "b"'`)],
    ['a name with a line break', named('"A\\nb"')],
    ['a tag of YAML', named('!!js/function A')],
    ['a path with a backslash', target('  - { name: t, vendor: list, out: rules\\t.txt }')],
    ['a site in a policy without sites', target('  - { name: t, vendor: list, out: "rules/{site}/t.txt" }')],
    ['a name with braces', named("'A {{b}}'")],
    ['a name that is too long', named('A'.repeat(300))],
    [
      'a name that is too long for its vendor',
      target(`  - { name: t, vendor: nsg, out: t }`).replace('Login', 'L'.repeat(81)),
    ],
    [
      'priorities that collide',
      POLICY.replace(
        'targets:',
        '  - { name: Other, tags: [AzureResourceManager], direction: both, ports: [80], priority: 150 }\ntargets:',
      ),
    ],
    [
      'two rules whose lists would be one file',
      target('  - { name: t, vendor: list, out: t.txt, options: { form: sets } }').replace(
        'targets:',
        '  - { name: 東京, prefixes: [192.0.2.0/24], direction: outbound, ports: [80], priority: 160 }\n  - { name: 大阪, prefixes: [192.0.2.0/24], direction: outbound, ports: [81], priority: 170 }\ntargets:',
      ),
    ],
    ['a failing test', `${POLICY}tests:\n  - { deny: 20.40.2.5, direction: outbound, port: 443 }\n`],
  ]
  test('is refused with a sentence', async () => {
    await expectRefusals('bad-policies.txt', POLICIES, (text) => [{ 'tagwall.yaml': text }, ['build']])
  })
})

describe('a command line', () => {
  test('is refused with a sentence', async () => {
    await expectEach('bad-command-lines.txt', (line) => refusalOf({}, line.split(' ')))
  })
})

test('diff --all-tags skips a tag with an invalid name or region, even if its lists are equal', async () => {
  const document = JSON.stringify({
    changeNumber: 1,
    cloud: 'Public',
    values: [
      { name: 'Sql', properties: { region: '', addressPrefixes: ['20.0.0.0/24'] } },
      { name: 'no name', properties: { region: '', addressPrefixes: ['20.0.1.0/24'] } },
      { name: 'Redis', properties: { region: 5, addressPrefixes: ['20.0.2.0/24'] } },
    ],
  })
  const folder = folderWith({ 'old.json': document, 'new.json': document })
  const { code, out, err } = await tagwall(folder, ['diff', '--all-tags', 'old.json', 'new.json', '--json'])
  expect({ code, unchanged: JSON.parse(out).unchanged, err }).toEqual({
    code: 0,
    unchanged: ['Sql'],
    err: ['old.json', 'new.json']
      .map(
        (file) =>
          `warning: skipped: ${file}: values[1].name: contains characters that are invalid in a tag name\n` +
          `warning: skipped: ${file}: values[2].properties.region: expected text, not 5\n`,
      )
      .join(''),
  })
})

test.for([
  ['lookup', '20.0.0.0', '--from', 'page.json'],
  ['list', 'tags', '--from', 'page.json'],
  ['diff', '--all-tags', 'page.json', 'page.json'],
])('one page of several is not taken for a document: %s %s', async (argv) => {
  const page = JSON.stringify({ changeNumber: '7', cloud: 'Public', nextLink: 'https://example.com/next', values: [] })
  expect(await tagwall(folderWith({ 'page.json': page }), argv)).toEqual({
    code: 2,
    out: '',
    err: 'tagwall: page.json is only one page of a response: its nextLink is set; join the pages, or use the weekly file\n',
  })
})

// What a script gives if a variable is not set. As a path it would mean the working directory.
describe('an empty value', () => {
  test.for<[argv: string[], what: string]>([
    [['update', '--from', ''], '--from'],
    [['update', '--from', NAME, '--snapshots', ''], '--snapshots'],
    [['update', '--from', NAME, '--report', ''], '--report'],
    [['build', '--policy', ''], '--policy'],
    [['build', '--vendors=', '--since', ''], '--since, --vendors'],
    [['emit', ''], '<vendor|target>'],
    [['audit', 'list', NAME, ''], '<file>'],
    [['lookup', '20.190.128.1', ''], '<address|file>'],
    [['fetch', '--from', NAME, '--allow-host', ''], '--allow-host'],
  ])('is refused: %j', async ([argv, what]) => {
    const message = `tagwall: the value of ${what} is empty: is a variable of your script not set?\n`
    await refuses(await established(), argv, message)
  })
})
