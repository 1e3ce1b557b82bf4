import { describe, expect, test } from 'vitest'
import { formatPrefix, parsePrefix } from '../../src/address/prefix.ts'
import { everything, PrefixSet } from '../../src/address/prefix-set.ts'
import { audit } from '../../src/audit/audit.ts'
import { comparedReading } from '../../src/audit/compared-reading.ts'
import type { Audit, AuditExpectation, Opening } from '../../src/audit/values.ts'
import type { FoundRule, Reading } from '../../src/model/reading.ts'
import { type Flow, flowText, trafficText } from '../../src/model/traffic.ts'
import { expectEach, expectPage } from '../golden-page.ts'
import { randomFrom } from '../random.ts'
import { readingOf, rulesetOf, setOf, sidesIn, singly } from './notation.ts'

const show = (set: PrefixSet) =>
  set.count > everything().count / 2n ? 'nearly any' : set.prefixes.map(formatPrefix).join(' ')

const flowOf = (flow: Flow | undefined) => (flow ? flowText(flow) : 'list')

const WEB: AuditExpectation = {
  ruleset: rulesetOf('Web out tcp 443 192.0.2.0/24'),
  older: [],
  ownNames: [],
  tagPrefixes: (name) => (name.toLowerCase() === 'sql' ? setOf('192.0.2.0/24') : undefined),
}

/** The policy `Web out tcp 443 192.0.2.0/24`, which once was 192.0.2.0/23, against what a device has. */
const auditOf = (...found: string[]) => auditOfReading(readingOf(...found))

const auditOfReading = (reading: Reading, more: Partial<AuditExpectation> = {}) => {
  return showAudit(
    audit(
      {
        ...WEB,
        older: [{ ...rulesetOf('Web out tcp 443 192.0.2.0/23'), published: '2024-01-01' }],
        ownNames: ['Web'],
        ...more,
      },
      reading,
    ),
  )
}

function showAudit({ missing, stale, wider, opened, outside, unresolved, matches }: Audit): string[] {
  const reach = (kind: string) => (entry: Omit<Opening, 'objects'>) =>
    `${kind} ${entry.rule} ${entry.direction} ${trafficText(entry.traffic)} ${show(entry.addresses)}`
  return [
    ...missing.map(({ rule, flow, addresses, local }) => {
      return `missing ${rule} ${flowOf(flow)} ${show(addresses)}${local ? ` local ${show(local)}` : ''}`
    }),
    ...stale.map(({ rule, flow, addresses }) => `stale ${rule} ${flowOf(flow)} ${show(addresses)}`),
    ...wider.map(({ rule, flow, addresses, local, localObjects = [] }) => {
      const side = [local && show(local), ...localObjects].filter(Boolean).join(' ')
      return `wider ${rule} ${flowOf(flow)} ${show(addresses)}${side && ` local ${side}`}`
    }),
    ...opened.map(reach('opened')),
    ...unresolved.map(
      ({ rule, direction, action, tags }) => `unresolved ${rule} ${direction} ${action} ${tags.join()}`,
    ),
    ...outside.map(({ prefixes, ...entry }) => reach('outside')({ ...entry, addresses: PrefixSet.of(prefixes) })),
    ...(matches ? [`matches ${matches.document.published}, ${matches.behind} behind`] : []),
  ]
}

const UP_TO_DATE = 'matches 2025-11-10, 0 behind'

/** What is on a device, and below it what an audit finds. */
const shown = (name: string, found: readonly string[], findings: readonly string[]) =>
  [name, ...found, ...findings.map((line) => `=> ${line}`)] as const

test('finds in the rules of a device', async () => {
  await expectEach('rules.txt', (found) => auditOf(...found.split('\n')))
})

// Two rules of the policy, so that an address may be asked for on one port and not on the other.

test('compares rules of the policy on their own ports', async () => {
  const ruleset = rulesetOf('Web out tcp 443 192.0.2.0/25', 'Sql out tcp 1433 192.0.2.128/25')
  await expectEach('two-rules.txt', (found) => auditOfReading(readingOf(...found.split('\n')), { ruleset, older: [] }))
})

test('an address that left a rule on a port is stale there, even if another rule has it now', () => {
  const ruleset = rulesetOf('Web out tcp 443 192.0.2.0/25', 'Sql out tcp 1433 192.0.2.128/25')
  const older = [
    { ...rulesetOf('Web out tcp 443 192.0.2.0/24', 'Sql out tcp 1433 192.0.2.128/25'), published: '2024-01-01' },
  ]
  const found = readingOf('allow out tcp 443 192.0.2.0/24 x', 'allow out tcp 1433 192.0.2.128/25')
  expect(auditOfReading(found, { ruleset, older })).toEqual([
    'stale x outbound tcp 443 192.0.2.128/25',
    'matches 2024-01-01, 1 behind',
  ])
})

test('a rule with only addresses of an older snapshot is stale, not wider', () => {
  expect(auditOf('allow out tcp 443 192.0.2.0/24', 'allow out tcp 443 192.0.3.0/24,203.0.113.0/28 x')).toEqual([
    'stale x outbound tcp 443 192.0.3.0/24',
    'matches 2024-01-01, 1 behind',
  ])
})

test('a rule that is about the policy in one direction is not outside in the other', () => {
  expect(auditOf('allow out tcp 443 192.0.2.0/24 x @1', 'allow in tcp 443 203.0.113.0/24 x @1')).toEqual([UP_TO_DATE])
  expect(auditOf('allow out tcp 443 192.0.2.0/24 x @1', 'allow in tcp 443 203.0.113.0/24 x @2')).toEqual([
    'outside x inbound tcp 443 203.0.113.0/24',
    UP_TO_DATE,
  ])
})

test('keeps neighbouring ports apart on which other addresses are missing', () => {
  const ruleset = rulesetOf('Web out tcp 80-81 192.0.2.0/24')
  expect(auditOfReading(readingOf('allow out tcp 80 192.0.2.0/25'), { ruleset, older: [] })).toEqual([
    'missing Web outbound tcp 80 192.0.2.128/25',
    'missing Web outbound tcp 81 192.0.2.0/24',
  ])
})

// Fewer ports apart are two findings, on neighbouring ports one.
test.for<[ports: string, want: string[]]>([
  ['80-81', ['wider x outbound tcp 80-81 203.0.113.0/28']],
  ['80+82', ['wider x outbound tcp 80 203.0.113.0/28', 'wider x outbound tcp 82 203.0.113.0/28']],
])('prints the wider addresses on ports %s', ([ports, want]) => {
  const ruleset = rulesetOf(`Web out tcp ${ports} 192.0.2.0/24`)
  const found = auditOfReading(readingOf(`allow out tcp ${ports} 192.0.2.0/24,203.0.113.0/28 x`), {
    ruleset,
    older: [],
  })
  expect(found.filter((line) => !line.startsWith('matches'))).toEqual(want)
})

test.for<[ports: string, want: string[]]>([
  ['80-81', ['missing Web outbound tcp 80-81 192.0.2.0/24']],
  ['80+82', ['missing Web outbound tcp 80 192.0.2.0/24', 'missing Web outbound tcp 82 192.0.2.0/24']],
  ['80+81', ['missing Web outbound tcp 80-81 192.0.2.0/24']],
])('prints the missing addresses on ports %s', ([ports, want]) => {
  expect(auditOfReading(readingOf(), { ruleset: rulesetOf(`Web out tcp ${ports} 192.0.2.0/24`), older: [] })).toEqual(
    want,
  )
})

describe('of one family', () => {
  const both = '192.0.2.0/24,2001:db8::/32'
  const ruleset = rulesetOf(`Web out tcp 443 ${both}`)
  test.for<[family: 'ipv4' | 'ipv6' | undefined, found: string[], want: string[]]>([
    [undefined, ['allow out tcp 443 192.0.2.0/24'], ['missing Web outbound tcp 443 2001:db8::/32']],
    ['ipv4', ['allow out tcp 443 192.0.2.0/24'], [UP_TO_DATE]],
    ['ipv6', ['allow out tcp 443 192.0.2.0/24'], ['missing Web outbound tcp 443 2001:db8::/32']],
    ['ipv4', ['allow out tcp 443 192.0.2.0/24', 'allow out any * 2001::/16 x'], [UP_TO_DATE]],
    [
      'ipv4',
      [`allow out any * ${both} x`],
      ['opened x outbound every tcp port but 443, all udp, other protocols 192.0.2.0/24', UP_TO_DATE],
    ],
  ])('%s: %j', ([family, found, want]) => {
    expect(auditOfReading(readingOf(...found), { ruleset, older: [], family })).toEqual(want)
  })
})

describe('a list', () => {
  const ruleset = rulesetOf('Web out tcp 443 192.0.2.0/25', 'Call in udp 53 192.0.2.128/25')
  const older = [
    { ...rulesetOf('Web out tcp 443 192.0.2.0/25', 'Call in udp 53 192.0.3.0/24'), published: '2024-01-01' },
  ]
  test('has no direction', async () => {
    const LISTS = [
      ['192.0.2.0/24'],
      ['192.0.2.0/25', '192.0.2.128/25'],
      ['192.0.2.0/25'],
      ['192.0.2.0/23'],
      ['192.0.2.0/25,192.0.3.0/24'],
      ['192.0.2.0/24', '203.0.113.0/24'],
      [''],
    ]
    const found = (lists: readonly string[]) =>
      auditOfReading(
        { rules: [], lists: lists.map((text, index) => ({ part: `list${index}`, addresses: setOf(text) })), notes: [] },
        { ruleset, older },
      )
    await expectPage(
      'lists.txt',
      LISTS.map((lists) => shown('lists', lists, found(lists))),
    )
  })
})

/** A reading of lists by name. */
function namedLists(lists: Record<string, string>): Reading {
  const named = Object.entries(lists).map(([name, text]) => ({ part: 'file', name, addresses: setOf(text) }))
  return { rules: [], lists: named, notes: [] }
}

describe('lists by the names of sets', () => {
  const ruleset = rulesetOf('Web out tcp 443 192.0.2.0/25', 'Call.One in udp 53 192.0.2.128/25')
  const older = [
    { ...rulesetOf('Web out tcp 443 192.0.2.0/24', 'Call.One in udp 53 192.0.3.0/24'), published: '2024-01-01' },
  ]
  test('is compared with the rule of its name', async () => {
    const LISTS: readonly Record<string, string>[] = [
      { Web: '192.0.2.0/25', 'call-one': '192.0.2.128/25' },
      { Web: '192.0.2.128/25', 'call-one': '192.0.2.0/25' },
      { Web: '192.0.2.0/25', 'call-one': '192.0.2.0/24' },
      { Web: '192.0.2.0/25', other: '192.0.2.128/25' },
      { Web: '192.0.2.0/24' },
      { Web: '192.0.2.0/24', other: '192.0.2.128/25' },
      { other: '192.0.2.0/24' },
      { Web: '192.0.2.0/24', 'call-one': '192.0.3.0/24' },
    ]
    const found = (lists: Record<string, string>) => auditOfReading(namedLists(lists), { ruleset, older })
    const lines = (lists: Record<string, string>) => Object.entries(lists).map((entry) => entry.join(': '))
    await expectPage(
      'named-lists.txt',
      LISTS.map((lists) => shown('lists', lines(lists), found(lists))),
    )
  })
})

// A list without the name of a rule may be that of a denial, so it stands in for allowing rules only.
test.for<[lists: Record<string, string>, want: string[]]>([
  [{ Web: '192.0.2.0/24', No: '192.0.2.128/25' }, [UP_TO_DATE]],
  [{ Web: '192.0.2.0/24' }, ['missing No list 192.0.2.128/25']],
  [{ Web: '192.0.2.0/24', other: '192.0.2.128/25' }, ['missing No list 192.0.2.128/25']],
  [{ No: '192.0.2.128/25', other: '192.0.2.0/24' }, [UP_TO_DATE]],
  [{ other: '192.0.2.0/24,198.51.100.0/24' }, ['missing No list 192.0.2.128/25', 'wider other list 198.51.100.0/24']],
])('lists %j of an allow and of a denial', ([lists, want]) => {
  const ruleset = rulesetOf('No out tcp 443 192.0.2.128/25 deny', 'Web out tcp 443 192.0.2.0/24')
  expect(auditOfReading(namedLists(lists), { ruleset })).toEqual(want)
})

test('a list is that of the rule with exactly its name, if names differ in marks and case only', () => {
  const ruleset = rulesetOf('Web.One out tcp 443 192.0.2.0/25', 'web-one out tcp 80 192.0.2.128/25')
  const lists = { 'web-one': '192.0.2.0/25', 'Web.One': '192.0.2.128/25', 'web one': '192.0.2.128/25' }
  expect(auditOfReading(namedLists(lists), { ruleset })).toEqual([
    'missing Web.One list 192.0.2.0/25',
    'missing web-one list 192.0.2.128/25',
    'wider web-one list 192.0.2.0/25',
    'wider Web.One list 192.0.2.128/25',
  ])
})

test('a list in a file is that of the set whose file has its name, or else the end of its name', () => {
  const setFiles = ['Web', 'My-Web'].map((set) => ({ set, name: `edge-My-${set}.txt`, suffix: `-${set}.txt` }))
  const files = ['rules/edge-My-Web.txt', 'other-My-Web.txt', 'Web.txt']
  const lists = files.map((part) => ({ part, addresses: setOf('192.0.2.0/24') }))
  const found = comparedReading({ rules: [], notes: [], lists }, { ...WEB, setFiles })
  const named = found.lists.map(({ name, addresses }) => `${name}: ${show(addresses)}`)
  expect(named).toEqual(['Web: 192.0.2.0/24', 'My-Web: 192.0.2.0/24', 'Web.txt: '])
  expect(found.notes).toMatchObject([{ place: { part: 'Web.txt', line: 1 }, text: 'Web.txt' }])
  expect(found.notes[0]?.reason).toMatch(/ends in -Web\.txt, -My-Web\.txt$/)
})

test('a list that goes further says where it is, and which of its prefixes do', () => {
  const addresses = setOf('198.51.100.0/24,203.0.113.0/24')
  const own = setOf('192.0.2.0/24').union(addresses)
  const reading = { rules: [], notes: [], lists: [{ part: 'table', addresses: own }] }
  const { wider } = audit(WEB, reading)
  const place = { part: 'table', line: 1 }
  expect(wider).toEqual([
    { rule: 'table', place, places: [place], flow: undefined, isDenial: false, addresses, objects: addresses.prefixes },
  ])
})

test('a rule for more local addresses has those prefixes that reach them, and objects only if it names some', () => {
  const ruleset = rulesetOf('Web out tcp 443 192.0.2.0/24 local=10.0.0.0/8')
  const reading = readingOf('allow out tcp 443 192.0.2.0/24,203.0.113.0/24 local=10.0.0.0/8,172.16.0.0/12')
  const entry = audit({ ...WEB, ruleset }, reading).wider.find(({ local }) => local)
  expect(entry?.objects).toEqual(setOf('192.0.2.0/24').prefixes)
  expect(entry).not.toHaveProperty('localObjects')
})

test.for<[tags: string[], own: string, want: string[]]>([
  [['SQL'], '', [UP_TO_DATE]],
  [['Sql'], '198.51.100.0/24', ['wider table list 198.51.100.0/24', UP_TO_DATE]],
  [['Gone'], '192.0.2.0/24', ['unresolved table outbound allow Gone', UP_TO_DATE]],
  [['Gone'], '', ['missing Web list 192.0.2.0/24', 'unresolved table outbound allow Gone']],
])('a list with the tags %j has their addresses', ([tags, own, want]) => {
  const reading = { rules: [], notes: [], lists: [{ part: 'table', addresses: setOf(own), tags }] }
  expect(auditOfReading(reading)).toEqual(want)
})

test('a list with a tag that the snapshot lacks is named, with its file', () => {
  const lists = [
    { part: 'table', name: 'web', addresses: PrefixSet.empty, tags: ['Gone', 'Sql', 'Lost'] },
    { part: 'feed', addresses: PrefixSet.empty, tags: ['Sql'] },
  ]
  const { unresolved } = audit(WEB, { rules: [], lists, notes: [] })
  const place = { part: 'table', line: 1 }
  expect(unresolved).toEqual([{ rule: 'web', place, direction: 'outbound', action: 'allow', tags: ['Gone', 'Lost'] }])
})

// What a device matches is the newest ruleset that it matches, the newest of all included.
test.for<[older: string[], found: string, want: string]>([
  [[], '192.0.2.0/24', '2025-11-10, 0 behind'],
  [['192.0.2.0/24'], '192.0.2.0/24', '2025-11-10, 0 behind'],
  [['192.0.2.0/24', '192.0.2.0/23'], '192.0.2.0/24', '2025-11-10, 0 behind'],
  [['192.0.2.0/25', '192.0.2.0/23'], '192.0.2.0/25', '2024-01-01, 1 behind'],
  [['192.0.2.0/25', '192.0.2.0/23'], '192.0.2.0/23', '2024-01-02, 1 behind'],
  [['192.0.2.0/25', '192.0.2.0/25'], '192.0.2.0/25', '2024-01-02, 1 behind'],
  [['192.0.2.1/32', '192.0.3.0/24'], '192.0.3.0/24', '2024-01-02, 2 behind'],
])('knows at which of %j a device is that has %s: %s', ([older, found, want]) => {
  const rulesets = older.map((text, index) => ({
    ...rulesetOf(`Web out tcp 443 ${text}`),
    published: `2024-01-0${index + 1}`,
  }))
  expect(auditOfReading(readingOf(`allow out tcp 443 ${found}`), { older: rulesets })).toContain(`matches ${want}`)
})

test.for<[about: string[] | undefined, isShown: boolean]>([
  [undefined, true],
  [['allow out tcp 443 192.0.2.7/32'], true],
  [['allow out any * any'], true],
  [['allow out tcp 80-443 #Sql'], true],
  [['allow out tcp 80 any', 'deny out tcp 443 192.0.2.0/25'], true],
  [['allow out tcp 22+443 any'], true],
  [['allow out tcp 22+80 any'], false],
  [['allow out tcp 444 any'], false],
  [['allow out tcp 442 any'], false],
  [['allow out icmp * any'], false],
  [['allow out tcp 443 #Sql,Other'], true],
  [['allow out tcp 443 192.0.3.0/24'], false],
  [['allow out tcp 444-500 any'], false],
  [['allow out udp 443 any'], false],
  [['allow in tcp 443 any'], false],
  // A tag that the snapshot lacks may have addresses of the policy.
  [['allow out tcp 443 #Other'], true],
  [['allow out tcp 22 #Other'], false],
  [['allow in tcp 443 #Other'], false],
  [[], false],
])('says a note about %j only where the policy has such traffic: %s', ([about, isShown]) => {
  const traffic = about && readingOf(...about).rules
  const note = {
    place: { part: 'conf', line: 1 },
    text: 'x',
    reason: 'is not followed',
    ...(traffic && { about: traffic }),
  }
  expect(audit(WEB, { rules: [], lists: [], notes: [note] }).notes).toEqual(isShown ? [note] : [])
})

// With several rules, and several ports of one, a note is about any of them.
test.for<[about: string, isShown: boolean]>([
  ['allow out tcp 80 any', true],
  ['allow out tcp 90 any', true],
  ['allow out tcp 85 any', false],
  ['allow in tcp 22 203.0.113.7/32', true],
  ['allow in udp * 203.0.113.7/32', true],
  ['allow in icmp * 203.0.113.7/32', true],
  ['allow in udp * 192.0.2.7/32', false],
  ['allow out udp * any', false],
])('of several rules, a note about %s concerns some: %s', ([about, isShown]) => {
  const ruleset = rulesetOf('Web out tcp 80+90 192.0.2.0/24', 'Any in any - 203.0.113.0/24')
  const note = { place: { part: 'conf', line: 1 }, text: 'x', reason: 'is not followed', about: readingOf(about).rules }
  expect(audit({ ...WEB, ruleset }, { rules: [], lists: [], notes: [note] }).notes).toEqual(isShown ? [note] : [])
})

// Nearly every device lets ping through; a denial counts nevertheless.

const PAGES = ['without-ports.txt', 'wider-local.txt', 'by-part.txt', 'objects-apart.txt']
test.for(PAGES)('traffic of rules: %s', async (file) => {
  await expectEach(file, (text) => {
    const [policy, found] = sidesIn(text)
    const areObjectsApart = file === 'objects-apart.txt'
    return auditOfReading(readingOf(...found), { ruleset: rulesetOf(...policy), older: [], areObjectsApart })
  })
})

test.for<[count: number, want: string]>([
  [24, UP_TO_DATE],
  [25, 'missing Web outbound tcp 443 192.0.2.0/24'],
])('cuts the local side of a policy at that of each rule, if there are few: %i', ([count, want]) => {
  const hosts = Array.from({ length: count }, (_, index) => `10.0.0.${index}/32`)
  const found = readingOf(...hosts.map((host) => `allow out tcp 443 192.0.2.0/24 local=${host}`))
  const ruleset = rulesetOf(`Web out tcp 443 192.0.2.0/24 local=${hosts.join()}`)
  expect(auditOfReading(found, { ruleset, older: [] })).toEqual([want])
})

// A rule with a name of the policy that does something else is told like any other.
test.for<[name: string, found: string, want: string[]]>([
  [
    'other addresses and another port',
    'allow out tcp 22 203.0.113.0/24 Web',
    ['outside Web outbound tcp 22 203.0.113.0/24'],
  ],
  [
    'other addresses, inbound',
    'allow in any * 203.0.113.0/24 web',
    ['outside web inbound every port of every protocol 203.0.113.0/24'],
  ],
  ['the same in part', 'allow out tcp 443 192.0.2.0/25 Web', []],
  ['nothing that is left', 'allow out tcp 443 198.51.100.0/24 Web', []],
])('a rule with the name of one of the policy, and %s', ([, found, want]) => {
  const rules = ['deny out any * 198.51.100.0/24', 'allow out tcp 443 192.0.2.0/24', found]
  expect(auditOf(...rules)).toEqual([...want, UP_TO_DATE])
})

// Rules of one name that do the same are one entry.

test('lists rules outside the policy', async () => {
  const outsideOf = (found: string) =>
    audit(WEB, readingOf('allow out tcp 443 192.0.2.0/24', ...found.split('\n'))).outside.map(
      ({ rule, places, traffic, prefixes }) =>
        `${rule} ${places.map(({ line }) => line).join('+')} ${trafficText(traffic)}: ${prefixes.map(formatPrefix).join(' ')}`,
    )
  await expectEach('outside.txt', outsideOf)
})

// A reading may have rules, lists or both; without a list it is about rules, even if there are none.
test.for<[rules: string[], lists: string[], family: 'ipv4' | undefined, forms: string[], want: string[]]>([
  [[], [], undefined, ['rules'], ['missing Web outbound tcp 443 192.0.2.0/24']],
  [['allow out tcp 443 192.0.2.0/24'], [], undefined, ['rules'], [UP_TO_DATE]],
  [[], ['192.0.2.0/24'], undefined, ['lists'], [UP_TO_DATE]],
  [['allow out tcp 443 192.0.2.0/24'], ['192.0.2.0/24'], undefined, ['rules', 'lists'], [UP_TO_DATE]],
  [
    ['allow out tcp 443 192.0.2.0/25'],
    ['192.0.2.0/24'],
    undefined,
    ['rules', 'lists'],
    ['missing Web outbound tcp 443 192.0.2.128/25'],
  ],
  [
    ['allow out tcp 443 192.0.2.0/24'],
    ['192.0.2.0/25'],
    undefined,
    ['rules', 'lists'],
    ['missing Web list 192.0.2.128/25', UP_TO_DATE],
  ],
  // Of a rule for the other family nothing is left to compare.
  [['allow out tcp 443 2001:db8::/32'], ['192.0.2.0/24'], 'ipv4', ['lists'], [UP_TO_DATE]],
  [['allow out icmp * any'], ['192.0.2.0/24'], undefined, ['lists'], [UP_TO_DATE]],
])('with the rules %j and the lists %j of %s is about %j', ([rules, texts, family, forms, want]) => {
  const lists = texts.map((text) => ({ part: 'table', addresses: setOf(text) }))
  const found = audit({ ...WEB, family }, { ...readingOf(...rules), lists })
  expect(found.forms).toEqual(forms)
  expect(showAudit(found)).toEqual(want)
})

test('a rule that is split by ports matches a snapshot as one that is not', () => {
  const ruleset = rulesetOf('Web out tcp 80-90 192.0.2.0/24')
  const found = ['allow out tcp 80-84 192.0.2.0/24', 'allow out tcp 85-90 192.0.2.0/24']
  expect(auditOfReading(readingOf(...found), { ruleset, older: [] })).toEqual([UP_TO_DATE])
})

// A tag may have had addresses of a family, and have none now, or the other way round.
test.for<[older: string, newer: string, found: string[], want: string[]]>([
  [
    '192.0.2.0/24,2001:db8::/32',
    '192.0.2.0/24',
    ['allow out tcp 443 2001:db8::/32 x', 'allow out udp 53 2001:db9::/32'],
    ['stale x outbound tcp 443 2001:db8::/32', 'matches 2024-01-01, 1 behind'],
  ],
  ['192.0.2.0/24,2001:db8::/32', '192.0.2.0/24', ['allow out udp 53 2001:db9::/32'], [UP_TO_DATE]],
  [
    '192.0.2.0/24',
    '192.0.2.0/24,2001:db8::/32',
    ['allow out udp 53 2001:db9::/32'],
    ['missing Web outbound tcp 443 2001:db8::/32', 'matches 2024-01-01, 1 behind'],
  ],
])('a tag had %s, and has %s: of one family, %j', ([older, newer, found, want]) => {
  const policy = (web: string) => rulesetOf(`Web out tcp 443 ${web}`, 'Dns out udp 53 2001:db9::/32')
  expect(
    auditOfReading(readingOf(...found), {
      ruleset: policy(newer),
      older: [{ ...policy(older), published: '2024-01-01' }],
      family: 'ipv6',
    }),
  ).toEqual(want)
})

test('of one family, rules that are read as one are compared by their members of it', () => {
  const [rule] = readingOf('allow out tcp 443 192.0.2.0/24,198.51.100.0/24,2001:db8::/32,2001:db9::/32').rules
  const members = ['192.0.2.0/24', '198.51.100.0/24', '2001:db8::/32', '2001:db9::/32'].map((text, index) => {
    return { name: `m${index}`, place: { part: 'conf', line: index + 1 }, prefix: parsePrefix(text) }
  })
  const ruleset = rulesetOf('Web out tcp 443 192.0.2.0/24,2001:db8::/32')
  const reading = { rules: [{ ...(rule as FoundRule), members }], lists: [], notes: [] }
  const found = auditOfReading(reading, { ruleset, older: [], family: 'ipv4', ownNames: ['m0', 'm3'] })
  expect(found).toEqual(['outside m1 outbound tcp 443 198.51.100.0/24', UP_TO_DATE])
})

test('keeps notes apart that allow nothing', () => {
  const note = (text: string, isHarmless?: boolean) => ({
    place: { part: 'conf', line: 1 },
    text,
    reason: 'is odd',
    ...(isHarmless && { isHarmless }),
  })
  const reading = { rules: [], lists: [], notes: [note('a'), note('banner', true)] }
  const { notes, harmless } = audit(WEB, reading)
  expect({ notes, harmless }).toEqual({ notes: [note('a')], harmless: [note('banner', true)] })
})

// Alike rules are read as one with members, which is what makes an audit of a long save quick.
test('finds the same whether alike rules are read as one or one by one', () => {
  const seed = 20251110
  const random = randomFrom(seed)
  const pick = <Item>(items: readonly Item[]) => items[Math.floor(random() * items.length)] as Item
  const cidr = () => {
    const length = pick([22, 23, 24, 26, 32])
    const host = Math.floor(random() * 1024) & -(2 ** (32 - length))
    return `192.0.${host >> 8}.${host & 255}/${length}`
  }
  let found = 0
  for (let round = 0; round < 150; round++) {
    const rules = Array.from({ length: 1 + Math.floor(random() * 4) }, (_, index): FoundRule => {
      const prefixes = Array.from({ length: 1 + Math.floor(random() * 6) }, cidr)
      const text = `${pick(['allow', 'allow', 'deny'])} ${pick(['out', 'out', 'in'])} ${pick(['tcp', 'any'])} ${pick(['443', '*'])}`
      const [rule] = readingOf(`${text} ${pick(['', '', 'part '])}${prefixes.join()}`).rules as [FoundRule]
      const remote = { ...rule.remote, addresses: rule.remote.addresses.subtract(setOf(pick(['', '192.0.1.0/24']))) }
      const members = prefixes.map((prefix, line) => ({
        name: pick(['Web', 'x', 'y']),
        place: { part: 'conf', line: 10 * index + line },
        prefix: parsePrefix(prefix),
      }))
      return { ...rule, remote, members }
    })
    const together = auditOfReading({ rules, lists: [], notes: [] })
    expect(together, `seed ${seed}, round ${round}`).toEqual(
      auditOfReading({ rules: singly(rules), lists: [], notes: [] }),
    )
    found += together.length
  }
  expect(found).toBeGreaterThan(150)
})
