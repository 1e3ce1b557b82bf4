import { expect, test } from 'vitest'
import { formatPrefix, type Prefix } from '../../src/address/prefix.ts'
import { countChanges } from '../../src/change/report/target-change.ts'
import { rulesDelta } from '../../src/change/ways/rules-delta.ts'
import { compile } from '../../src/compile/compile.ts'
import { formatService } from '../../src/compile/fit/collisions.ts'
import { fit as fitRuleset } from '../../src/compile/fit/fit.ts'
import type { Fitted, MemberGroup, RulesDelta } from '../../src/model/fitted.ts'
import type { OptionValues } from '../../src/model/option.ts'
import type { Vendor } from '../../src/model/vendor.ts'
import { vendorOf } from '../compile/acme.ts'
import { documentOf, policyOf } from '../notation.ts'

// What one small document changes in another, as a whole: a line a thing, of what there is anything to do.

const POLICY = `150 Web: Sql outbound tcp 443 optional
  160 Door: Front both tcp 8000-8080 optional`

interface Case {
  readonly before: string
  readonly after: string
  readonly policies?: readonly [before: string, after: string]
  readonly vendor?: Partial<Vendor>
  readonly options?: OptionValues
}

function fittedSides({ before, after, policies = [POLICY, POLICY], vendor, options = {} }: Case): [Fitted, Fitted] {
  const fittedOf = (tags: string, policy: string) => {
    const { ruleset } = compile(policyOf(policy), { document: documentOf(tags), names: [], where: '' })
    return fitRuleset(ruleset, { target: 'edge', vendor: vendorOf(vendor), options, family: undefined }).fitted
  }
  return [fittedOf(before, policies[0]), fittedOf(after, policies[1])]
}

const deltaOf = (given: Case): RulesDelta => rulesDelta(...fittedSides(given))

const texts = (prefixes: readonly Prefix[]) => prefixes.map(formatPrefix)
const groupText = ({ name, prefixes, groups }: MemberGroup) => `${name}(${[...texts(prefixes), ...groups].join(' ')})`

function shown({ isEmpty, prefixes, sets, groups, services, rules, removedRules }: RulesDelta): string[] {
  const lines: [what: string, things: readonly string[]][] = [
    ['prefixes +', texts(prefixes.added)],
    ['prefixes -', texts(prefixes.removed)],
    ...sets.map(({ set, kind, families }): [string, string[]] => [
      `set ${set.name} ${kind}`,
      families.map(
        ({ family, kind, added, removed }) => `${family} ${kind} +${texts(added).join()} -${texts(removed).join()}`,
      ),
    ]),
    ...(['added', 'grown', 'shrunk', 'removed'] as const).map((part): [string, string[]] => [
      `groups ${part}`,
      groups[part].map(groupText),
    ]),
    ['services +', services.added.map(formatService)],
    ['services -', services.removed.map(formatService)],
    ['rules', rules.map(({ rule, kind, isReshaped }) => `${rule.name} ${kind}${isReshaped ? ' reshaped' : ''}`)],
    ['rules -', removedRules.map(({ name }) => name)],
  ]
  const told = lines.filter(([what, things]) => things.length > 0 || what.startsWith('set '))
  return [...told.map(([what, things]) => [what, ...things].join(' | ')), ...(isEmpty ? ['empty'] : [])]
}

const GROUPS: Partial<Vendor> = { groups: { members: 'members', families: 'apart' } }
const TOGETHER: Partial<Vendor> = { groups: { members: 'members', families: 'together' } }
const BY_TAG: Partial<Vendor> = { split: [{ when: {}, by: 'tag' }] }
const BY_FAMILY: Partial<Vendor> = { split: [{ when: {}, by: 'family' }] }
const WILD = '150 Web: Sql.* outbound tcp 443'
const ONE = '150 Web: Sql outbound tcp 443'
const SAME = { before: 'Sql=20.0.0.0/24 Front=20.1.0.0/24', after: 'Sql=20.0.0.0/24 Front=20.1.0.0/24' }

test.for<[what: string, given: Case, want: string[]]>([
  ['nothing', { before: 'Sql=20.0.0.0/24', after: 'Sql=20.0.0.0/24' }, ['empty']],
  [
    'a prefix for another',
    { before: 'Sql=20.0.0.0/24,20.0.2.0/24', after: 'Sql=20.0.0.0/24,20.0.4.0/24' },
    [
      'prefixes + | 20.0.4.0/24',
      'prefixes - | 20.0.2.0/24',
      'set Web changed | ipv4 changed +20.0.4.0/24 -20.0.2.0/24',
      'rules | Web changed',
    ],
  ],
  [
    'prefixes of both families, sorted and once each',
    {
      before: 'Sql=20.0.0.0/24 Front=20.0.0.0/24',
      after: 'Sql=2603:1000::/48,20.0.4.0/24 Front=20.0.2.0/24,20.0.4.0/24',
    },
    [
      'prefixes + | 20.0.2.0/24 | 20.0.4.0/24 | 2603:1000::/48',
      'prefixes - | 20.0.0.0/24',
      'set Web changed | ipv4 changed +20.0.4.0/24 -20.0.0.0/24 | ipv6 added +2603:1000::/48 -',
      'set Door changed | ipv4 changed +20.0.2.0/24,20.0.4.0/24 -20.0.0.0/24',
      'rules | Web changed reshaped | Door changed | Door-in changed',
    ],
  ],
  [
    'a prefix that moves to another set is no new prefix',
    {
      before: 'Sql=20.0.0.0/24,20.0.2.0/24 Front=20.1.0.0/24',
      after: 'Sql=20.0.0.0/24 Front=20.0.2.0/24,20.1.0.0/24',
    },
    [
      'set Web changed | ipv4 changed + -20.0.2.0/24',
      'set Door changed | ipv4 changed +20.0.2.0/24 -',
      'rules | Web changed | Door changed | Door-in changed',
    ],
  ],
  [
    'a prefix that leaves one set and stays in another',
    {
      before: 'Sql=20.0.0.0/24,20.0.2.0/24 Front=20.0.2.0/24',
      after: 'Sql=20.0.0.0/24 Front=20.0.2.0/24',
    },
    ['set Web changed | ipv4 changed + -20.0.2.0/24', 'rules | Web changed'],
  ],
  [
    'the last prefix of a family',
    { before: 'Sql=20.0.0.0/24,2603:1000::/48', after: 'Sql=20.0.0.0/24' },
    ['prefixes - | 2603:1000::/48', 'set Web changed | ipv6 removed + -2603:1000::/48', 'rules | Web changed reshaped'],
  ],
  [
    'a rule more',
    { before: 'Sql=20.0.0.0/24', after: 'Sql=20.0.0.0/24 Front=20.1.0.0/24' },
    [
      'prefixes + | 20.1.0.0/24',
      'set Door added | ipv4 added +20.1.0.0/24 -',
      'services + | tcp-8000-8080',
      'rules | Door added reshaped | Door-in added reshaped',
    ],
  ],
  [
    'a rule less',
    { before: 'Sql=20.0.0.0/24 Front=20.1.0.0/24', after: 'Sql=20.0.0.0/24' },
    [
      'prefixes - | 20.1.0.0/24',
      'set Door removed | ipv4 removed + -20.1.0.0/24',
      'services - | tcp-8000-8080',
      'rules - | Door-in | Door',
    ],
  ],
  [
    'a tag more, and no address',
    {
      before: 'Sql.A=20.0.0.0/24',
      after: 'Sql.A=20.0.0.0/24 Sql.B=20.0.0.0/25',
      policies: [WILD, WILD],
    },
    ['set Web changed', 'rules | Web changed reshaped'],
  ],
  [
    'a tag for another, and no address',
    { before: 'Sql.A=20.0.0.0/24', after: 'Sql.B=20.0.0.0/24', policies: [WILD, WILD] },
    ['set Web changed', 'rules | Web changed reshaped'],
  ],
  [
    'ports',
    {
      before: 'Sql=20.0.0.0/24',
      after: 'Sql=20.0.0.0/24',
      policies: ['150 Web: Sql outbound tcp 443', '150 Web: Sql outbound tcp 444'],
    },
    ['services + | tcp-444', 'services - | tcp-443', 'rules | Web changed reshaped'],
  ],
  [
    'the protocol',
    {
      before: 'Sql=20.0.0.0/24',
      after: 'Sql=20.0.0.0/24',
      policies: ['150 Web: Sql outbound tcp 443', '150 Web: Sql outbound udp 443'],
    },
    ['services + | udp-443', 'services - | tcp-443', 'rules | Web changed reshaped'],
  ],
  [
    'the priority',
    {
      before: 'Sql=20.0.0.0/24',
      after: 'Sql=20.0.0.0/24',
      policies: ['150 Web: Sql outbound tcp 443', '151 Web: Sql outbound tcp 443'],
    },
    ['rules | Web changed reshaped'],
  ],
  [
    'the direction',
    {
      before: 'Sql=20.0.0.0/24',
      after: 'Sql=20.0.0.0/24',
      policies: ['150 Web: Sql outbound tcp 443', '150 Web: Sql inbound tcp 443'],
    },
    ['rules | Web changed reshaped'],
  ],
  [
    'members of a group',
    {
      before: 'Sql=20.0.0.0/24,20.0.2.0/24',
      after: 'Sql=20.0.0.0/24,20.0.4.0/24',
      vendor: GROUPS,
      options: { members: 9 },
    },
    [
      'prefixes + | 20.0.4.0/24',
      'prefixes - | 20.0.2.0/24',
      'set Web changed | ipv4 changed +20.0.4.0/24 -20.0.2.0/24',
      'groups grown | Web-v4(20.0.4.0/24)',
      'groups shrunk | Web-v4(20.0.2.0/24)',
      'rules | Web changed',
    ],
  ],
  [
    'a group of a family that is new',
    {
      before: 'Sql=20.0.0.0/24',
      after: 'Sql=20.0.0.0/24,2603:1000::/48',
      vendor: GROUPS,
      options: { members: 9 },
    },
    [
      'prefixes + | 2603:1000::/48',
      'set Web changed | ipv6 added +2603:1000::/48 -',
      'groups added | Web-v6(2603:1000::/48)',
      'rules | Web changed reshaped',
    ],
  ],
  [
    'a chunk, which is there before it is a member, and not a member before it goes',
    {
      before: 'Sql=20.0.0.0/24,40.0.0.0/24,40.0.2.0/24 Front=20.1.0.0/24',
      after: 'Sql=20.0.0.0/24,40.0.0.0/24,40.0.2.0/24,80.0.0.0/24 Front=20.1.0.0/24',
      vendor: TOGETHER,
      options: { members: 3 },
    },
    [
      'prefixes + | 80.0.0.0/24',
      'set Web changed | ipv4 changed +80.0.0.0/24 -',
      'groups added | Web-0-0-0-0-2(20.0.0.0/24 40.0.0.0/24 40.0.2.0/24)',
      'groups grown | Web(80.0.0.0/24 Web-0-0-0-0-2)',
      'groups shrunk | Web(20.0.0.0/24 40.0.0.0/24 40.0.2.0/24)',
      'rules | Web changed',
    ],
  ],
  [
    'a chunk more, beside one that stays',
    {
      before: 'Sql=20.0.0.0/24,40.0.0.0/24,40.0.2.0/24,40.0.4.0/24',
      after: 'Sql=20.0.0.0/24,40.0.0.0/24,40.0.2.0/24,40.0.4.0/24,80.0.0.0/24,80.0.2.0/24',
      vendor: TOGETHER,
      options: { members: 3 },
    },
    [
      'prefixes + | 80.0.0.0/24 | 80.0.2.0/24',
      'set Web changed | ipv4 changed +80.0.0.0/24,80.0.2.0/24 -',
      'groups added | Web-64-0-0-0-2(80.0.0.0/24 80.0.2.0/24)',
      'groups grown | Web(Web-64-0-0-0-2)',
      'rules | Web changed',
    ],
  ],
  [
    'groups that are gone, those that hold others first',
    {
      before: 'Sql=20.0.0.0/24,20.0.2.0/24,40.0.0.0/24,40.0.2.0/24 Front=20.1.0.0/24',
      after: 'Front=20.1.0.0/24',
      vendor: TOGETHER,
      options: { members: 3 },
    },
    [
      'prefixes - | 20.0.0.0/24 | 20.0.2.0/24 | 40.0.0.0/24 | 40.0.2.0/24',
      'set Web removed | ipv4 removed + -20.0.0.0/24,20.0.2.0/24,40.0.0.0/24,40.0.2.0/24',
      'groups removed | Web(20.0.0.0/24 20.0.2.0/24 Web-32-0-0-0-3) | Web-32-0-0-0-3(40.0.0.0/24 40.0.2.0/24)',
      'services - | tcp-443',
      'rules - | Web',
    ],
  ],
  [
    'addresses of a tag that the device resolves',
    { before: 'Sql=20.0.0.0/24', after: 'Sql=20.0.2.0/24', vendor: BY_TAG },
    [
      'prefixes + | 20.0.2.0/24',
      'prefixes - | 20.0.0.0/24',
      'set Web changed | ipv4 changed +20.0.2.0/24 -20.0.0.0/24',
      'empty',
    ],
  ],
  [
    'a tag more where each has a rule',
    {
      before: 'Sql.A=20.0.0.0/24 Sql.B=20.0.2.0/24',
      after: 'Sql.A=20.0.0.0/24 Sql.B=20.0.2.0/24 Sql.C=20.0.2.0/25',
      policies: [WILD, WILD],
      vendor: BY_TAG,
    },
    ['set Web changed', 'rules | Web-Sql.C added reshaped'],
  ],
  [
    'one family, where each has a rule',
    {
      before: 'Sql=20.0.0.0/24,2603:1000::/48',
      after: 'Sql=20.0.0.0/24,2603:1001::/48',
      vendor: BY_FAMILY,
    },
    [
      'prefixes + | 2603:1001::/48',
      'prefixes - | 2603:1000::/48',
      'set Web changed | ipv6 changed +2603:1001::/48 -2603:1000::/48',
      'rules | Web-v6 changed',
    ],
  ],
])('%s', ([, given, want]) => {
  expect(shown(deltaOf(given))).toEqual(want)
})

test.for<[what: string, given: Case, want: string[]]>([
  ['another port', { ...SAME, policies: [ONE, '150 Web: Sql outbound tcp 444'] }, ['service']],
  ['another priority', { ...SAME, policies: [ONE, '151 Web: Sql outbound tcp 443'] }, ['priority', 'set']],
  ['another direction', { ...SAME, policies: [ONE, '150 Web: Sql inbound tcp 443'] }, ['set', 'action']],
  [
    'another tag',
    { ...SAME, policies: [ONE, '150 Web: Front outbound tcp 443'] },
    ['addresses', 'tags', 'description'],
  ],
  [
    'a family more',
    { before: 'Sql=20.0.0.0/24', after: 'Sql=20.0.0.0/24,2603::/32', policies: [ONE, ONE] },
    ['addresses', 'families'],
  ],
  [
    'another address of a tag that the device resolves',
    { before: 'Sql=20.0.0.0/24', after: 'Sql=20.0.1.0/24', policies: [ONE, ONE], vendor: BY_TAG },
    [],
  ],
])('%s changes of the rule', ([, given, want]) => {
  const { rules } = deltaOf(given)
  const changed = rules.flatMap(({ changes }) => Object.entries(changes).filter(([, isChanged]) => isChanged))
  expect(changed.map(([what]) => what)).toEqual(want)
})

test.for<[what: string, given: Case, want: string]>([
  ['nothing', SAME, 'prefixes +0 -0, groups +0 ~0 -0, rules +0 ~0 -0'],
  [
    // Only what is new in some shape is another rule.
    'addresses',
    { before: 'Sql=20.0.0.0/24,20.0.2.0/24', after: 'Sql=20.0.0.0/24,20.0.4.0/24,20.0.6.0/24' },
    'prefixes +2 -1, groups +0 ~0 -0, rules +0 ~0 -0',
  ],
  [
    'a group that gains and loses counts once',
    {
      before: 'Sql=20.0.0.0/24,20.0.2.0/24 Front=20.1.0.0/24',
      after: 'Sql=20.0.0.0/24,20.0.4.0/24 Front=20.1.0.0/24,20.1.2.0/24',
      vendor: GROUPS,
      options: { members: 9 },
    },
    'prefixes +2 -1, groups +0 ~2 -0, rules +0 ~0 -0',
  ],
  [
    'a rule more, and one of another shape',
    {
      before: 'Sql=20.0.0.0/24',
      after: 'Sql=20.0.0.0/24 Front=20.1.0.0/24',
      policies: [POLICY, POLICY.replace('443', '444')],
      vendor: GROUPS,
      options: { members: 9 },
    },
    'prefixes +1 -0, groups +1 ~0 -0, rules +2 ~1 -0',
  ],
  [
    'a rule less',
    {
      before: 'Sql=20.0.0.0/24 Front=20.1.0.0/24',
      after: 'Sql=20.0.0.0/24',
      vendor: GROUPS,
      options: { members: 9 },
    },
    'prefixes +0 -1, groups +0 ~0 -1, rules +0 ~0 -2',
  ],
])('counts of a report: %s', ([, given, want]) => {
  const { prefixes, groups, rules } = countChanges(...fittedSides(given))
  expect(prefixes.changed).toBe(0)
  const text = [
    `prefixes +${prefixes.added} -${prefixes.removed}`,
    `groups +${groups.added} ~${groups.changed} -${groups.removed}`,
    `rules +${rules.added} ~${rules.changed} -${rules.removed}`,
  ]
  expect(text.join(', ')).toBe(want)
})
