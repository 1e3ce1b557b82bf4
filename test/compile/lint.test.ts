import { expect, test } from 'vitest'
import { PrefixSet } from '../../src/address/prefix-set.ts'
import { compile } from '../../src/compile/compile.ts'
import { lint } from '../../src/compile/lint.ts'
import type { Finding } from '../../src/finding/finding.ts'
import type { Cloud } from '../../src/model/cloud.ts'
import { parsePolicy } from '../../src/policy/policy.ts'
import { expectOutcomes, expectPage } from '../golden-page.ts'
import { documentOf, policyOf, setOf, show } from '../notation.ts'

const TAGS = `AzureArcInfrastructure=192.0.2.1/32 MicrosoftContainerRegistry=192.0.2.2/32 MicrosoftContainerRegistry.WestEurope=192.0.2.2/32
  AzureFrontDoor.FirstParty=192.0.2.3/32 AzureActiveDirectory=192.0.2.4/32 AzureResourceManager=192.0.2.5/32
  AzureTrafficManager=192.0.2.6/32 Sql=192.0.2.8/31,192.0.2.10/32 Sql.East=192.0.2.8/32 Sql.West=192.0.2.9/32 SqlServer=192.0.2.11/32`

const knownIn = (cloud: Cloud) => ({ document: documentOf(TAGS.replaceAll(/\s+/g, ' '), cloud), names: [], where: '' })

/** A line a warning: its code, and what it is about. */
function shown(finding: Finding): string {
  switch (finding.code) {
    case 'DEPENDENCY_MISSING':
      return `${finding.tag} needs ${finding.needs}`
    case 'GLOBAL_LEFT_OUT':
      return `${finding.rule} leaves out ${finding.prefixes.length} of ${finding.base}`
    case 'INBOUND_TAG':
      return `inbound: ${finding.rules.join()}`
    case 'INBOUND_ANY':
      return `open: ${finding.rules.join()}`
    case 'RULE_NEVER_APPLIES':
      return `${finding.rule} (${finding.decided}) behind ${finding.by.join()}`
    default:
      return finding.code
  }
}

function warnings(policy: string, cloud: Cloud = 'public', nonRegional?: Parameters<typeof lint>[2]): string[] {
  const parsed = policyOf(policy, { cloud })
  const findings = lint(parsed, compile(parsed, knownIn(cloud)).ruleset, nonRegional)
  expect(findings.every(({ severity }) => severity === 'warning')).toBe(true)
  return findings.map(shown)
}

const DEPENDENCIES: readonly [what: string, policy: string, cloud: Cloud][] = [
  ['a tag that needs another', '150 A: MicrosoftContainerRegistry outbound tcp 443', 'public'],
  [
    'a region of it, in several rules',
    `150 A: MicrosoftContainerRegistry.WestEurope outbound tcp 443
     151 B: MicrosoftContainerRegistry outbound tcp 80`,
    'public',
  ],
  ['a region of it alone', '150 A: MicrosoftContainerRegistry.WestEurope outbound tcp 443', 'public'],
  ['a cloud that has no such tag', '150 A: MicrosoftContainerRegistry outbound tcp 443', 'usgov'],
  ['both in one rule', '150 A: MicrosoftContainerRegistry,AzureFrontDoor.FirstParty outbound tcp 443', 'public'],
  [
    'the other one by a pattern, in whatever case',
    `150 A: MicrosoftContainerRegistry outbound tcp 443
     151 B: azurefrontdoor.* outbound tcp 443`,
    'public',
  ],
  [
    'a tag that needs three, of which one is there',
    `150 A: AzureArcInfrastructure outbound tcp 443
     151 B: AzureResourceManager outbound tcp 443`,
    'usgov',
  ],
  ['in every cloud', '150 A: AzureArcInfrastructure outbound tcp 443', 'china'],
  [
    'the other one only inbound',
    `150 A: MicrosoftContainerRegistry outbound tcp 443
     151 B: AzureFrontDoor.FirstParty inbound tcp 443`,
    'public',
  ],
  [
    'the other one in both directions',
    `150 A: MicrosoftContainerRegistry outbound tcp 443
     151 B: AzureFrontDoor.FirstParty both tcp 443`,
    'public',
  ],
  ['a tag that is only let in', '150 A: MicrosoftContainerRegistry inbound tcp 443', 'public'],
  ['no such tag', '150 A: SqlServer outbound tcp 443', 'public'],
]

test('dependencies', async () => {
  await expectPage(
    'dependencies.txt',
    DEPENDENCIES.map(([name, policy, cloud]) => [name, warnings(policy, cloud)]),
  )
})

const REGIONS: readonly [what: string, policy: string, nonRegional: string | undefined][] = [
  ['a region leaves out what is in none', '150 A: Sql.East outbound tcp 443', '192.0.2.10/32'],
  ['all regions do too', '150 A: Sql.East,Sql.West outbound tcp 443', '192.0.2.10/32'],
  ['a region beside another tag', '150 A: Sql.East,SqlServer outbound tcp 443', '192.0.2.10/32'],
  ['with the base tag nothing is', '150 A: Sql.East,Sql outbound tcp 443', '192.0.2.10/32'],
  ['the base tag alone leaves nothing out', '150 A: Sql outbound tcp 443', '192.0.2.10/32,192.0.2.99/32'],
  ['a tag that only begins like it has no regions', '150 A: SqlServer outbound tcp 443', '192.0.2.10/32'],
  ['nothing is in no region', '150 A: Sql.East outbound tcp 443', ''],
  ['another rule does not help', '150 A: Sql.East outbound tcp 443\n151 B: Sql outbound tcp 80', '192.0.2.10/32'],
  ['not known', '150 A: Sql.East outbound tcp 443', undefined],
]

test('regions', async () => {
  await expectPage(
    'regions.txt',
    REGIONS.map(([name, policy, nonRegional]) => {
      const known = nonRegional === undefined ? undefined : new Map([['Sql', setOf(nonRegional)]])
      return [name, warnings(policy, 'public', known)]
    }),
  )
})

test('says which addresses a rule by region leaves out', () => {
  const policy = policyOf('150 A: Sql.East outbound tcp 443')
  const { ruleset } = compile(policy, { document: documentOf('Sql.East=192.0.2.8/32'), names: [], where: '' })
  const [finding] = lint(policy, ruleset, new Map([['Sql', setOf('192.0.2.8/31 192.0.2.10/32')]]))
  if (finding?.code !== 'GLOBAL_LEFT_OUT') throw new Error(finding?.code)
  expect(show(PrefixSet.of(finding.prefixes))).toBe('192.0.2.9/32 192.0.2.10/32')
})

/** What lint says of rules, each outbound tcp 443 to 192.0.2.0/24 unless it says otherwise; names and priorities are in their order. */
function warningsOf(given: readonly object[], targets: readonly object[] = []): string[] {
  const usual = { action: 'allow', prefixes: ['192.0.2.0/24'], direction: 'outbound', ports: [443] }
  const rules = given.map((rule, index) => ({ name: 'ABCDE'[index], ...usual, ...rule, priority: 150 + index }))
  const policy = parsePolicy(JSON.stringify({ rules, targets }), 'test', 'tagwall.yaml')
  return lint(policy, compile(policy, knownIn('public')).ruleset).map(shown)
}

const SQL = { tags: ['Sql'], prefixes: undefined }

test.for<[what: string, rules: object[], want: string[]]>([
  ['outbound', [{ ...SQL, direction: 'outbound' }], []],
  ['inbound', [{ ...SQL, direction: 'inbound' }], ['inbound: A']],
  [
    'both, and another',
    [
      { ...SQL, direction: 'both' },
      { ...SQL, direction: 'inbound', ports: [80] },
    ],
    ['inbound: A-in,B'],
  ],
  ['inbound, but denied', [{ ...SQL, direction: 'inbound', action: 'deny' }], []],
  ['own prefixes', [{ ...SQL, direction: 'inbound', tags: undefined, prefixes: ['192.0.2.99/32'] }], []],
  ['own prefixes and a tag', [{ ...SQL, direction: 'inbound', prefixes: ['192.0.2.99/32'] }], ['inbound: A']],
])('tags inbound: %s', ([, rules, want]) => {
  expect(warningsOf(rules)).toEqual(want)
})

test.for<[rules: object[], want: string[]]>([
  [[{}, { targets: ['a'] }], ['B (allowed) behind A']],
  [[{ targets: ['a'] }, { targets: ['a'] }], ['B (allowed) behind A']],
  [[{ targets: ['a', 'b'] }, {}], ['B (allowed) behind A']],
  [[{ targets: ['a'] }, {}], []],
  [[{ targets: ['a'] }, { targets: ['b'] }], []],
])('a rule applies on a target that no earlier rule is for: %j', ([rules, want]) => {
  const targets = ['a', 'b'].map((name) => ({ name, vendor: 'list', out: `${name}.txt` }))
  expect(warningsOf(rules, targets)).toEqual(want)
})

test('a rule that denies neither needs another tag nor stands for it', () => {
  const images = { ...SQL, tags: ['MicrosoftContainerRegistry'] }
  const frontDoor = { ...SQL, tags: ['AzureFrontDoor.FirstParty'] }
  expect(warningsOf([{ ...images, action: 'deny' }])).toEqual([])
  expect(warningsOf([images, { ...frontDoor, action: 'deny' }])).toEqual([
    'MicrosoftContainerRegistry needs AzureFrontDoor.FirstParty',
  ])
})

const DENY = { action: 'deny' }
const ANY = { protocol: 'any', ports: undefined }
const HALVES = [{ prefixes: ['192.0.2.0/25'] }, { prefixes: ['192.0.2.128/25'] }]

/** A rule for each port or range, all of which deny. */
const denied = (...ports: (number | string)[]) => ports.map((port) => ({ ...DENY, ports: [port] }))

const NEVER: Readonly<Record<string, object[]>> = {
  'the same': [DENY, {}],
  'wider by addresses, ports and protocol': [{ ...DENY, ...ANY, prefixes: ['192.0.0.0/16'] }, {}],
  'the same twice, of which one is enough': [DENY, DENY, {}],
  'with another port beside it': [{ ...DENY, ports: [80, 443] }, {}],
  'narrower by addresses': [{ ...DENY, prefixes: ['192.0.2.0/25'] }, {}],
  'narrower by ports': [DENY, { ports: ['443-444'] }],
  'of another protocol': [{ ...DENY, protocol: 'udp' }, {}],
  'of one protocol, before any': [{ ...DENY, ...ANY, protocol: 'icmp' }, ANY],
  'of another direction': [{ ...DENY, direction: 'inbound' }, {}],
  'in both directions': [{ ...DENY, direction: 'both' }, { direction: 'both' }],
  'behind it': [{}, DENY],
  'allowed and then denied': [{}, DENY, {}],
  'two halves': [...HALVES.map((half) => ({ ...DENY, ...half })), {}],
  'one half': [{ ...DENY, ...HALVES[0] }, {}],
  'one half denied and one allowed': [{ ...DENY, ...HALVES[0] }, HALVES[1] as object, {}],
  'all of it, and a half besides': [{ ...DENY, ...HALVES[0] }, DENY, {}],
  'halves by ports': [...denied('1-443', '444-500'), { ports: ['443-444'] }],
  'halves by ports, with a gap': [...denied('1-443', '445-500'), { ports: ['443-445'] }],
  'its ports, and others before and after them': [...denied('10-20', '300-400', '400-500'), {}],
  'thirds by ports, from the last on': [...denied('180-200', '150-179', '100-149'), { ports: ['100-200'] }],
  'several ports, each by another': [...denied(53, 443), { ports: [53, 443] }],
  'for some local addresses': [{ ...DENY, local: ['10.0.0.0/8'] }, {}],
  'for more local addresses': [{ ...DENY, local: ['10.0.0.0/8'] }, { local: ['10.1.0.0/16'] }],
  'for fewer local addresses': [{ ...DENY, local: ['10.1.0.0/16'] }, { local: ['10.0.0.0/8'] }],
  'for the same object': [{ ...DENY, local: { object: 'a' } }, { local: { object: 'a' } }],
  'for an object of which another serves IPv6': [
    { ...DENY, local: { object: 'a', object6: 'b' } },
    { local: { object: 'a', object6: 'c' } },
  ],
  'ports of several that overlap': [...denied('1-443', '400-500'), { ports: ['1-500'] }],
  'for another object': [{ ...DENY, local: { object: 'a' } }, { local: { object: 'b' } }],
  'for an object, before any local side': [{ ...DENY, local: { object: 'a' } }, {}],
  'for an object, before addresses': [{ ...DENY, local: { object: 'a' } }, { local: ['10.0.0.0/8'] }],
  'for addresses, before an object': [{ ...DENY, local: ['10.0.0.0/8'] }, { local: { object: 'a' } }],
}

test('a rule never applies behind others', async () => {
  await expectOutcomes('never-applies.txt', NEVER, (rules) => warningsOf(rules))
})

test.for<[what: string, rule: object, want: string[]]>([
  ['every address', { ...ANY, prefixes: ['0.0.0.0/0', '::/0'] }, ['open: A']],
  ['every address of IPv6', { ...ANY, prefixes: ['::/0'] }, ['open: A']],
  ['nearly every address', { ...ANY, prefixes: ['0.0.0.0/0'], except: ['10.0.0.0/8'] }, ['open: A']],
  ['half of them', { ...ANY, prefixes: ['0.0.0.0/1'] }, []],
  ['every port', { prefixes: ['0.0.0.0/0'], ports: ['1-65535'] }, ['open: A']],
  ['one port', { prefixes: ['0.0.0.0/0'] }, []],
  ['ICMP', { prefixes: ['0.0.0.0/0'], protocol: 'icmp', ports: undefined }, []],
  ['a denial', { ...ANY, ...DENY, prefixes: ['0.0.0.0/0'] }, []],
])('any address inbound: %s', ([, rule, want]) => {
  expect(warningsOf([{ direction: 'inbound', ...rule }])).toEqual(want)
  expect(warningsOf([{ direction: 'outbound', ...rule }])).toEqual([])
})
