import { expect, test } from 'vitest'
import { PrefixSet } from '../../src/address/prefix-set.ts'
import { compile } from '../../src/compile/compile.ts'
import { lint } from '../../src/compile/lint.ts'
import type { Finding } from '../../src/finding/finding.ts'
import type { Cloud } from '../../src/model/cloud.ts'
import { parsePolicy } from '../../src/policy/policy.ts'
import { documentOf, policyOf, setOf, show } from '../notation.ts'

const TAGS = `AzureArcInfrastructure=192.0.2.1/32 MicrosoftContainerRegistry=192.0.2.2/32 MicrosoftContainerRegistry.WestEurope=192.0.2.2/32
  AzureFrontDoor.FirstParty=192.0.2.3/32 AzureActiveDirectory=192.0.2.4/32 AzureResourceManager=192.0.2.5/32
  AzureTrafficManager=192.0.2.6/32 Sql=192.0.2.8/31,192.0.2.10/32 Sql.East=192.0.2.8/32 Sql.West=192.0.2.9/32 SqlServer=192.0.2.11/32`

/** A line a warning: its code, and what it is about. */
function shown(finding: Finding): string {
  switch (finding.code) {
    case 'DEPENDENCY_MISSING':
      return `${finding.tag} needs ${finding.needs}`
    case 'GLOBAL_LEFT_OUT':
      return `${finding.rule} leaves out ${finding.prefixes.length} of ${finding.base}`
    case 'INBOUND_TAG':
      return `inbound: ${finding.rules.join()}`
    default:
      return finding.code
  }
}

function warnings(policy: string, cloud: Cloud = 'public', nonRegional?: Parameters<typeof lint>[2]): string[] {
  const parsed = policyOf(policy, { cloud })
  const { ruleset } = compile(parsed, {
    document: documentOf(TAGS.replaceAll(/\s+/g, ' '), cloud),
    names: [],
    where: '',
  })
  const findings = lint(parsed, ruleset, nonRegional)
  expect(findings.every(({ severity }) => severity === 'warning')).toBe(true)
  return findings.map(shown)
}

const ARC = ['AzureActiveDirectory', 'AzureResourceManager', 'AzureTrafficManager']

test.for<[what: string, policy: string, cloud: Cloud, want: string[]]>([
  [
    'a tag that needs another',
    '150 A: MicrosoftContainerRegistry outbound tcp 443',
    'public',
    ['MicrosoftContainerRegistry needs AzureFrontDoor.FirstParty'],
  ],
  [
    'a region of it, in several rules',
    `150 A: MicrosoftContainerRegistry.WestEurope outbound tcp 443
     151 B: MicrosoftContainerRegistry outbound tcp 80`,
    'public',
    ['MicrosoftContainerRegistry needs AzureFrontDoor.FirstParty'],
  ],
  ['a cloud that has no such tag', '150 A: MicrosoftContainerRegistry outbound tcp 443', 'usgov', []],
  ['both in one rule', '150 A: MicrosoftContainerRegistry,AzureFrontDoor.FirstParty outbound tcp 443', 'public', []],
  [
    'the other one by a pattern, in whatever case',
    `150 A: MicrosoftContainerRegistry outbound tcp 443
     151 B: azurefrontdoor.* outbound tcp 443`,
    'public',
    [],
  ],
  [
    'a tag that needs three, of which one is there',
    `150 A: AzureArcInfrastructure outbound tcp 443
     151 B: AzureResourceManager outbound tcp 443`,
    'usgov',
    ['AzureArcInfrastructure needs AzureActiveDirectory', 'AzureArcInfrastructure needs AzureTrafficManager'],
  ],
  [
    'in every cloud',
    '150 A: AzureArcInfrastructure outbound tcp 443',
    'china',
    ARC.map((needs) => `AzureArcInfrastructure needs ${needs}`),
  ],
  [
    'the other one only inbound',
    `150 A: MicrosoftContainerRegistry outbound tcp 443
     151 B: AzureFrontDoor.FirstParty inbound tcp 443`,
    'public',
    ['MicrosoftContainerRegistry needs AzureFrontDoor.FirstParty', 'inbound: B'],
  ],
  [
    'the other one in both directions',
    `150 A: MicrosoftContainerRegistry outbound tcp 443
     151 B: AzureFrontDoor.FirstParty both tcp 443`,
    'public',
    ['inbound: B-in'],
  ],
  ['a tag that is only let in', '150 A: MicrosoftContainerRegistry inbound tcp 443', 'public', ['inbound: A']],
  ['no such tag', '150 A: SqlServer outbound tcp 443', 'public', []],
])('dependencies: %s', ([, policy, cloud, want]) => {
  expect(warnings(policy, cloud)).toEqual(want)
})

test.for<[what: string, policy: string, nonRegional: string | undefined, want: string[]]>([
  [
    'a region leaves out what is in none',
    '150 A: Sql.East outbound tcp 443',
    '192.0.2.10/32',
    ['A leaves out 1 of Sql'],
  ],
  ['all regions do too', '150 A: Sql.East,Sql.West outbound tcp 443', '192.0.2.10/32', ['A leaves out 1 of Sql']],
  ['with the base tag nothing is', '150 A: Sql.East,Sql outbound tcp 443', '192.0.2.10/32', []],
  ['the base tag alone leaves nothing out', '150 A: Sql outbound tcp 443', '192.0.2.10/32,192.0.2.99/32', []],
  ['a tag that only begins like it has no regions', '150 A: SqlServer outbound tcp 443', '192.0.2.10/32', []],
  ['nothing is in no region', '150 A: Sql.East outbound tcp 443', '', []],
  [
    'another rule does not help',
    '150 A: Sql.East outbound tcp 443\n151 B: Sql outbound tcp 80',
    '192.0.2.10/32',
    ['A leaves out 1 of Sql'],
  ],
  ['not known', '150 A: Sql.East outbound tcp 443', undefined, []],
])('regions: %s', ([, policy, nonRegional, want]) => {
  const known = nonRegional === undefined ? undefined : new Map([['Sql', setOf(nonRegional)]])
  expect(warnings(policy, 'public', known)).toEqual(want)
})

test('says which addresses a rule by region leaves out', () => {
  const policy = policyOf('150 A: Sql.East outbound tcp 443')
  const { ruleset } = compile(policy, { document: documentOf('Sql.East=192.0.2.8/32'), names: [], where: '' })
  const [finding] = lint(policy, ruleset, new Map([['Sql', setOf('192.0.2.8/31 192.0.2.10/32')]]))
  if (finding?.code !== 'GLOBAL_LEFT_OUT') throw new Error(finding?.code)
  expect(show(PrefixSet.of(finding.prefixes))).toBe('192.0.2.9/32 192.0.2.10/32')
})

const RULE = { tags: ['Sql'], ports: [443], priority: 150 }

test.for<[what: string, rules: object[], want: string[]]>([
  ['outbound', [{ ...RULE, name: 'A', direction: 'outbound' }], []],
  ['inbound', [{ ...RULE, name: 'A', direction: 'inbound' }], ['inbound: A']],
  [
    'both, and another',
    [
      { ...RULE, name: 'A', direction: 'both' },
      { ...RULE, name: 'B', direction: 'inbound', priority: 151 },
    ],
    ['inbound: A-in,B'],
  ],
  ['inbound, but denied', [{ ...RULE, name: 'A', direction: 'inbound', action: 'deny' }], []],
  ['own prefixes', [{ ...RULE, name: 'A', direction: 'inbound', tags: undefined, prefixes: ['192.0.2.99/32'] }], []],
  [
    'own prefixes and a tag',
    [{ ...RULE, name: 'A', direction: 'inbound', prefixes: ['192.0.2.99/32'] }],
    ['inbound: A'],
  ],
])('tags inbound: %s', ([, rules, want]) => {
  const policy = parsePolicy(JSON.stringify({ rules }), 'test', 'tagwall.yaml')
  const { ruleset } = compile(policy, { document: documentOf('Sql=192.0.2.8/31'), names: [], where: '' })
  expect(lint(policy, ruleset).map(shown)).toEqual(want)
})

test('a rule that denies neither needs another tag nor stands for it', () => {
  const images = { tags: ['MicrosoftContainerRegistry'], direction: 'outbound', ports: [443], name: 'A', priority: 150 }
  const frontDoor = { ...images, tags: ['AzureFrontDoor.FirstParty'], name: 'B', priority: 151 }
  const found = (...rules: object[]) => {
    const policy = parsePolicy(JSON.stringify({ rules }), 'test', 'tagwall.yaml')
    const { ruleset } = compile(policy, { document: documentOf(TAGS.replaceAll(/\s+/g, ' ')), names: [], where: '' })
    return lint(policy, ruleset).map(shown)
  }
  expect(found({ ...images, action: 'deny' })).toEqual([])
  expect(found(images, { ...frontDoor, action: 'deny' })).toEqual([
    'MicrosoftContainerRegistry needs AzureFrontDoor.FirstParty',
  ])
})
