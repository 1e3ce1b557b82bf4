import { describe, expect, test } from 'vitest'
import { KIT } from '../../src/kit/kit.ts'
import type { OptionValues } from '../../src/model/option-values.ts'
import type { Reader } from '../../src/model/reading.ts'
import { SHIPPED } from '../../src/paths.ts'
import { readVendor, resolveOptions } from '../../src/source/vendor/vendor.ts'
import { read as readerOf } from '../../vendors/terraform/reader.ts'
import { audit, type Golden, goldensOf, type Json, problemsOf, showNote, showRule } from './json-harness.ts'
import { refusals } from './terraform-facts.ts'

const read: Reader = readerOf
const GOLDENS = goldensOf('terraform').map((golden) => [golden.title, golden] as const)
const VENDOR = readVendor('terraform', [SHIPPED.vendors])

describe('each file', () => {
  test.for(GOLDENS)('of %s is read back', ([, golden]) => {
    expect(problemsOf(read, golden, golden.text)).toEqual([])
  })

  test.for(GOLDENS)('of %s has the fields that the provider documents', ([, golden]) => {
    expect(refusals(golden.options.form as string, JSON.parse(golden.text))).toEqual([])
  })
})

type Values = Record<string, Json>

/** A rule as the provider prints it; only what differs from an outbound allow to anywhere is said. */
const rule = (values: Values = {}): Values => ({
  ...{ name: 'R', resource_group_name: 'rg', network_security_group_name: 'nsg', description: '', priority: 100 },
  ...{ direction: 'Outbound', access: 'Allow', protocol: 'Tcp', source_port_range: '*', source_port_ranges: [] },
  ...{ destination_port_range: '443', destination_port_ranges: null, source_address_prefix: '*' },
  ...{ source_address_prefixes: [], destination_address_prefix: '*', destination_address_prefixes: null },
  ...{ id: '/subscriptions/s/x', timeouts: null, source_application_security_group_ids: null, ...values },
})

const resource = (type: string, values: Json, more: Values = {}): Values => ({
  ...{ address: `${type}.r`, mode: 'managed', type, name: 'r', schema_version: 0, values, ...more },
})
const RULE = 'azurerm_network_security_rule'
const GROUP = 'azurerm_network_security_group'

/** What `terraform show -json` prints; each resource is on a line of its own, from 2. */
const state = (...resources: Json[]) =>
  `{"format_version":"1.0","terraform_version":"1.9.0","values":{"root_module":{"resources":[\n${resources
    .map((one) => JSON.stringify(one))
    .join(',\n')}\n]}}}`

const NSG = resolveOptions(VENDOR, { form: 'nsg', nsgName: 'nsg' }, 'test')

function shown(text: string, options: OptionValues = NSG, narrow: Record<string, string> = {}): string[] {
  const reading =
    Object.keys(narrow).length > 0
      ? read([{ part: 'file', family: undefined, text }], { options, purpose: 'audit', narrow, kit: KIT })
      : audit(read, text, options)
  return [
    ...reading.rules.map(showRule),
    ...reading.lists.map(({ name, addresses }) => `${name}: ${addresses.texts.join(' ')}`),
    ...reading.notes.map((note) => `${note.isHarmless ? '.' : '!'} ${showNote(note)}`),
  ]
}

const SIDES: readonly (readonly [what: string, values: Values, want: string])[] = [
  ['any', {}, '2 allow outbound tcp 443 to any'],
  ['a prefix', { destination_address_prefix: '192.0.2.0/24' }, '2 allow outbound tcp 443 to 192.0.2.0/24'],
  ['a plain address', { destination_address_prefix: '192.0.2.9' }, '2 allow outbound tcp 443 to 192.0.2.9/32'],
  ['a tag', { destination_address_prefix: 'Sql.WestEurope' }, '2 allow outbound tcp 443 to Sql.WestEurope'],
  [
    'the internet, as its addresses',
    { destination_address_prefix: 'Internet' },
    '2 allow outbound tcp 443 to 65 prefixes',
  ],
  [
    'prefixes',
    { destination_address_prefix: '', destination_address_prefixes: ['192.0.2.0/25', '192.0.2.128/25'] },
    '2 allow outbound tcp 443 to 192.0.2.0/24',
  ],
  [
    'a list of tags',
    { destination_address_prefix: '', destination_address_prefixes: ['Storage'] },
    '! 2 R has "Storage" where the service takes addresses only',
  ],
  [
    'both fields',
    { destination_address_prefixes: ['192.0.2.0/24'] },
    '! 2 R has destination addresses in more than one field',
  ],
  ['nothing', { destination_address_prefix: '' }, '! 2 R has no destination addresses'],
  [
    'host bits',
    { destination_address_prefix: '192.0.2.1/24' },
    '! 2 R has "192.0.2.1/24": "192.0.2.1/24" has host bits set: the prefix is 192.0.2.0/24',
  ],
  ['the word any', { destination_address_prefix: 'Any' }, '! 2 R has "Any" where the service takes addresses only'],
  [
    'both families',
    { destination_address_prefix: null, destination_address_prefixes: ['192.0.2.0/24', '2001:db8::/32'] },
    '! 2 R mixes IPv4 and IPv6 addresses, which the service refuses',
  ],
  [
    'a remote application security group',
    {
      destination_address_prefix: null,
      destination_application_security_group_ids: ['/s/applicationSecurityGroups/a'],
    },
    '! 2 R names an application security group, whose members are not in this file',
  ],
  [
    'a local application security group',
    { source_address_prefix: null, source_application_security_group_ids: ['/s/applicationSecurityGroups/nodes'] },
    '2 allow outbound tcp 443 to any, local nodes',
  ],
  [
    'an expression as an address',
    { destination_address_prefix: `\${var.x}` },
    `! 2 R has "\${var.x}": "\${var.x}" is not an IPv4 or IPv6 address`,
  ],
  ['a local subnet', { source_address_prefix: '10.0.0.0/24' }, '2 allow outbound tcp 443 to any4, local 10.0.0.0/24'],
  ['another local tag', { source_address_prefix: 'AzureLoadBalancer' }, '2 allow outbound tcp 443 to any (part)'],
]

const FIELDS: readonly (readonly [what: string, values: Values, want: string])[] = [
  ['inbound', { direction: 'Inbound' }, '2 allow inbound tcp 443 from any'],
  ['a denial', { access: 'Deny' }, '2 deny outbound tcp 443 to any'],
  ['every protocol', { protocol: '*' }, '2 allow outbound any 443 to any'],
  ['icmp', { protocol: 'Icmp', destination_port_range: '*' }, '2 allow outbound icmp 0-65535 to any'],
  ['Esp, one of other protocols', { protocol: 'Esp' }, '2 allow outbound other 0-65535 to any (part)'],
  [
    'ports in a list',
    { destination_port_range: '', destination_port_ranges: ['80', '443-444'] },
    '2 allow outbound tcp 80,443-444 to any',
  ],
  [
    'both fields of ports',
    { destination_port_ranges: ['80'] },
    '! 2 R has both destination_port_range and destination_port_ranges',
  ],
  ['source ports', { source_port_range: '1024-65535' }, '! 2 R asks for source ports'],
  ['no source ports', { source_port_range: '' }, '! 2 R has no source ports'],
  ['a port that is none', { destination_port_range: '443-80' }, '! 2 R has the port "443-80", which is not understood'],
  ['an unknown word', { access: 'Audit' }, '! 2 R has the access "Audit", which is not understood'],
  ['an unknown protocol', { protocol: null }, '! 2 R has the protocol that is not there, which is not understood'],
  ['a priority too high', { priority: 5000 }, '! 2 R has the priority 5000, not one from 100 to 4096'],
  ['an unknown field', { schedule: 'nightly' }, '! 2 R has the field "schedule", which is not understood'],
  ['an unknown field that is not set', { schedule: null }, '2 allow outbound tcp 443 to any'],
]

describe('a rule of a state', () => {
  test.for([...SIDES, ...FIELDS])('with %s', ([, values, want]) => {
    expect(shown(state(resource(RULE, rule(values))))).toEqual([want])
  })

  test('to the virtual network is about a part, and noted', () => {
    expect(shown(state(resource(RULE, rule({ destination_address_prefix: 'VirtualNetwork' }))))).toEqual([
      '2 allow outbound tcp 443 to 10.0.0.0/8 100.64.0.0/10 172.16.0.0/12 192.168.0.0/16 fc00::/7 (part)',
      '! 2 R is about the virtual network, whose addresses are not in the file',
    ])
  })
})

describe('rules', () => {
  const deny = resource(
    RULE,
    rule({ name: 'D', priority: 4000, access: 'Deny', destination_address_prefix: 'Internet' }),
  )
  const allow = resource(RULE, rule({ name: 'A', priority: 4010, destination_address_prefix: 'Storage' }))
  test('are tried by priority, and a denial of everything denies the tags behind it', () => {
    expect(shown(state(allow, deny))).toEqual([
      '3 deny outbound tcp 443 to 65 prefixes Storage',
      '2 allow outbound tcp 443 to Storage',
    ])
  })

  test('of one name, or of one priority in a direction, are refused by the service', () => {
    expect(
      shown(
        state(
          resource(RULE, rule()),
          resource(RULE, rule({ name: 'r', priority: 101 })),
          resource(RULE, rule({ name: 'S' })),
        ),
      ),
    ).toEqual([
      '2 allow outbound tcp 443 to any',
      '4 allow outbound tcp 443 to any',
      '3 allow outbound tcp 443 to any',
      '! 3 r is the name of another rule of nsg, which the service refuses',
      '! 4 S has the same priority and direction as R, which the service refuses',
    ])
  })

  test('of a group count with those that are resources of their own, each once', () => {
    const group = {
      name: 'nsg',
      resource_group_name: 'rg',
      security_rule: [rule({ access: 'Deny' }), rule({ name: 'P', priority: 90 + 20 })],
    }
    expect(shown(state(resource(GROUP, group), resource(RULE, rule())))).toEqual([
      '3 allow outbound tcp 443 to any',
      '2 allow outbound tcp 443 to any',
    ])
  })

  test('of several groups need to be told apart', () => {
    const other = resource(RULE, rule({ name: 'O', network_security_group_name: 'other', access: 'Deny' }))
    const third = resource(RULE, rule({ name: 'T', network_security_group_name: 'third' }))
    const own = resource(RULE, rule())
    expect(shown(state(other, own))).toEqual(['3 allow outbound tcp 443 to any'])
    expect(shown(state(other, third))).toEqual([
      '2 deny outbound tcp 443 to any',
      '! 3 third is another security group than other; ask for one with --narrow nsg=NAME',
    ])
    expect(shown(state(other, own, third), NSG, { nsg: 'Third' })).toEqual(['4 allow outbound tcp 443 to any'])
  })
})

/** Forms of the same rule, and what else stands in the file. */
const FORMS: readonly (readonly [what: string, form: Json, want: readonly string[]])[] = [
  [
    'a state with modules in modules',
    {
      format_version: '1.0',
      values: {
        root_module: { child_modules: [{ child_modules: [{ resources: [resource(RULE, rule())] }] }] },
      },
    },
    ['1 allow outbound tcp 443 to any'],
  ],
  [
    'a plan, of which the planned values count',
    {
      format_version: '1.2',
      planned_values: { root_module: { resources: [resource(RULE, rule({ access: 'Deny' }))] } },
      prior_state: { format_version: '1.0', values: { root_module: { resources: [resource(RULE, rule())] } } },
    },
    ['1 deny outbound tcp 443 to any'],
  ],
  [
    'a plan that failed',
    { format_version: '1.2', errored: true, planned_values: { root_module: { resources: [resource(RULE, rule())] } } },
    ['1 allow outbound tcp 443 to any', '! 1 the plan ended with an error, so that it may lack resources'],
  ],
  [
    'a state file',
    {
      ...{ version: 4, terraform_version: '1.9.0', serial: 1 },
      resources: [{ mode: 'managed', type: RULE, name: 'r', instances: [{ attributes: rule() }] }],
    },
    ['1 allow outbound tcp 443 to any'],
  ],
  [
    'a configuration with a reference to the group',
    {
      resource: [
        { [GROUP]: { edge: { name: 'nsg', resource_group_name: 'rg' } } },
        { [RULE]: [{ r: [rule({ network_security_group_name: `\${${GROUP}.edge.name}`, depends_on: ['x.y'] })] }] },
      ],
    },
    ['1 allow outbound tcp 443 to any'],
  ],
  [
    'a configuration with a loop',
    { resource: { [RULE]: { r: rule({ for_each: `\${var.x}` }) } } },
    ['! 1 r has a for_each, which is not read', '! 1 R has the field "for_each", which is not understood'],
  ],
  [
    'a configuration with an application security group by reference',
    {
      resource: {
        [RULE]: {
          r: rule({
            source_address_prefix: null,
            source_application_security_group_ids: [`\${azurerm_application_security_group.nodes.id}`],
          }),
        },
      },
    },
    ['1 allow outbound tcp 443 to any, local nodes'],
  ],
  [
    'a resource without values',
    { format_version: '1.0', values: { root_module: { resources: [{ type: RULE, address: 'x.y' }] } } },
    ['! 1 x.y has no values'],
  ],
  ['an empty state', { format_version: '1.0', values: { root_module: {} } }, []],
  ['another JSON', { a: 1 }, ['! 1 the JSON holds no rules, and is no configuration, state or plan']],
  ['no JSON', 7, ['! 1 the JSON holds no rules, and is no configuration, state or plan']],
]

test.for(FORMS)('reads %s', ([, form, want]) => {
  expect(shown(JSON.stringify(form))).toEqual(want)
})

const VALUE = (fields: Values = {}): Values => ({
  ...{ direction: 'Outbound', access: 'Allow', protocol: 'Tcp', ports: ['443'], priority: 100, tags: [] },
  ...{ ipv4: ['192.0.2.0/24'], ipv6: [], ...fields },
})

const VALUES: readonly (readonly [what: string, fields: Values, want: readonly string[]])[] = [
  ['addresses of one family', {}, ['1 allow outbound tcp 443 to 192.0.2.0/24']],
  ['both families', { ipv6: ['2001:db8::/32'] }, ['1 allow outbound tcp 443 to 192.0.2.0/24 2001:db8::/32']],
  ['no addresses, which is never any', { ipv4: [] }, ['! 1 R has no addresses']],
  [
    'an address of the other family',
    { ipv4: ['2001:db8::/32'] },
    ['! 1 R has 2001:db8::/32 among its ipv4 addresses', '! 1 R has no addresses'],
  ],
  ['no ports', { ports: [] }, ['! 1 R has no ports']],
  ['a number as a port', { ports: [443] }, ['! 1 R has 443, which is not a text', '! 1 R has no ports']],
  ['ports of icmp', { protocol: 'Icmp' }, ['! 1 R has ports, and a protocol without them']],
  ['every protocol', { protocol: '*', ports: ['0-65535'] }, ['1 allow outbound any 0-65535 to 192.0.2.0/24']],
  ['another word', { access: 'allow' }, ['! 1 R has the access "allow", which is not Allow or Deny']],
  ['a local side', { local_addresses: ['10.0.0.0/8'] }, ['1 allow outbound tcp 443 to 192.0.2.0/24, local 10.0.0.0/8']],
  ['a local object', { local_object: 'nodes' }, ['1 allow outbound tcp 443 to 192.0.2.0/24, local nodes']],
  [
    'an empty local side, which is not any',
    { local_addresses: [] },
    [
      '1 allow outbound tcp 443 to 192.0.2.0/24, local ',
      '! 1 R has a local side that is not either addresses or an object',
    ],
  ],
]

describe('values', () => {
  test.for(VALUES)('with %s', ([, fields, want]) => {
    expect(shown(JSON.stringify({ azure: { R: VALUE(fields) } }))).toEqual(want)
    expect(shown(JSON.stringify({ locals: { other: 'x', azure: { R: VALUE(fields) } } }))).toEqual(want)
  })

  test('are tried by priority', () => {
    const second = VALUE({ priority: 50, access: 'Deny' })
    expect(shown(JSON.stringify({ azure: { R: VALUE(), S: second, T: VALUE() } }))).toEqual([
      '1 deny outbound tcp 443 to 192.0.2.0/24',
      '1 allow outbound tcp 443 to 192.0.2.0/24',
      '1 allow outbound tcp 443 to 192.0.2.0/24',
      '! 1 T has the priority and direction of R',
    ])
  })
})

describe('IP groups', () => {
  const group = (name: string, cidrs: Json, more: Values = {}) =>
    resource('azurerm_ip_group', { id: `/g/${name}`, name, location: 'x', resource_group_name: 'rg', cidrs, ...more })
  const GROUPS = resolveOptions(VENDOR, { form: 'ip-groups' }, 'test')
  test.for<[what: string, resources: Json[], want: string[]]>([
    [
      'an address, a prefix and a range',
      [group('a', ['192.0.2.1', '192.0.2.8/30', '192.0.2.4-192.0.2.7'])],
      ['a: 192.0.2.1/32 192.0.2.4/30 192.0.2.8/30'],
    ],
    [
      'those that the option names, and others',
      [group('tagwall-a', ['192.0.2.0/24']), group('b', ['0.0.0.0/0'])],
      ['tagwall-a: 192.0.2.0/24', '. 3 b is an IP group whose name does not begin with tagwall-'],
    ],
    [
      'what other resources add',
      [
        group('a', ['192.0.2.0/25']),
        resource('azurerm_ip_group_cidr', { ip_group_id: '/G/a', cidr: '192.0.2.128/25' }),
      ],
      ['a: 192.0.2.0/24'],
    ],
    [
      'what is added to another group',
      [
        group('a', ['192.0.2.0/25']),
        resource('azurerm_ip_group_cidr', { ip_group_id: '/g/b', cidr: '192.0.2.128/25' }),
      ],
      ['a: 192.0.2.0/25', '! 3 azurerm_ip_group_cidr.r adds an address to an IP group that is not in the file'],
    ],
    [
      'an empty group',
      [group('a', [])],
      ['a: ', '! 2 a has no addresses, and the firewall then skips the rules that name it'],
    ],
    [
      'IPv6',
      [group('a', ['2001:db8::/32', '192.0.2.0/24'])],
      ['a: 192.0.2.0/24', '! 2 a has 2001:db8::/32, and IP groups hold IPv4 only'],
    ],
    [
      'no address',
      [group('a', ['any', '192.0.2.0/24'])],
      ['a: 192.0.2.0/24', '! 2 a "any" is not an IPv4 or IPv6 address'],
    ],
  ])('hold %s', ([, resources, want]) => {
    expect(shown(state(...resources), GROUPS)).toEqual(want)
  })

  test('beside security rules are chosen by the form', () => {
    const both = state(group('a', ['192.0.2.0/24']), resource(RULE, rule()))
    expect(shown(both, GROUPS)).toEqual(['a: 192.0.2.0/24'])
    expect(shown(both)).toEqual(['3 allow outbound tcp 443 to any'])
    expect(shown(both, resolveOptions(VENDOR, {}, 'test'))).toEqual([
      '3 allow outbound tcp 443 to any',
      '! 1 nsg, ip-groups are there; choose one with --set form=ip-groups',
    ])
  })
})

const FIREWALL = resolveOptions(VENDOR, { form: 'firewall' }, 'test')
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

  test.for<[what: string, values: Values, want: string[]]>([
    ['addresses', {}, ['2 allow outbound tcp 443 to 192.0.2.0/24']],
    [
      'a range and an address',
      { destination_addresses: ['192.0.2.0-192.0.2.1', '192.0.2.9'] },
      ['2 allow outbound tcp 443 to 192.0.2.0/31 192.0.2.9/32'],
    ],
    ['a tag', { destination_addresses: ['Storage.WestEurope'] }, ['2 allow outbound tcp 443 to Storage.WestEurope']],
    [
      'an IP group, and addresses beside it',
      { destination_ip_groups: ['/G/ipgroups/a'] },
      ['2 allow outbound tcp 443 to 192.0.2.0/24 198.51.100.0/24'],
    ],
    [
      'an IP group that is not there',
      { destination_ip_groups: ['/g/ipGroups/b'] },
      ['! 2 R has "/g/ipGroups/b", which is no IP group of this file'],
    ],
    [
      'any at both ends, which it meets in both directions',
      { destination_addresses: ['*'] },
      ['2 allow outbound tcp 443 to any', '2 allow inbound tcp 443 from any'],
    ],
    [
      'a local side',
      { source_addresses: ['10.0.0.0/8'] },
      ['2 allow outbound tcp 443 to 192.0.2.0/24, local 10.0.0.0/8'],
    ],
    [
      'an inbound rule',
      { source_addresses: ['192.0.2.0/24'], destination_addresses: ['10.0.0.0/8'] },
      ['2 allow inbound tcp 443 from 192.0.2.0/24, local 10.0.0.0/8'],
    ],
    ['two networks of others', { source_addresses: ['198.51.100.0/24'] }, []],
    [
      'several protocols',
      { protocols: ['UDP', 'ICMP'], destination_ports: ['*'] },
      ['2 allow outbound udp 0-65535 to 192.0.2.0/24', '2 allow outbound icmp 0-65535 to 192.0.2.0/24'],
    ],
    ['every protocol', { protocols: ['Any'] }, ['2 allow outbound any 443 to 192.0.2.0/24']],
    ['no protocol', { protocols: [] }, ['! 2 R has no protocols']],
    ['another protocol', { protocols: ['tcp'] }, ['! 2 R has the protocol "tcp", which is not understood']],
    ['host names', { destination_fqdns: ['example.com'] }, ['! 2 R names hosts, whose addresses are not in the file']],
    ['no ports', { destination_ports: [] }, ['! 2 R has no ports']],
    ['no source', { source_addresses: null }, ['! 2 R has no source']],
    ['any beside more', { source_addresses: ['*', '10.0.0.0/8'] }, ['! 2 R has * beside other addresses as source']],
    [
      'a tag as source',
      { source_addresses: ['Storage'] },
      ['! 2 R has "Storage": "Storage" is not an IPv4 or IPv6 address'],
    ],
    ['an unknown field', { priority: 3 }, ['! 2 R has the field "priority", which is not understood']],
  ])('with %s', ([, values, want]) => {
    expect(shown(state(group([collection([network(values)])]), ipGroup('a', ['198.51.100.0/24'])), FIREWALL)).toEqual(
      want,
    )
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
      '! 4 azurerm_firewall_policy.r has a base policy, whose rules come first and are not told apart',
      `! 5 ${COLLECTIONS}.r is of another policy; ask for one with --narrow firewallPolicy=NAME`,
      `! 2 ${COLLECTIONS}.r translates addresses, which is not read`,
      `! 2 ${COLLECTIONS}.r has application rules, which allow by name and are not read`,
      `! 2 ${COLLECTIONS}.r has the priority 99, not one from 100 to 65000`,
    ])
  })
})

describe('routes', () => {
  const ROUTES = resolveOptions(VENDOR, { form: 'route-table' }, 'test')
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

  test.for<[what: string, routes: Json[], want: string[]]>([
    ['a prefix', [route()], ['192.0.2.0/24']],
    ['a tag', [route({ address_prefix: 'Storage.WestEurope' })], ['Storage.WestEurope']],
    [
      'a longer route elsewhere',
      [route(), route({ name: 's', address_prefix: '192.0.2.0/25', ...appliance })],
      ['192.0.2.128/25'],
    ],
    [
      'a shorter route elsewhere',
      [route(), route({ name: 's', address_prefix: '0.0.0.0/0', ...appliance })],
      ['192.0.2.0/24'],
    ],
    [
      'a tag, and a route elsewhere that may be longer',
      [
        route({ address_prefix: 'Storage' }),
        route({ name: 's', address_prefix: '20.0.0.0/24', next_hop_type: 'None' }),
      ],
      ['Storage', '! 2 s leads to another next hop, and may be the longer prefix'],
    ],
    [
      'a prefix twice',
      [route(), route({ name: 's' })],
      ['192.0.2.0/24', '! 2 s has the same address_prefix as r, which the service refuses'],
    ],
    [
      'a name twice',
      [route(), route({ address_prefix: 'Sql' })],
      ['192.0.2.0/24 Sql', '! 2 r has the name of another route, which the service refuses'],
    ],
    [
      'host bits',
      [route({ address_prefix: '192.0.2.1/24' })],
      ['', '! 2 r leads "192.0.2.1/24", which is no prefix and no service tag'],
    ],
    [
      'another next hop',
      [route({ next_hop_type: 'Moon' })],
      ['', '! 2 r has the next_hop_type "Moon", which is not understood'],
    ],
    [
      'an appliance without an address',
      [route({ next_hop_type: 'VirtualAppliance' })],
      ['', '! 2 r has no address as the next hop'],
    ],
    [
      'an address without an appliance',
      [route({ next_hop_in_ip_address: '10.0.1.4' })],
      ['192.0.2.0/24', '! 2 r has an address as the next hop, which only an appliance has'],
    ],
    ['none', [], ['']],
  ])('with %s', ([, routes, want]) => {
    expect(listed(state(table(...routes)))).toEqual(want)
  })

  test('are those of the appliance that the options name', () => {
    const options = resolveOptions(VENDOR, { form: 'route-table', appliance: '10.0.1.4' }, 'test')
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

describe('a proof refuses', () => {
  const golden = (title: string) => GOLDENS.find(([name]) => name === title)?.[1] as Golden
  test.for([
    ['sides form=nsg', 'a wider local side', '"10.20.0.0/16"', '"10.0.0.0/8"', ['PROOF_FAILED']],
    ['sides form=nsg', 'another group', '[\\"k8s-nodes\\"]', '[\\"k8s-masters\\"]', ['PROOF_FAILED']],
    ['sides form=nsg', 'an allow in place of a denial', '"Deny"', '"Allow"', ['PROOF_FAILED']],
    [
      'sides form=nsg',
      'another map of groups',
      'var.local',
      'var.other',
      [
        `110 Cluster has "\${var.other_group_ids[\\"k8s-nodes\\"]}" where the ID of an application security group belongs`,
      ],
    ],
    [
      'one-rule form=nsg',
      'another group',
      'network_security_group_name}',
      'other}',
      [`8 OnlyV4 has another network_security_group_name than \${var.network_security_group_name}`],
    ],
    [
      'one-rule form=nsg',
      'a label that is not the name',
      '"OnlyV4": {',
      '"Other": {',
      ['5 Other has another name than Other'],
    ],
    ['one-rule form=nsg', 'something beside resources', '{\n', '{\n  "output": {},\n', ['2 output is not understood']],
    ['one-rule form=ip-groups', 'an address more', '"198.51.100.8/32"', '"198.51.100.9/32"', ['PROOF_FAILED']],
    [
      'one-rule form=ip-groups',
      'another name',
      '"tagwall-OnlyV4"',
      '"OnlyV4"',
      ['6 OnlyV4 has another name than tagwall-OnlyV4'],
    ],
    [
      'one-rule default',
      'another variable',
      '"tagwall"',
      '"azure"',
      ['1 the JSON holds something else than the rules of tagwall'],
    ],
  ] as const)('of %s: %s', ([title, , from, to, want]) => {
    const { text } = golden(title)
    expect(text).toContain(from)
    expect([...new Set(problemsOf(read, golden(title), text.replace(from, to)))]).toEqual(want)
  })
})
