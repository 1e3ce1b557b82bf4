import { describe, expect, test } from 'vitest'
import type { FoundRule } from '../../src/model/reading.ts'
import { readersOf } from '../../src/vendor/checked-device.ts'
import { device } from '../../vendors/nsg/reader.ts'
import { audit, type Golden, goldensOf, type Json, problemsOf, showNote, showRule } from './json-harness.ts'

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
  test.for<[what: string, from: string, to: string, want: (string | RegExp)[]]>([
    ['no rule of the file', first, `${first}-x`, [/names no resource of this file$/]],
    ['itself', first, second, [/depends on itself$/]],
    ['one that waits for it', first, third, [/depends on itself$/]],
    ['an earlier rule', second, first, []],
  ])('of a rule that waits for %s', ([, from, to, want]) => {
    expect(RULES.text).toContain(needs(from))
    const problems = problemsOf(read, RULES, RULES.text.replace(needs(from), needs(to)))
    expect(problems.length > 0).toBe(want.length > 0)
    for (const problem of problems) expect(problem).toMatch(want[0] as RegExp)
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

const SIDES: readonly (readonly [what: string, fields: Record<string, Json>, want: string])[] = [
  ['any', {}, '2 allow outbound tcp 443 to any'],
  ['a prefix', { destinationAddressPrefix: '192.0.2.0/24' }, '2 allow outbound tcp 443 to 192.0.2.0/24'],
  ['a plain address', { destinationAddressPrefix: '192.0.2.9' }, '2 allow outbound tcp 443 to 192.0.2.9/32'],
  ['an IPv6 address', { destinationAddressPrefix: '2001:db8::1' }, '2 allow outbound tcp 443 to 2001:db8::1/128'],
  ['every IPv4 address', { destinationAddressPrefix: '0.0.0.0/0' }, '2 allow outbound tcp 443 to any4'],
  ['a tag', { destinationAddressPrefix: 'Sql.WestEurope' }, '2 allow outbound tcp 443 to Sql.WestEurope'],
  [
    'the load balancer, as the addresses of its probes',
    { destinationAddressPrefix: 'AzureLoadBalancer' },
    '2 allow outbound tcp 443 to 168.63.129.16/32 fe80::1234:5678:9abc/128',
  ],
  [
    'the internet, as its addresses',
    { destinationAddressPrefix: 'Internet' },
    '2 allow outbound tcp 443 to 65 prefixes',
  ],
  [
    'a list beside an empty singular field',
    { destinationAddressPrefix: '', destinationAddressPrefixes: ['192.0.2.0/25', '192.0.2.128/25'] },
    '2 allow outbound tcp 443 to 192.0.2.0/24',
  ],
  [
    'a singular field beside an empty list',
    { destinationAddressPrefix: 'Storage', destinationAddressPrefixes: [] },
    '2 allow outbound tcp 443 to Storage',
  ],
  [
    'a list of tags',
    { destinationAddressPrefix: null, destinationAddressPrefixes: ['Storage'] },
    '! 2 R has "Storage" where the service takes addresses only',
  ],
  [
    'any in a list',
    { destinationAddressPrefix: null, destinationAddressPrefixes: ['*'] },
    '! 2 R has "*" where the service takes addresses only',
  ],
  ['nothing', { destinationAddressPrefix: null }, '! 2 R has no destination addresses'],
  [
    'both fields',
    { destinationAddressPrefixes: ['192.0.2.0/24'] },
    '! 2 R has both destinationAddressPrefix and destinationAddressPrefixes, which the service refuses',
  ],
  [
    'both families',
    { destinationAddressPrefix: null, destinationAddressPrefixes: ['192.0.2.0/24', '2001:db8::/32'] },
    '! 2 R mixes IPv4 and IPv6 addresses, which the service refuses',
  ],
  [
    'two families, one at each end',
    { sourceAddressPrefix: '10.0.0.0/8', destinationAddressPrefix: '2001:db8::/32' },
    '! 2 R mixes IPv4 and IPv6 addresses, which the service refuses',
  ],
  [
    'host bits',
    { destinationAddressPrefix: '192.0.2.1/24' },
    '! 2 R has "192.0.2.1/24": "192.0.2.1/24" has host bits set: the prefix is 192.0.2.0/24',
  ],
  ['the word any', { destinationAddressPrefix: 'Any' }, '! 2 R has "Any" where the service takes addresses only'],
  [
    'addresses with a comma',
    { destinationAddressPrefix: '192.0.2.1,192.0.2.2' },
    '! 2 R has "192.0.2.1,192.0.2.2": "192.0.2.1,192.0.2.2" is not an IPv4 or IPv6 address',
  ],
  [
    'an application security group',
    { destinationAddressPrefix: null, destinationApplicationSecurityGroups: [{ id: '/x/asg' }] },
    '! 2 R names an application security group, whose members are not in this file',
  ],
  [
    'a local application security group',
    { sourceAddressPrefix: null, sourceApplicationSecurityGroups: [{ id: '/x/asg' }] },
    '2 allow outbound tcp 443 to any, local asg',
  ],
  ['the local network by tag', { sourceAddressPrefix: 'virtualnetwork' }, '2 allow outbound tcp 443 to any'],
  ['a local subnet', { sourceAddressPrefix: '10.0.0.0/24' }, '2 allow outbound tcp 443 to any4, local 10.0.0.0/24'],
  ['every local IPv4 address', { sourceAddressPrefix: '0.0.0.0/0' }, '2 allow outbound tcp 443 to any4'],
  [
    'a tag from every local IPv4 address, which is not its IPv6 half',
    { sourceAddressPrefix: '0.0.0.0/0', destinationAddressPrefix: 'Storage' },
    '2 allow outbound tcp 443 to Storage, local 0.0.0.0/0',
  ],
  ['another local tag', { sourceAddressPrefix: 'AzureLoadBalancer' }, '2 allow outbound tcp 443 to any (part)'],
  [
    'inbound, the ends the other way round',
    { direction: 'Inbound', sourceAddressPrefix: 'Storage', destinationAddressPrefix: 'VirtualNetwork' },
    '2 allow inbound tcp 443 from Storage',
  ],
]

const FIELDS: readonly (readonly [what: string, fields: Record<string, Json>, want: string])[] = [
  ['every port', { destinationPortRange: '*' }, '2 allow outbound tcp 0-65535 to any'],
  ['a range', { destinationPortRange: '8000-8080' }, '2 allow outbound tcp 8000-8080 to any'],
  [
    'a list of ports',
    { destinationPortRange: '', destinationPortRanges: ['443', '80', '8000-8080', '8050-8090', '444'] },
    '2 allow outbound tcp 80,443-444,8000-8090 to any',
  ],
  ['no port', { destinationPortRange: null }, '! 2 R has no destination ports'],
  ['a port as a number', { destinationPortRange: 443 }, '! 2 R has the port 443, which is not understood'],
  ['a port too high', { destinationPortRange: '65536' }, '! 2 R has the port "65536", which is not understood'],
  ['a range backwards', { destinationPortRange: '90-80' }, '! 2 R has the port "90-80", which is not understood'],
  ['source ports', { sourcePortRange: '1024-65535' }, '! 2 R matches source ports'],
  ['every source port as a range', { sourcePortRange: '0-65535' }, '2 allow outbound tcp 443 to any'],
  ['udp', { protocol: 'Udp' }, '2 allow outbound udp 443 to any'],
  ['any protocol', { protocol: '*' }, '2 allow outbound any 443 to any'],
  ['words in the case they were sent in', { protocol: 'TCP', access: 'allow' }, '2 allow outbound tcp 443 to any'],
  ['an unknown protocol', { protocol: 'Sctp' }, '! 2 R has the protocol "Sctp", which is not understood'],
  ['no direction', { direction: 'Both' }, '! 2 R has the direction "Both", which is not understood'],
  ['no access', { access: null }, '! 2 R has the access (none), which is not understood'],
  ['a priority out of range', { priority: 5000 }, '! 2 R has the priority 5000, not one from 100 to 4096'],
  ['a default rule', { priority: 65001, destinationPortRange: '*' }, '2 allow outbound tcp 0-65535 to any'],
  [
    'what the service prints',
    { etag: 'W/"1"', id: '/x', provisioningState: 'Succeeded' },
    '2 allow outbound tcp 443 to any',
  ],
  [
    'texts beside its lists, as PowerShell prints',
    { sourceApplicationSecurityGroups: [], SourceApplicationSecurityGroupsText: '[]' },
    '2 allow outbound tcp 443 to any',
  ],
  ['an unknown field', { schedule: 'nightly' }, '! 2 R has the field "schedule", which is not understood'],
  ['an unknown field that is not set', { schedule: null }, '2 allow outbound tcp 443 to any'],
  [
    'a list under the singular name, as PowerShell prints',
    {
      sourceAddressPrefix: ['*'],
      destinationAddressPrefix: ['192.0.2.1', '192.0.2.2'],
      destinationPortRange: ['80', '81'],
    },
    '2 allow outbound tcp 80-81 to 192.0.2.1/32 192.0.2.2/32',
  ],
]

describe('a rule', () => {
  test.for([...SIDES, ...FIELDS])('with %s', ([, fields, want]) => {
    expect(shown([flat(fields)])).toEqual([want])
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

  test.for([
    ['Icmp', '2 allow outbound icmp 0-65535 to any'],
    ['Esp', '2 allow outbound other 0-65535 to any (part)'],
    ['Ah', '2 allow outbound other 0-65535 to any (part)'],
  ] as const)('about %s has no ports', ([protocol, want]) => {
    expect(shown([flat({ protocol, destinationPortRange: '*' })])).toEqual([want])
  })

  test.for([
    [{ nearSide: '10.0.0.0/16' }, '10.0.0.0/8', '2 allow outbound tcp 443 to any4'],
    [{ nearSide: '10.0.0.0/16' }, '10.0.0.0/17', '2 allow outbound tcp 443 to any4, local 10.0.0.0/17'],
    [{ nearSide: '10.0.0.0/16' }, 'VirtualNetwork', '2 allow outbound tcp 443 to any'],
    [{ nearSide: '10.0.0.1/16' }, '10.0.0.0/8', '2 allow outbound tcp 443 to any4, local 10.0.0.0/8'],
    [{ nearSide: '*' }, 'VirtualNetwork', '2 allow outbound tcp 443 to any'],
  ] as const)('with %o has the local side %s', ([options, sourceAddressPrefix, want]) => {
    expect(shown([flat({ sourceAddressPrefix })], options)).toEqual([want])
  })
})

describe('a proof of local sides', () => {
  const golden = goldensOf('nsg').find(({ title }) => title === 'sides default') as Golden
  test.for([
    ['a wider local side', '"10.20.0.0/16"', '"10.0.0.0/8"', ['PROOF_FAILED']],
    ['a narrower local side', '"10.20.0.0/16"', '"10.20.0.0/17"', ['PROOF_FAILED']],
    ['another group', "'k8s-nodes')", "'k8s-masters')", ['PROOF_FAILED']],
    ['an allow where the policy denies', '"Deny"', '"Allow"', ['PROOF_FAILED']],
    ['another protocol', '"protocol": "*"', '"protocol": "Tcp"', ['PROOF_FAILED']],
    ['a denied rule that is tried later', '"priority": 200', '"priority": 300', ['PROOF_FAILED']],
  ] as const)('refuses %s', ([, from, to, want]) => {
    const problems = problemsOf(read, golden, golden.text.replace(from, to))
    expect([...new Set(problems)]).toEqual(want)
  })

  test('refuses a group of another resource group', () => {
    const text = golden.text.replace("SecurityGroups', 'k8s", "SecurityGroups', 'other', 'k8s")
    expect(problemsOf(read, golden, text)).toEqual([
      '126 Cluster has a local side other than one application security group of the same resource group',
    ])
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

/** Forms of the same rule, and what else stands in the file. */
const FORMS: readonly (readonly [what: string, form: Json, want: readonly string[]])[] = [
  ['a REST body', { location: 'x', properties: { securityRules: [RULE], subnets: [] } }, ['R']],
  [
    'a group as the command line prints it',
    { name: 'g', location: 'x', securityRules: [flat()], subnets: null },
    ['R'],
  ],
  ['a group as PowerShell prints it', { Name: 'g', SecurityRules: [flat()], Subnets: [] }, ['R']],
  [
    'a group with its default rules',
    {
      properties: {
        securityRules: [],
        defaultSecurityRules: [
          flat({ name: 'DenyAllOutBound', priority: 65500, access: 'Deny' }),
          flat({ priority: 65001 }),
        ],
      },
    },
    ['R', 'DenyAllOutBound'],
  ],
  ['a list of rules', [RULE], ['R']],
  ['a list of rules over REST', { value: [RULE] }, ['R']],
  ['one rule', RULE, ['R']],
  ['no rules', [], []],
  ['a list of one group', [{ name: 'g', securityRules: [flat()] }], ['R']],
  [
    'a list of two groups',
    [
      { name: 'g', securityRules: [flat()] },
      { name: 'h', securityRules: [] },
    ],
    ['R', '! 1 h is another group than g; keep one in the file'],
  ],
  [
    'a template whose texts are expressions',
    {
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
    ['R'],
  ],
  [
    'an exported template, which has each rule twice',
    {
      resources: [
        { type: NSG, name: 'g', properties: { securityRules: [RULE] } },
        { type: `${NSG}/securityRules`, name: 'g/R', properties },
      ],
    },
    ['R'],
  ],
  [
    'a template with named resources, one inside another',
    { resources: { g: { type: NSG, name: 'g', resources: [{ type: 'securityRules', name: 'R', properties }] } } },
    ['R'],
  ],
  [
    'a template with a condition inside a group',
    {
      resources: [
        { type: NSG, name: 'g', resources: [{ type: 'securityRules', name: 'R', condition: true, properties }] },
      ],
    },
    ['R', '! 1 R has a condition, which is not read'],
  ],
  [
    'a template with a loop that makes the rules',
    {
      resources: [
        { type: `${NSG}/securityRules`, name: 'g/R', properties },
        { type: NSG, name: 'g', properties: { copy: [{ name: 'securityRules', count: 2, input: {} }] } },
      ],
    },
    ['R', '! 1 g has a copy, which is not read'],
  ],
  [
    'a template with a loop, a condition and an unknown expression',
    {
      resources: [
        {
          ...{ type: NSG, name: 'g', condition: '[equals(1, 2)]', copy: { count: 2 } },
          properties: { securityRules: [{ name: 'R', properties: { ...properties, priority: "[parameters('no')]" } }] },
        },
      ],
    },
    [
      '! 1 g has a condition, which is not read',
      '! 1 g has a copy, which is not read',
      '! 1 R has an unknown expression as priority',
      '! 1 R has the priority (none), not one from 100 to 4096',
    ],
  ],
  [
    'a security admin rule',
    {
      resources: [
        {
          type: 'Microsoft.Network/networkManagers/securityAdminConfigurations/ruleCollections/rules',
          name: 'm/c/r/all',
          properties: { access: 'AlwaysAllow' },
        },
      ],
    },
    ['! 1 m/c/r/all is a security admin rule, which comes before security groups and is not read'],
  ],
  [
    'a template inside a template',
    { resources: [{ type: 'Microsoft.Resources/deployments', name: 'inner', properties: {} }] },
    ['! 1 inner is a template inside the template, which is not read'],
  ],
  [
    'service tags',
    { changeNumber: 1, cloud: 'Public', values: [] },
    ['! 1 the JSON holds no security rules: neither a group, nor a template, nor a list of rules'],
  ],
]

test.for(FORMS)('reads %s', ([, form, want]) => {
  const { rules, notes } = audit(read, JSON.stringify(form), { nearSide: 'VirtualNetwork' })
  expect([...rules.map(({ name }) => name), ...notes.map((note) => `! ${showNote(note)}`)]).toEqual(want)
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
