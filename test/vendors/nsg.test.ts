import { describe, expect, test } from 'vitest'
import type { FoundRule } from '../../src/model/reading.ts'
import { readersOf } from '../../src/vendor/checked-device.ts'
import { device } from '../../vendors/nsg/reader.ts'
import { expectOutcomes, expectPage } from '../golden-page.ts'
import {
  audit,
  type Golden,
  goldensOf,
  type Json,
  problemsAfter,
  problemsOf,
  showNote,
  showRule,
} from './json-harness.ts'

const { read } = readersOf(device)

describe('proving', () => {
  test('refuses a local side of one family with remote sides of both', () => {
    const golden = goldensOf('nsg').find(({ title }) => title.startsWith('one-rule form=array')) as Golden
    const text = golden.text.replace('sourceAddressPrefix": "*"', 'sourceAddressPrefix": "2001:db8::/32"')
    const options = { ...golden.options, nearSide: '2001:db8::/32' }
    expect(problemsOf(read, { ...golden, options }, text)).toEqual([
      '2 OnlyV4-v4 mixes IPv4 and IPv6 addresses, which the service refuses',
    ])
  })

  // Each rule of the file waits for the one before it.
  const RULES = goldensOf('nsg').find(({ title }) => title === 'several form=rules,mode=prefixes') as Golden
  const [first = '', second = '', third = ''] = [...RULES.text.matchAll(/'\/([\w.-]+)'\)\]"/g)].map(([, name]) => name)
  const needs = (name: string) => `parameters('networkSecurityGroupName'), '${name}')]"\n`
  test('of a rule that waits for another', async () => {
    const WAITS: Readonly<Record<string, readonly [from: string, to: string]>> = {
      'no rule of the file': [needs(first), needs(`${first}-x`)],
      itself: [needs(first), needs(second)],
      'one that waits for it': [needs(first), needs(third)],
      'an earlier rule': [needs(second), needs(first)],
    }
    await expectOutcomes('nsg-waits.txt', WAITS, (edit) => problemsAfter(read, RULES, edit))
  })
})

/** A rule as the command line prints it; only what differs from an outbound allow to anywhere is said. */
const flat = (fields: Record<string, Json> = {}): Json => ({
  ...{ name: 'R', priority: 100, direction: 'Outbound', access: 'Allow', protocol: 'Tcp' },
  ...{ sourcePortRange: '*', destinationPortRange: '443', sourceAddressPrefix: '*', destinationAddressPrefix: '*' },
  ...fields,
})

/** Rules and notes as lines; every rule is on a line of its own, from 2. */
function shown(rules: readonly Json[], options = {}): string[] {
  const text = `[\n${rules.map((rule) => JSON.stringify(rule)).join(',\n')}\n]`
  const reading = audit(read, text, { nearSide: 'VirtualNetwork', ...options })
  return [...reading.rules.map(showRule), ...reading.notes.map((note) => `! ${showNote(note)}`)]
}

const SIDES: Readonly<Record<string, Record<string, Json>>> = {
  any: {},
  'a prefix': { destinationAddressPrefix: '192.0.2.0/24' },
  'a plain address': { destinationAddressPrefix: '192.0.2.9' },
  'an IPv6 address': { destinationAddressPrefix: '2001:db8::1' },
  'every IPv4 address': { destinationAddressPrefix: '0.0.0.0/0' },
  'a tag': { destinationAddressPrefix: 'Sql.WestEurope' },
  'the load balancer, as the addresses of its probes': { destinationAddressPrefix: 'AzureLoadBalancer' },
  'the internet, as its addresses': { destinationAddressPrefix: 'Internet' },
  'a list beside an empty singular field': {
    destinationAddressPrefix: '',
    destinationAddressPrefixes: ['192.0.2.0/25', '192.0.2.128/25'],
  },
  'a singular field beside an empty list': { destinationAddressPrefix: 'Storage', destinationAddressPrefixes: [] },
  'a list of tags': { destinationAddressPrefix: null, destinationAddressPrefixes: ['Storage'] },
  'any in a list': { destinationAddressPrefix: null, destinationAddressPrefixes: ['*'] },
  nothing: { destinationAddressPrefix: null },
  'both fields': { destinationAddressPrefixes: ['192.0.2.0/24'] },
  'both families': { destinationAddressPrefix: null, destinationAddressPrefixes: ['192.0.2.0/24', '2001:db8::/32'] },
  'two families, one at each end': { sourceAddressPrefix: '10.0.0.0/8', destinationAddressPrefix: '2001:db8::/32' },
  'host bits': { destinationAddressPrefix: '192.0.2.1/24' },
  'the word any': { destinationAddressPrefix: 'Any' },
  'addresses with a comma': { destinationAddressPrefix: '192.0.2.1,192.0.2.2' },
  'an application security group': {
    destinationAddressPrefix: null,
    destinationApplicationSecurityGroups: [{ id: '/x/asg' }],
  },
  'a local application security group': {
    sourceAddressPrefix: null,
    sourceApplicationSecurityGroups: [{ id: '/x/asg' }],
  },
  'the local network by tag': { sourceAddressPrefix: 'virtualnetwork' },
  'a local subnet': { sourceAddressPrefix: '10.0.0.0/24' },
  'every local IPv4 address': { sourceAddressPrefix: '0.0.0.0/0' },
  'a tag from every local IPv4 address, which is not its IPv6 half': {
    sourceAddressPrefix: '0.0.0.0/0',
    destinationAddressPrefix: 'Storage',
  },
  'another local tag': { sourceAddressPrefix: 'AzureLoadBalancer' },
  'inbound, the ends the other way round': {
    direction: 'Inbound',
    sourceAddressPrefix: 'Storage',
    destinationAddressPrefix: 'VirtualNetwork',
  },
}

const FIELDS: Readonly<Record<string, Record<string, Json>>> = {
  'every port': { destinationPortRange: '*' },
  'a range': { destinationPortRange: '8000-8080' },
  'a list of ports': {
    destinationPortRange: '',
    destinationPortRanges: ['443', '80', '8000-8080', '8050-8090', '444'],
  },
  'no port': { destinationPortRange: null },
  'a port as a number': { destinationPortRange: 443 },
  'a port too high': { destinationPortRange: '65536' },
  'a range backwards': { destinationPortRange: '90-80' },
  'source ports': { sourcePortRange: '1024-65535' },
  'every source port as a range': { sourcePortRange: '0-65535' },
  udp: { protocol: 'Udp' },
  'any protocol': { protocol: '*' },
  'words in the case they were sent in': { protocol: 'TCP', access: 'allow' },
  'an unknown protocol': { protocol: 'Sctp' },
  'icmp, which has no ports': { protocol: 'Icmp', destinationPortRange: '*' },
  'Esp, which has no ports': { protocol: 'Esp', destinationPortRange: '*' },
  'Ah, which has no ports': { protocol: 'Ah', destinationPortRange: '*' },
  'no direction': { direction: 'Both' },
  'no access': { access: null },
  'a priority out of range': { priority: 5000 },
  'a default rule': { priority: 65001, destinationPortRange: '*' },
  'what the service prints': { etag: 'W/"1"', id: '/x', provisioningState: 'Succeeded' },
  'texts beside its lists, as PowerShell prints': {
    sourceApplicationSecurityGroups: [],
    SourceApplicationSecurityGroupsText: '[]',
  },
  'an unknown field': { schedule: 'nightly' },
  'an unknown field that is not set': { schedule: null },
  'a list under the singular name, as PowerShell prints': {
    sourceAddressPrefix: ['*'],
    destinationAddressPrefix: ['192.0.2.1', '192.0.2.2'],
    destinationPortRange: ['80', '81'],
  },
}

describe('a rule', () => {
  test('is read', async () => {
    await expectOutcomes('nsg-rule.txt', { ...SIDES, ...FIELDS }, (fields) => shown([flat(fields)]))
  })

  test('to the virtual network is about a part of private addresses, and noted for policies that are about these', () => {
    const rule = flat({ destinationAddressPrefix: 'virtualNetwork', destinationPortRange: '*' })
    expect(shown([rule])).toEqual([
      '2 allow outbound tcp 0-65535 to 10.0.0.0/8 100.64.0.0/10 172.16.0.0/12 192.168.0.0/16 fc00::/7 (part)',
      '! 2 R matches the virtual network, whose addresses are not in the file',
    ])
    const { rules, notes } = audit(read, JSON.stringify([rule]), { nearSide: 'VirtualNetwork' })
    const { direction, protocol, ports, remote } = rules[0] as FoundRule
    expect(notes[0]?.about).toEqual([{ direction, protocol, ports, remote }])
  })

  test('with the local side of the options', async () => {
    const LOCAL = [
      ['10.0.0.0/16', '10.0.0.0/8'],
      ['10.0.0.0/16', '10.0.0.0/17'],
      ['10.0.0.0/16', 'VirtualNetwork'],
      ['10.0.0.1/16', '10.0.0.0/8'],
      ['*', 'VirtualNetwork'],
    ] as const
    await expectPage(
      'nsg-near-side.txt',
      LOCAL.map(([nearSide, sourceAddressPrefix]) => [
        `nearSide ${nearSide}, from ${sourceAddressPrefix}`,
        shown([flat({ sourceAddressPrefix })], { nearSide }),
      ]),
    )
  })
})

describe('a proof of local sides', () => {
  const golden = goldensOf('nsg').find(({ title }) => title === 'sides default') as Golden
  const EDITS: Readonly<Record<string, readonly [from: string, to: string]>> = {
    'a wider local side': ['"10.20.0.0/16"', '"10.0.0.0/8"'],
    'a narrower local side': ['"10.20.0.0/16"', '"10.20.0.0/17"'],
    'another group': ["'k8s-nodes')", "'k8s-masters')"],
    'an allow where the policy denies': ['"Deny"', '"Allow"'],
    'another protocol': ['"protocol": "*"', '"protocol": "Tcp"'],
    'a denied rule that is tried later': ['"priority": 200', '"priority": 300'],
    'a group of another resource group': ["SecurityGroups', 'k8s", "SecurityGroups', 'other', 'k8s"],
  }
  test('refuses', async () => {
    await expectOutcomes('nsg-refused.txt', EDITS, (edit) => problemsAfter(read, golden, edit))
  })
})

describe('rules', () => {
  test('are tried by priority, in each direction, whatever their order in the text', () => {
    const deny = flat({ name: 'Last', priority: 4096, access: 'Deny', protocol: '*', destinationPortRange: '*' })
    const inbound = flat({ name: 'In', priority: 150, direction: 'Inbound' })
    const allow = flat({ name: 'First', priority: 150, destinationAddressPrefix: '192.0.2.0/24' })
    expect(shown([deny, inbound, allow])).toEqual([
      '3 allow inbound tcp 443 from any',
      '4 allow outbound tcp 443 to 192.0.2.0/24',
      '2 deny outbound any 0-65535 to any',
    ])
  })

  test('that deny everything deny the tags of those behind them, where the tags are part of it', () => {
    const deny = flat({ access: 'Deny', destinationAddressPrefix: 'Internet' })
    const storage = flat({ name: 'S', priority: 110, destinationAddressPrefix: 'Storage' })
    const local = flat({ name: 'V', priority: 120, destinationAddressPrefix: 'VirtualNetwork' })
    expect(shown([deny, storage, local])).toEqual([
      '2 deny outbound tcp 443 to 65 prefixes Storage',
      '3 allow outbound tcp 443 to Storage',
      '4 allow outbound tcp 443 to 10.0.0.0/8 100.64.0.0/10 172.16.0.0/12 192.168.0.0/16 fc00::/7 (part)',
      '! 4 V matches the virtual network, whose addresses are not in the file',
    ])
    expect(shown([flat({ access: 'Deny' }), storage])[0]).toBe('2 deny outbound tcp 443 to any Storage')
    const onlyIPv4 = flat({ access: 'Deny', sourceAddressPrefix: '0.0.0.0/0' })
    expect(shown([onlyIPv4, storage])[0]).toBe('2 deny outbound tcp 443 to any4')
  })

  test('of one name, or one priority in a direction, are refused by the service', () => {
    expect(
      shown([flat(), flat({ priority: 101 }), flat({ name: 'S' }), flat({ name: 'T', direction: 'Inbound' })]),
    ).toEqual([
      '2 allow outbound tcp 443 to any',
      '4 allow outbound tcp 443 to any',
      '5 allow inbound tcp 443 from any',
      '3 allow outbound tcp 443 to any',
      '! 3 R has the same name as R, which the service refuses',
      '! 4 S has the same priority and direction as R, which the service refuses',
    ])
  })
})

const { name, ...properties } = flat() as Record<string, Json>
const RULE: Json = { name: name as Json, properties }
const NSG = 'Microsoft.Network/networkSecurityGroups'

/** What `Get-AzNetworkSecurityGroup | ConvertTo-Json` prints of a rule: capitals first, lists under the singular names, and texts beside lists. */
function powerShell(rule: Json): Json {
  const fields = Object.entries(rule as Record<string, Json>).map(([key, value]) => {
    const listed = /Prefix$|Range$/.test(key) ? [value].flat() : value
    return [`${key.charAt(0).toUpperCase()}${key.slice(1)}`, listed]
  })
  return {
    ...Object.fromEntries(fields),
    ...{ ProvisioningState: 'Succeeded', Etag: 'W/"1"', Id: '/subscriptions/s/securityRules/r' },
    ...{ SourceApplicationSecurityGroups: [], DestinationApplicationSecurityGroups: [] },
    ...{ SourceApplicationSecurityGroupsText: '[]', DestinationApplicationSecurityGroupsText: '[]' },
  }
}

/** Forms of the same rule, and what else stands in the file. */
const FORMS: Readonly<Record<string, Json>> = {
  'a REST body': { location: 'x', properties: { securityRules: [RULE], subnets: [] } },
  'a group as the command line prints it': { name: 'g', location: 'x', securityRules: [flat()], subnets: null },
  'a group as PowerShell prints it': {
    ...{ SecurityRules: [powerShell(flat())], DefaultSecurityRules: [], Subnets: [], SecurityRulesText: '[]' },
    ...{ Location: 'westeurope', Tag: null, Name: 'nsg-tagwall', Id: '/subscriptions/s' },
  },
  'a group with its default rules': {
    properties: {
      securityRules: [],
      defaultSecurityRules: [
        flat({ name: 'DenyAllOutBound', priority: 65500, access: 'Deny' }),
        flat({ priority: 65001 }),
      ],
    },
  },
  'a list of rules': [RULE],
  'a list of rules over REST': { value: [RULE] },
  'one rule': RULE,
  'no rules': [],
  'a list of one group': [{ name: 'g', securityRules: [flat()] }],
  'a list of two groups': [
    { name: 'g', securityRules: [flat()] },
    { name: 'h', securityRules: [] },
  ],
  'a template whose texts are expressions': {
    parameters: {
      g: { type: 'String', defaultValue: 'nsg' },
      to: { type: 'array', defaultValue: ['192.0.2.1', '192.0.2.2'] },
    },
    variables: { port: "[concat('44', '3')]" },
    resources: [
      { type: 'Microsoft.Network/virtualNetworks', name: 'other' },
      {
        type: `${NSG}/securityRules`,
        name: "[concat(parameters('g'), '/R')]",
        properties: {
          ...properties,
          destinationPortRange: "[variables('port')]",
          destinationAddressPrefix: null,
          destinationAddressPrefixes: "[parameters('to')]",
        },
      },
    ],
  },
  'an exported template, which has each rule twice': {
    resources: [
      { type: NSG, name: 'g', properties: { securityRules: [RULE] } },
      { type: `${NSG}/securityRules`, name: 'g/R', properties },
    ],
  },
  'a template with named resources, one inside another': {
    resources: { g: { type: NSG, name: 'g', resources: [{ type: 'securityRules', name: 'R', properties }] } },
  },
  'a template that refers to a group, and adds a rule': {
    resources: {
      g: { existing: true, type: NSG, name: 'g' },
      r: { type: `${NSG}/securityRules`, name: 'g/R', properties },
    },
  },
  'a template with a condition inside a group': {
    resources: [
      { type: NSG, name: 'g', resources: [{ type: 'securityRules', name: 'R', condition: true, properties }] },
    ],
  },
  'a template with a loop that makes the rules': {
    resources: [
      { type: `${NSG}/securityRules`, name: 'g/R', properties },
      { type: NSG, name: 'g', properties: { copy: [{ name: 'securityRules', count: 2, input: {} }] } },
    ],
  },
  'a template with a loop, a condition and an unknown expression': {
    resources: [
      {
        ...{ type: NSG, name: 'g', condition: '[equals(1, 2)]', copy: { count: 2 } },
        properties: { securityRules: [{ name: 'R', properties: { ...properties, priority: "[parameters('no')]" } }] },
      },
    ],
  },
  'a security admin rule': {
    resources: [
      {
        type: 'Microsoft.Network/networkManagers/securityAdminConfigurations/ruleCollections/rules',
        name: 'm/c/r/all',
        properties: { access: 'AlwaysAllow' },
      },
    ],
  },
  'a template inside a template': {
    resources: [{ type: 'Microsoft.Resources/deployments', name: 'inner', properties: {} }],
  },
  'service tags': { changeNumber: 1, cloud: 'Public', values: [] },
}

test('reads each form', async () => {
  await expectOutcomes('nsg-forms.txt', FORMS, (form) => {
    const { rules, notes } = audit(read, JSON.stringify(form), { nearSide: 'VirtualNetwork' })
    return [...rules.map(({ name }) => name), ...notes.map((note) => `! ${showNote(note)}`)]
  })
})

describe('a bad file', () => {
  test.for([
    ['', '1 the file is empty'],
    ['\n\n  \n', '1 the file is empty'],
    ['*filter\n:INPUT ACCEPT [0:0]\n', '1 *filter is not JSON'],
    ['[\n{"name": "R",\n', '3  ends in the middle of the JSON'],
    ['[\n{"name": "R" "x"}]', '2 "x" is not JSON: expected , or } here'],
    ['{}\n{}', '2 { follows the end of the JSON'],
    ['{"a": 1,\n"a": 2}', '2 "a" appears twice in one object'],
    ['{"securityRules": ["\u0000"]}', '1 "\u0000" is not JSON'],
    ['\u0000\u0001\u0002', '1 \u0000\u0001\u0002 is not JSON'],
    ['{}\u00a0x', '1 \u00a0x follows the end of the JSON'],
    ['7', '1 the JSON holds no security rules: neither a group, nor a template, nor a list of rules'],
    ['['.repeat(100_000), '1 [ is nested deeper than 200 levels'],
  ] as const)('is a note, %#', ([text, want]) => {
    const { rules, notes } = audit(read, text)
    expect([...rules.map(showRule), ...notes.map(showNote)]).toEqual([want])
  })

  test('that was cut anywhere is a note', () => {
    const [golden] = goldensOf('nsg')
    const text = golden?.text.trimEnd() ?? ''
    for (let end = 0; end < text.length; end += 13) expect(audit(read, text.slice(0, end)).notes).toHaveLength(1)
  })
})

test('is read with lines that are true, a mark of byte order or not', () => {
  const text = '\ufeff[\r\n\r\n  {\r\n    "name": "R",\r\n    "direction": "Sideways"}]'
  expect(audit(read, text).notes.map(({ place }) => place.line)).toEqual([5, 3, 3, 3, 3, 3, 3, 3])
})
