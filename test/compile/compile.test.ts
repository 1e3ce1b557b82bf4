import { expect, test } from 'vitest'
import { compile } from '../../src/compile/compile.ts'
import { explain } from '../../src/finding/finding.ts'
import type { Cloud } from '../../src/model/cloud.ts'
import { parsePolicy } from '../../src/policy/policy.ts'
import { expectPage } from '../golden-page.ts'
import { documentOf, policyOf, show, showRules } from '../notation.ts'

/** The rules of a policy against a document, then its findings, a line each. */
function compiled(policy: string, tags: string, cloud: Cloud = 'public'): string[] {
  const document = documentOf(tags, cloud)
  const names = [...document.tags.keys()]
  const { ruleset, findings } = compile(policyOf(policy), { document, names, where: 'document.json' })
  return [
    ...showRules(ruleset),
    ...findings.map((finding) => `${finding.code} ${finding.severity}: ${explain(finding)}`),
  ]
}

const TAGS =
  'Sql=192.0.2.0/25 Sql.EastUS=192.0.2.0/26 SqlManagement=203.0.113.0/24 Storage=192.0.2.128/25,2001:db8::/32' +
  ' AzureArcInfrastructure=192.0.2.200/32 AzureArcInfrastructure.EastUS=192.0.2.200/32'

const POLICIES: readonly [policy: string][] = [
  ['150 Web: Sql outbound tcp 443'],
  ['150 Web: sql inbound udp 53'],
  ['150 Web: Sql.* outbound tcp 443'],
  ['150 Web: Storage,SQL,sql.* outbound tcp 8000-8080,443'],
  ['150 Web: Sql both tcp 443'],
  [
    `152 C: Sql inbound tcp 1
     152 B: Sql outbound tcp 1
     20 A: Sql both tcp 1`,
  ],
  ['150 Web: SqlManagment outbound tcp 443'],
  ['150 Web: Sql,Cosmos.*,Redis outbound tcp 443'],
  [
    `150 A: Redis outbound tcp 443 optional
     151 B: Sql outbound tcp 443`,
  ],
  // Half of an optional rule is not what anyone asked for.
  ['150 A: Redis,Sql outbound tcp 443 optional'],
  ['150 A: Redis outbound tcp 443 optional'],
]

test('what a policy compiles to', async () => {
  await expectPage(
    'compiled.txt',
    POLICIES.map(([policy]) => [policy, compiled(policy, TAGS)]),
  )
})

test('never makes a rule of no addresses', () => {
  expect(compiled('150 Web: Sql,Storage outbound tcp 443', 'Sql= Storage=')).toEqual([
    'EMPTY_SELECTION error: tagwall.yaml:1:11: rule "Web" selects no addresses: the document lists none for Sql, Storage',
  ])
  expect(compiled('150 Web: Sql,Storage outbound tcp 443', 'Sql= Storage=192.0.2.0/24')).toEqual([
    '150 Web: Sql,Storage outbound allow tcp 443 -> 192.0.2.0/24',
    'EMPTY_TAG warning: rule "Web": the document lists no addresses for Sql. The other tags of the rule are unaffected',
  ])
})

const WEB = { name: 'Web', tags: ['Sql'], direction: 'outbound', ports: [443], priority: 150 }

/** What a policy of one rule compiles to. */
function compiledRule(rule: object, tags = TAGS, cloud: Cloud = 'public') {
  const document = documentOf(tags, cloud)
  const known = { document, names: [...document.tags.keys()], where: 'document.json' }
  return compile(parsePolicy(JSON.stringify({ rules: [rule] }), 'test', 'tagwall.yaml'), known)
}

test.for<[except: string[], isExcepted: boolean]>([
  [['Sql'], true],
  [['192.0.2.0/24'], true],
  [['10.0.0.0/8'], false],
])('an empty rule that leaves out %j: %j for everything left out', ([except, want]) => {
  const { findings } = compiledRule({ ...WEB, except }, want ? 'Sql=192.0.2.0/25' : 'Sql=')
  expect(findings).toMatchObject([{ code: 'EMPTY_SELECTION', isExcepted: want }])
})

test('is optional only in the clouds that the rule names', () => {
  const policy = policyOf('150 A: Redis outbound tcp 443')
  const rules = policy.rules.map((rule) => ({ ...rule, optionalIn: ['usgov', 'china'] as const }))
  const codes = (cloud: Cloud) =>
    compile({ ...policy, rules }, { document: documentOf('', cloud), names: [], where: '' }).findings.map(
      ({ code }) => code,
    )
  expect([codes('public'), codes('usgov')]).toEqual([['NO_TAG_MATCHES'], ['OPTIONAL_RULE_SKIPPED', 'NO_RULE_LEFT']])
})

test('both halves of a rule share one set, and a set has a short name of its own', () => {
  const policy = policyOf(`150 Web: Sql both tcp 443
    151 B: Sql inbound tcp 443
    152 C: Sql outbound tcp 443`)
  const { ruleset } = compile(policy, { document: documentOf(TAGS), names: [], where: '' })
  expect(ruleset.sets.map(({ name, id }) => `${name} ${id}`)).toEqual(['Web both-150', 'B in-151', 'C out-152'])
  expect(ruleset.rules[0]?.set).toBe(ruleset.rules[1]?.set)
  expect(ruleset.rules.map(({ suffix }) => suffix)).toEqual(['', '-in', '', ''])
  const { policy: name, cloud, published, changeNumber } = ruleset
  expect([name, cloud, published, changeNumber]).toEqual(['test', 'public', '2025-11-10', 376])
})

/** What a rule with these fields allows: the tags it names, its own prefixes, all addresses, and findings. */
function held(fields: object, cloud?: Cloud): string[] {
  const { ruleset, findings } = compiledRule({ ...WEB, tags: undefined, ...fields }, TAGS, cloud)
  return [
    ...ruleset.sets.map(
      ({ tags, own, except, prefixes }) =>
        `${tags.join(',') || '-'} own ${own ? show(own) : '-'} -> ${show(prefixes)}${except?.cutsTags ? ' (cut)' : ''}`,
    ),
    ...findings.map(({ code }) => code),
  ]
}

const ARC = 'AzureArcInfrastructure'

test.for<[fields: object, want: string[], cloud?: Cloud]>([
  [{ prefixes: ['10.0.0.0/8'] }, ['- own 10.0.0.0/8 -> 10.0.0.0/8']],
  [{ prefixes: ['10.0.0.1', '2001:db8::/48'] }, ['- own 10.0.0.1/32 2001:db8::/48 -> 10.0.0.1/32 2001:db8::/48']],
  [{ tags: ['Sql'], prefixes: ['192.0.2.128/25'] }, ['Sql own 192.0.2.128/25 -> 192.0.2.0/24']],
  [{ tags: ['Sql'], except: ['192.0.2.0/26'] }, ['Sql own - -> 192.0.2.64/26 (cut)']],
  [{ tags: ['Sql'], except: ['Sql.*'] }, ['Sql own - -> 192.0.2.64/26 (cut)']],
  [{ tags: ['Sql', 'Storage'], except: ['storage'] }, ['Sql own - -> 192.0.2.0/25']],
  [{ prefixes: ['10.0.0.0/24'], except: ['10.0.0.0/25'] }, ['- own 10.0.0.128/25 -> 10.0.0.128/25']],
  [{ tags: ['Sql'], except: ['172.16.0.0/12'] }, ['Sql own - -> 192.0.2.0/25']],
  [{ tags: ['Sql'], except: ['192.0.2.0/24'] }, ['EMPTY_SELECTION']],
  [{ tags: ['Sql'], except: ['Redis'] }, ['NO_TAG_MATCHES']],
  [{ tags: ['Sql'], except: ['Redis'], optional: true }, ['Sql own - -> 192.0.2.0/25']],
  [{ tags: ['Redis'], prefixes: ['10.0.0.0/8'], optional: true }, ['NO_TAG_MATCHES']],
  [{ tags: [ARC, `${ARC}.*`], optional: true }, ['TAG_OF_PUBLIC', 'NO_RULE_LEFT'], 'usgov'],
  [
    { tags: ['Sql', ARC], optional: true },
    [`${ARC},Sql own - -> 192.0.2.0/25 192.0.2.200/32`, 'TAG_OF_PUBLIC'],
    'usgov',
  ],
  [{ tags: [ARC], action: 'deny' }, [`${ARC} own - -> 192.0.2.200/32`], 'usgov'],
])('a rule of %j holds %j', ([fields, want, cloud]) => {
  expect(held(fields, cloud)).toEqual(want)
})

test('a rule whose local side has addresses of the other family only is an error', () => {
  const { ruleset, findings } = compiledRule({ ...WEB, local: ['2001:db8::/32'] })
  expect(showRules(ruleset)).toEqual([])
  expect(findings.map(explain)).toEqual([
    'tagwall.yaml:1:11: rule "Web": its local side has only addresses of the family that its tags and prefixes lack, so it would allow nothing. Add local addresses of the other family',
  ])
})
