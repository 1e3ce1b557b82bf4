import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type ProtocolPorts, trafficText } from '../../src/model/traffic.ts'
import { SHIPPED } from '../../src/paths.ts'
import { readVendor } from '../../src/vendor/vendor.ts'
import { DOCUMENTS, HAS_DOCUMENTS, ROOT } from '../fixtures.ts'
import { expectPage } from '../golden-page.ts'
import { contentsOf, folderWith, printed, tagwall } from './harness.ts'

// What each vendor emits is what a device would run: so it is audited as if a device ran it. The snapshots are shipped
// ones; --snapshot fixes the newest, so that a new one changes nothing here.

const NEWEST = '2025-11-10'
const AT = ['--snapshot', NEWEST]

// Not iptables and nftables: their files have no chains that drop what they do not accept. test/kernel/load.long.test.ts audits what a kernel that loaded them saves.
const VENDORS: readonly [vendor: string, setting: string[], parts: string[][]][] = [
  ['nsg', ['--set', 'mode=prefixes'], [[]]],
  ['nsg', ['--set', 'mode=prefixes', '--set', 'form=array'], [[]]],
  ['paloalto', [], [[]]],
  ['paloalto', ['--set', 'form=xml'], [[]]],
  ['fortigate', [], [[]]],
  ['json', [], [[]]],
]

/** A folder with the files that a vendor makes of one snapshot, and their names. */
async function deviceAt(snapshot: string, [vendor, setting, parts]: (typeof VENDORS)[number]) {
  const folder = folderWith()
  const texts = await Promise.all(
    parts.map((part) => tagwall(folder, ['emit', vendor, ...setting, ...part, '--snapshot', snapshot])),
  )
  const names = texts.map((_, index) => `running.${index}`)
  const files = Object.fromEntries(texts.map(({ out }, index) => [names[index] as string, out]))
  return { folder: folderWith(files), names, files }
}

describe('a device with emitted rules', () => {
  test.for(VENDORS)('has no findings at the newest snapshot: %s %s', async (vendor) => {
    const { folder, names } = await deviceAt(NEWEST, vendor)
    const { code, out } = await tagwall(folder, ['audit', vendor[0], ...names, ...AT])
    expect({ code, out }).toEqual({
      code: 0,
      out: `policy arc-kubernetes on Public 2025-11-10 (change number 376)

on the addresses and ports of the policy, this device matches the snapshot of 2025-11-10, the newest
no findings: for the addresses of the policy, the device allows exactly what the policy allows
compared: outbound and inbound, every port of TCP and UDP, rules for any protocol, IPv4 and IPv6, with the snapshot of 2025-11-10
not looked at: ${readVendor(vendor[0], [SHIPPED.vendors]).unaudited.join(', ')}
`,
    })
  })

  // That of 2025-11-10 changes nothing for this policy, so its rules are those of the week before.
  test('is at the newest only if no snapshot is newer than the compared one', async () => {
    const { folder } = await deviceAt('2025-09-01', ['json', [], [[]]])
    const lastLines = async (snapshot: string) => {
      const { out } = await tagwall(folder, ['audit', 'json', 'running.0', '--snapshot', snapshot])
      return out.split('\n').filter((line) => line.startsWith('on the addresses'))
    }
    expect(await lastLines('2025-09-01')).toEqual([
      'on the addresses and ports of the policy, this device matches the snapshot of 2025-09-01; the newest is that of 2025-11-10',
    ])
    expect(await lastLines('2025-10-06')).toEqual([
      'on the addresses and ports of the policy, this device matches the snapshot of 2025-09-01; 10 prefixes behind that of 2025-10-06',
    ])
  })

  test.for(VENDORS)('is known to be at an older snapshot: %s %s', async (vendor) => {
    const { folder, names } = await deviceAt('2025-09-01', vendor)
    const { code, out } = await tagwall(folder, ['audit', vendor[0], ...names, ...AT, '--json'])
    const { missing, stale, wider, notUnderstood, matches } = JSON.parse(out)
    expect(code).toBe(1)
    expect(matches).toEqual({
      document: { cloud: 'public', published: '2025-09-01', changeNumber: 369 },
      prefixesBehind: 14,
    })
    expect(stale).toEqual([])
    expect(wider).toEqual([])
    expect(notUnderstood).toEqual([])
    expect(missing.map(({ rule }: { rule: string }) => rule).sort()).toEqual([
      'AllowAzOutboundAccess',
      'AllowMCROutboundAccess',
    ])
    const prefixes = missing.flatMap(
      ({ ipv4, ipv6 }: { ipv4: { prefixes: string[] }; ipv6: { prefixes: string[] } }) => [
        ...ipv4.prefixes,
        ...ipv6.prefixes,
      ],
    )
    expect(prefixes.length).toBe(14)
  })

  test('has stale addresses that the tags lost, and --oldest limits the search', async () => {
    const { folder, names } = await deviceAt('2025-07-07', ['fortigate', [], [[]]])
    const { out } = await tagwall(folder, ['audit', 'fortigate', ...names, ...AT, '--json'])
    expect(JSON.parse(out).matches.document.published).toBe('2025-07-07')
    expect(JSON.parse(out).stale.length).toBeGreaterThan(0)
    const since = await tagwall(folder, ['audit', 'fortigate', ...names, ...AT, '--oldest', '2025-08-04', '--json'])
    expect(JSON.parse(since.out).matches).toBeNull()
  })

  test('by tag name is at the newest', async () => {
    const { folder, names } = await deviceAt('2024-01-01', ['nsg', [], [[]]])
    expect(
      (await tagwall(folder, ['audit', 'nsg', ...names, '--snapshots', join(ROOT, 'snapshots'), ...AT])).code,
    ).toBe(0)
  })

  test('with a custom chain is read from that chain', async () => {
    const { folder, names } = await deviceAt(NEWEST, [
      'iptables',
      [],
      [
        ['--family', 'ipv4'],
        ['--family', 'ipv6'],
      ],
    ])
    const { out } = await tagwall(folder, [
      'audit',
      'iptables',
      ...names,
      ...AT,
      '--narrow',
      'chain=TAGWALL-OUT',
      '--json',
    ])
    const { missing } = JSON.parse(out)
    expect(missing.map(({ rule }: { rule: string }) => rule)).toEqual(['AllowAzureFrontDoorFirstPartyAccess-in'])
  })
})

describe('a device with emitted nftables rules', () => {
  /** Base chains of somebody who drops by default, and jumps to the rules. */
  const YOURS = (['output', 'input'] as const)
    .map((hook, index) => {
      const rules = ['ct state established,related accept', `jump tagwall-${['outbound', 'inbound'][index]}`]
      return `chain ${hook} {\ntype filter hook ${hook} priority filter; policy drop;\n${rules.join('\n')}\n}`
    })
    .join('\n')
  const emitted = async (...setting: string[]) =>
    (await tagwall(folderWith(), ['emit', 'nftables', ...setting, ...AT])).out
  const audited = (text: string, ...argv: string[]) =>
    tagwall(folderWith(), ['audit', 'nftables', '-', ...AT, ...argv], { stdin: text })

  test('has no findings if it drops by default', async () => {
    const text = `${await emitted('--set', 'form=chains')}table inet tagwall {\n${YOURS}\n}\n`
    expect(await audited(text)).toMatchObject({ code: 0, err: '' })
  })

  test('has no findings in one chain', async () => {
    const text = await emitted('--set', 'form=chains')
    const { code, out } = await audited(text, '--narrow', 'chain=tagwall-outbound', '--json')
    const { missing, wider } = JSON.parse(out)
    expect({ code, wider }).toEqual({ code: 1, wider: [] })
    expect(missing.map(({ rule }: { rule: string }) => rule)).toEqual(['AllowAzureFrontDoorFirstPartyAccess-in'])
  })

  test('is open while nothing is dropped, and at the newest snapshot on the ports whose others are', async () => {
    const found = async (others: string) => {
      const { out } = await audited(await emitted('--set', `others=${others}`), '--json')
      const { missing, notUnderstood, wider, matches } = JSON.parse(out)
      const isWider = wider.some(({ rule }: { rule: string }) => rule === 'policy accept of output')
      return { missing, notUnderstood, isWider, published: matches?.document.published }
    }
    const nothing = { missing: [], notUnderstood: [] }
    expect(await found('count')).toEqual({ ...nothing, isWider: true, published: undefined })
    expect(await found('drop')).toEqual({ ...nothing, isWider: false, published: NEWEST })
  })

  test('lets nothing through that another table drops', async () => {
    const text = `${await emitted()}table ip other {\nchain o {\ntype filter hook output priority 10; policy drop;\n}\n}\n`
    const { out } = await audited(text, '--family', 'ipv4', '--json')
    expect(JSON.parse(out).missing.map(({ rule }: { rule: string }) => rule)).toContain('AllowAADOutboundAccess')
  })
})

/** What iptables emits for IPv4, as a kernel that has nothing else would save it. */
async function iptablesSave(extra: readonly string[] = []): Promise<string> {
  const { out } = await tagwall(folderWith(), ['emit', 'iptables', '--family', 'ipv4', ...AT])
  const hooks = ['-A OUTPUT -j TAGWALL-OUT', '-A INPUT -j TAGWALL-IN']
  return out
    .replace('*filter\n', '*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n:OUTPUT DROP [0:0]\n')
    .replace(/^-A/m, `${hooks.join('\n')}\n-A`)
    .replace(/^COMMIT$/m, [...extra, 'COMMIT'].join('\n'))
}

describe('a device whose rules allow more traffic than the policy', () => {
  const portsOf = (from: string, to: string) => (text: string) => text.replaceAll(from, to)
  const EDITS: Readonly<Record<string, readonly [vendor: string, edit: (text: string) => string]>> = {
    'nsg, every port': ['nsg', portsOf('"destinationPortRange": "443"', '"destinationPortRange": "*"')],
    'nsg, every protocol': ['nsg', portsOf('"protocol": "Tcp"', '"protocol": "*"')],
    'nsg, both': ['nsg', (text) => text.replaceAll('"protocol": "Tcp"', '"protocol": "*"').replaceAll('"443"', '"*"')],
    'nsg, a range': ['nsg', portsOf('"443"', '"80-443"')],
    'paloalto, any service': ['paloalto', (text) => text.replaceAll(/ service tcp-443$/gm, ' service any')],
    'fortigate, every service': ['fortigate', portsOf('set service "tcp-443"', 'set service "ALL"')],
    'json, a range': [
      'json',
      (text) =>
        text.replaceAll(/"ports": \[443\]|"first": 443,(\s+)"last": 443/g, (whole) =>
          whole.replace(/"first": 443/, '"first": 400').replace('[443]', '["400-443"]'),
        ),
    ],
  }

  test('is wider', async () => {
    const rows: [name: string, texts: string[]][] = []
    for (const [name, [vendor, edit]] of Object.entries(EDITS)) {
      const { files } = await deviceAt(NEWEST, [vendor, [], [[]]])
      const text = edit(files['running.0'] as string)
      expect(text).not.toBe(files['running.0'])
      const { code, out } = await tagwall(folderWith(), ['audit', vendor, '-', ...AT], { stdin: text })
      expect(code).toBe(1)
      rows.push([name, out.split('\n').filter((line) => /: opens |^findings/.test(line))])
    }
    await expectPage('audit-wider.txt', rows)
  })

  test('is wider: iptables without --dport, one finding for the many rules of one name', async () => {
    const text = (await iptablesSave()).replaceAll(/ -p tcp --dport 443| -p tcp -m tcp --dport 443/g, '')
    const { code, out } = await tagwall(folderWith(), ['audit', 'iptables', '-', '--family', 'ipv4', ...AT], {
      stdin: text,
    })
    const lines = out.split('\n').filter((line) => line.includes(' opens '))
    expect(code).toBe(1)
    expect(lines.map((line) => line.replace(/line \d+/, 'line N'))).toEqual([
      '  AllowAADOutboundAccess (standard input line N and 199 more), outbound: opens every tcp port but 443, all udp, other protocols to 56,820 IPv4 addresses of the policy',
      '  AllowAzOutboundAccess (standard input line N and 213 more), outbound: opens every tcp port but 443, all udp, other protocols to 67,265 IPv4 addresses of the policy',
      '  AllowAzureFrontDoorFirstPartyAccess (standard input line N and 41 more), outbound: opens every tcp port but 443, all udp, other protocols to 49,424 IPv4 addresses of the policy',
      '  AllowMCROutboundAccess (standard input line N and 175 more), outbound: opens every tcp port but 443, all udp, other protocols to 1,394 IPv4 addresses of the policy',
      '  AllowAzureFrontDoorFirstPartyAccess-in (standard input line N), inbound: opens every tcp port but 443, all udp, other protocols from 49,424 IPv4 addresses of the policy',
    ])
  })
})

const EXTRA = [
  '-A OUTPUT -d 203.0.113.0/24 -p udp --dport 53 -j ACCEPT',
  '-A OUTPUT -d 10.0.0.0/8 -j ACCEPT',
  '-A INPUT -s 192.168.0.0/16 -p tcp --dport 22 -m comment --comment ssh -j ACCEPT',
  '-A OUTPUT -d 198.51.100.1/32 -p tcp -m multiport --dports 80,8080,9000:9009 -m comment --comment proxy -j ACCEPT',
]
const JO = '-A OUTPUT -d 20.0.0.0/8 -p tcp --dport 443 -m comment --comment "Jo asked" -j ACCEPT'
const auditV4 = async (folder: string, extra: readonly string[], ...argv: string[]) =>
  tagwall(folder, ['audit', 'iptables', '-', '--family', 'ipv4', ...AT, ...argv], { stdin: await iptablesSave(extra) })
const BESIDE: readonly (readonly [what: string, extra: readonly string[], ...argv: string[]])[] = [
  ['on another port', ['-A OUTPUT -d 4.149.98.192/29 -p tcp --dport 8443 -j ACCEPT']],
  ['with none of the addresses of the policy', EXTRA],
  ['all of them', EXTRA, '--all'],
  ['as findings', EXTRA, '--strict'],
  ['in the JSON', EXTRA, '--json'],
]

test('rules beside those of the policy are told', async () => {
  const rows: [what: string, ...texts: string[]][] = []
  for (const [what, extra, ...argv] of BESIDE)
    rows.push([what, ...printed(await auditV4(folderWith(), extra, ...argv))])
  await expectPage('audit-beside.txt', rows)
})

describe('a baseline', () => {
  const BASELINE = `{
  "format": "tagwall-baseline-1",
  "policy": "arc-kubernetes",
  "accepted": [
    {
      "finding": "wider",
      "rule": "Jo asked",
      "direction": "outbound",
      "traffic": [
        "tcp 443"
      ],
      "prefixes": [
        "20.0.0.0/8"
      ]
    }
  ]
}
`

  const READ = ['--baseline', 'known.json']
  const WRITTEN = ['--write-baseline', 'known.json']
  /** One audit after the other, in one folder. */
  const SESSION: readonly (readonly [what: string, extra: readonly string[], argv: readonly string[]])[] = [
    ['is written with every finding', [...EXTRA, JO], WRITTEN],
    ['accepts these on other lines', ['', JO, ...EXTRA], READ],
    ['accepts these with an older document', [JO], [...READ, '--snapshot', '2025-10-06']],
    ['accepts no larger finding', [JO.replace('/8', '/7')], READ],
    ['accepts a smaller finding', [JO.replace('/8', '/9')], READ],
    ['accepts none on other ports', [JO.replace('443', '442:443')], READ],
    ['accepts none of another rule', [JO.replace('Jo asked', 'Jo asks')], READ],
    ['lists entries that no longer match', [], READ],
    ['lists entries that no longer match, in the JSON', [], [...READ, '--json']],
    ['holds rules outside the policy when it is written with --strict', EXTRA, ['--strict', ...WRITTEN]],
    ['accepts these with --strict', EXTRA, ['--strict', ...READ]],
    ['has these left over without', EXTRA, READ],
  ]

  test('accepts what was found when it was written, and no more', async () => {
    const folder = folderWith()
    const rows: [what: string, ...texts: string[]][] = []
    for (const [what, extra, argv] of SESSION) {
      const before = contentsOf(folder)['known.json']
      const texts = printed(await auditV4(folder, extra, ...argv))
      const known =
        contentsOf(folder)['known.json'] === before ? [] : [readFileSync(join(folder, 'known.json'), 'utf8')]
      rows.push([what, ...texts, ...known])
    }
    await expectPage('audit-baseline.txt', rows)
  })

  test('of every kind of finding is read as it was written', async () => {
    const folder = folderWith({ 'group.json': GROUP })
    const argv = ['audit', 'nsg', 'group.json', ...AT]
    const { out } = await tagwall(folder, [...argv, '--json', '--strict'])
    const found = JSON.parse(out)
    for (const kind of ['missing', 'stale', 'wider', 'opened', 'unresolved', 'notUnderstood', 'outside'])
      expect({ kind, count: found[kind].length }).toEqual({
        kind,
        count: expect.toSatisfy((count: number) => count > 0),
      })
    expect((await tagwall(folder, [...argv, '--strict', '--write-baseline', 'known.json'])).code).toBe(0)
    const text = readFileSync(join(folder, 'known.json'), 'utf8')
    expect((await tagwall(folder, [...argv, '--strict', '--baseline', 'known.json'])).code).toBe(0)
    await tagwall(folder, [...argv, '--strict', '--write-baseline', 'known.json'])
    expect(readFileSync(join(folder, 'known.json'), 'utf8')).toBe(text)
  })

  const BASELINES: readonly [text: string][] = [
    ['{'],
    [BASELINE.replace('baseline-1', 'baseline-2')],
    [BASELINE.replace('"rule"', '"rules"')],
    [BASELINE.replace('tcp 443', 'tcp 443-80')],
    [BASELINE.replace('tcp 443', 'tcp 70000')],
    [BASELINE.replace('20.0.0.0/8', '20.0.0.1/8')],
    [BASELINE.replace('arc-kubernetes', 'arc-servers')],
  ]

  test('is refused when it is not one', async () => {
    const rows: [name: string, text: string][] = []
    for (const [text] of BASELINES) {
      const { code, out, err } = await auditV4(folderWith({ 'bad.json': text }), [], '--baseline', 'bad.json')
      expect({ code, out }).toEqual({ code: 2, out: '' })
      rows.push([text.replaceAll(/\s+/g, ' '), err])
    }
    await expectPage('audit-baselines.txt', rows)
  })

  test.for(['tagwall.yaml', 'group.json'])('never replaces %s, which is no baseline', async (name) => {
    const folder = folderWith({ 'group.json': GROUP, 'tagwall.yaml': 'include: [arc-kubernetes]\n' })
    const before = contentsOf(folder)
    expect(await tagwall(folder, ['audit', 'nsg', 'group.json', ...AT, '--write-baseline', name])).toMatchObject({
      code: 2,
      out: '',
      err: `tagwall: ${name} exists and is not a baseline; choose another file for --write-baseline, or remove it\n`,
    })
    expect(contentsOf(folder)).toEqual(before)
  })

  test('that does not exist is refused', async () => {
    const { code, err } = await auditV4(folderWith(), [], '--baseline', 'none.json')
    expect({ code, err }).toEqual({ code: 2, err: 'tagwall: there is no file none.json\n' })
  })
})

const rule = (name: string, priority: number, more: object) => ({
  name,
  priority,
  direction: 'Outbound',
  access: 'Allow',
  protocol: 'Tcp',
  sourceAddressPrefix: 'VirtualNetwork',
  sourcePortRange: '*',
  destinationPortRange: '443',
  ...more,
})

/** A network security group with a finding of every kind. */
const GROUP = JSON.stringify({
  name: 'group',
  securityRules: [
    rule('cloud', 100, { destinationAddressPrefix: 'AzureCloud', destinationPortRange: '*' }),
    rule('AllowAADOutboundAccess', 110, {
      destinationAddressPrefixes: ['20.190.128.0/18', '13.87.16.0/26', '203.0.113.0/28'],
    }),
    rule('mine', 120, { destinationAddressPrefixes: ['20.190.128.0/17'] }),
    rule('resources', 130, { destinationAddressPrefix: 'AzureResourceManager', destinationPortRange: '*' }),
    rule('odd', 140, { destinationAddressPrefix: '*', sourcePortRange: '53' }),
    rule('partner', 150, { destinationAddressPrefix: '198.51.100.0/24' }),
  ],
})

describe('a tag that the snapshot does not have', () => {
  const group = (access: string) =>
    JSON.stringify({
      securityRules: [
        rule('cloud', 100, { access, destinationAddressPrefix: 'AzureCloud', destinationPortRange: '*' }),
      ],
    })

  test('is said', async () => {
    const rows: [access: string, text: string][] = []
    for (const access of ['Allow', 'Deny']) {
      const files = { 'group.json': group(access) }
      const { code, out } = await tagwall(folderWith(files), ['audit', 'nsg', 'group.json', ...AT])
      expect(code).toBe(1)
      rows.push([access, /^unresolved: .*\n(?: .*\n)*/m.exec(out)?.[0] ?? ''])
    }
    await expectPage('audit-unresolved.txt', rows)
  })

  test.skipIf(!HAS_DOCUMENTS)('is resolved from a published document', async () => {
    const document = join(DOCUMENTS, 'ServiceTags_Public_20251110.json')
    const argv = ['audit', 'nsg', 'group.json', '--snapshot', document, '--json']
    const { unresolved, opened, wider } = JSON.parse(
      (await tagwall(folderWith({ 'group.json': group('Allow') }), argv)).out,
    )
    expect(unresolved).toEqual([])
    expect(opened.map(({ traffic }: { traffic: ProtocolPorts }) => trafficText(traffic))).toEqual([
      'every tcp port but 443',
    ])
    expect(wider).toHaveLength(1)
    const denied = JSON.parse((await tagwall(folderWith({ 'group.json': group('Deny') }), argv)).out)
    expect(denied.unresolved).toEqual([])
  })
})

describe('the family of a target', () => {
  const POLICY = `rules:
  - { name: Arm, tags: [AzureResourceManager], direction: outbound, ports: [443], priority: 150 }
targets:
  - { name: edge, vendor: nsg, out: edge.json, family: ipv4, options: { mode: prefixes } }
`
  test('is what an audit of it compares', async () => {
    const folder = folderWith({ 'tagwall.yaml': POLICY })
    const { out } = await tagwall(folder, ['emit', 'edge', ...AT])
    const audited = await tagwall(folder, ['audit', 'edge', '-', ...AT], { stdin: out })
    expect(audited).toMatchObject({ code: 0, out: expect.stringContaining('IPv4 only, with the snapshot') })
    const both = await tagwall(folder, ['audit', 'nsg', '-', ...AT], { stdin: out })
    expect(both).toMatchObject({ code: 1, out: expect.stringContaining('findings: 1 missing\n') })
    const other = await tagwall(folder, ['audit', 'edge', '-', '--family', 'ipv6', ...AT], { stdin: out })
    expect(other).toMatchObject({ code: 1, out: expect.stringContaining('IPv6 only, with the snapshot') })
    const asked = await tagwall(folder, ['audit', 'nsg', '-', '--family', 'ipv4', ...AT], { stdin: out })
    expect(asked.code).toBe(0)
  })
})

// What readers do not understand stands in the pages of test/vendors.
test('a configuration that is partly not understood is audited, with notes', async () => {
  const EDL = ['from any', 'to any', 'source any', 'destination feed', 'application any', 'service any', 'action allow']
    .map((field) => `set rulebase security rules r ${field}\n`)
    .join('')
  const configurations = {
    list: '192.0.2.0/24\nlogin.example.com\n',
    paloalto: `set external-list feed type ip url https://example.com/list\n${EDL}`,
  }
  const rows: [name: string, text: string][] = []
  for (const [vendor, text] of Object.entries(configurations)) {
    const { code, out, err } = await tagwall(folderWith({ f: text }), ['audit', vendor, 'f', ...AT])
    expect({ vendor, code, err }).toEqual({ vendor, code: 1, err: '' })
    expect(out).toContain('missing: ')
    rows.push([vendor, /^not understood: .*\n(?: .*\n)*/m.exec(out)?.[0] ?? ''])
  }
  await expectPage('audit-not-understood.txt', rows)
})

test('of many notes with the same reason, the first ones are listed', async () => {
  const folder = folderWith({ f: `192.0.2.0/24\n${'login.example.com\n'.repeat(25)}` })
  const notesOf = async (...flags: string[]) =>
    /^not understood: .*\n((?: .*\n)*)/m.exec((await tagwall(folder, ['audit', 'list', 'f', ...AT, ...flags])).out)?.[1]
  const notes = (await notesOf())?.split('\n') ?? []
  expect([notes.length, notes[20]]).toEqual([
    22,
    '  and 5 more lines: "login.example.com" is not an IPv4 or IPv6 address; --all lists them',
  ])
  expect((await notesOf('--all'))?.split('\n')).toHaveLength(26)
})

describe('the advice about rules that do not count', () => {
  const save = (rule: string) =>
    `*filter\n:INPUT DROP [0:0]\n:OUTPUT DROP [0:0]\n-A OUTPUT -d 20.0.0.0/8 -p tcp ${rule.includes('--dport') ? rule : `--dport 443 ${rule}`} -j ACCEPT\nCOMMIT\n`
  const [ZONE, LOCAL] = [
    '--narrow fromZone=NAME and --narrow toZone=NAME',
    '(set `local` in the policy if it is about these): OUTPUT (line 4)',
  ]
  test.for<[name: string, rule: string, advice: string[]]>([
    ['is given where a rule is about an interface', '-o eth0', [ZONE]],
    ['is not given where a rule is about something else', '-m limit --limit 5/min', []],
    ['is not given where it would not be enough', '-o eth0 -m limit --limit 5/min', []],
    ['is given where a rule is about local addresses', '-s 10.0.0.0/24', [LOCAL]],
    ['is not given where that would not be enough', '-s 10.0.0.0/24 -m limit --limit 5/min', []],
    ['is not given where it is about traffic outside the policy', '-s 10.0.0.0/24 --dport 22', []],
  ])('%s', async ([, rule, advice]) => {
    const { out } = await tagwall(folderWith({ save: save(rule) }), ['audit', 'iptables', 'save', ...AT])
    expect([ZONE, LOCAL].filter((text) => out.includes(text))).toEqual(advice)
  })
})

describe('the notes of a reader', () => {
  // Each line of a configuration is something that a reading may have.
  const READER = `export default (files, { kit, narrow }) => {
  const reading = { rules: [], lists: [], notes: [], scopes: { fromZone: ['lan', 'wan', 'dmz'], toZone: ['lan', 'wan', 'dmz'], interface: ['eth0', 'eth1'] } }
  const place = (part, index) => ({ part, line: index + 1 })
  for (const { part, text } of files) for (const [index, line] of text.split('\\n').entries()) {
    const at = place(part, index)
    if (line.startsWith('banner')) reading.notes.push({ place: at, text: line, reason: 'is not understood', isHarmless: true })
    if (line.startsWith('feed')) reading.notes.push({ place: at, text: line, reason: 'has addresses that are elsewhere' })
    if (line.startsWith('foreign')) reading.notes.push({ place: at, text: line, reason: 'is of another device', isForeign: true })
    if (line.startsWith('zoned') && (narrow.interface ?? 'eth0') === 'eth0') reading.rules.push({
      name: line, place: at, direction: 'outbound', action: 'allow', protocol: 'tcp', ports: [{ first: 443, last: 443 }],
      remote: { addresses: kit.everything(), tags: [] }, ...(narrow.fromZone ? { coverage: 'whole' } : { coverage: 'part', isPartByZone: true }),
    })
  }
  return reading
}
`
  const MANIFEST = {
    title: 'Mine',
    artefacts: [{ part: 'all', template: 'all.hbs' }],
    recognise: ['^acme'],
    narrows: {
      fromZone: { help: 'Only from this zone', isZone: true },
      toZone: { help: 'Only to this zone', isZone: true },
      interface: { help: 'Only this interface' },
    },
  }
  const POLICY = `rules:
  - { name: Registry, tags: [MicrosoftContainerRegistry], direction: outbound, ports: [443], priority: 150 }
`
  const auditAcme = (config: string, ...argv: string[]) => {
    const files = {
      'mine/acme/vendor.json': JSON.stringify(MANIFEST),
      'mine/acme/all.hbs': '{{#each rules}}{{name}}\n{{/each}}',
      'mine/acme/reader.js': READER,
      'tagwall.yaml': POLICY,
    }
    return tagwall(folderWith(files), ['audit', 'acme', '-', '--vendors', 'mine', ...AT, ...argv], {
      stdin: `acme\n${config}\n`,
    })
  }

  const ZONED = 'zoned\nbanner hello\nbanner again'
  const LAN = ['--narrow', 'fromZone=lan']
  const NOTED: readonly (readonly [what: string, config: string, ...argv: string[]])[] = [
    ['lines that allow nothing are no findings', ZONED, ...LAN],
    ['lines that allow nothing are listed', ZONED, ...LAN, '--all'],
    ['a configuration without rules', 'feed of somebody'],
    ['rules of one zone that do not count are explained', 'zoned'],
    ['rules of one zone that count', 'zoned', ...LAN],
    ['a key of the vendor, which the rules have', 'zoned', ...LAN, '--narrow', 'interface=eth0'],
    ['a key of the vendor, which they do not have', 'zoned', ...LAN, '--narrow', 'interface=eth1'],
  ]

  test('are told, as findings or not', async () => {
    const rows: [what: string, ...texts: string[]][] = []
    for (const [what, config, ...argv] of NOTED) {
      const { harmless, notUnderstood, advice, wider } = JSON.parse((await auditAcme(config, ...argv, '--json')).out)
      const counts = { harmless: harmless.length, notUnderstood: notUnderstood.length, wider: wider.length, advice }
      rows.push([what, ...printed(await auditAcme(config, ...argv)), JSON.stringify(counts)])
    }
    await expectPage('audit-notes.txt', rows)
  })

  test('a text of another device is refused', async () => {
    const message = 'tagwall: standard input could not be read as acme: line 2 is of another device: foreign\n'
    expect(await auditAcme('foreign')).toEqual({ code: 2, out: '', err: message })
  })

  const NARROWED: readonly [argv: string[]][] = [
    [['--narrow', 'fromZone=LAN']],
    [['--narrow', 'fromZone=lan', '--narrow', 'toZone=wna']],
    [['--narrow', 'toZone=internet']],
    [['--narrow', 'interface=eth2']],
    [['--narrow', 'interface=dmz']],
    [['--narrow', 'interface=']],
    [['--narrow', 'intreface=eth0']],
    [['--narrow', 'area=eth0']],
    [['--narrow', '__proto__=eth0']],
    [['--narrow', 'vdom=root']],
  ]

  test('a part that does not exist is refused', async () => {
    const rows: [name: string, text: string][] = []
    for (const [argv] of NARROWED) {
      const { code, out, err } = await auditAcme('zoned', ...argv)
      expect({ argv, code, out }).toEqual({ argv, code: 2, out: '' })
      rows.push([argv.join(' '), err])
    }
    await expectPage('audit-narrowed.txt', rows)
  })
})

test.for([
  ['cisco-ios', 'version 15.2\nhostname r1\ninterface Ethernet0/0\n ip address 192.0.2.1 255.255.255.0\nline con 0\n'],
  ['arista-eos', '! device: leaf1 (vEOS-lab, EOS-4.32.0F)\nhostname leaf1\ninterface Ethernet1\n'],
] as const)('a configuration of %s without any rules is audited', async ([vendor, text]) => {
  const folder = folderWith({ 'running.txt': text })
  const { code, out } = await tagwall(folder, ['audit', vendor, 'running.txt', '--policy', 'arc-servers'])
  expect(code).toBe(1)
  expect(out).toContain('  running.txt line 1: configuration: ')
})

test('rules with conditions that are not compared are named next to the wider ones', async () => {
  const rule = (name: string, application: string) =>
    `set rulebase security rules ${name} from any to any source any destination any application ${application} service any action allow\n`
  // Only its ICMP is limited.
  const mixed =
    'match source-address any destination-address any application [ junos-icmp-ping junos-http ]; then permit'
  const policy = mixed.replace(/(?:match|then)/g, 'set security policies global policy p $&').replace('; ', '\n')
  const folder = folderWith({ 'running.txt': rule('Ping', 'ping') + rule('All', 'any'), 'srx.txt': `${policy}\n` })
  const audit = async (...argv: string[]) =>
    (await tagwall(folder, ['audit', 'paloalto', 'running.txt', '--policy', 'arc-servers', ...argv])).out
  const srx = await tagwall(folder, ['audit', 'juniper-srx', 'srx.txt', '--policy', 'arc-servers', '--json'])
  const { opened, advice } = JSON.parse(srx.out)
  expect([opened.map(({ rule }: { rule: string }) => rule), advice]).toEqual([['p', 'p'], []])
  const note =
    'these rules have more conditions, such as an application, a user, hours or source ports, which are not compared, so they may allow less: Ping (line 1)'
  expect(await audit()).toContain(`\n  note: ${note}\n\nfindings: `)
  expect(JSON.parse(await audit('--json')).advice).toEqual([note])
  // Rules with the same name, or with none, are told apart by their lines.
  const pf = 'block all\npass out quick proto tcp to port 443 user root\npass out quick proto tcp to port 80\n'
  expect((await tagwall(folder, ['audit', 'pf', '-', ...AT], { stdin: pf })).out).toContain(
    ' so they may allow less: unnamed rule (line 2)\n',
  )
})

describe('a file that is not a configuration of the vendor', () => {
  const files = {
    'empty.txt': '',
    'binary.bin': 'PK\u0003\u0004\u0000\u0000',
    'forti.conf': 'config firewall policy\n    edit 1\n    next\nend\n',
    'save.txt': '*filter\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n',
    'prose.txt': 'Dear colleague,\n',
    'cut.json': '{ "securityRules": [ { "name": "x"',
    'braces.txt': 'config {\n  devices {\n    localhost.localdomain {\n      deviceconfig {\n        system {\n',
    'eos.txt':
      '! device: leaf1 (vEOS-lab, EOS-4.32.0F)\nhostname leaf1\nip access-list web\n   10 permit ip any any\nipv6 access-list six\n',
  }
  const REFUSED: readonly [argv: string[]][] = [
    [['nsg', 'empty.txt']],
    [['nsg', 'binary.bin']],
    [['nsg', 'nowhere.json']],
    [['nsg', 'forti.conf']],
    [['paloalto', 'save.txt']],
    [['fortigate', 'prose.txt']],
    [['paloalto', 'braces.txt']],
    [['cisco-asa', 'eos.txt']],
    [['cisco-ios', 'eos.txt']],
    [['nsg', 'cut.json']],
    [['nsg', 'cut.json', '--narrow', 'vdom=root']],
    [['fortigate', 'forti.conf', '--narrow', 'vsys=vsys1']],
    [['iptables', 'save.txt', '--oldest', '2020-01-01']],
  ]

  test('is refused with one sentence', async () => {
    const rows: [name: string, text: string][] = []
    for (const [argv] of REFUSED) {
      const folder = folderWith(files)
      const before = contentsOf(folder)
      const { code, out, err } = await tagwall(folder, ['audit', ...argv])
      expect({ argv: argv.join(' '), code, out }).toEqual({ argv: argv.join(' '), code: 2, out: '' })
      expect(contentsOf(folder)).toEqual(before)
      rows.push([argv.join(' '), err.replaceAll(folder, 'FOLDER')])
    }
    await expectPage('audit-refusals.txt', rows)
  })

  test('is named if it is standard input', async () => {
    const errorOf = async (file: keyof typeof files) =>
      (await tagwall(folderWith(), ['audit', 'nsg', '-'], { stdin: files[file] })).err
    expect(await errorOf('cut.json')).toBe(
      'tagwall: standard input could not be read as nsg: line 1 ends in the middle of the JSON\n',
    )
    expect(await errorOf('prose.txt')).toMatch(/^tagwall: standard input does not look like a configuration of nsg; /)
  })
})

test('a rule without a name is called unnamed', async () => {
  const { out } = await tagwall(folderWith(), ['audit', 'pf', '-', ...AT], {
    stdin: 'block all\npass out quick to port 443\n',
  })
  expect(out).toMatch(/^ {2}unnamed rule \(standard input line 2\), outbound tcp 443: /m)
})
