import { expect, test } from 'vitest'
import { rulesDelta } from '../../../src/change/ways/rules-delta.ts'
import { compile } from '../../../src/compile/compile.ts'
import { fit as fitRuleset } from '../../../src/compile/fit/fit.ts'
import type { Fitted } from '../../../src/model/fitted.ts'
import type { Vendor } from '../../../src/model/vendor.ts'
import { parsePolicy } from '../../../src/policy/policy.ts'
import { deltaViewOf } from '../../../src/vendor/render/delta-view.ts'
import { vendorOf } from '../../compile/acme.ts'
import { documentOf } from '../../notation.ts'

const WEB = { name: 'Web', tags: ['Sql'], direction: 'outbound', ports: [443], priority: 150 }
const UDP = { name: 'Dns', tags: ['Storage'], direction: 'outbound', protocol: 'udp', ports: [53], priority: 160 }

interface Side {
  readonly tags: string
  readonly rules?: readonly object[]
}

function sideOf({ tags, rules = [WEB] }: Side, vendor: Vendor, published?: string): Fitted {
  const policy = parsePolicy(JSON.stringify({ rules }), 'test', 'tagwall.yaml')
  const { ruleset } = compile(policy, { document: documentOf(tags, 'public', published), names: [], where: '' })
  return fitRuleset(ruleset, { target: 'edge', vendor, options: {}, family: undefined }).fitted
}

const viewOfDelta = (before: Side, after: Side, vendor = vendorOf()) =>
  deltaViewOf(rulesDelta(sideOf(before, vendor), sideOf(after, vendor)), vendor, {})

// nft refuses a set in which elements overlap, also for a moment.
test.for<[what: string, before: string, after: string, want: string[]]>([
  ['one more prefix', '192.0.2.0/25', '192.0.2.0/25,198.51.100.0/24', ['ipv4']],
  ['a wider prefix', '192.0.2.0/25', '192.0.2.0/24', ['ipv4 replaced']],
  ['a narrower prefix', '192.0.2.0/24', '192.0.2.0/25', ['ipv4 replaced']],
  ['another prefix', '192.0.2.0/25', '198.51.100.0/24', ['ipv4']],
  ['a new family', '192.0.2.0/25', '192.0.2.0/25,2001:db8::/48', ['ipv6 replaced']],
  [
    'a wider prefix of one family, another of the other',
    '192.0.2.0/25,2001:db8::/48',
    '192.0.2.0/24,2001:db8:1::/48',
    ['ipv4 replaced', 'ipv6'],
  ],
])('a set is replaced where old and new prefixes overlap: %s', ([, before, after, want]) => {
  const { sets } = viewOfDelta({ tags: `Sql=${before}` }, { tags: `Sql=${after}` })
  const shown = sets.flatMap(({ families }) =>
    families.map((one) => `${one.family}${one.isReplaced ? ' replaced' : ''}`),
  )
  expect(shown).toEqual(want)
})

test('the first line names both documents, or the one under which the policy changed', () => {
  const headerOf = (published: string) => {
    const [before, after] = ['2025-11-10', published].map((date) =>
      sideOf({ tags: 'Sql=192.0.2.0/24' }, vendorOf(), date),
    )
    return deltaViewOf(rulesDelta(before as Fitted, after as Fitted), vendorOf(), {}).header
  }
  const end = '(change number 376), policy test'
  expect(['2025-11-10', '2025-11-17'].map(headerOf)).toEqual([
    `Azure service tags Public, a change of the policy on 2025-11-10 ${end}`,
    `Azure service tags Public, the change from 2025-11-10 (change number 376) to 2025-11-17 ${end}`,
  ])
})

const TAGS = 'Sql=192.0.2.0/24 Storage=198.51.100.0/24'
const BOTH = [WEB, UDP]
const servicesOf = (before: Side, after: Side) =>
  viewOfDelta(before, after).directions.flatMap(({ direction, services }) =>
    services.map(({ name, isAdded, isChanged, isReshaped }) =>
      [direction, name, isAdded && 'added', isChanged && 'changed', isReshaped && 'reshaped'].filter(Boolean).join(' '),
    ),
  )

test.for<[what: string, before: Side, after: Side, want: string[]]>([
  ['nothing', { tags: TAGS, rules: BOTH }, { tags: TAGS, rules: BOTH }, ['outbound tcp-443', 'outbound udp-53']],
  [
    'addresses of one',
    { tags: TAGS, rules: BOTH },
    { tags: TAGS.replace('192.0.2.0/24', '192.0.2.0/25'), rules: BOTH },
    ['outbound tcp-443 changed', 'outbound udp-53'],
  ],
  [
    'the description of one, and no address',
    { tags: TAGS, rules: BOTH },
    { tags: TAGS, rules: [{ ...WEB, description: 'web' }, UDP] },
    ['outbound tcp-443 changed reshaped', 'outbound udp-53'],
  ],
  [
    'a rule that is new, of a service of its own',
    { tags: TAGS, rules: [WEB] },
    { tags: TAGS, rules: BOTH },
    ['outbound tcp-443', 'outbound udp-53 added changed reshaped'],
  ],
])('a service is changed by %s', ([, before, after, want]) => {
  expect(servicesOf(before, after)).toEqual(want)
})

test('the neighbours of a rule are in the list of the device: one, or one for each direction', () => {
  const rule = (name: string, direction: string, priority: number) => ({ ...WEB, name, direction, priority })
  const all = [
    ...[rule('a', 'outbound', 150), rule('b', 'inbound', 160), rule('c', 'outbound', 170), rule('d', 'inbound', 180)],
    rule('e', 'outbound', 190),
  ]
  const some = (names: string) => ({ tags: TAGS, rules: all.filter(({ name }) => names.includes(name)) })
  const shown = (before: string, areApart: boolean) => {
    const vendor = { ...vendorOf(), listPerDirection: areApart ? [{}] : [] }
    const view = viewOfDelta(some(before), some('abcde'), vendor)
    return view.addedRules.map(({ name, previous, move }) => {
      const place = move.map(({ isAfter, neighbor }) => `${isAfter ? 'after' : 'before'} ${neighbor.name}`)
      return `${name} ${previous || '-'} ${place.join() || '-'}`
    })
  }
  expect(shown('b', false)).toEqual(['a - before b', 'c a after b', 'd c after c', 'e d after d'])
  expect(shown('b', true)).toEqual(['a - -', 'c a after a', 'd - after b', 'e c after c'])
  expect(shown('ce', false)).toEqual(['a - before c', 'b a after a', 'd b after c'])
  expect(shown('ce', true)).toEqual(['a - before c', 'b - -', 'd b after b'])
})

test('the sets of denials grow before those of all other rules, on both sides, and shrink after them', () => {
  const rules = (local: string) => [
    { ...WEB, name: 'open', local: [local] },
    { ...WEB, name: 'shut', priority: 140, action: 'deny', tags: ['Storage'], local: ['10.9.0.0/24'] },
  ]
  const { growing, shrinking } = viewOfDelta(
    { tags: TAGS, rules: rules('10.0.0.0/24') },
    { tags: TAGS.replace('198.51.100.0/24', '198.51.100.0/23'), rules: rules('10.0.0.0/23') },
  )
  expect(growing.map(({ name }) => name)).toEqual(['shut', 'open-local'])
  expect(shrinking.map(({ name }) => name)).toEqual(['open-local', 'shut'])
})
