import { describe, expect, test } from 'vitest'
import type { OptionValues } from '../../src/model/option.ts'
import { expectOutcomes, expectPage } from '../golden-page.ts'
import { audit, type Json, showNote } from './json-harness.ts'
import { optionsOf, RULE, read, resource, rule, shown, state, type Values } from './terraform-harness.ts'

// What an audit sees of IP groups, firewalls and route tables.

describe('IP groups', () => {
  const group = (name: string, cidrs: Json, more: Values = {}) =>
    resource('azurerm_ip_group', { id: `/g/${name}`, name, location: 'x', resource_group_name: 'rg', cidrs, ...more })
  const GROUPS = optionsOf({ form: 'ip-groups' })
  const RESOURCES: readonly [what: string, resources: Json[]][] = [
    ['an address, a prefix and a range', [group('a', ['192.0.2.1', '192.0.2.8/30', '192.0.2.4-192.0.2.7'])]],
    ['those that the option names, and others', [group('tagwall-a', ['192.0.2.0/24']), group('b', ['0.0.0.0/0'])]],
    [
      'what other resources add',
      [
        group('a', ['192.0.2.0/25']),
        resource('azurerm_ip_group_cidr', { ip_group_id: '/G/a', cidr: '192.0.2.128/25' }),
      ],
    ],
    [
      'what is added to another group',
      [
        group('a', ['192.0.2.0/25']),
        resource('azurerm_ip_group_cidr', { ip_group_id: '/g/b', cidr: '192.0.2.128/25' }),
      ],
    ],
    [
      'what is added and not known yet',
      [group('a', ['192.0.2.0/25']), resource('azurerm_ip_group_cidr', { ip_group_id: '/G/a' })],
    ],
    ['an empty group', [group('a', [])]],
    ['IPv6', [group('a', ['2001:db8::/32', '192.0.2.0/24'])]],
    ['no address', [group('a', ['any', '192.0.2.0/24'])]],
  ]

  test('resources hold', async () => {
    await expectPage(
      'terraform-resources.txt',
      RESOURCES.map(([name, resources]) => [name, shown(state(...resources), GROUPS)]),
    )
  })

  test('beside security rules are chosen by the form', () => {
    const both = state(group('a', ['192.0.2.0/24']), resource(RULE, rule()))
    expect(shown(both, GROUPS)).toEqual(['a: 192.0.2.0/24'])
    expect(shown(both)).toEqual(['3 allow outbound tcp 443 to any'])
    expect(shown(both, optionsOf({}))).toEqual([
      '3 allow outbound tcp 443 to any',
      '! 1 nsg, ip-groups are there; choose one with --set form=ip-groups',
    ])
  })
})

const FIREWALL = optionsOf({ form: 'firewall' })
const COLLECTIONS = 'azurerm_firewall_policy_rule_collection_group'

describe('rules of a firewall', () => {
  /** A rule as the provider prints it; only what differs from an outbound allow to anywhere is said. */
  const network = (values: Values = {}): Values => ({
    ...{ name: 'R', description: '', protocols: ['TCP'], source_addresses: ['*'], source_ip_groups: [] },
    ...{ destination_addresses: ['192.0.2.0/24'], destination_fqdns: [], destination_ip_groups: [] },
    ...{ destination_ports: ['443'], ...values },
  })
  const collection = (rules: Json[], values: Values = {}): Values => ({
    ...{ name: 'c', priority: 200, action: 'Allow', rule: rules, ...values },
  })
  const group = (collections: Json[], values: Values = {}) =>
    resource(COLLECTIONS, {
      ...{ id: '/g', name: 'g', firewall_policy_id: '/p/firewallPolicies/hub', priority: 500, timeouts: null },
      ...{ nat_rule_collection: [], application_rule_collection: [], network_rule_collection: collections, ...values },
    })
  const ipGroup = (name: string, cidrs: string[]) =>
    resource('azurerm_ip_group', { id: `/g/ipGroups/${name}`, name, cidrs, location: 'x', resource_group_name: 'rg' })

  const NETWORK_RULES: Readonly<Record<string, Values>> = {
    addresses: {},
    'a range and an address': { destination_addresses: ['192.0.2.0-192.0.2.1', '192.0.2.9'] },
    'a tag': { destination_addresses: ['Storage.WestEurope'] },
    'an IP group, and addresses beside it': { destination_ip_groups: ['/G/ipgroups/a'] },
    'an IP group that does not exist': { destination_ip_groups: ['/g/ipGroups/b'] },
    'any at both ends, which it meets in both directions': { destination_addresses: ['*'] },
    'a local side': { source_addresses: ['10.0.0.0/8'] },
    'an inbound rule': { source_addresses: ['192.0.2.0/24'], destination_addresses: ['10.0.0.0/8'] },
    'two networks of others': { source_addresses: ['198.51.100.0/24'] },
    'several protocols': { protocols: ['UDP', 'ICMP'], destination_ports: ['*'] },
    'every protocol': { protocols: ['Any'] },
    'no protocol': { protocols: [] },
    'another protocol': { protocols: ['GRE'] },
    'a protocol in lower-case letters': { protocols: ['tcp'] },
    'host names': { destination_fqdns: ['example.com'] },
    'no ports': { destination_ports: [] },
    'no source': { source_addresses: null },
    'any beside more': { source_addresses: ['*', '10.0.0.0/8'] },
    'a tag as source': { source_addresses: ['Storage'] },
    'an unknown field': { priority: 3 },
  }
  test('are read', async () => {
    await expectOutcomes('terraform-network-rules.txt', NETWORK_RULES, (values) =>
      shown(state(group([collection([network(values)])]), ipGroup('a', ['198.51.100.0/24'])), FIREWALL),
    )
  })

  test('are skipped with an IP group that is empty, also beside addresses', () => {
    const rules = group([collection([network({ destination_ip_groups: ['/g/ipGroups/void'] })])])
    expect(shown(state(rules, ipGroup('void', [])), FIREWALL)).toEqual([
      '! 3 void has no addresses, and the firewall then skips the rules that name it',
      '! 2 R names the IP group void, which is empty, so the firewall skips the rule',
    ])
  })

  test('are tried by the priority of their group, then of their collection', () => {
    const at = (name: string, priority: number, action: string) =>
      collection([network({ name })], { name, priority, action })
    const first = group([at('third', 300, 'Deny'), at('second', 200, 'Allow')])
    const second = group([at('first', 1000, 'Deny')], { priority: 400 })
    expect(shown(state(first, second), FIREWALL).map((line) => line.slice(0, 7))).toEqual([
      '3 deny ',
      '2 allow',
      '2 deny ',
    ])
    expect(shown(state(group([at('a', 200, 'Deny'), at('b', 200, 'Allow')])), FIREWALL).slice(2)).toEqual([
      '! 2 b has the priority of the collection a',
    ])
  })

  test('that are not read are noted', () => {
    expect(
      shown(
        state(
          group([], { nat_rule_collection: [{}], application_rule_collection: [{}], priority: 99 }),
          resource('azurerm_firewall_network_rule_collection', { name: 'old' }),
          resource('azurerm_firewall_policy', { name: 'hub', base_policy_id: '/p/base' }),
          group([], { firewall_policy_id: '/p/firewallPolicies/other' }),
        ),
        FIREWALL,
      ),
    ).toEqual([
      '! 3 azurerm_firewall_network_rule_collection.r is a collection of a classic firewall, which is not read',
      '! 4 azurerm_firewall_policy.r has a base policy, whose rules come first and are not identified',
      `! 5 ${COLLECTIONS}.r is of another policy; ask for one with --narrow firewallPolicy=NAME`,
      `! 2 ${COLLECTIONS}.r translates addresses, which is not read`,
      `! 2 ${COLLECTIONS}.r has application rules, which allow by name and are not read`,
      `! 2 ${COLLECTIONS}.r has the priority 99, not one from 100 to 65000`,
    ])
  })
})

test('a loop within a collection is noted', () => {
  const rule = { name: 'R', protocols: ['TCP'], source_addresses: ['*'], destination_addresses: ['192.0.2.0/24'] }
  const collections = [
    { name: 'c', priority: 200, action: 'Allow', rule: [{ ...rule, destination_ports: ['443'] }] },
    { name: 'd', priority: 300, action: 'Allow', dynamic: { rule: { for_each: `\${var.more}`, content: {} } } },
  ]
  const group = { name: 'g', firewall_policy_id: '/p', priority: 500, network_rule_collection: collections }
  expect(shown(JSON.stringify({ resource: { [COLLECTIONS]: { g: group } } }), optionsOf({ form: 'firewall' }))).toEqual(
    ['1 allow outbound tcp 443 to 192.0.2.0/24', '! 1 d has a dynamic, which is not read'],
  )
})

describe('routes', () => {
  const ROUTES = optionsOf({ form: 'route-table' })
  const route = (values: Values = {}): Values => ({
    ...{ name: 'r', address_prefix: '192.0.2.0/24', next_hop_type: 'Internet', next_hop_in_ip_address: '', ...values },
  })
  const table = (...routes: Json[]) =>
    resource('azurerm_route_table', { name: 't', resource_group_name: 'rg', id: '/t', subnets: [], route: routes })
  const listed = (text: string, options: OptionValues = ROUTES) => {
    const { lists, notes } = audit(read, text, options)
    const held = lists.map(({ addresses, tags = [] }) => [...addresses.texts, ...tags].join(' '))
    return [...held, ...notes.map((note) => `! ${showNote(note)}`)]
  }
  const appliance = { next_hop_type: 'VirtualAppliance', next_hop_in_ip_address: '10.0.1.4' }

  const HELD_ROUTES: readonly [what: string, routes: Json[]][] = [
    ['a prefix', [route()]],
    ['a tag', [route({ address_prefix: 'Storage.WestEurope' })]],
    ['a longer route elsewhere', [route(), route({ name: 's', address_prefix: '192.0.2.0/25', ...appliance })]],
    ['a shorter route elsewhere', [route(), route({ name: 's', address_prefix: '0.0.0.0/0', ...appliance })]],
    [
      'a tag, and a route elsewhere that may be longer',
      [
        route({ address_prefix: 'Storage' }),
        route({ name: 's', address_prefix: '20.0.0.0/24', next_hop_type: 'None' }),
      ],
    ],
    ['a prefix twice', [route(), route({ name: 's' })]],
    ['a name twice', [route(), route({ address_prefix: 'Sql' })]],
    ['host bits', [route({ address_prefix: '192.0.2.1/24' })]],
    ['another next hop', [route({ next_hop_type: 'Moon' })]],
    ['an appliance without an address', [route({ next_hop_type: 'VirtualAppliance' })]],
    ['an address without an appliance', [route({ next_hop_in_ip_address: '10.0.1.4' })]],
    ['none', []],
  ]

  test('routes', async () => {
    await expectPage(
      'terraform-routes.txt',
      HELD_ROUTES.map(([name, routes]) => [name, listed(state(table(...routes)))]),
    )
  })

  test('are those of the appliance that the options name', () => {
    const options = optionsOf({ form: 'route-table', appliance: '10.0.1.4' })
    const other = route({
      name: 's',
      address_prefix: '198.51.100.0/24',
      ...appliance,
      next_hop_in_ip_address: '10.0.1.5',
    })
    expect(listed(state(table(route({ ...appliance }), other)), options)).toEqual(['192.0.2.0/24'])
    expect(listed(state(table(route({ ...appliance, address_prefix: '2001:db8::/32' }))), options)).toEqual([
      '2001:db8::/32',
      '! 2 r leads to an appliance of the other address family; give the target that family',
    ])
  })

  test('of a table count with those that are resources of their own, each once', () => {
    const own = resource('azurerm_route', { route_table_name: 't', ...route({ name: 'R' }) })
    expect(listed(state(table(route(), route({ name: 's', address_prefix: 'Sql' })), own))).toEqual([
      '192.0.2.0/24 Sql',
    ])
  })

  test('may be resources of their own, and are of one table', () => {
    const alone = (name: string, values: Values) =>
      resource('azurerm_route', { route_table_name: name, ...route(values) })
    expect(
      listed(state(table(route()), alone('T', { name: 's', address_prefix: 'Sql' }), alone('u', { name: 's' }))),
    ).toEqual([
      '192.0.2.0/24 Sql',
      '! 4 azurerm_route.r is of another route table; ask for one with --narrow routeTable=NAME',
    ])
  })
})
