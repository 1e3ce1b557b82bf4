import { describe, expect, test } from 'vitest'
import { type Golden, goldensOf, type Json, problemsOf } from './json-harness.ts'
import { refusals } from './terraform-facts.ts'
import { GROUP, NSG, optionsOf, RULE, read, resource, rule, shown, state, type Values } from './terraform-harness.ts'

const GOLDENS = goldensOf('terraform').map((golden) => [golden.title, golden] as const)

describe('each file', () => {
  test.for(GOLDENS)('of %s has the fields that the provider documents', ([, golden]) => {
    expect(refusals(golden.options.form as string, JSON.parse(golden.text))).toEqual([])
  })
})

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
    '! 2 R has both destination_address_prefix and destination_address_prefixes, which the service refuses',
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
    '! 2 R has both destination_port_range and destination_port_ranges, which the service refuses',
  ],
  ['source ports', { source_port_range: '1024-65535' }, '! 2 R matches source ports'],
  ['no source ports', { source_port_range: '' }, '! 2 R has no source ports'],
  ['a port that is none', { destination_port_range: '443-80' }, '! 2 R has the port "443-80", which is not understood'],
  ['an unknown word', { access: 'Audit' }, '! 2 R has the access "Audit", which is not understood'],
  ['an unknown protocol', { protocol: null }, '! 2 R has the protocol (none), which is not understood'],
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
      '! 2 R matches the virtual network, whose addresses are not in the file',
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
      '! 3 r has the same name as R, which the service refuses',
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

  test('of a network manager come first, and are noted', () => {
    expect(shown(state(resource('azurerm_network_manager_admin_rule', { name: 'a' }), resource(RULE, rule())))).toEqual(
      [
        '3 allow outbound tcp 443 to any',
        '! 2 azurerm_network_manager_admin_rule.r is a security admin rule, which comes before security groups and is not read',
      ],
    )
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
    // The default of nsgName is a variable, which tells no groups apart.
    const byDefault = optionsOf({ form: 'nsg' })
    const variable = String(byDefault.nsgName)
    const written = resource(RULE, rule({ network_security_group_name: variable }))
    expect(shown(state(other, written), byDefault)).toEqual([
      '3 allow outbound tcp 443 to any',
      `! 2 other is another security group than ${variable}; ask for one with --narrow nsg=NAME`,
    ])
    expect(shown(state(other, written), byDefault, { nsg: 'other' })).toEqual(['2 deny outbound tcp 443 to any'])
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
    ['1 allow outbound tcp 443 to any', '! 1 the plan ended with an error, so it may lack resources'],
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
    'a configuration with a module',
    { resource: { [RULE]: { r: rule() } }, module: { more: { source: './more' } } },
    ['1 allow outbound tcp 443 to any', '! 1 module has resources that are not read; audit the JSON of a plan'],
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
  [
    'a state whose machines have no security group',
    { resource: { azurerm_linux_virtual_machine: { vm: { name: 'vm' } } } },
    ['! 1 the file holds no security group, firewall, route table or IP group'],
  ],
  [
    'an empty state',
    { format_version: '1.0', values: { root_module: {} } },
    ['! 1 the file holds no security group, firewall, route table or IP group'],
  ],
  ['another JSON', { a: 1 }, ['! 1 the JSON holds no rules, and is not a configuration, state or plan']],
  ['no JSON', 7, ['! 1 the JSON holds no rules, and is not a configuration, state or plan']],
]

test.for(FORMS)('reads %s', ([, form, want]) => {
  expect(shown(JSON.stringify(form))).toEqual(want)
})

const AZAPI = 'azapi_resource'
const SECURITY_RULES = 'Microsoft.Network/networkSecurityGroups/securityRules'
const DEPLOYMENT = 'azurerm_resource_group_template_deployment'
const CLASSIC_NAT = 'azurerm_firewall_nat_rule_collection'
const template = (type: string) => JSON.stringify({ resources: [{ type, name: 'x' }] })
const azapi = (type: string) => resource(AZAPI, { type: `${type}@2024-01-01`, name: 'x' })
const deploys = (template_content: string | null) => resource(DEPLOYMENT, { name: 'x', template_content })
const NOT_READ = '! 2 azurerm_resource_group_template_deployment.r deploys a template, which is not read'

// Rules may be in resources that are not read. Data sources show what others manage.
test.for<[found: Values, form: string, want: string[]]>([
  [
    azapi(SECURITY_RULES),
    'nsg',
    [`! 2 azapi_resource.r is of the type ${SECURITY_RULES}@2024-01-01 by azapi, which is not read`],
  ],
  [
    azapi('microsoft.network/networkmanagers/securityAdminConfigurations'),
    'nsg',
    [
      '! 2 azapi_resource.r is of the type microsoft.network/networkmanagers/securityAdminConfigurations@2024-01-01 by azapi, which is not read',
    ],
  ],
  [azapi('Microsoft.Network/virtualNetworks'), 'nsg', []],
  [azapi('Microsoft.Network/routeTables'), 'nsg', []],
  [
    resource(AZAPI, { name: 'x' }),
    'nsg',
    ['! 2 azapi_resource.r is of the type (unknown) by azapi, which is not read'],
  ],
  [deploys(template(SECURITY_RULES)), 'nsg', [NOT_READ]],
  [deploys(template('Microsoft.Resources/deployments')), 'nsg', [NOT_READ]],
  [deploys(null), 'nsg', [NOT_READ]],
  [deploys(template('Microsoft.Storage/storageAccounts')), 'nsg', []],
  [resource(CLASSIC_NAT, { name: 'x' }), 'nsg', []],
  [
    resource(CLASSIC_NAT, { name: 'x' }),
    'firewall',
    [`! 2 ${CLASSIC_NAT}.r is a collection of a classic firewall, which is not read`],
  ],
  [resource(GROUP, { name: 'other', resource_group_name: 'rg', security_rule: [rule()] }, { mode: 'data' }), 'nsg', []],
])('beside rules, %j is noted with form=%s if it may hold more', ([found, form, want]) => {
  const text = state(found, resource(RULE, rule()))
  const options = form === 'nsg' ? NSG : optionsOf({ form })
  expect(shown(text, options).filter((line) => line.startsWith('!'))).toEqual(want)
})

test('a data source of a state file is none of its resources', () => {
  const resources = (mode: string) => [{ mode, type: RULE, name: 'r', instances: [{ attributes: rule() }] }]
  const text = (mode: string) => JSON.stringify({ version: 4, terraform_version: '1.9.0', resources: resources(mode) })
  expect(shown(text('managed'))).toEqual(['1 allow outbound tcp 443 to any'])
  expect(shown(text('data'))).toEqual(['! 1 the file holds no security group, firewall, route table or IP group'])
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
  ['a number as a port', { ports: [443] }, ['! 1 R has 443, which is not text', '! 1 R has no ports']],
  ['ports of icmp', { protocol: 'Icmp' }, ['! 1 R has ports, and a protocol without them']],
  ['every protocol', { protocol: '*', ports: ['0-65535'] }, ['1 allow outbound any 0-65535 to 192.0.2.0/24']],
  ['another word', { access: 'allow' }, ['! 1 R has the access "allow", which is not Allow or Deny']],
  ['a local side', { local_addresses: ['10.0.0.0/8'] }, ['1 allow outbound tcp 443 to 192.0.2.0/24, local 10.0.0.0/8']],
  ['a local object', { local_object: 'nodes' }, ['1 allow outbound tcp 443 to 192.0.2.0/24, local nodes']],
  [
    'an empty local side, which is not any',
    { local_addresses: [] },
    ['1 allow outbound tcp 443 to 192.0.2.0/24, local ', '! 1 R must have either addresses or an object as local side'],
  ],
]

describe('values', () => {
  test.for(VALUES)('with %s', ([, fields, want]) => {
    expect(shown(JSON.stringify({ azure: { R: VALUE(fields) } }))).toEqual(want)
    expect(shown(JSON.stringify({ locals: { other: 'x', azure: { R: VALUE(fields) } } }))).toEqual(want)
  })

  test('beside resources are one of both', () => {
    const text = JSON.stringify({ locals: { azure: { R: VALUE() } }, resource: { [RULE]: { all: rule() } } })
    expect(shown(text, optionsOf({}))).toEqual([
      '1 allow outbound tcp 443 to 192.0.2.0/24',
      '! 1 map, nsg are there; choose one with --set form=nsg',
    ])
    expect(shown(text)).toEqual(['1 allow outbound tcp 443 to any'])
    expect(shown(text, optionsOf({ form: 'locals' }))).toEqual(['1 allow outbound tcp 443 to 192.0.2.0/24'])
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
        `110 Cluster has "\${var.other_group_ids[\\"k8s-nodes\\"]}" where the ID of an application security group is expected`,
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
