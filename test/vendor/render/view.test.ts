import { expect, test } from 'vitest'
import { compile } from '../../../src/compile/compile.ts'
import { fit as fitRuleset } from '../../../src/compile/fit/fit.ts'
import { viewOf } from '../../../src/vendor/render/view.ts'
import { nameForm, vendorOf } from '../../compile/acme.ts'
import { documentOf, policyOf } from '../../notation.ts'

test('services have the names that the manifest makes, in the list and in each rule', () => {
  const policy = policyOf(
    '150 Web: Sql outbound tcp 80,443\n160 More: Sql outbound udp 53\n170 Same: Sql inbound udp 53',
  )
  const { ruleset } = compile(policy, { document: documentOf('Sql=192.0.2.0/24'), names: [], where: '' })
  const form = nameForm({ max: 20, prefix: 'AZ_', replace: { '-': '.' }, lower: true })
  const vendor = vendorOf({ names: { ...vendorOf().names, service: [form] } })
  const { fitted, findings } = fitRuleset(ruleset, { target: 'edge', vendor, options: {}, family: undefined })
  const { services, rules, directions } = viewOf(fitted, vendor, {})
  expect(findings).toEqual([])
  expect(services.map(({ name }) => name)).toEqual(['AZ_tcp.80_443', 'AZ_udp.53'])
  expect(rules.map(({ service }) => service.name)).toEqual(['AZ_tcp.80_443', 'AZ_udp.53', 'AZ_udp.53'])
  expect(directions.map(({ services }) => services.map(({ name }) => name))).toEqual([
    ['AZ_tcp.80_443', 'AZ_udp.53'],
    ['AZ_udp.53'],
  ])
})

test('the neighbours of a rule are in the list of the device: one, or one for each direction', () => {
  const policy = policyOf('150 A: Sql outbound tcp 80\n160 B: Sql inbound tcp 80\n170 C: Sql outbound tcp 443')
  const { ruleset } = compile(policy, { document: documentOf('Sql=192.0.2.0/24'), names: [], where: '' })
  const shown = (areApart: boolean) => {
    const vendor = vendorOf({ listPerDirection: areApart ? [{}] : [] })
    const { fitted } = fitRuleset(ruleset, { target: 'edge', vendor, options: {}, family: undefined })
    const { rules, order } = viewOf(fitted, vendor, {})
    const ordered = [order.fromFirst, order.fromLast].map((list) =>
      list.map(({ rule, neighbor }) => `${rule.name} ${neighbor[0]?.name ?? '-'}`).join(', '),
    )
    return [rules.map(({ name, previous }) => `${name} ${previous || '-'}`).join(', '), ...ordered]
  }
  expect(shown(false)).toEqual(['A -, B A, C B', 'A -, B A, C B', 'C -, B C, A B'])
  expect(shown(true)).toEqual(['A -, B -, C A', 'A -, C A, B -', 'C -, A C, B -'])
})
