import { describe, expect, test } from 'vitest'
import { expectOutcomes } from '../golden-page.ts'
import { type Golden, goldensOf, type Json, problemsAfter } from './json-harness.ts'
import { refusals } from './terraform-facts.ts'
import { GROUP, NSG, optionsOf, RULE, read, resource, rule, shown, state, type Values } from './terraform-harness.ts'

const GOLDENS = goldensOf('terraform').map((golden) => [golden.title, golden] as const)

describe('each file', () => {
  test.for(GOLDENS)('of %s has the fields that the provider documents', ([, golden]) => {
    expect(refusals(golden.options.form as string, JSON.parse(golden.text))).toEqual([])
  })
})

const SIDES: Readonly<Record<string, Values>> = {
  any: {},
  'a prefix': { destination_address_prefix: '192.0.2.0/24' },
  'a plain address': { destination_address_prefix: '192.0.2.9' },
  'a tag': { destination_address_prefix: 'Sql.WestEurope' },
  'the virtual network, which is a part, and noted': { destination_address_prefix: 'VirtualNetwork' },
  'the internet, as its addresses': { destination_address_prefix: 'Internet' },
  prefixes: { destination_address_prefix: '', destination_address_prefixes: ['192.0.2.0/25', '192.0.2.128/25'] },
  'a list of tags': { destination_address_prefix: '', destination_address_prefixes: ['Storage'] },
  'both fields': { destination_address_prefixes: ['192.0.2.0/24'] },
  nothing: { destination_address_prefix: '' },
  'host bits': { destination_address_prefix: '192.0.2.1/24' },
  'the word any': { destination_address_prefix: 'Any' },
  'both families': {
    destination_address_prefix: null,
    destination_address_prefixes: ['192.0.2.0/24', '2001:db8::/32'],
  },
  'a remote application security group': {
    destination_address_prefix: null,
    destination_application_security_group_ids: ['/s/applicationSecurityGroups/a'],
  },
  'a local application security group': {
    source_address_prefix: null,
    source_application_security_group_ids: ['/s/applicationSecurityGroups/nodes'],
  },
  'an expression as an address': { destination_address_prefix: `\${var.x}` },
  'a local subnet': { source_address_prefix: '10.0.0.0/24' },
  'another local tag': { source_address_prefix: 'AzureLoadBalancer' },
}

const FIELDS: Readonly<Record<string, Values>> = {
  inbound: { direction: 'Inbound' },
  'a denial': { access: 'Deny' },
  'every protocol': { protocol: '*' },
  icmp: { protocol: 'Icmp', destination_port_range: '*' },
  'Esp, one of other protocols': { protocol: 'Esp' },
  'ports in a list': { destination_port_range: '', destination_port_ranges: ['80', '443-444'] },
  'both fields of ports': { destination_port_ranges: ['80'] },
  'source ports': { source_port_range: '1024-65535' },
  'no source ports': { source_port_range: '' },
  'a port that is none': { destination_port_range: '443-80' },
  'an unknown word': { access: 'Audit' },
  'an unknown protocol': { protocol: null },
  'a priority too high': { priority: 5000 },
  'an unknown field': { schedule: 'nightly' },
  'an unknown field that is not set': { schedule: null },
}

describe('a rule of a state', () => {
  test('is read', async () => {
    const cases = { ...SIDES, ...FIELDS }
    await expectOutcomes('terraform-rule.txt', cases, (values) => shown(state(resource(RULE, rule(values)))))
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
const FORMS: Readonly<Record<string, Json>> = {
  'a state with modules in modules': {
    format_version: '1.0',
    values: {
      root_module: { child_modules: [{ child_modules: [{ resources: [resource(RULE, rule())] }] }] },
    },
  },
  'a plan, of which the planned values count': {
    format_version: '1.2',
    planned_values: { root_module: { resources: [resource(RULE, rule({ access: 'Deny' }))] } },
    prior_state: { format_version: '1.0', values: { root_module: { resources: [resource(RULE, rule())] } } },
  },
  'a plan that failed': {
    format_version: '1.2',
    errored: true,
    planned_values: { root_module: { resources: [resource(RULE, rule())] } },
  },
  'a state file': {
    ...{ version: 4, terraform_version: '1.9.0', serial: 1 },
    resources: [{ mode: 'managed', type: RULE, name: 'r', instances: [{ attributes: rule() }] }],
  },
  'a configuration with a reference to the group': {
    resource: [
      { [GROUP]: { edge: { name: 'nsg', resource_group_name: 'rg' } } },
      { [RULE]: [{ r: [rule({ network_security_group_name: `\${${GROUP}.edge.name}`, depends_on: ['x.y'] })] }] },
    ],
  },
  'a configuration with a module': { resource: { [RULE]: { r: rule() } }, module: { more: { source: './more' } } },
  'a configuration with a loop': { resource: { [RULE]: { r: rule({ for_each: `\${var.x}` }) } } },
  'a configuration with an application security group by reference': {
    resource: {
      [RULE]: {
        r: rule({
          source_address_prefix: null,
          source_application_security_group_ids: [`\${azurerm_application_security_group.nodes.id}`],
        }),
      },
    },
  },
  'a resource without values': {
    format_version: '1.0',
    values: { root_module: { resources: [{ type: RULE, address: 'x.y' }] } },
  },
  'a state whose machines have no security group': {
    resource: { azurerm_linux_virtual_machine: { vm: { name: 'vm' } } },
  },
  'an empty state': { format_version: '1.0', values: { root_module: {} } },
  'another JSON': { a: 1 },
  'no JSON': 7,
}

test('reads each form', async () => {
  await expectOutcomes('terraform-forms.txt', FORMS, (form) => shown(JSON.stringify(form)))
})

const AZAPI = 'azapi_resource'
const SECURITY_RULES = 'Microsoft.Network/networkSecurityGroups/securityRules'
const DEPLOYMENT = 'azurerm_resource_group_template_deployment'
const CLASSIC_NAT = 'azurerm_firewall_nat_rule_collection'
const template = (type: string) => JSON.stringify({ resources: [{ type, name: 'x' }] })
const azapi = (type: string) => resource(AZAPI, { type: `${type}@2024-01-01`, name: 'x' })
const deploys = (template_content: string | null) => resource(DEPLOYMENT, { name: 'x', template_content })

// Rules may be in resources that are not read. Data sources show what others manage.
const BESIDE: Readonly<Record<string, readonly [found: Values, form?: string]>> = {
  'a rule by azapi': [azapi(SECURITY_RULES)],
  'admin rules by azapi': [azapi('microsoft.network/networkmanagers/securityAdminConfigurations')],
  'a network by azapi': [azapi('Microsoft.Network/virtualNetworks')],
  'a route table by azapi': [azapi('Microsoft.Network/routeTables')],
  'what is not known by azapi': [resource(AZAPI, { name: 'x' })],
  'a template with rules': [deploys(template(SECURITY_RULES))],
  'a template with templates': [deploys(template('Microsoft.Resources/deployments'))],
  'a template that is not known': [deploys(null)],
  'a template of other things': [deploys(template('Microsoft.Storage/storageAccounts'))],
  'a classic firewall, read for a group': [resource(CLASSIC_NAT, { name: 'x' })],
  'a classic firewall, read for a firewall': [resource(CLASSIC_NAT, { name: 'x' }), 'firewall'],
  'a data source': [
    resource(GROUP, { name: 'other', resource_group_name: 'rg', security_rule: [rule()] }, { mode: 'data' }),
  ],
}

test('notes what may hold more, beside rules', async () => {
  await expectOutcomes('terraform-beside.txt', BESIDE, ([found, form]) =>
    shown(state(found, resource(RULE, rule())), form ? optionsOf({ form }) : NSG).filter((line) =>
      line.startsWith('!'),
    ),
  )
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

const VALUES: Readonly<Record<string, Values>> = {
  'addresses of one family': {},
  'both families': { ipv6: ['2001:db8::/32'] },
  'no addresses, which is never any': { ipv4: [] },
  'an address of the other family': { ipv4: ['2001:db8::/32'] },
  'no ports': { ports: [] },
  'a number as a port': { ports: [443] },
  'ports of icmp': { protocol: 'Icmp' },
  'every protocol': { protocol: '*', ports: ['0-65535'] },
  'another word': { access: 'allow' },
  'a local side': { local_addresses: ['10.0.0.0/8'] },
  'a local object': { local_object: 'nodes' },
  'an empty local side, which is not any': { local_addresses: [] },
}

describe('values', () => {
  test('are read, also within locals', async () => {
    await expectOutcomes('terraform-values.txt', VALUES, (fields) => {
      const found = shown(JSON.stringify({ azure: { R: VALUE(fields) } }))
      expect(shown(JSON.stringify({ locals: { other: 'x', azure: { R: VALUE(fields) } } }))).toEqual(found)
      return found
    })
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
  const EDITS: Readonly<Record<string, readonly [title: string, from: string, to: string]>> = {
    'a wider local side': ['sides form=nsg', '"10.20.0.0/16"', '"10.0.0.0/8"'],
    'another local group': ['sides form=nsg', '[\\"k8s-nodes\\"]', '[\\"k8s-masters\\"]'],
    'an allow in place of a denial': ['sides form=nsg', '"Deny"', '"Allow"'],
    'another map of groups': ['sides form=nsg', 'var.local', 'var.other'],
    'another group': ['one-rule form=nsg', 'network_security_group_name}', 'other}'],
    'a label that is not the name': ['one-rule form=nsg', '"OnlyV4": {', '"Other": {'],
    'something beside resources': ['one-rule form=nsg', '{\n', '{\n  "output": {},\n'],
    'an address more': ['one-rule form=ip-groups', '"198.51.100.8/32"', '"198.51.100.9/32"'],
    'another name': ['one-rule form=ip-groups', '"tagwall-OnlyV4"', '"OnlyV4"'],
    'another variable': ['one-rule default', '"tagwall"', '"azure"'],
  }
  test('each edit', async () => {
    await expectOutcomes('terraform-refused.txt', EDITS, ([title, ...edit]) => problemsAfter(read, golden(title), edit))
  })
})
