import { expect, test } from 'vitest'
import type { PrefixSet } from '../../src/address/prefix-set.ts'
import type { OptionValues } from '../../src/model/option.ts'
import { readersOf } from '../../src/vendor/checked-device.ts'
import { KIT } from '../../src/vendor/kit/kit.ts'
import { device } from '../../vendors/azure-firewall/reader.ts'
import { expectPage } from '../golden-page.ts'
import { type Json, showNote, showRule } from './json-harness.ts'

const { read } = readersOf(device)

const OPTIONS = { mode: 'prefixes', ipv6: 'none', nearSide: ['*'], policyName: 'p', collectionGroup: 'g' }

/** Rules and notes as lines, without the numbers of lines. */
function shown(root: Json, options: OptionValues = {}, localObjects: string[] = [], remotes?: PrefixSet): string[] {
  const files = [{ part: 'file', family: undefined, text: JSON.stringify(root, null, 1) }]
  const context = {
    options: { ...OPTIONS, ...options },
    purpose: 'audit',
    localObjects,
    remotes,
    narrow: {},
    kit: KIT,
  } as const
  const { rules, notes } = read(files, context)
  const lines = [
    ...rules.map(showRule),
    ...notes.map((note) => `${note.isHarmless ? '(harmless) ' : ''}! ${showNote(note)}`),
  ]
  return lines.map((line) => line.replace(/(^|! )\d+ /, '$1'))
}

/** A network rule as the command line prints it; only what differs from TCP 443 from anywhere to 192.0.2.0/24 is said. */
const rule = (fields: Record<string, Json> = {}): Json => ({
  ...{ ruleType: 'NetworkRule', name: 'R', description: null, ipProtocols: ['TCP'], destinationPorts: ['443'] },
  ...{ sourceAddresses: ['10.0.0.0/8'], destinationAddresses: ['192.0.2.0/24'] },
  ...{ sourceIpGroups: [], destinationIpGroups: [], destinationFqdns: [] },
  ...fields,
})
const collection = (rules: Json[], fields: Record<string, Json> = {}): Json => ({
  ...{ ruleCollectionType: 'FirewallPolicyFilterRuleCollection', name: 'C', priority: 200 },
  ...{ action: { type: 'Allow' }, rules },
  ...fields,
})
const groupOfRules = (ruleCollections: Json[], fields: Record<string, Json> = {}): Json => ({
  ...{ name: 'g', priority: 1000, ruleCollections, provisioningState: 'Succeeded' },
  ...fields,
})
const ipGroup = (name: string, ...ipAddresses: string[]): Json => ({ name, ipAddresses, location: 'here' })
const ID = '/subscriptions/S/resourceGroups/RG/providers/Microsoft.Network/ipGroups/'

test.for<[what: string, from: string, to: string, want: string[]]>([
  ['from anywhere to them', '*', '10.20.4.0/24', ['allow outbound tcp 443 to 10.20.4.0/24']],
  ['from them to anywhere', '10.20.0.0/16', '*', ['allow inbound tcp 443 from 10.20.0.0/16']],
  ['to more than them', '*', '10.20.0.0/15', ['outbound', 'inbound']],
  ['from public addresses to them', '192.0.2.0/24', '10.20.4.0/24', ['inbound']],
  ['between them', '10.20.1.0/24', '10.20.2.0/24', ['outbound', 'inbound']],
])('private addresses that the policy has as remote ones: %s', ([, from, to, want]) => {
  const root = [groupOfRules([collection([rule({ sourceAddresses: [from], destinationAddresses: [to] })])])]
  const found = shown(root, {}, [], KIT.setOfTexts(['10.20.0.0/16', '192.0.2.0/24']))
  expect(found.map((line, at) => (want[at]?.includes(' ') ? line : (/(?:in|out)bound/.exec(line) ?? [])[0]))).toEqual(
    want,
  )
})

const FIELDS: readonly [what: string, fields: Record<string, Json>][] = [
  ['a prefix', {}],
  ['any source', { sourceAddresses: ['*'] }],
  [
    'an address and a range',
    { destinationAddresses: ['192.0.2.9', '198.51.100.0-198.51.100.3'], sourceAddresses: ['*'] },
  ],
  ['a tag', { destinationAddresses: ['Sql'], sourceAddresses: ['*'] }],
  ['any destination, which may be one’s own network too', { destinationAddresses: ['*'], sourceAddresses: ['*'] }],
  [
    'one’s own network as the destination',
    { sourceAddresses: ['192.0.2.0/24'], destinationAddresses: ['10.1.0.0/16'] },
  ],
  ['neither end one’s own', { sourceAddresses: ['198.51.100.0/24'] }],
  ['an IP group', { sourceAddresses: ['*'], destinationAddresses: [], destinationIpGroups: [`${ID}MINE`] }],
  [
    'an IP group that is not in the file',
    { sourceAddresses: ['*'], destinationAddresses: [], destinationIpGroups: [`${ID}gone`] },
  ],
  ['a local side that is an IP group of the policy', { sourceAddresses: [], sourceIpGroups: [`${ID}K8S-nodes`] }],
  ['several protocols', { sourceAddresses: ['*'], ipProtocols: ['tcp', 'UDP'] }],
  ['every protocol', { sourceAddresses: ['*'], ipProtocols: ['Any'], destinationPorts: ['*'] }],
  ['ICMP, which has no ports', { sourceAddresses: ['*'], ipProtocols: ['ICMP'] }],
  ['ports and ranges', { sourceAddresses: ['*'], destinationPorts: ['8000-8080', '443'] }],
  ['a port that is none', { destinationPorts: ['https'] }],
  ['a protocol that is unknown', { ipProtocols: ['GRE'] }],
  ['names of hosts', { destinationFqdns: ['a.example'] }],
  ['a field that is unknown', { schedule: 'night' }],
  ['a tag as the source', { sourceAddresses: ['Sql'] }],
  ['host bits', { destinationAddresses: ['192.0.2.1/24'] }],
  ['no destination', { destinationAddresses: [] }],
]

test('a network rule', async () => {
  await expectPage(
    'azure-firewall-rules.txt',
    FIELDS.map(([name, fields]) => {
      const root = [ipGroup('mine', '203.0.113.0/24'), groupOfRules([collection([rule(fields)])])]
      return [name, shown(root, {}, ['k8s-nodes'])]
    }),
  )
})

test('a network of one’s own may also be the option nearSide, of which a wider source is the whole', () => {
  const root = groupOfRules([collection([rule({ sourceAddresses: ['203.0.113.0/24'] })])])
  expect(shown(root)).toEqual([])
  expect(shown(root, { nearSide: ['203.0.113.0/25'] })).toEqual(['allow outbound tcp 443 to 192.0.2.0/24'])
})

test('groups of collections and collections are tried by priority', () => {
  const of = (name: string, port: string) => rule({ name, sourceAddresses: ['*'], destinationPorts: [port] })
  const root = [
    groupOfRules([
      collection([of('A', '1')], { priority: 300 }),
      collection([of('B', '2')], { name: 'D', priority: 100 }),
    ]),
    groupOfRules([collection([of('C', '3')], { action: { type: 'deny' } })], { name: 'h', priority: 500 }),
  ]
  expect(shown(root)).toEqual([
    'deny outbound tcp 3 to 192.0.2.0/24',
    'allow outbound tcp 2 to 192.0.2.0/24',
    'allow outbound tcp 1 to 192.0.2.0/24',
  ])
})

test.for<[what: string, root: Json, want: string[]]>([
  [
    'a denial with the priority of what allows',
    groupOfRules([
      collection([rule({ sourceAddresses: ['*'] })]),
      collection([], { name: 'D', action: { type: 'Deny' } }),
    ]),
    ['allow outbound tcp 443 to 192.0.2.0/24', '! D has the same priority as C, so their order is not known'],
  ],
  [
    'two groups of one priority',
    [groupOfRules([collection([rule({ sourceAddresses: ['*'] })])]), groupOfRules([], { name: 'h' })],
    ['allow outbound tcp 443 to 192.0.2.0/24', '! h has the same priority as g, so their order is not known'],
  ],
  [
    'groups of two policies',
    [
      groupOfRules([collection([rule({ sourceAddresses: ['*'] })])], {
        id: '/x/firewallPolicies/Base/ruleCollectionGroups/g',
      }),
      groupOfRules([], { name: 'h', priority: 200, id: '/x/firewallPolicies/base/ruleCollectionGroups/h' }),
      groupOfRules([], { name: 'i', priority: 300, id: '/x/firewallPolicies/child/ruleCollectionGroups/i' }),
    ],
    [
      'allow outbound tcp 443 to 192.0.2.0/24',
      '! i is of the policy child, not Base; the files do not show which of them comes first',
    ],
  ],
  [
    'a template with groups of two policies',
    {
      resources: ['a/g', 'b/h'].map((name, index) => ({
        type: 'Microsoft.Network/firewallPolicies/ruleCollectionGroups',
        name,
        properties: { priority: 200 + index, ruleCollections: [] },
      })),
    },
    ['! h is of the policy b, not a; the files do not show which of them comes first'],
  ],
  [
    'a template with groups inside their policy',
    {
      resources: [
        {
          type: 'Microsoft.Network/firewallPolicies',
          name: 'p',
          properties: {},
          resources: [
            {
              type: 'ruleCollectionGroups',
              name: 'g',
              properties: { priority: 200, ruleCollections: [collection([rule({ sourceAddresses: ['*'] })])] },
            },
            { type: 'signatureOverrides', name: 'default', properties: {} },
          ],
        },
      ],
    },
    ['allow outbound tcp 443 to 192.0.2.0/24'],
  ],
  [
    'rules that are an expression',
    groupOfRules([
      collection([rule({ sourceAddresses: ['*'] })]),
      { ...(collection([], { name: 'D' }) as object), rules: "[variables('rules')]" },
    ]),
    ['allow outbound tcp 443 to 192.0.2.0/24', '! D has no list of rules'],
  ],
  [
    'an unknown action',
    groupOfRules([collection([rule()], { action: { type: 'Log' } })]),
    ['! C has the action Log, which is not understood'],
  ],
  [
    'translation of addresses',
    groupOfRules([
      collection([{ ruleType: 'NatRule', name: 'N', destinationPorts: ['443'], translatedPort: '8443' }], {
        ruleCollectionType: 'FirewallPolicyNatRuleCollection',
        action: { type: 'DNAT' },
      }),
    ]),
    ['! N translates addresses; the traffic that it admits is not compared'],
  ],
  [
    'translation of addresses, which comes before every network rule',
    [
      groupOfRules([collection([rule({ sourceAddresses: ['*'] })], { action: { type: 'Deny' } })], { priority: 100 }),
      groupOfRules(
        [
          collection(
            [
              {
                ...{ ruleType: 'NatRule', name: 'N', ipProtocols: ['TCP', 'UDP'], sourceAddresses: ['192.0.2.0/25'] },
                ...{ sourceIpGroups: [], destinationAddresses: ['203.0.113.1'], destinationPorts: ['22'] },
                ...{ translatedAddress: '10.0.0.4', translatedFqdn: null, translatedPort: '2222' },
              },
              {
                ...{ ruleType: 'NatRule', name: 'M', ipProtocols: ['TCP'], sourceAddresses: ['*'] },
                ...{ destinationAddresses: ['203.0.113.1'], destinationPorts: ['80-81'], translatedPort: '80' },
              },
            ],
            { name: 'D', ruleCollectionType: 'FirewallPolicyNatRuleCollection', action: { type: 'DNAT' } },
          ),
        ],
        { name: 'h' },
      ),
    ],
    [
      'allow inbound tcp 22 from 192.0.2.0/25 (part)',
      'allow inbound udp 22 from 192.0.2.0/25 (part)',
      'allow inbound tcp 80-81 from any (part)',
      'deny outbound tcp 443 to 192.0.2.0/24',
      '! N translates addresses; the traffic that it admits is not compared',
      '! M translates addresses; the traffic that it admits is not compared',
    ],
  ],
  [
    'rules by name',
    groupOfRules([
      collection([{ ruleType: 'ApplicationRule', name: 'A', targetFqdns: ['*'], protocols: [{ port: 443 }] }]),
      collection([{ ruleType: 'ApplicationRule', name: 'B', targetFqdns: ['*'] }], {
        name: 'D',
        priority: 300,
        action: { type: 'Deny' },
      }),
    ]),
    [
      '! A allows hosts by name, whose addresses are not in the file',
      '(harmless) ! B denies hosts by name, after all network rules',
    ],
  ],
  [
    'IPv6 in an IP group',
    [ipGroup('six', '2001:db8::/32')],
    ['! six has 2001:db8::/32, and an IP group holds IPv4 only'],
  ],
  ['an IP group twice', [ipGroup('a', '192.0.2.1'), ipGroup('A', '192.0.2.2')], ['! A appears twice']],
  [
    'a policy with a base',
    { resources: [{ type: 'Microsoft.Network/firewallPolicies', name: 'p', properties: { basePolicy: { id: 'x' } } }] },
    ['! p has a base policy, whose rules come first and are not in the file'],
  ],
  ...['natRuleCollections', 'applicationRuleCollections'].map((field): [string, Json, string[]] => [
    `classic ${field}`,
    { resources: [{ type: 'Microsoft.Network/azureFirewalls', name: 'f', properties: { [field]: [{ name: 'x' }] } }] },
    ['! f has classic rules, which are not read'],
  ]),
  [
    'classic rules',
    {
      resources: [
        {
          type: 'Microsoft.Network/azureFirewalls',
          name: 'f',
          properties: { networkRuleCollections: [{ name: 'x' }] },
        },
      ],
    },
    ['! f has classic rules, which are not read'],
  ],
  [
    'a template whose names are expressions',
    {
      parameters: { groups_a_name: { type: 'String', defaultValue: 'a' } },
      resources: [
        {
          type: 'Microsoft.Network/ipGroups',
          name: "[parameters('groups_a_name')]",
          properties: { ipAddresses: ['203.0.113.1'] },
        },
        {
          type: 'Microsoft.Network/firewallPolicies/ruleCollectionGroups',
          name: "[format('{0}/{1}', 'p', 'g')]",
          properties: {
            priority: 200,
            ruleCollections: [
              collection([
                rule({
                  sourceAddresses: ['*'],
                  destinationAddresses: [],
                  destinationIpGroups: ["[resourceId('Microsoft.Network/ipGroups', parameters('groups_a_name'))]"],
                }),
              ]),
            ],
          },
        },
      ],
    },
    ['allow outbound tcp 443 to 203.0.113.1/32'],
  ],
  [
    'a template with a variable, and with an expression that nobody knows',
    {
      variables: { address: "[concat('203.0.113.', '7')]" },
      resources: [
        {
          type: 'Microsoft.Network/ipGroups',
          name: 'a',
          properties: { ipAddresses: ["[variables('address')]", "[reference('x').ip]"] },
        },
        {
          type: 'Microsoft.Network/firewallPolicies/ruleCollectionGroups',
          name: 'p/g',
          properties: {
            priority: 200,
            ruleCollections: [
              collection([rule({ sourceAddresses: ['*'], destinationAddresses: [], destinationIpGroups: ['x/a'] })]),
            ],
          },
        },
      ],
    },
    [
      'allow outbound tcp 443 to 203.0.113.7/32',
      '! a has "[reference(\'x\').ip]", which is not an address, range or prefix',
    ],
  ],
  [
    'a loop',
    {
      resources: [
        { type: 'Microsoft.Network/ipGroups', name: 'a', copy: { count: 2 }, properties: { ipAddresses: [] } },
      ],
    },
    ['! a has a copy, which is not read'],
  ],
  ['other JSON', { a: 1 }, ['! the JSON holds neither IP groups nor rule collection groups']],
])('says of %s what it means', ([, root, want]) => {
  expect(shown(root)).toEqual(want)
})
