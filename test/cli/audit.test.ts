import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ROOT } from '../fixtures.ts'
import { folderWith, tagwall } from './harness.ts'

// What each vendor emits is what a device would run: so it is audited as if a device ran it. The snapshots are shipped
// ones; --snapshot fixes the newest, so that a new one changes nothing here.

const NEWEST = '2025-11-10'
const AT = ['--snapshots', join(ROOT, 'snapshots'), '--snapshot', NEWEST]

// Not iptables: its files have no built-in chains. test/kernel/load.long.test.ts audits what a kernel that loaded them saves.
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
    parts.map((part) =>
      tagwall(folder, ['emit', vendor, ...setting, ...part, ...AT.slice(0, 2), '--snapshot', snapshot]),
    ),
  )
  const names = texts.map((_, index) => `running.${index}`)
  const files = Object.fromEntries(texts.map(({ out }, index) => [names[index] as string, out]))
  return { folder: folderWith(files), names, files }
}

describe('a device that runs what is emitted', () => {
  test.for(VENDORS)('has no findings at the newest snapshot: %s %s', async (vendor) => {
    const { folder, names } = await deviceAt(NEWEST, vendor)
    const { code, out } = await tagwall(folder, ['audit', vendor[0], ...names, ...AT])
    expect({ code, out }).toEqual({
      code: 0,
      out: `policy arc-kubernetes on Public 2025-11-10 (change number 376)

this device matches the snapshot of 2025-11-10, the newest
no findings: the device allows what the policy asks, and no more
`,
    })
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

  test('has stale addresses where the tags lost some, and --since bounds how far back they are looked for', async () => {
    const { folder, names } = await deviceAt('2025-07-07', ['fortigate', [], [[]]])
    const { out } = await tagwall(folder, ['audit', 'fortigate', ...names, ...AT, '--json'])
    expect(JSON.parse(out).matches.document.published).toBe('2025-07-07')
    expect(JSON.parse(out).stale.length).toBeGreaterThan(0)
    const since = await tagwall(folder, ['audit', 'fortigate', ...names, ...AT, '--since', '2025-08-04', '--json'])
    expect(JSON.parse(since.out).matches).toBeNull()
  })

  test('by tag name is at the newest', async () => {
    const { folder, names } = await deviceAt('2024-01-01', ['nsg', [], [[]]])
    expect((await tagwall(folder, ['audit', 'nsg', ...names, ...AT])).code).toBe(0)
  })

  test('with a chain of its own is read from there', async () => {
    const { folder, names } = await deviceAt(NEWEST, [
      'iptables',
      [],
      [
        ['--family', 'ipv4'],
        ['--family', 'ipv6'],
      ],
    ])
    const { out } = await tagwall(folder, ['audit', 'iptables', ...names, ...AT, '--chain', 'TAGWALL-OUT', '--json'])
    const { missing } = JSON.parse(out)
    expect(missing.map(({ rule }: { rule: string }) => rule)).toEqual(['AllowAzureFrontDoorFirstPartyAccess-in'])
  })
})

describe('a file that is no such configuration', () => {
  const files = {
    'empty.txt': '',
    'binary.bin': 'PK\u0003\u0004\u0000\u0000',
    'forti.conf': 'config firewall policy\n    edit 1\n    next\nend\n',
    'save.txt': '*filter\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n',
    'prose.txt': 'Dear colleague,\n',
    'cut.json': '{ "securityRules": [ { "name": "x"',
  }
  test.for<[argv: string[], message: string]>([
    [['nsg', 'empty.txt'], 'empty.txt is empty'],
    [['nsg', 'binary.bin'], 'binary.bin is binary, not a configuration in text'],
    [['nsg', 'nowhere.json'], 'there is no file nowhere.json'],
    [
      ['nsg', 'forti.conf'],
      'forti.conf does not look like a configuration of nsg: it looks like Fortinet FortiGate, FortiOS 6.4 or newer: a CLI script or threat feeds; try "tagwall audit fortigate forti.conf"',
    ],
    [
      ['paloalto', 'save.txt'],
      'save.txt does not look like a configuration of paloalto: it looks like iptables-restore and ipset input for Linux; try "tagwall audit iptables save.txt"',
    ],
    [['fortigate', 'prose.txt'], 'prose.txt does not look like a configuration of fortigate'],
    [['nsg', 'cut.json'], 'nothing in cut.json could be read as nsg: line 1 ends in the middle of the JSON'],
    [['nsg', 'cut.json', '--vdom', 'root'], 'an audit of nsg has no --vdom'],
    [
      ['fortigate', 'forti.conf', '--vsys', 'vsys1'],
      'an audit of fortigate has no --vsys; it has --from-zone, --to-zone, --vdom',
    ],
    [['iptables', 'save.txt', '--since', '2020-01-01'], 'there is no snapshot 2020-01-01'],
  ])('is refused with one sentence: %s', async ([argv, message]) => {
    expect(await tagwall(folderWith(files), ['audit', ...argv])).toEqual({
      code: 2,
      out: '',
      err: `tagwall: ${message}\n`,
    })
  })
})
