import { expect, test } from 'vitest'
import { type AddressFamily, FAMILIES, formatPrefix } from '../../src/address/prefix.ts'
import { compile } from '../../src/compile/compile.ts'
import { fit as fitRuleset } from '../../src/compile/fit/fit.ts'
import { countRules, exceeded } from '../../src/compile/fit/limits.ts'
import { explain } from '../../src/finding/finding.ts'
import { groupsByName } from '../../src/model/fitted.ts'
import type { OptionValues } from '../../src/model/option.ts'
import type { PolicyDirection } from '../../src/model/traffic.ts'
import { type Carried, type NameForm, onlyFamily, type Vendor } from '../../src/model/vendor.ts'
import type { NameKind } from '../../src/model/vendor-words.ts'
import { parsePolicy } from '../../src/policy/policy.ts'
import { expectOutcomes, expectPage } from '../golden-page.ts'
import { compiled, documentOf, policyOf, show } from '../notation.ts'
import { nameForm, vendorOf } from './acme.ts'

/** A vendor whose names have these forms under all options. */
const namesOf = (more: Partial<Record<NameKind, Partial<NameForm>>>) => ({
  names: {
    ...vendorOf().names,
    ...Object.fromEntries(Object.entries(more).map(([kind, form]) => [kind, [nameForm(form)]])),
  },
})

const TAGS =
  'Sql=192.0.2.0/24,2001:db8::/32 Storage=198.51.100.0/24 Redis=203.0.113.0/24,203.0.112.0/25 Ipv6=2001:db8::/32'
const KNOWN = { document: documentOf(TAGS), names: [], where: '' }

interface Case {
  readonly policy?: string
  readonly vendor?: Partial<Vendor>
  readonly options?: OptionValues
  readonly family?: 'ipv4' | 'ipv6'
  readonly tags?: string
}

function fitted({ policy = '150 Web: Sql outbound tcp 443', vendor, options = {}, family, tags = TAGS }: Case) {
  const { ruleset } = compile(policyOf(policy), { document: documentOf(tags), names: [], where: '' })
  const job = { target: 'edge', vendor: vendorOf(vendor), options, family }
  const { fitted, findings } = fitRuleset(ruleset, job)
  return { fitted, findings: [...findings, ...exceeded(countRules(fitted, job), job)] }
}

/** The rules as the vendor holds them, a line each. */
const rulesOf = (given: Case) =>
  fitted(given).fitted.rules.map(
    ({ priority, name, rule, tag, prefixes }) => `${priority} ${name} ${rule.direction} -> ${tag ?? show(prefixes)}`,
  )

/** Groups, and the chunks that they are made of, a line each. */
const groupsOf = (given: Case) =>
  fitted(given).fitted.sets.flatMap(({ groups }) =>
    groups.flatMap(({ name, members, chunks }) => [
      `${name}: ${members.map(formatPrefix).join(' ')}`,
      ...chunks.map((chunk) => `  ${chunk.name}: ${chunk.members.map(formatPrefix).join(' ')}`),
    ]),
  )

const problemsOf = (given: Case) => fitted(given).findings.map((finding) => `${finding.code}: ${explain(finding)}`)

const BY_TAG: Partial<Vendor> = {
  split: [
    { when: { mode: 'tags' }, by: 'tag' },
    { when: {}, by: 'family' },
  ],
}
/** Tags by name, in place of addresses. */
const tagged = (policy: string, more: Partial<Vendor> = {}): Case => ({
  policy,
  vendor: { ...BY_TAG, ...more },
  options: { mode: 'tags' },
})
const OFFSET: Partial<Vendor> = { priority: [{ when: {}, min: 100, max: 4096, ipv6Offset: 'offset' }] }

const RULES: Readonly<Record<string, Case>> = {
  'one rule for all': { policy: '150 Web: Sql both tcp 443' },
  'one rule a tag': tagged('150 Web: Sql both tcp 443'),
  'one rule each of several tags': tagged('150 Web: Sql,Storage both tcp 443'),
  'one rule a family': {
    policy: '150 Web: Sql both tcp 443',
    vendor: { ...BY_TAG, ...OFFSET },
    options: { mode: 'x', offset: 1000 },
  },
  'no rule for a family without addresses': {
    policy: '150 Web: Storage outbound tcp 443\n151 Web6: Ipv6 outbound tcp 443',
    vendor: { split: [{ when: {}, by: 'family' }] },
  },
  'one rule for all where no split applies': { vendor: { split: [{ when: { mode: 'tags' }, by: 'tag' }] } },
  'a name cut, but not its end': {
    policy: '150 A-long-name: Sql both tcp 443',
    vendor: namesOf({ rule: { max: 9, shorten: true } }),
  },
}

test('makes rules', async () => {
  await expectOutcomes('fitted-rules.txt', RULES, (given) => {
    expect(problemsOf(given)).toEqual([])
    return rulesOf(given)
  })
})

const grouped = (members: number, families: 'apart' | 'together', more: Partial<Vendor> = {}) => ({
  vendor: { groups: { members: 'members', families }, ...more },
  options: { members },
})

const GROUPS: Readonly<Record<string, Case>> = {
  'no groups where the vendor has none': {},
  'a group a family': grouped(9, 'apart'),
  'one group for both families': grouped(9, 'together'),
  'no group for a family without addresses': { ...grouped(9, 'apart'), policy: '1 W: Storage outbound tcp 1' },
  'a group that is just full': { ...grouped(2, 'apart'), policy: '1 W: Redis outbound tcp 1' },
  'the lowest addresses members of the group, and chunks named after their blocks': {
    ...grouped(4, 'apart'),
    policy: '1 W: Redis outbound tcp 1',
    tags: 'Redis=20.0.0.0/24,20.0.2.0/24,20.0.4.0/24,40.0.0.0/24,40.0.2.0/24',
  },
  'a single prefix a member wherever it is': {
    ...grouped(3, 'apart'),
    policy: '1 W: Redis outbound tcp 1',
    tags: 'Redis=20.0.0.0/24,20.0.2.0/24,20.0.4.0/24,20.0.6.0/24,40.0.0.0/24',
  },
  'chunks of both families in one group': {
    ...grouped(3, 'together'),
    tags: 'Sql=192.0.2.0/24,198.51.100.0/24,2001:db8::/32,2001:dba::/32',
  },
  'chunks whose names are cut before the block': {
    ...grouped(3, 'apart', namesOf({ set: { max: 18, shorten: true } })),
    policy: '1 Website: Redis outbound tcp 1',
    tags: 'Redis=20.0.0.0/24,40.0.0.0/24,40.0.2.0/24,40.0.4.0/24',
  },
}

test('makes groups', async () => {
  await expectOutcomes('fitted-groups.txt', GROUPS, (given) => {
    expect(problemsOf(given)).toEqual([])
    return groupsOf(given)
  })
})

/** All that a device can hold which holds little. */
const LEAST: Vendor['carries'][number] = {
  when: {},
  actions: ['allow'],
  protocols: ['tcp'],
  directions: ['both'],
  local: [],
  objectFamilies: 'together',
  addressFamilies: FAMILIES,
  hint: '',
}

/** The rules and findings of one rule of a policy, where the device resolves tags if `mode` is tags. */
function byTag(rule: object, mode = 'tags', addressFamilies: readonly AddressFamily[] = FAMILIES) {
  const whole = { name: 'Web', tags: ['Sql'], direction: 'outbound', ports: [443], priority: 150, ...rule }
  const ruleset = compiled([whole], TAGS)
  const holds = { directions: ['outbound', 'both'], local: ['addresses', 'object'], addressFamilies } as const
  const vendor = vendorOf({ ...BY_TAG, carries: [{ ...LEAST, ...holds }] })
  const { fitted, findings } = fitRuleset(ruleset, { target: 'edge', vendor, options: { mode }, family: undefined })
  const rules = fitted.rules.map(
    ({ priority, name, family = 'both', tag, prefixes }) => `${priority} ${name} ${family} -> ${tag ?? show(prefixes)}`,
  )
  return { rules, findings: findings.map(explain) }
}

const BY_NAME: Readonly<Record<string, object>> = {
  'own prefixes beside tags come last, one rule for each family': {
    tags: ['Sql', 'Storage'],
    prefixes: ['20.0.0.0/24', '2603:1000::/48'],
  },
  'own prefixes beside one tag': { prefixes: ['2603:1000::/48'] },
  'own prefixes alone': { tags: undefined, prefixes: ['20.0.0.0/24', '2603:1000::/48'] },
  'local addresses of both families, one rule for each': { local: ['10.0.0.0/8', '2001:db8::/32'] },
  'local addresses of one family': { local: ['10.0.0.0/8'] },
  'a local object': { local: { object: 'lan' } },
  'two local objects for a tag of whatever family': { tags: ['Storage'], local: { object: 'lan', object6: 'lan6' } },
  'an exception of a tag, told once for both directions': { except: ['192.0.2.7/32'], direction: 'both' },
  'an exception of an own prefix': { prefixes: ['20.0.0.0/24'], except: ['20.0.0.0/25'] },
}

test('where the device resolves tags', async () => {
  await expectOutcomes('fit-tags.txt', BY_NAME, (rule) => {
    const { rules, findings } = byTag(rule)
    return [...rules, ...findings]
  })
})

const notIpv6 = (what: string) =>
  `target "edge": rule "Web" has IPv6 ${what}, which rules of acme cannot have in this form. Leave them out, or put them into a policy for another target`

test.for<[what: string, rule: object, families: readonly AddressFamily[], want: string[]]>([
  [
    'own prefixes',
    { prefixes: ['2603:1000::/48', '20.0.0.0/24'] },
    ['ipv4'],
    [notIpv6('prefixes of your own (2603:1000::/48)')],
  ],
  [
    'local addresses',
    { local: ['10.0.0.0/8', '2001:db8::/32'] },
    ['ipv4'],
    [notIpv6('local addresses (2001:db8::/32)')],
  ],
  ['a local object', { local: { object: 'lan' } }, ['ipv4'], []],
  ['both', { prefixes: ['2603:1000::/48'], local: ['10.0.0.0/8'] }, FAMILIES, []],
])('beside tags, a device takes %s %j only of the families %j', ([, rule, families, want]) => {
  expect(byTag(rule, 'tags', families).findings).toEqual(want)
  expect(byTag(rule, 'prefixes', families).findings).toEqual([])
})

test('a device defines local groups first, and chunks before the group that holds them', () => {
  const rule = { name: 'Web', tags: ['Sql'], direction: 'outbound', ports: [443], priority: 150 }
  const local = ['10.0.0.0/8', '192.168.0.0/16', '198.18.0.0/24', '198.18.2.0/24']
  const ruleset = compiled([{ ...rule, local }], TAGS)
  const { vendor, options } = grouped(3, 'apart')
  const { fitted } = fitRuleset(ruleset, { target: 'edge', vendor: vendorOf(vendor), options, family: undefined })
  const shown = [...groupsByName(fitted)].map(
    ([name, { members, chunks }]) =>
      `${name}: ${[...members.map(formatPrefix), ...chunks.map((one) => one.name)].join(' ')}`,
  )
  expect(shown).toEqual([
    'Web-local-v4-128-0-0-0-1: 192.168.0.0/16 198.18.0.0/24 198.18.2.0/24',
    'Web-local-v4: 10.0.0.0/8 Web-local-v4-128-0-0-0-1',
    'Web-v4: 192.0.2.0/24',
  ])
})

const limited = (name: string, max: number): Partial<Vendor> => ({
  limits: {
    [name]: {
      max,
      source: 'the manual',
      hint: 'Split it',
      when: {},
      unverified: false,
      cases: [{ max: 99, source: 'a case', hint: 'No', when: { big: true }, unverified: false }],
    },
  },
})

const CLOSING: Partial<Vendor> = {
  closing: [{ when: { close: true }, name: 'WEB', direction: 'outbound', priority: 10 }],
}
const WEB_AND_B = '1 Web: Sql outbound tcp 1\n10 B: Sql outbound tcp 1'
const OFFSET_1: Partial<Vendor> = { priority: [{ when: {}, min: 1, max: 4096, ipv6Offset: undefined }] }

const WEBSITES = '1 Website A: Sql outbound tcp 1\n2 website B: Sql outbound tcp 1'
const BOTH_WAYS = '1 A: Sql outbound tcp 1\n2 B: Redis outbound tcp 1\n3 C: Sql inbound tcp 1'

const PROBLEMS: readonly Case[] = [
  {
    policy: '150 Web {{x}}: Sql outbound tcp 443',
    vendor: namesOf({ rule: { max: 99, pattern: '^[A-Za-z ]+$', shorten: true } }),
  },
  // A set is named after its rule: one complaint for each rule.
  {
    policy: '1 Web: Sql outbound tcp 1\n2 Mail: Sql outbound tcp 1\n3 W: Sql outbound tcp 1',
    vendor: namesOf({ rule: { max: 2 }, set: { max: 2 } }),
  },
  { vendor: namesOf({ set: { max: 2 } }) },
  { vendor: namesOf({ set: { max: 9, reserved: { Web: 'is the device itself' } } }) },
  { policy: '1 Web: Sql outbound tcp 1-2', vendor: namesOf({ service: { max: 6 } }) },
  {
    policy: '1 Web: Sql outbound tcp 80\n2 Db: Sql outbound tcp 80,1433',
    vendor: namesOf({ service: { max: 8, shorten: true, prefix: 'az-' } }),
  },
  { policy: WEBSITES, vendor: namesOf({ rule: { max: 8, shorten: true } }) },
  { policy: WEBSITES, vendor: namesOf({ set: { max: 8, shorten: true } }) },
  // A rule that is called as the inbound half of another one.
  { policy: '1 Web: Sql both tcp 1\n2 Web-in: Sql outbound tcp 1' },
  // A group that is called as an address: both are objects.
  { ...grouped(9, 'together'), policy: '1 192-0-2-0-24: Sql outbound tcp 1' },
  {
    ...grouped(9, 'together', {
      names: { ...vendorOf().names, object: { prefix: 'before', replace: { '/': '-', '.': '-' } } },
    }),
    options: { members: 9, before: 'st-' },
    policy: '1 192-0-2-0-24: Sql outbound tcp 1',
  },
  {
    policy:
      '99 A: Sql outbound tcp 1\n100 B: Sql outbound tcp 1\n4096 C: Sql outbound tcp 1\n4097 D: Sql outbound tcp 1',
    vendor: OFFSET,
  },
  tagged('150 A: Sql,Storage outbound tcp 1\n151 B: Sql outbound tcp 1', OFFSET),
  {
    policy: '150 A: Sql outbound tcp 1\n151 B: Sql outbound tcp 1',
    vendor: { split: [{ when: {}, by: 'family' }], ...OFFSET },
    options: { offset: 1 },
  },
  { policy: '150 A: Sql outbound tcp 1\n150 B: Sql inbound tcp 1', vendor: OFFSET },
  { vendor: BY_TAG, options: { mode: 'tags' }, family: 'ipv4' },
  { policy: '1 A: Sql both tcp 1', vendor: limited('rules', 2) },
  { policy: '1 A: Sql both tcp 1\n2 B: Sql outbound tcp 1', vendor: limited('rules', 2) },
  { policy: '1 A: Redis outbound tcp 1', vendor: limited('setPrefixes', 2) },
  { policy: '1 A: Redis outbound tcp 1', vendor: limited('setPrefixes', 1) },
  { policy: '1 A: Sql outbound tcp 1', vendor: limited('setPrefixes', 1) },
  { policy: '1 A: Sql outbound tcp 1,2,8-9', vendor: limited('portSlots', 4) },
  { policy: '1 A: Sql outbound tcp 1,2,8-9', vendor: limited('portSlots', 3) },
  // Two prefixes of the outbound rule, two of the other one, and the local side of the inbound rule.
  { policy: BOTH_WAYS, vendor: limited('prefixesPerSide', 5) },
  { policy: BOTH_WAYS, vendor: limited('prefixesPerSide', 4) },
  tagged('1 A: Sql,Redis outbound tcp 1', limited('prefixesPerSide', 2)),
  { policy: WEB_AND_B, vendor: { ...CLOSING, ...OFFSET_1 }, options: { close: true } },
  { policy: WEB_AND_B, vendor: { ...CLOSING, ...OFFSET_1 }, options: { close: false } },
  { policy: '1 A: Sql outbound tcp 1', vendor: { ...CLOSING, ...limited('rules', 1) }, options: { close: true } },
  { policy: '1 A: Sql both tcp 1', vendor: limited('rules', 1), options: { big: true } },
  { ...grouped(1, 'apart', limited('groupMembers', 1)), policy: '1 W: Redis outbound tcp 1' },
]

test('says what does not fit', async () => {
  await expectPage(
    'fit-problems.txt',
    PROBLEMS.map((given) => [JSON.stringify(given), problemsOf(given)]),
  )
})

test.for<[form: Partial<NameForm>, policy: string, want: string[]]>([
  [{ prefix: 'az-' }, '150 Web: Sql outbound tcp 443', ['az-Web']],
  [{ lower: true }, '150 Web: Sql both tcp 443', ['web', 'web-in']],
  [{ replace: { ' ': '_' } }, '150 My Web: Sql outbound tcp 443', ['My_Web']],
  [{ prefix: 'az-', max: 6, shorten: true }, '150 Webby: Sql both tcp 443', ['az-Web', 'az--in']],
  [{ lower: true }, '150 Web: Sql outbound tcp 443\n160 web2: Sql outbound tcp 443', ['web', 'web2']],
])('names in the form %j', ([form, policy, want]) => {
  const vendor = vendorOf(namesOf({ rule: { max: 99, ...form } }))
  const { ruleset } = compile(policyOf(policy), KNOWN)
  const { fitted, findings } = fitRuleset(ruleset, { target: 'edge', vendor, options: {}, family: undefined })
  expect(findings).toEqual([])
  expect(fitted.rules.map(({ name }) => name)).toEqual(want)
})

test.for<[direction: string, carried: PolicyDirection[], want: string[]]>([
  ['both', ['outbound', 'both'], []],
  ['outbound', ['outbound'], []],
  ['inbound', ['outbound', 'both'], ['direction: inbound; it can: outbound, both. Use another vendor']],
  ['both', ['outbound'], ['direction: both; it can: outbound. Use another vendor']],
])('a rule whose direction is %s, where the vendor carries %j', ([direction, directions, want]) => {
  const vendor: Partial<Vendor> = { carries: [{ ...LEAST, directions, hint: 'Use another vendor' }] }
  expect(problemsOf({ policy: `150 Web: Sql ${direction} tcp 443`, vendor })).toEqual(
    want.map((what) => `NOT_CARRIED: target "edge": acme cannot express rule "Web": ${what}`),
  )
})

const TWO = { object: 'lan', object6: 'lan6' }
const APART = { local: ['object'], objectFamilies: 'apart' } as const

const LOCAL: readonly [what: string, local: unknown, tags: string, carried: Partial<Carried>][] = [
  ['addresses', ['10.0.0.0/8'], 'Sql', { local: ['addresses'] }],
  ['addresses where only objects are', ['10.0.0.0/8'], 'Sql', { local: ['object'] }],
  ['an object where only addresses are', { object: 'lan' }, 'Sql', { local: ['addresses'] }],
  ['nothing where nothing is', undefined, 'Sql', {}],
  ['an object for both families', { object: 'lan' }, 'Sql', { local: ['object'] }],
  ['an object for both families, named twice', { object: 'lan', object6: 'lan' }, 'Sql', { local: ['object'] }],
  ['two objects, and IPv4 only', TWO, 'Storage', { local: ['object'] }],
  ['two objects, and IPv6 only', { object: 'lan4', object6: 'lan' }, 'Ipv6', { local: ['object'] }],
  ['two objects of which no file names any', TWO, 'Sql', { local: ['object'], objectFamilies: 'none' }],
  ['two objects where a rule has one', TWO, 'Sql', { local: ['object'] }],
  ['one object of two', { object: 'lan' }, 'Sql', APART],
  ['two objects', TWO, 'Sql', APART],
  ['one object, for IPv4 only', { object: 'lan' }, 'Storage', APART],
  ['addresses need no second object', ['10.0.0.0/8'], 'Storage', { ...APART, local: ['addresses', 'object'] }],
  // What it cannot have at all is said once.
  ['an object that it cannot have', { object: 'lan' }, 'Sql', { local: [], objectFamilies: 'apart' }],
]

test('a local side', async () => {
  await expectPage(
    'fit-local.txt',
    LOCAL.map(([name, local, tags, carried]) => {
      const rule = { name: 'Web', tags: [tags], direction: 'both', ports: [443], priority: 150, local }
      const policy = parsePolicy(JSON.stringify({ rules: [rule] }), 'test', 'tagwall.yaml')
      const { ruleset, findings: problems } = compile(policy, KNOWN)
      const vendor = vendorOf({ carries: [{ ...LEAST, ...carried }] })
      const job = { target: 'edge', vendor, options: {}, family: undefined }
      const { fitted, findings } = fitRuleset(ruleset, job)
      const shown = [...problems, ...findings].map((finding) => {
        if (finding.code === 'NOT_CARRIED') return explain(finding).replace('target "edge": acme ', '')
        if (finding.code === 'OBJECT6_NOT_CARRIED') return `${finding.code} ${finding.object} ${finding.object6}`
        return finding.code === 'OBJECT6_MISSING' ? `${finding.code} ${finding.object}` : explain(finding)
      })
      const objects = fitted.rules.map(({ local }) => {
        return local && ('object' in local ? `${local.object}|${local.object6}` : local.set.name)
      })
      const apart = carried.objectFamilies === 'apart' && local && 'object6' in (local as object) ? 'lan6' : ''
      expect(new Set(objects)).toEqual(
        new Set([local === undefined ? undefined : Array.isArray(local) ? 'Web-local' : `lan|${apart}`]),
      )
      return [name, shown]
    }),
  )
})

test.for<[options: OptionValues, families: Vendor['families'], want: string | undefined]>([
  [{}, [], undefined],
  [{}, [{ when: {}, families: ['ipv4'] }], 'ipv4'],
  [{}, [{ when: {}, families: ['ipv6', 'ipv4'] }], undefined],
  [
    { ipv6: 'none' },
    [
      { when: { ipv6: 'inline' }, families: ['ipv4', 'ipv6'] },
      { when: {}, families: ['ipv4'] },
    ],
    'ipv4',
  ],
  [
    { ipv6: 'inline' },
    [
      { when: { ipv6: 'inline' }, families: ['ipv4', 'ipv6'] },
      { when: {}, families: ['ipv4'] },
    ],
    undefined,
  ],
])('under %j, a vendor with the families %j has one only: %s', ([options, families, want]) => {
  expect(onlyFamily(vendorOf({ families }), options)).toBe(want)
})

test('names that are printed nowhere are not checked, and kinds of one namespace share their names', () => {
  const { ruleset } = compile(policyOf('150 Web: Sql outbound tcp 443'), KNOWN)
  const found = (names: Partial<Vendor['names']>, options = {}) =>
    fitRuleset(ruleset, {
      target: 'edge',
      vendor: vendorOf({ names: { ...vendorOf().names, ...names } }),
      options,
      family: undefined,
    }).findings.map(explain)
  const short = nameForm({ when: { form: 'rules' }, max: 2, pattern: '', shorten: false })
  expect(found({ rule: [short] }, { form: 'lists' })).toEqual([])
  expect(found({ rule: [short] }, { form: 'rules' })).toHaveLength(1)
  const shared = nameForm({ max: 99, pattern: '', shorten: false, namespace: 'object' })
  expect(found({ rule: [shared], set: [shared] })).toEqual([
    'target "edge": "Web" and "Web" both become the object "Web". Rename one of them',
  ])
  expect(found({ rule: [{ ...shared, prefix: 'r-' }], set: [shared] })).toEqual([])
})
