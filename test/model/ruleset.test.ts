import { expect, test } from 'vitest'
import { compile } from '../../src/compile/compile.ts'
import {
  type AddressSet,
  areSameRules,
  type ConcreteRule,
  localSetsOf,
  onlyRule,
  type Ruleset,
  restrict,
  withSets,
} from '../../src/model/ruleset.ts'
import { compiled, documentOf, policyOf, setOf, show } from '../notation.ts'

const POLICY = policyOf(`150 Web: Sql outbound tcp 443
  151 Door: Front both tcp 443
  152 Six: Six outbound udp 53`)

const TAGS = 'Sql=20.0.0.0/24,2603:1000::/48 Front=20.1.0.0/24 Six=2603:1001::/48'

const { ruleset: RULESET } = compile(POLICY, { document: documentOf(TAGS), names: [], where: '' })

/** Sets and rules with their addresses; and each rule has one of the sets, not a copy of it. */
function shown({ sets, rules }: Ruleset): string[] {
  expect(rules.every(({ set }) => sets.includes(set))).toBe(true)
  return [
    ...sets.map(({ name, prefixes }) => `${name}: ${show(prefixes)}`),
    ...rules.map(({ name, set }) => `${name} -> ${show(set.prefixes)}`),
  ]
}

test.for<[family: 'ipv4' | 'ipv6' | undefined, want: string[]]>([
  [
    undefined,
    [
      'Web: 20.0.0.0/24 2603:1000::/48',
      'Door: 20.1.0.0/24',
      'Six: 2603:1001::/48',
      'Web -> 20.0.0.0/24 2603:1000::/48',
      'Door -> 20.1.0.0/24',
      'Door-in -> 20.1.0.0/24',
      'Six -> 2603:1001::/48',
    ],
  ],
  [
    'ipv4',
    ['Web: 20.0.0.0/24', 'Door: 20.1.0.0/24', 'Web -> 20.0.0.0/24', 'Door -> 20.1.0.0/24', 'Door-in -> 20.1.0.0/24'],
  ],
  ['ipv6', ['Web: 2603:1000::/48', 'Six: 2603:1001::/48', 'Web -> 2603:1000::/48', 'Six -> 2603:1001::/48']],
])('within the family %s', ([family, want]) => {
  expect(shown(restrict(RULESET, family))).toEqual(want)
  expect(restrict(RULESET, undefined)).toBe(RULESET)
})

test('one family of a widened ruleset has the addresses and prices of that family', () => {
  const price = { before: 2, after: 1, addresses: 3n, extra: 4n, inside: undefined }
  const widened = withSets(RULESET, (set) => ({
    ...set,
    widened: {
      exact: setOf('20.0.0.0/25 2603:1000::/49'),
      prices: [
        { ...price, family: 'ipv4' as const },
        { ...price, family: 'ipv6' as const },
      ],
    },
  }))
  const [set] = restrict(widened, 'ipv6').sets
  expect(show(set?.widened?.exact ?? setOf(''))).toBe('2603:1000::/49')
  expect(set?.widened?.prices).toEqual([{ ...price, family: 'ipv6' }])
  expect(restrict(RULESET, 'ipv6').sets[0]?.widened).toBeUndefined()
})

const BASE = { ...RULESET.rules[0], local: { object: 'lan', object6: 'lan' } } as ConcreteRule
const NEAR: AddressSet = { name: 'near', id: 'n', tags: [], prefixes: setOf('10.0.0.0/8') }
const EXCEPT = { tags: [], prefixes: setOf('20.0.0.0/32'), cutsTags: true }

// By addresses, and by tags.
test.for<[what: string, rule: Partial<ConcreteRule>, set: Partial<AddressSet>, want: string]>([
  ['nothing', {}, {}, 'same same'],
  ['scope', { targets: ['edge'], sites: ['berlin'] }, {}, 'same same'],
  ['action', { action: 'deny' }, {}, 'other other'],
  ['local object', { local: { object: 'dmz', object6: 'lan' } }, {}, 'other other'],
  ['local addresses', { local: { set: NEAR } }, {}, 'other other'],
  ['local side', { local: undefined }, {}, 'other other'],
  ['name of the set', {}, { id: 'x' }, 'other other'],
  ['tags', {}, { tags: ['Other'] }, 'other other'],
  ['excepted addresses', {}, { except: EXCEPT }, 'other other'],
  ['excepted tags', {}, { except: { ...EXCEPT, tags: ['X'], prefixes: setOf('') } }, 'other other'],
  ['own addresses', {}, { own: setOf('20.0.0.0/24') }, 'other other'],
  ['addresses', {}, { prefixes: setOf('20.0.0.0/25') }, 'other same'],
])('a rule with another %s says the same or not', ([, rule, set, want]) => {
  const other = { ...BASE, ...rule, set: { ...BASE.set, ...set } }
  const withRule = (one: ConcreteRule): Ruleset => ({ ...RULESET, rules: [RULESET.rules[1] as ConcreteRule, one] })
  const isSame = (by: 'addresses' | 'tags') => (areSameRules(withRule(BASE), withRule(other), by) ? 'same' : 'other')
  expect(`${isSame('addresses')} ${isSame('tags')}`).toBe(want)
})

test('files of another date have the same rules; of another policy or cloud, or with a rule less, they do not', () => {
  const others = [{ policy: 'q' }, { cloud: 'china' }, { rules: RULESET.rules.slice(1) }, { rules: [] }] as const
  expect(areSameRules(RULESET, { ...RULESET, published: '2024-01-01' }, 'addresses')).toBe(true)
  for (const other of others) expect(areSameRules({ ...RULESET, ...other }, RULESET, 'addresses')).toBe(false)
})

test.for<[name: string, want: string[]]>([
  ['Door', ['Door: 20.1.0.0/24', 'Door -> 20.1.0.0/24', 'Door-in -> 20.1.0.0/24']],
  ['Door-in', []],
  ['Other', []],
])('only the rule %s', ([name, want]) => {
  expect(shown(onlyRule(RULESET, name))).toEqual(want)
  expect(onlyRule(RULESET, name)).toMatchObject({ policy: RULESET.policy, published: RULESET.published })
})

test('over other sets, halves of a rule share one', () => {
  const empty = withSets(RULESET, (set) => ({ ...set, prefixes: setOf('40.0.0.0/8') }))
  expect(new Set(shown(empty).map((line) => line.split(/: | -> /)[1]))).toEqual(new Set(['40.0.0.0/8']))
})

test('one family of a ruleset has that family of its local sides, and no rule whose local side lacks it', () => {
  const rule = { tags: ['Sql'], direction: 'outbound', ports: [443] }
  const rules = [
    { ...rule, name: 'Both', priority: 150, local: ['10.0.0.0/8', 'fd00::/8'] },
    { ...rule, name: 'Four', priority: 151, local: ['10.1.0.0/16'] },
    { ...rule, name: 'Object', priority: 152, local: { object: 'lan', object6: 'lan6' } },
    { ...rule, name: 'Any', priority: 153 },
  ]
  const ruleset = compiled(rules, TAGS)
  const sides = (family: 'ipv4' | 'ipv6') =>
    restrict(ruleset, family).rules.map(({ name, local, set }) => {
      const side = !local ? 'any' : 'set' in local ? show(local.set.prefixes) : `${local.object} ${local.object6}`
      return `${name}: ${side} -> ${show(set.prefixes)}`
    })
  expect(sides('ipv4')).toEqual([
    'Both: 10.0.0.0/8 -> 20.0.0.0/24',
    'Four: 10.1.0.0/16 -> 20.0.0.0/24',
    'Object: lan lan6 -> 20.0.0.0/24',
    'Any: any -> 20.0.0.0/24',
  ])
  expect(sides('ipv6')).toEqual([
    'Both: fd00::/8 -> 2603:1000::/48',
    'Object: lan lan6 -> 2603:1000::/48',
    'Any: any -> 2603:1000::/48',
  ])
  expect(localSetsOf(ruleset).map(({ prefixes }) => show(prefixes))).toEqual(['10.0.0.0/8 fd00::/8', '10.1.0.0/16'])
})
