import { expect, test } from 'vitest'
import { compile } from '../../../src/compile/compile.ts'
import { fit as fitRuleset } from '../../../src/compile/fit/fit.ts'
import type { Vendor } from '../../../src/model/vendor.ts'
import { viewOf } from '../../../src/vendor/render/view.ts'
import { vendorOf } from '../../compile/acme.ts'
import { documentOf, policyOf } from '../../notation.ts'

const POLICY = '150 Web: Sql,Storage both tcp 443\n160 More: Storage,Redis outbound tcp 443'
const TAGS = 'Sql=192.0.2.0/24,2001:db8::/32 Storage=198.51.100.0/24 Redis=198.51.101.0/24'

function viewed(by: Vendor['split'][number]['by'], policy = POLICY) {
  const { ruleset } = compile(policyOf(policy), { document: documentOf(TAGS), names: [], where: '' })
  const vendor = vendorOf({ split: [{ when: {}, by }] })
  return viewOf(fitRuleset(ruleset, { target: 'edge', vendor, options: {}, family: undefined }).fitted, vendor, {})
}

test('remotes have each tag once where rules are split by tag', () => {
  expect(viewed('tag').remotes).toEqual([
    { text: 'Redis', name: 'Redis', isTag: true, previous: '' },
    { text: 'Sql', name: 'Sql', isTag: true, previous: 'Redis' },
    { text: 'Storage', name: 'Storage', isTag: true, previous: 'Sql' },
  ])
})

test('remotes are the fewest prefixes of all rules where a device has addresses', () => {
  expect(viewed('family').remotes).toEqual([
    { text: '192.0.2.0/24', name: '192-0-2-0-24', isTag: false, previous: '' },
    { text: '198.51.100.0/23', name: '198-51-100-0-23', isTag: false, previous: '192-0-2-0-24' },
    { text: '2001:db8::/32', name: '2001-db8---32', isTag: false, previous: '198-51-100-0-23' },
  ])
})

test.for<[by: Vendor['split'][number]['by'], want: string[]]>([
  ['none', ['Web 150 allow: Web Web-in', 'More 160 allow: More']],
  ['family', ['Web 150 allow: Web-v4 Web-v6 Web-in-v4 Web-in-v6', 'More 160 allow: More-v4']],
  ['tag', ['Web 150 allow: Web-Sql Web-Storage Web-in-Sql Web-in-Storage', 'More 160 allow: More-Redis More-Storage']],
])('rules that are split by %s are together where they come from one rule of the policy', ([by, want]) => {
  expect(
    viewed(by).policyRules.map(
      ({ name, priority, action, rules }) =>
        `${name} ${priority} ${action}: ${rules.map(({ name }) => name).join(' ')}`,
    ),
  ).toEqual(want)
})

test('a family has the sets with addresses of it, each with the name of the one before', () => {
  const families = viewed(
    'family',
    '150 Web: Sql outbound tcp 443\n160 More: Redis outbound tcp 443\n170 All: Sql,Redis outbound tcp 1',
  ).families
  expect(
    families.map(
      ({ word, sets }) =>
        `${word}: ${sets.map(({ name, previous, prefixes }) => `${name} after ${previous || 'nothing'}: ${prefixes.map(({ cidr }) => cidr)}`).join('; ')}`,
    ),
  ).toEqual([
    'v4: Web after nothing: 192.0.2.0/24; More after Web: 198.51.101.0/24; All after More: 192.0.2.0/24,198.51.101.0/24',
    'v6: Web after nothing: 2001:db8::/32; All after Web: 2001:db8::/32',
  ])
})
