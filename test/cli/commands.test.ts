import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { SHIPPED } from '../../src/paths.ts'
import { expectPage } from '../golden-page.ts'
import { published } from '../notation.ts'
import { contentsOf, DOCUMENT, folderWith, printed, tagwall } from './harness.ts'

const GOOD = DOCUMENT
const NEWER = GOOD.replace('"20.151.100.0/30", ', '"20.151.100.0/31", "20.151.100.2/31", ').replace(
  '"52.60.113.64/27"',
  '"52.60.113.96/27"',
)
const OCTOBER = 'ServiceTags_Public_20251006.json'
const NOVEMBER = 'ServiceTags_Public_20251110.json'

const POLICY = `rules:
  - { name: Manage, tags: [AzureResourceManager], direction: outbound, ports: [443], priority: 150 }
guards: { maxShrink: 100% }
targets:
  - { name: plain, vendor: list, out: rules/plain.txt }
  - { name: data, vendor: json, out: rules/data.json }
`

const workplace = () => folderWith({ 'tagwall.yaml': POLICY, [OCTOBER]: GOOD, [NOVEMBER]: NEWER })

describe('update', () => {
  /** What is said of the tag of the good document that no rule uses. */
  const invalid = (text = 'not a prefix') =>
    `warning: unused tags contain invalid prefixes; your rules are unaffected: values[7].properties.addressPrefixes[0]: "10.0.0.1/8" has host bits set: the prefix is 10.0.0.0/8 (tag "Odd"); values[7].properties.addressPrefixes[1]: "${text}" is not a CIDR: the /length is missing (tag "Odd")\n`

  test('stores the snapshot, prints the changes, and writes the rules', async () => {
    const folder = workplace()
    const first = await tagwall(folder, ['update', '--from', OCTOBER])
    const second = await tagwall(folder, ['update', '--from', NOVEMBER])
    const stored = readFileSync(join(folder, 'rules/plain.txt'), 'utf8')
    // The same date with different content.
    const other = workplace()
    await tagwall(other, ['update', '--from', OCTOBER])
    writeFileSync(join(other, OCTOBER), NEWER)
    await expectPage('update.txt', [
      ['the first', ...printed(first)],
      ['the next', ...printed(second)],
      ['its rules', stored],
      [
        'a document of the same date with different content',
        ...printed(await tagwall(other, ['fetch', '--from', OCTOBER])),
      ],
    ])
  })

  test('touches nothing the second time, and says so', async () => {
    const folder = workplace()
    await tagwall(folder, ['update', '--from', OCTOBER])
    const inode = statSync(join(folder, 'rules/plain.txt')).ino
    const before = contentsOf(folder)
    const { code, out } = await tagwall(folder, ['update', '--from', OCTOBER, '--exit-code'])
    expect(code).toBe(0)
    expect(out).toContain('snapshots/public/2025-10-06.json already has this content: nothing to store\n')
    expect(contentsOf(folder)).toEqual(before)
    expect(statSync(join(folder, 'rules/plain.txt')).ino).toBe(inode)
  })

  test('writes nothing with --dry-run, and tells with --exit-code that it would', async () => {
    const folder = workplace()
    const before = contentsOf(folder)
    const { code, out } = await tagwall(folder, ['update', '--from', OCTOBER, '--dry-run', '--exit-code'])
    expect(code).toBe(1)
    expect(out).toContain('would be stored as snapshots/public/2025-10-06.json')
    expect(contentsOf(folder)).toEqual(before)
  })

  test.for<[name: string, edit: (text: string) => string]>([
    ['the same bytes', (text) => text],
    ['CRLF and a byte order mark', (text) => `\uFEFF${text.replaceAll('\n', '\r\n')}`],
    ['change numbers as strings', (text) => text.replaceAll(/"changeNumber": (\d+)/g, '"changeNumber": "$1"')],
    ['the API shape', (text) => text.replace('{', '{ "name": "Public", "id": "/x", "type": "t", "nextLink": null,')],
    ['another file that differs where the policy does not look', (text) => text.replace('not a prefix', 'still not')],
  ])('sees no change in %s', async ([, edit]) => {
    const folder = workplace()
    await tagwall(folder, ['update', '--from', OCTOBER])
    const before = contentsOf(join(folder, 'snapshots'))
    mkdirSync(join(folder, 'again'))
    writeFileSync(join(folder, 'again', OCTOBER), edit(GOOD))
    expect(await tagwall(folder, ['fetch', '--from', `again/${OCTOBER}`, '--exit-code'])).toEqual({
      code: 0,
      err: invalid(edit('not a prefix').replace('\uFEFF', '')),
      out: `snapshots/public/2025-10-06.json already has this content: nothing to store\n`,
    })
    expect(contentsOf(join(folder, 'snapshots'))).toEqual(before)
  })

  test('keeps the tags that another policy stored under the same date', async () => {
    const folder = workplace()
    await tagwall(folder, ['fetch', '--from', OCTOBER, '--policy', 'arc-kubernetes'])
    await tagwall(folder, ['fetch', '--from', OCTOBER])
    const { out } = await tagwall(folder, ['list', 'tags'])
    const [note, ...lines] = out.trimEnd().split('\n').toReversed()
    expect(lines.toReversed().map((line) => line.split(' ')[0])).toEqual([
      'tag',
      'AzureActiveDirectory',
      'AzureFrontDoor.FirstParty',
      'AzureResourceManager',
      'MicrosoftContainerRegistry',
    ])
    expect(note).toBe(
      'These are the tags that policies with these snapshots use. All tags of a published document: tagwall list tags --from FILE',
    )
    // Where every tag is listed, or one was asked for, there is nothing to add.
    for (const more of [['--from', OCTOBER], ['AzureResourceManager']])
      expect((await tagwall(folder, ['list', 'tags', ...more])).out).not.toContain('These are')
  })

  test('does not count tags of other policies as lost', async () => {
    const folder = workplace()
    await tagwall(folder, ['fetch', '--from', OCTOBER, '--policy', 'arc-kubernetes'])
    const { out } = await tagwall(folder, ['update', '--from', NOVEMBER, '--json'])
    const { change, snapshot } = JSON.parse(out)
    const kinds = (changed: { tag: string; kind: string }[]) => changed.map(({ tag, kind }) => `${tag} ${kind}`)
    // The document was fetched, and no rules were made of it.
    expect(change.byTarget.map(({ kind }: { kind: string }) => kind)).toEqual(['new', 'new'])
    expect(kinds(snapshot.delta.changes)).toEqual(['AzureResourceManager changed'])
    const built = await tagwall(folder, ['build', '--json'])
    expect(JSON.parse(built.out).change.headline).toBe('nothing changes')
  })

  test('reads standard input, dated by the day', async () => {
    const folder = workplace()
    const { code } = await tagwall(folder, ['update', '--from', '-'], { stdin: GOOD, date: '2026-01-05' })
    expect(code).toBe(0)
    expect(readdirSync(join(folder, 'snapshots/public'))).toEqual(['2026-01-05.json'])
  })

  test('leaves no temporary file behind when a target cannot be written', async () => {
    const folder = workplace()
    mkdirSync(join(folder, 'rules/data.json'), { recursive: true })
    const { code } = await tagwall(folder, ['update', '--from', OCTOBER])
    expect(code).toBe(2)
    expect(contentsOf(folder)).toEqual(
      contentsOf(folderWith({ 'tagwall.yaml': POLICY, [OCTOBER]: GOOD, [NOVEMBER]: NEWER })),
    )
  })
})

describe('diff', () => {
  const gained = `Public 2025-10-06 (change number 7) -> Public 2025-11-10 (change number 7)

AzureResourceManager: 3 IPv4 and 0 IPv6 -> 3 IPv4 and 0 IPv6
  - 52.60.113.64/27  32 addresses
  + 52.60.113.96/27  32 addresses

1 of 1 tag changed: +1 -1 prefixes, +32 -32 IPv4 addresses, +0 -0 IPv6 addresses
`
  test.for<[argv: string[]]>([
    [['diff']],
    [['diff', '2025-10-06']],
    [['diff', '2025-10-06', '2025-11-10']],
    [['diff', 'previous', 'latest']],
    [['diff', OCTOBER, NOVEMBER]],
    [['diff', 'snapshots/public/2025-10-06.json', NOVEMBER]],
  ])('compares by date, word, snapshot file or published file: %s', async ([argv]) => {
    const folder = workplace()
    await tagwall(folder, ['fetch', '--from', OCTOBER])
    await tagwall(folder, ['fetch', '--from', NOVEMBER])
    expect(await tagwall(folder, argv)).toEqual({ code: 0, out: gained, err: '' })
    expect((await tagwall(folder, [...argv, '--exit-code'])).code).toBe(1)
  })

  test('has a stable JSON', async () => {
    await expectPage('diff-json.txt', [
      ['diff', ...printed(await tagwall(workplace(), ['diff', OCTOBER, NOVEMBER, '--json']))],
    ])
  })
})

describe('emit', () => {
  test('prints one file and nothing else', async () => {
    const folder = workplace()
    await tagwall(folder, ['fetch', '--from', OCTOBER])
    expect(await tagwall(folder, ['emit', 'plain'])).toEqual({
      code: 0,
      out: '20.151.100.0/30\n20.151.100.8/32\n52.60.113.64/27\n',
      err: '',
    })
  })

  test('lists the files of a vendor that makes several', async () => {
    const { code, out, err } = await tagwall(folderWith(), ['emit', 'iptables'])
    expect({ code, out, err }).toEqual({
      code: 2,
      out: '',
      err: `tagwall: iptables makes 3 files; choose one:
  --part rules --family ipv4
  --part rules --family ipv6
  --part hook
`,
    })
  })

  test.for<[argv: string[], first: string]>([
    [['emit', 'iptables', '--family', 'ipv6'], '# Azure service tags Public'],
    [['emit', 'iptables', '--part', 'hook'], '#!/bin/sh'],
    [
      ['emit', 'iptables', '--part', 'rules', '--family', 'ipv4', '--set', 'match=ipset'],
      '# Azure service tags Public',
    ],
    [['emit', 'list', '--family', 'ipv6', '--snapshot', '2024-01-01'], '2603:1000:'],
    [['emit', 'list', '--set', 'form=sets', '--part', 'allowmcroutboundaccess'], '4.'],
    [['emit', 'nsg', '--cloud', 'china'], '{'],
  ])('picks one: %s', async ([argv, first]) => {
    const { code, out } = await tagwall(folderWith(), argv)
    expect({ code, first: out.slice(0, first.length) }).toEqual({ code: 0, first })
  })
})

describe('a vendor of the user', () => {
  const manifest = JSON.stringify({ title: 'Mine', artefacts: [{ part: 'all', template: 'all.hbs' }] })
  const mine = (template: string) =>
    folderWith({
      'tagwall.yaml': POLICY,
      [OCTOBER]: GOOD,
      'mine/acme/vendor.json': manifest,
      'mine/acme/all.hbs': template,
    })

  test('works like a shipped one', async () => {
    const folder = mine('{{#each rules}}{{#each prefixes}}permit {{cidr}}\n{{/each}}{{/each}}')
    await tagwall(folder, ['fetch', '--from', OCTOBER])
    expect(await tagwall(folder, ['emit', 'acme', '--vendors', 'mine'])).toEqual({
      code: 0,
      out: 'permit 20.151.100.0/30\npermit 20.151.100.8/32\npermit 52.60.113.64/27\n',
      err: 'warning: target "acme": vendor acme has no reader, so its files are not proved\n',
    })
    const refused = await tagwall(folder, ['emit', 'acme', '--vendors', 'mine', '--require-proof'])
    expect(refused.code).toBe(2)
    expect(refused.out).toBe('')
  })

  test('has deltas that nothing follows: --require-proof refuses them', async () => {
    const folder = mine('{{#each rules}}{{#each prefixes}}{{cidr}}\n{{/each}}{{/each}}')
    const deltas = [{ part: 'all', template: 'delta.hbs' }]
    const items = [{ each: 'cover', make: '{{cidr}}' }]
    const files = {
      'mine/acme/vendor.json': JSON.stringify({ ...JSON.parse(manifest), items, deltas, recognise: ['^(?:add )?\\d'] }),
      'mine/acme/delta.hbs': '{{#each changed.cover}}add {{cidr}}\n{{/each}}',
      'mine/acme/package.json': '{ "type": "module" }',
      'mine/acme/reader.js': `export const read = ([{ part, text }], { kit }) =>
        ({ rules: [], lists: [{ part, addresses: kit.setOfTexts(text.trim().split('\\n')) }], notes: [] })`,
      'tagwall.yaml': POLICY.replace(/targets:.*/s, 'targets: [{ name: edge, vendor: acme, out: edge.txt }]\n'),
    }
    for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text)
    await tagwall(folder, ['fetch', '--from', OCTOBER])
    const build = ['build', '--vendors', 'mine', '--require-proof']
    expect(await tagwall(folder, build)).toMatchObject({ code: 0 })
    const before = readFileSync(join(folder, 'edge.txt'), 'utf8')
    const wider = files['tagwall.yaml'].replace('tags:', 'prefixes: [198.51.100.0/24], tags:')
    writeFileSync(join(folder, 'tagwall.yaml'), wider)
    expect(await tagwall(folder, build)).toMatchObject({
      code: 2,
      err: expect.stringContaining(
        'the rules are not proved, so nothing is written: target "edge": the reader of acme has no model of the device, so its commands are not proved',
      ),
    })
    expect(readFileSync(join(folder, 'edge.txt'), 'utf8')).toBe(before)
    expect(existsSync(join(folder, 'edge.delta.txt'))).toBe(false)
  })

  test('is refused when its template has a misspelt field', async () => {
    const folder = mine('{{#each rulse}}permit any{{/each}}\n')
    await tagwall(folder, ['fetch', '--from', OCTOBER])
    const { code, out, err } = await tagwall(folder, ['emit', 'acme', '--vendors', 'mine'])
    expect({ code, out, err: err.replaceAll(folder, 'FOLDER') }).toEqual({
      code: 2,
      out: '',
      err: 'tagwall: cannot render the template FOLDER/mine/acme/all.hbs: unknown field "rulse" at 1:8; did you mean "rules"?\n',
    })
  })

  describe('that extends a shipped one', () => {
    const CHAIN = readFileSync(join(SHIPPED.vendors, 'iptables/_chain.hbs'), 'utf8')
    const EXTENDS = { extends: 'iptables', title: 'Ours', options: { chain: { default: 'OURS' } } }
    /** What `emit` says of a vendor with these files. */
    const emitted = async (vendor: string, files: Readonly<Record<string, string>>) => {
      const texts = Object.entries(files).map(([file, text]) => [`mine/${vendor}/${file}`, text])
      const folder = folderWith({ 'tagwall.yaml': POLICY, [OCTOBER]: GOOD, ...Object.fromEntries(texts) })
      await tagwall(folder, ['fetch', '--from', OCTOBER])
      return tagwall(folder, ['emit', vendor, '--vendors', 'mine', '--family', 'ipv4', '--require-proof'])
    }

    test.for(['ours', 'iptables'])('as %s is proved by its reader', async (name) => {
      const { code, out, err } = await emitted(name, {
        'vendor.json': JSON.stringify(EXTENDS),
        '_chain.hbs': CHAIN.replaceAll('"{{../name}}"', '"azure {{../name}}"'),
      })
      expect({ code, unproved: /not proved/.test(err) }).toEqual({ code: 0, unproved: false })
      expect(out.match(/^-A .* --comment .*$/gm)).toEqual([
        '-A OURS-OUT-150 -d 20.151.100.0/30 -m comment --comment "azure Manage" -j ACCEPT',
        '-A OURS-OUT-150 -d 20.151.100.8/32 -m comment --comment "azure Manage" -j ACCEPT',
        '-A OURS-OUT-150 -d 52.60.113.64/27 -m comment --comment "azure Manage" -j ACCEPT',
      ])
    })

    test('is refused when its own template means something else', async () => {
      const { code, out, err } = await emitted('ours', {
        'vendor.json': JSON.stringify(EXTENDS),
        '_chain.hbs': CHAIN.replaceAll('{{cidr}}', '20.0.0.0/8'),
      })
      expect({ code, out }).toEqual({ code: 2, out: '' })
      expect(err).toMatch(
        /^tagwall: the rules of ours are not proved, .* rule "Manage": missing: 52\.60\.113\.64\/27; /,
      )
    })

    test('names its own template with an unknown field, which a shipped one uses', async () => {
      const { code, err } = await emitted('ours', { 'vendor.json': JSON.stringify(EXTENDS), '_chain.hbs': '{{nmae}}' })
      expect(code).toBe(2)
      expect(err).toMatch(
        /^tagwall: cannot render the template \S+\/ours\/_chain\.hbs: unknown field "nmae" at 1:2; did you mean "name"\?\n$/,
      )
    })
  })

  test('that holds IPv4 only is refused without a family, with what to do', async () => {
    const folder = folderWith({
      'tagwall.yaml': POLICY,
      [OCTOBER]: GOOD,
      'mine/acme/vendor.json': manifest.replace('{', '{ "families": ["ipv4"], '),
      'mine/acme/all.hbs': '{{#each prefixes}}permit {{address}} {{wildcard}}{{#if isHost}} host{{/if}}\n{{/each}}',
    })
    await tagwall(folder, ['fetch', '--from', OCTOBER])
    expect(await tagwall(folder, ['emit', 'acme', '--vendors', 'mine'])).toEqual({
      code: 2,
      out: '',
      err: 'tagwall: acme: acme holds only ipv4; set "family: ipv4" in the target (or --family ipv4), and use another vendor for the rest\n',
    })
    const path = join(folder, 'mine/acme/vendor.json')
    const old = '"options": { "old": { "type": "boolean", "help": "an old one", "default": true } }'
    const held = `{ ${old}, "families": [{ "when": { "old": true }, "families": ["ipv4"] }], `
    writeFileSync(path, manifest.replace('{', held))
    expect((await tagwall(folder, ['emit', 'acme', '--vendors', 'mine'])).err).toBe(
      'tagwall: acme: acme with old=true holds only ipv4; set "family: ipv4" in the target (or --family ipv4), and use another vendor for the rest\n',
    )
    expect((await tagwall(folder, ['emit', 'acme', '--vendors', 'mine', '--set', 'old=false'])).code).toBe(0)
    const { code, out } = await tagwall(folder, ['emit', 'acme', '--vendors', 'mine', '--family', 'ipv4'])
    expect({ code, out }).toEqual({
      code: 0,
      out: 'permit 20.151.100.0 0.0.0.3\npermit 20.151.100.8 0.0.0.0 host\npermit 52.60.113.64 0.0.0.31\n',
    })
  })
})

describe('lookup', () => {
  const PIECES = published(
    'Halves=20.0.0.0/25,20.0.0.128/25 Half=20.0.0.0/25 Wider=20.0.0.0/23 Quarters=20.0.0.0/26,20.0.0.64/26,20.0.0.192/26',
    1,
  )
  const FILES = {
    'mine.txt': '# ours\n20.40.2.70 # the store\n\n',
    'bad.txt': '20.40.2.70\nx\n',
    'pieces/ServiceTags_Public_20251110.json': PIECES,
  }
  const LINES = [
    `20.40.2.70 20.151.100.0/29 8.8.8.8 --from ${OCTOBER}`,
    `20.40.2.70 --from ${OCTOBER}`,
    `8.8.8.8 --from ${OCTOBER}`,
    `20.151.100.0/29 --from ${OCTOBER}`,
    // From files and standard input, one per line.
    `mine.txt - --from ${OCTOBER}`,
    `mine.txt - --summary --from ${OCTOBER}`,
    'mine.txt yours.txt',
    'bad.txt',
    // A tag that holds all of a prefix in several pieces.
    '20.0.0.0/24 --from pieces/ServiceTags_Public_20251110.json',
    '20.0.0.0/24 --from pieces/ServiceTags_Public_20251110.json --json',
  ]

  test('lists the tags that hold an address, most specific first, and those that hold a part of a prefix', async () => {
    const folder = workplace()
    for (const [name, text] of Object.entries(FILES)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true })
      writeFileSync(join(folder, name), text)
    }
    const rows: [name: string, ...texts: string[]][] = []
    for (const line of LINES)
      rows.push([
        line,
        ...printed(await tagwall(folder, ['lookup', ...line.split(' ')], { stdin: '20.151.100.0/29\n' })),
      ])
    await expectPage('lookup.txt', rows)
  })

  test('a snapshot comes from standard input too, and from a file whose name is a word for another one', async () => {
    const snapshot = readFileSync(join(SHIPPED.snapshots, 'public/2024-01-01.json'), 'utf8')
    const folder = folderWith({ latest: snapshot })
    for (const from of ['-', 'latest']) {
      const { code, out, err } = await tagwall(folder, ['lookup', '8.8.8.8', '--from', from], { stdin: snapshot })
      expect({ code, err }).toEqual({ code: 1, err: '' })
      expect(out).toBe('8.8.8.8/32\n  in no tag of the snapshot of 2024-01-01, which keeps only the tags in use\n')
    }
  })
})

describe('list', () => {
  test('shows the shipped history if there is no other', async () => {
    const { out } = await tagwall(folderWith(), ['list', 'snapshots'])
    const [note, head, ...rows] = out.trimEnd().split('\n')
    expect([note, head]).toEqual([
      'these snapshots are shipped with tagwall',
      'published   change number  tags  IPv4 prefixes  IPv6 prefixes  gained  lost',
    ])
    expect(rows.length).toBeGreaterThanOrEqual(19)
    expect(rows[0]).toBe('2024-01-01            287     4            488            316')
  })

  test('shows one snapshot, and what changed with it', async () => {
    const { out } = await tagwall(folderWith(), ['list', 'snapshots', '2024-02-05'])
    expect(out.trimEnd().split('\n').slice(1)).toEqual([
      'published   change number  tags  IPv4 prefixes  IPv6 prefixes  gained  lost',
      '2024-02-05            292     4            494            323     +13    -0',
    ])
  })

  test('vendors stand below their kind', async () => {
    const { out } = await tagwall(folderWith(), ['list', 'vendors'])
    expect(out).toMatch(/^firewalls and routers\n(?: {2}\S.*\n)* {2}paloalto .*\n/)
    expect(out).toMatch(/\n\nlists and data for other programs\n(?: {2}\S.*\n)* {2}list /)
  })

  test.for(['snapshots', 'tags', 'vendors', 'policies'])('has JSON: %s', async (what) => {
    const { code, out } = await tagwall(folderWith(), ['list', what, '--json'])
    expect(code).toBe(0)
    expect(Object.keys(JSON.parse(out)).length).toBeGreaterThan(0)
  })

  test('shows the rules of a policy with their own prefixes, exceptions and denials', async () => {
    const rules = [
      '{ name: Mirror, tags: [Sql], prefixes: [198.51.100.0/24], except: [198.51.100.8/32], direction: both, ports: [443], priority: 1, local: [10.20.0.0/16] }',
      '{ name: Block, tags: [Storage], direction: outbound, protocol: any, action: deny, priority: 2, local: { object: k8s }, owner: me }',
    ]
    const folder = folderWith({ 'p.yaml': `rules:\n${rules.map((rule) => `  - ${rule}\n`).join('')}` })
    const list = ['list', 'policies', 'p.yaml']
    await expectPage('list-policies.txt', [
      ['as a table', ...printed(await tagwall(folder, list))],
      ['as JSON', ...printed(await tagwall(folder, [...list, '--json']))],
    ])
  })

  test('shows a vendor with its options', async () => {
    const { out } = await tagwall(folderWith(), ['list', 'vendors', 'list'])
    expect(out).toMatch(/^list: Plain CIDRs, one per line, for URL tables, threat feeds and scripts$/m)
    expect(out).toMatch(/^ {2}form {2}all \| sets {2}default all {2}how many files$/m)
  })

  test('shows the files, limits and models of a vendor, with their sources', async () => {
    await expect((await tagwall(folderWith(), ['list', 'vendors', 'paloalto'])).out).toMatchFileSnapshot(
      'list-paloalto.expected.txt',
    )
    const { out } = await tagwall(folderWith(), ['list', 'vendors', 'paloalto', '--json'])
    expect(JSON.parse(out).manifest.models['pan-os-6']).toEqual({
      help: 'PAN-OS before 7.0',
      limits: {
        groupMembers: {
          max: 500,
          source: 'PaloAltoNetworks/pan-os-php utils/common/actions-address.php',
          unverified: false,
        },
      },
    })
  })
})

test('a build through a symbolic link to the folder is the same build', async () => {
  const folder = workplace()
  await tagwall(folder, ['update', '--from', OCTOBER])
  const link = join(folderWith(), 'link')
  symlinkSync(folder, link)
  const { code, err } = await tagwall(link, ['build', '--exit-code'])
  expect(code).toBe(0)
  expect(err).not.toContain('written')
  expect(existsSync(join(folder, 'rules/plain.txt'))).toBe(true)
})

test.for([
  ['fetch', '--from', OCTOBER],
  ['build'],
  ['update', '--from', NOVEMBER],
  ['init', '--yes'],
  ['vendor', 'new', 'mine', '--dir', 'mine'],
])('--quiet: %s %s %s prints warnings at most', async (argv) => {
  const folder = argv[0] === 'init' ? folderWith() : workplace()
  if (argv[0] === 'build') await tagwall(folder, ['fetch', '--from', OCTOBER])
  const { code, out, err } = await tagwall(folder, [...argv, '--quiet'])
  expect({ code, out }).toEqual({ code: 0, out: '' })
  expect(err.split('\n').filter((line) => line !== '' && !line.startsWith('warning: '))).toEqual([])
  expect((await tagwall(folder, [...argv, '--quiet', '--json'])).code).toBe(2)
})
