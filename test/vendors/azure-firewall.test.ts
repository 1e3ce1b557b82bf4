import { expect, test } from 'vitest'
import type { PrefixSet } from '../../src/address/prefix-set.ts'
import type { OptionValues } from '../../src/model/option.ts'
import { readersOf } from '../../src/vendor/checked-device.ts'
import { KIT } from '../../src/vendor/kit/kit.ts'
import { device } from '../../vendors/azure-firewall/reader.ts'
import { expectOutcomes } from '../golden-page.ts'
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

const PRIVATE: Readonly<Record<string, readonly [from: string, to: string]>> = {
  'from anywhere to them': ['*', '10.20.4.0/24'],
  'from them to anywhere': ['10.20.0.0/16', '*'],
  'to more than them': ['*', '10.20.0.0/15'],
  'from public addresses to them': ['192.0.2.0/24', '10.20.4.0/24'],
  'between them': ['10.20.1.0/24', '10.20.2.0/24'],
  'from other public addresses to public ones of them': ['198.51.100.0/24', '192.0.2.0/25'],
}
test('private addresses that the policy has as remote ones', async () => {
  await expectOutcomes('azure-firewall-private.txt', PRIVATE, ([from, to]) => {
    const root = [groupOfRules([collection([rule({ sourceAddresses: [from], destinationAddresses: [to] })])])]
    return shown(root, {}, [], KIT.setOfTexts(['10.20.0.0/16', '192.0.2.0/24']))
  })
})

const FIELDS: Readonly<Record<string, Record<string, Json>>> = {
  'a prefix': {},
  'any source': { sourceAddresses: ['*'] },
  'an address and a range': {
    destinationAddresses: ['192.0.2.9', '198.51.100.0-198.51.100.3'],
    sourceAddresses: ['*'],
  },
  'a tag': { destinationAddresses: ['Sql'], sourceAddresses: ['*'] },
  'any destination, which may be one’s own network too': { destinationAddresses: ['*'], sourceAddresses: ['*'] },
  'one’s own network as the destination': { sourceAddresses: ['192.0.2.0/24'], destinationAddresses: ['10.1.0.0/16'] },
  'neither end one’s own': { sourceAddresses: ['198.51.100.0/24'] },
  'an IP group': { sourceAddresses: ['*'], destinationAddresses: [], destinationIpGroups: [`${ID}MINE`] },
  'an IP group that is not in the file': {
    sourceAddresses: ['*'],
    destinationAddresses: [],
    destinationIpGroups: [`${ID}gone`],
  },
  'an IP group that is empty, beside addresses': { destinationIpGroups: [`${ID}void`] },
  'a local side that is an IP group of the policy': { sourceAddresses: [], sourceIpGroups: [`${ID}K8S-nodes`] },
  'several protocols': { sourceAddresses: ['*'], ipProtocols: ['tcp', 'UDP'] },
  'every protocol': { sourceAddresses: ['*'], ipProtocols: ['Any'], destinationPorts: ['*'] },
  'ICMP, which has no ports': { sourceAddresses: ['*'], ipProtocols: ['ICMP'] },
  'ports and ranges': { sourceAddresses: ['*'], destinationPorts: ['8000-8080', '443'] },
  'a port that is none': { destinationPorts: ['https'] },
  'a protocol that is unknown': { ipProtocols: ['GRE'] },
  'names of hosts': { destinationFqdns: ['a.example'] },
  'a field that is unknown': { schedule: 'night' },
  'a tag as the source': { sourceAddresses: ['Sql'] },
  'host bits': { destinationAddresses: ['192.0.2.1/24'] },
  'no destination': { destinationAddresses: [] },
}

test('a network rule', async () => {
  await expectOutcomes('azure-firewall-rules.txt', FIELDS, (fields) => {
    const groups = [ipGroup('mine', '203.0.113.0/24'), ipGroup('void')]
    const root = [...groups, groupOfRules([collection([rule(fields)])])]
    return shown(root, {}, ['k8s-nodes'])
  })
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

const classic = (field: string): Json => ({
  resources: [{ type: 'Microsoft.Network/azureFirewalls', name: 'f', properties: { [field]: [{ name: 'x' }] } }],
})

const MEANT: Readonly<Record<string, Json>> = {
  'a denial with the priority of what allows': groupOfRules([
    collection([rule({ sourceAddresses: ['*'] })]),
    collection([], { name: 'D', action: { type: 'Deny' } }),
  ]),
  'two groups of one priority': [
    groupOfRules([collection([rule({ sourceAddresses: ['*'] })])]),
    groupOfRules([], { name: 'h' }),
  ],
  'groups of two policies': [
    groupOfRules([collection([rule({ sourceAddresses: ['*'] })])], {
      id: '/x/firewallPolicies/Base/ruleCollectionGroups/g',
    }),
    groupOfRules([], { name: 'h', priority: 200, id: '/x/firewallPolicies/base/ruleCollectionGroups/h' }),
    groupOfRules([], { name: 'i', priority: 300, id: '/x/firewallPolicies/child/ruleCollectionGroups/i' }),
  ],
  'a template with groups of two policies': {
    resources: ['a/g', 'b/h'].map((name, index) => ({
      type: 'Microsoft.Network/firewallPolicies/ruleCollectionGroups',
      name,
      properties: { priority: 200 + index, ruleCollections: [] },
    })),
  },
  'a template with groups inside their policy': {
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
  'rules that are an expression': groupOfRules([
    collection([rule({ sourceAddresses: ['*'] })]),
    { ...(collection([], { name: 'D' }) as object), rules: "[variables('rules')]" },
  ]),
  'an unknown action': groupOfRules([collection([rule()], { action: { type: 'Log' } })]),
  'translation of addresses': groupOfRules([
    collection([{ ruleType: 'NatRule', name: 'N', destinationPorts: ['443'], translatedPort: '8443' }], {
      ruleCollectionType: 'FirewallPolicyNatRuleCollection',
      action: { type: 'DNAT' },
    }),
  ]),
  'translation of addresses, which comes before every network rule': [
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
  'rules by name': groupOfRules([
    collection([{ ruleType: 'ApplicationRule', name: 'A', targetFqdns: ['*'], protocols: [{ port: 443 }] }]),
    collection([{ ruleType: 'ApplicationRule', name: 'B', targetFqdns: ['*'] }], {
      name: 'D',
      priority: 300,
      action: { type: 'Deny' },
    }),
  ]),
  'IPv6 in an IP group': [ipGroup('six', '2001:db8::/32')],
  'an IP group whose list is elsewhere': [
    { ...{ name: 'a', type: 'Microsoft.Network/ipGroups' }, properties: { ipAddresses: "[parameters('a')]" } },
    groupOfRules([collection([rule({ destinationIpGroups: [`${ID}a`] })], { action: { type: 'Deny' } })]),
  ],
  'an IP group twice': [ipGroup('a', '192.0.2.1'), ipGroup('A', '192.0.2.2')],
  'a template that refers to what is elsewhere': {
    resources: {
      a: { existing: true, type: 'Microsoft.Network/ipGroups', name: 'a' },
      g: { existing: true, type: 'Microsoft.Network/firewallPolicies/ruleCollectionGroups', name: 'p/g' },
      h: {
        ...{ type: 'Microsoft.Network/firewallPolicies/ruleCollectionGroups', name: 'p/h' },
        properties: {
          priority: 200,
          ruleCollections: [
            collection([rule({ destinationIpGroups: ["[resourceId('Microsoft.Network/ipGroups', 'a')]"] })]),
          ],
        },
      },
    },
  },
  'a policy with a base': {
    resources: [{ type: 'Microsoft.Network/firewallPolicies', name: 'p', properties: { basePolicy: { id: 'x' } } }],
  },
  'classic natRuleCollections': classic('natRuleCollections'),
  'classic applicationRuleCollections': classic('applicationRuleCollections'),
  'classic networkRuleCollections': classic('networkRuleCollections'),
  'a template whose names are expressions': {
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
  'a template with a variable, and with an expression that nobody knows': {
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
  'a loop': {
    resources: [{ type: 'Microsoft.Network/ipGroups', name: 'a', copy: { count: 2 }, properties: { ipAddresses: [] } }],
  },
  'other JSON': { a: 1 },
}

test('means what it says', async () => {
  await expectOutcomes('azure-firewall-meant.txt', MEANT, (root) => shown(root))
})
