import { describe, expect, test } from 'vitest'
import { compile } from '../../src/compile/compile.ts'
import { jobOf } from '../../src/compile/target-job.ts'
import type { Cover } from '../../src/compile/widen/widen.ts'
import {
  compiledBefore,
  FREE,
  missingWithin,
  placeAll,
  pricesOf,
  widenAll,
  widenerFor,
  wideningFor,
} from '../../src/compile/widen/widen-target.ts'
import type { History } from '../../src/document/history.ts'
import { explain } from '../../src/finding/finding.ts'
import type { Policy, Target } from '../../src/model/policy.ts'
import { SHIPPED } from '../../src/paths.ts'
import { parsePolicy } from '../../src/policy/policy.ts'
import { expectPage } from '../golden-page.ts'
import { documentOf, setOf, show } from '../notation.ts'

const WEB = { name: 'Web', tags: ['Sql'], direction: 'outbound', ports: [443], priority: 150 }

const BRANCH = { name: 'branch', vendor: 'list', out: 'rules/branch.txt' }

/** A policy for the target `edge`, which is widened to three prefixes, or as `widen` says. */
function policyOf({ rules = [WEB], widen = { maxPrefixes: { ipv4: 3 } }, tests = [], ...target }: RequestedTags = {}) {
  const edge = { name: 'edge', vendor: 'list', out: 'rules/edge.txt', ...(widen && { widen }), ...target }
  return parsePolicy(JSON.stringify({ rules, tests, targets: [edge, BRANCH] }), 'test', 'tagwall.yaml')
}

interface RequestedTags {
  readonly rules?: object[]
  readonly widen?: object | undefined | null
  readonly tests?: object[]
  readonly vendor?: string
  readonly local?: string[]
  readonly family?: string
}

/** Snapshots such as `2025-10-06 Sql=20.0.0.0/24`, oldest first; each was made for the tags that it has. */
function historyOf(policy: Policy, ...snapshots: string[]): History {
  return {
    policy,
    files: snapshots.map((text) => {
      const [published = '', ...tags] = text.split(' ')
      const document = documentOf(tags.join(' '), 'public', published)
      return { published, path: published, read: () => ({ ...document, asked: [...document.tags.keys()] }) }
    }),
    directory: 'snapshots',
    isShipped: false,
    isGiven: false,
  }
}

const BOTH = '20.0.0.0/24,20.0.3.0/24,20.0.8.0/24,20.0.11.0/24'
const NOW = `Sql=${BOTH}`
// Either half of these can be merged for the same price. With a block more in one half, that one costs less.
const LOW = `Sql=${BOTH},20.0.1.0/25`
const HIGH = `Sql=${BOTH},20.0.9.0/25`
const [MERGED_LOW, MERGED_HIGH] = ['20.0.0.0/22 20.0.8.0/24 20.0.11.0/24', '20.0.0.0/24 20.0.3.0/24 20.0.8.0/22']

function widenedAt(now: string, asked: RequestedTags, past: readonly string[] = [], cover?: Cover) {
  const policy = policyOf(asked)
  const known = { document: documentOf(now), names: [...documentOf(now).tags.keys()], where: 'the document' }
  const { ruleset } = compile(policy, known)
  const [target] = policy.targets as [Target]
  const widen = widenerFor({ ...known, ruleset }, historyOf(policy, ...past), () => cover)
  return {
    ruleset,
    target,
    widen: (more: Partial<Target> = {}) => {
      const own = { ...target, ...more }
      return widen(own, jobOf(own, [SHIPPED.vendors]))
    },
  }
}

/** The prefixes of each rule, or what is wrong. */
function shown(now: string, asked: RequestedTags, past?: readonly string[], cover?: Cover): string[] {
  const { ruleset, findings } = widenedAt(now, asked, past, cover).widen()
  return findings.length > 0
    ? findings.map((finding) => explain(finding).replace(/:1:\d+/, ''))
    : ruleset.sets.map(({ name, prefixes }) => `${name}: ${show(prefixes)}`)
}

const coverOf = (web: string): Cover => new Map([['Web', setOf(web)]])

const CLOD: RequestedTags = { widen: { maxPrefixes: 3, within: 'Clod' } }
const NO_CLOD =
  'target "edge": cannot widen within Clod, because that tag does not exist; did you mean "Cloud"? Searched: the document'
const TARGETS: readonly [what: string, now: string, asked: RequestedTags, past: string[], cover?: Cover][] = [
  ['the oldest snapshot decides', NOW, {}, [`2025-10-06 ${HIGH}`, `2025-10-13 ${NOW}`]],
  ['a newer one where the price differs', NOW, {}, [`2025-10-06 ${HIGH}`, `2025-10-13 ${LOW}`]],
  ['the files in place come before all snapshots', NOW, {}, [`2025-10-06 ${HIGH}`], coverOf(MERGED_LOW)],
  [
    'a snapshot of the same day or later has no say',
    NOW,
    {},
    [`2025-10-06 ${HIGH}`, `2025-11-10 ${LOW}`, `2025-11-17 ${LOW}`],
  ],
  ['nor has one without the tag', NOW, {}, [`2025-10-06 ${HIGH}`, '2025-10-13 Other=20.0.1.0/24']],
  [
    'nor one that is impossible',
    NOW,
    {},
    [`2025-10-06 ${HIGH}`, '2025-10-13 Sql=20.0.0.0/24,60.0.0.0/24,99.0.0.0/24,130.0.0.0/24'],
  ],
  [
    'nor one without the tag to widen within',
    `${NOW} Cloud=20.0.0.0/16`,
    { widen: { maxPrefixes: { ipv4: 3 }, within: 'Cloud' } },
    [`2025-10-06 ${HIGH} Cloud=20.0.0.0/16`, `2025-10-13 ${LOW}`],
  ],
  [
    'nor one that leaves a rule no address',
    `${NOW},2603:1000::/48`,
    { vendor: 'iptables', local: ['10.0.0.0/8'] },
    [`2025-10-06 ${HIGH}`, '2025-10-13 Sql=2603:1000::/48'],
  ],
  [
    'a target of one family is widened in that family',
    `${NOW},2603:1000::/64,2603:1000:0:3::/64`,
    { family: 'ipv6', widen: { maxPrefixes: 1 } },
    [],
  ],
  [
    'the tag to widen within in any case',
    `${NOW} Cloud=20.0.8.0/22`,
    { widen: { maxPrefixes: { ipv4: 3 }, within: 'cloud' } },
    [],
  ],
  ['a local side that leaves a rule no address', NOW, { vendor: 'iptables', local: ['2001:db8::/32'] }, []],
  ['tags by name', NOW, { vendor: 'nsg' }, []],
  ['tags by name, with files in place', NOW, { vendor: 'nsg' }, [], coverOf(MERGED_LOW)],
  ['no such tag to widen within', `${NOW} Cloud=20.0.8.0/22`, CLOD, []],
  ['no such tag, with files in place', `${NOW} Cloud=20.0.8.0/22`, CLOD, [], coverOf(MERGED_LOW)],
  [
    'tests of this target that deny what is added',
    NOW,
    {
      tests: [
        { deny: '20.0.1.1' },
        { deny: '20.0.9.1' },
        { deny: '20.0.2.1', targets: ['edge'] },
        { deny: '20.0.2.2', targets: ['branch'] },
        { allow: '99.0.0.1' },
      ].map((one) => ({ ...one, direction: 'outbound', port: 443 })),
    },
    [],
  ],
  [
    'such tests, with files in place',
    NOW,
    { tests: [{ deny: '20.0.9.1', direction: 'outbound', port: 443 }] },
    [],
    coverOf(MERGED_HIGH),
  ],
  [
    'an impossible budget, before any test',
    NOW,
    {
      widen: { maxPrefixes: 1, never: ['20.0.4.0/24'] },
      tests: [{ deny: '20.0.0.1', direction: 'outbound', port: 443 }],
    },
    [],
  ],
]

test('a target is widened', async () => {
  await expectPage(
    'widen-target.txt',
    TARGETS.map(([name, now, asked, past, cover]) => [name, shown(now, asked, past, cover)]),
  )
})

describe('the rules of a target', () => {
  test('are those of the policy if nothing is asked of it', () => {
    const { ruleset, widen } = widenedAt(NOW, { widen: null })
    expect(widen()).toEqual({ ruleset, findings: [] })
    expect(widen().ruleset).toBe(ruleset)
  })

  test('are none if the cloud has no tag of any rule', () => {
    const { ruleset, widen } = widenedAt('Other=20.0.0.0/24', { rules: [{ ...WEB, optional: true }], widen: null })
    expect(widen()).toEqual({ ruleset, findings: [] })
  })

  test('have the local side of the target', () => {
    const { widen } = widenedAt(NOW, { widen: null, vendor: 'iptables', local: ['10.0.0.0/8'] })
    expect(widen().ruleset.rules.map(({ local }) => local && 'set' in local && show(local.set.prefixes))).toEqual([
      '10.0.0.0/8',
    ])
  })

  test('are shared by targets that ask the same', () => {
    const { target, widen } = widenedAt(NOW, {})
    const first = widen()
    expect(widen({ name: 'edge@paris' })).toBe(first)
    expect(widen({ family: 'ipv4' })).not.toBe(first)
    const less = { ...(target.widen as NonNullable<Target['widen']>), maxPrefixes: { ipv4: 2 } }
    expect(widen({ widen: less }).ruleset.sets.map(({ prefixes }) => show(prefixes))).toEqual([
      '20.0.0.0/22 20.0.8.0/22',
    ])
  })

  test('are not shared by targets that have other rules', () => {
    const rules = [
      { ...WEB, targets: ['edge'] },
      { ...WEB, name: 'Db', priority: 155, targets: ['branch'] },
      { ...WEB, name: 'All', priority: 160, targets: ['edge', 'branch'] },
    ]
    const { widen } = widenedAt(NOW, { rules, widen: null })
    const namesOf = (name: string) => widen({ name }).ruleset.rules.map((rule) => rule.name)
    expect([namesOf('edge'), namesOf('branch'), namesOf('edge@paris')]).toEqual([
      ['Web', 'All'],
      ['Db', 'All'],
      ['Web', 'All'],
    ])
  })

  test('are not shared if they cannot be had, because a finding names the target', () => {
    const { widen } = widenedAt(NOW, { widen: { maxPrefixes: 1, never: ['20.0.4.0/24'] } })
    const targetsOf = (name: string) =>
      widen({ name }).findings.map((one) => one.code === 'BUDGET_NOT_MET' && one.target)
    expect([targetsOf('edge@berlin'), targetsOf('edge@paris')]).toEqual([['edge@berlin'], ['edge@paris']])
  })
})

test('a series has the older rulesets that could be widened, oldest first, and then the newest', () => {
  const policy = policyOf()
  const [target] = policy.targets as [Target]
  const job = jobOf(target, [SHIPPED.vendors])
  const known = { document: documentOf(NOW), names: [], where: '' }
  const past = [LOW, 'Sql=20.0.0.0/24,60.0.0.0/24,99.0.0.0/24,130.0.0.0/24', HIGH].map((text) => {
    const document = documentOf(text)
    return { document, ruleset: compile(policy, { document, names: [], where: '' }).ruleset }
  })
  const { ruleset } = compile(policy, known)
  const covers = (widening: object) =>
    widenAll(
      { ...(target.widen as NonNullable<Target['widen']>), ...widening },
      job,
      { ...known, ruleset },
      past,
      policy,
    ).map(
      ({ ruleset, findings }) =>
        findings.map(({ code }) => code).join() || ruleset.sets.map(({ prefixes }) => show(prefixes)).join(),
    )
  expect(covers({})).toEqual([MERGED_LOW, MERGED_HIGH, MERGED_HIGH])
  expect(covers({ within: 'Cloud' })).toEqual(['NO_WITHIN'])
})

test('of older rulesets, those with an address for each rule of the target', () => {
  const policy = policyOf()
  const past = ['Sql=20.0.0.0/24,2603:1000::/48', 'Sql=2603:1000::/48'].map((text) => {
    const document = documentOf(text)
    return { document, ruleset: compile(policy, { document, names: [], where: '' }).ruleset }
  })
  const placed = placeAll(past, { name: 'edge', local: { prefixes: setOf('10.0.0.0/8') }, at: '' })
  expect(
    placed.map(({ document, ruleset }) => [
      document === past[0]?.document,
      ruleset.sets.map(({ prefixes }) => show(prefixes)),
    ]),
  ).toEqual([[true, ['20.0.0.0/24']]])
})

test('the older snapshots of a policy, from a date on', () => {
  const rules = [
    { ...WEB, except: ['20.0.0.0/25'] },
    { ...WEB, name: 'More', tags: ['Web'], priority: 160, optional: true },
  ]
  const history = historyOf(
    policyOf({ rules }),
    '2025-09-01 Sql=20.0.0.0/24 Web=20.1.0.0/24',
    // Made for a policy without the second rule.
    '2025-09-08 Sql=20.0.0.0/24',
    // The first rule would have no address.
    '2025-09-15 Sql=20.0.0.0/25 Web=20.1.0.0/24',
    '2025-09-22 Sql=20.0.0.0/24 Web=20.1.0.0/24',
    '2025-09-29 Sql=20.0.0.0/24 Web=20.1.0.0/24',
  )
  const found = (published: string, from?: string) =>
    compiledBefore(history, published, from).map(
      ({ document, ruleset }) => `${document.published} ${ruleset.rules.map(({ name }) => name)}`,
    )
  expect(found('2025-09-29')).toEqual(['2025-09-01 Web,More', '2025-09-22 Web,More'])
  expect(found('2025-09-29', '2025-09-02')).toEqual(['2025-09-22 Web,More'])
  expect(found('2025-09-29', '2025-09-22')).toEqual(['2025-09-22 Web,More'])
  expect(found('2025-09-01')).toEqual([])
})

test('a budget of the command line takes the place of that of the target', () => {
  const own = { ...FREE, within: 'Cloud', maxPrefixes: { ipv6: 9 } }
  expect(wideningFor(undefined, undefined)).toBeUndefined()
  expect(wideningFor(own, undefined)).toBe(own)
  expect(wideningFor(own, 5)).toEqual({ ...own, maxPrefixes: { ipv4: 5, ipv6: 5 } })
  expect(wideningFor(undefined, 5)).toEqual({
    per: 'rule',
    never: setOf(''),
    minPrefixLength: { ipv4: 8, ipv6: 16 },
    maxPrefixes: { ipv4: 5, ipv6: 5 },
  })
})

test('a missing tag is told with the closest one', () => {
  const known = { document: documentOf('Cloud=20.0.0.0/8'), names: ['Cloud'], where: 'the document' }
  const told = (within?: string) => missingWithin({ ...FREE, maxPrefixes: {}, within }, 'edge', known).map(explain)
  expect([told(), told('cloud')]).toEqual([[], []])
  expect(told('Clod')).toEqual([NO_CLOD])
})

test('the price of each family of a widened rule, and how much of it is in some tag', () => {
  const { ruleset } = widenedAt(`${NOW},2603:1000::/64,2603:1000:0:3::/64`, { widen: { maxPrefixes: 1 } }).widen()
  const prices = (everything?: string) =>
    pricesOf('edge', ruleset, everything === undefined ? undefined : () => setOf(everything)).map(
      ({ target, rule, price, inSomeTag }) => `${target} ${rule} ${price.family} ${price.extra} ${inSomeTag}`,
    )
  expect(prices()).toEqual(['edge Web ipv4 3072 undefined', `edge Web ipv6 ${2n ** 65n} undefined`])
  expect(prices('20.0.0.0/23 2603:1000:0:1::/80')).toEqual([
    'edge Web ipv4 3072 256',
    `edge Web ipv6 ${2n ** 65n} ${2n ** 48n}`,
  ])
  expect(pricesOf('edge', widenedAt(NOW, {}).ruleset, undefined)).toEqual([])
})
