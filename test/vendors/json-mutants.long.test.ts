import { expect, test } from 'vitest'
import { readersOf } from '../../src/vendor/checked-device.ts'
import type { Reader } from '../../src/vendor/kit/reader-api.ts'
import { device as azureFirewall } from '../../vendors/azure-firewall/reader.ts'
import { device as azureRouteTable } from '../../vendors/azure-route-table/reader.ts'
import { device as nsg } from '../../vendors/nsg/reader.ts'
import { read as terraform } from '../../vendors/terraform/reader.ts'
import { THOROUGH } from '../thorough.ts'
import { at, type Edits, edited, goldensOf, type Json, type Mutant, nodesOf, survivorsOf } from './json-harness.ts'

// Files of Azure's resources, edited in every way that this file knows, where `tagwall vendor check` edits lines. Each edit must be caught, or be
// one that cannot change what is allowed, with the reason. `others` has what may stand in a field, each of which means another thing or is refused.

interface Tried extends Edits {
  readonly read: Reader
  /** The policies and settings that have every kind of rule. */
  readonly titles: RegExp
}

const SIDE = ['*', 'Internet', 'Storage', 'VirtualNetwork', '0.0.0.0/0', '10.0.0.0/8', '203.0.113.1', 'any']
const SIDES = ['*', 'VirtualNetwork', 'AzureCloud', '0.0.0.0/0', '::/0', '192.0.2.0/25', '192.0.2.1']

const VENDORS: Readonly<Record<string, Tried>> = {
  'azure-firewall': {
    read: readersOf(azureFirewall).read,
    titles: /^sides (?:mode|nearSide)|^inbound .*inline/,
    others: {
      type: ['Microsoft.Network/routeTables', 'Deny', 'Allow', 'allow'],
      apiVersion: ['2019-02-01', 'latest'],
      defaultValue: ['other'],
      ipAddresses: ['0.0.0.0/0', '*', '192.0.2.1-192.0.2.9', 'Sql', '2001:db8::/32'],
      dependsOn: ["[resourceId('Microsoft.Network/ipGroups', 'ipg-other')]"],
      ruleCollectionType: ['FirewallPolicyNatRuleCollection'],
      ruleType: ['ApplicationRule', 'NatRule'],
      ipProtocols: ['Any', 'UDP', 'ICMP', 'tcp', 'TCP'],
      destinationPorts: ['*', '444', '0-65535', '443-444', '80-443', '0'],
      sourceAddresses: ['*', 'Sql', '10.0.0.0/8', '0.0.0.0/0', '203.0.113.0/24'],
      destinationAddresses: ['*', 'Sql', 'AzureCloud', '10.0.0.0/8', '0.0.0.0/0'],
      sourceIpGroups: ["[resourceId('Microsoft.Network/ipGroups', 'ipg-Identity')]", 'ipg-Identity'],
      destinationIpGroups: ["[resourceId('Microsoft.Network/ipGroups', 'ipg-Identity')]", 'ipg-Identity'],
      priority: [99, 65001, 100.5, '150'],
      description: ['inbound: x', 'outbound', ''],
    },
    harmless: [
      [({ what }) => what.startsWith('reverse'), 'collections are tried by priority, and lists have no order'],
      [
        ({ what }) => what.startsWith('set "0.0.0.0/0" at') && /Addresses/.test(what),
        'every IPv4 address is any, in a rule of IPv4',
      ],
      [({ what }) => what.startsWith('set "10.20.0.0/15" at'), 'the two networks of the option as one'],
      [({ what }) => / at .*\.description$/.test(what), 'a description is a comment behind the direction'],
      [({ what }) => /ruleCollections\.3\.rules\.0\.destinationIpGroups/.test(what), 'another group of the same tag'],
      [
        // The group of what the first rule denies.
        ({ what, key }) => key === 'ipAddresses' && what.includes('resources.0.'),
        'a denial of addresses that nothing allows',
      ],
      [({ what }) => / at parameters\.location\.defaultValue$/.test(what), 'the region of a group allows nothing'],
    ],
  },
  'azure-route-table': {
    read: readersOf(azureRouteTable).read,
    titles: /^(own|one-rule) /,
    others: {
      type: ['Microsoft.Network/networkSecurityGroups'],
      apiVersion: ['2019-02-01', 'latest'],
      defaultValue: ['rt-other'],
      addressPrefix: ['0.0.0.0/0', '::/0', 'Internet', 'Sql', 'any', '*', '10.0.0.0'],
      nextHopType: ['None', 'VnetLocal', 'VirtualNetworkGateway', 'VirtualAppliance', 'Internet', 'internet'],
      nextHopIpAddress: ['10.0.1.5', '', 'fd00::1', '10.0.1.4/32'],
      disableBgpRoutePropagation: [true, false, 'false'],
      dependsOn: ["[resourceId('Microsoft.Network/routeTables/routes', parameters('routeTableName'), 'az-other')]"],
    },
    harmless: [
      [({ what }) => what.startsWith('reverse'), 'routes are tried by length'],
      [({ what }) => / at parameters\.location\.defaultValue$/.test(what), 'the region of a table leads nowhere'],
    ],
  },
  terraform: {
    read: terraform,
    titles:
      /^(icmp default|icmp form=locals|sides form=nsg$|several form=nsg,|one-rule form=ip-groups|icmp form=firewall,|outbound form=firewall$|one-rule form=route-table,)/,
    others: {
      direction: ['Inbound', 'Outbound'],
      access: ['Allow', 'Deny', 'allow'],
      protocol: ['Tcp', 'Udp', 'Icmp', '*', 'Esp'],
      priority: [100, 4096, 101, 100.5],
      source_port_range: ['443', '1024-65535'],
      destination_port_range: ['*', '80', '443-444', '0-65535'],
      source_address_prefix: ['*', 'VirtualNetwork', 'Internet', 'Storage', '0.0.0.0/0', '10.0.0.0/8'],
      destination_address_prefix: ['*', 'VirtualNetwork', 'Internet', 'Storage', '0.0.0.0/0', '192.0.2.1'],
      local_object: ['other'],
      action: ['Allow', 'Deny', 'allow'],
      protocols: ['TCP', 'UDP', 'ICMP', 'Any', 'Tcp'],
      source_addresses: ['*', '0.0.0.0/0', 'Storage'],
      destination_addresses: ['*', 'Storage', 'AzureCloud'],
      address_prefix: ['Storage', '0.0.0.0/0', '198.51.100.0'],
      next_hop_type: ['None', 'Internet', 'VirtualAppliance', 'internet'],
      next_hop_in_ip_address: ['10.0.1.5', null],
      destination_ports: ['*', '80', '443-444', '0-65535'],
    },
    harmless: [
      [({ key }) => key === '//', 'a comment'],
      [({ was }) => was.startsWith('"//"'), 'a comment'],
      [({ key }) => key === 'description', 'descriptions are for people'],
      [({ was }) => was.startsWith('"description"'), 'descriptions are for people'],
      [({ what }) => what.startsWith('reverse'), 'the members of a list have no order'],
      [
        ({ key, was }, { options }) =>
          key === 'tags' || (options.form !== 'nsg' && /^"(Azure|Storage|OnlyIPv6|Microsoft)/.test(was)),
        'tags say where addresses come from',
      ],
      [({ key, what }) => key === 'priority' && what.startsWith('set'), 'the order of the rules is the same'],
      [
        ({ what }, { options }) => what.startsWith('rename') && /^(?:tfvars|locals)$/.test(String(options.form)),
        'names of rules are for people',
      ],
      [({ was, what }) => was === '"*"' && what.startsWith('set "0-65535"'), '0-65535 is every port, as * is'],
      [
        ({ was, what }) => was === '"*"' && what.startsWith('set "0.0.0.0/0"'),
        'every IPv4 address is any where all is IPv4',
      ],
      [
        // 198.51.100.0/29 and 192.0.2.64/26 are in other rules of the same policy, on the same port.
        ({ was }) => /^"(198\.51\.100\.0\/30|192\.0\.2\.)/.test(was),
        'another rule allows the same addresses',
      ],
    ],
  },
  nsg: {
    read: readersOf(nsg).read,
    titles: /^plain-names/,
    own: (root) => [...ruleMutants(root), ...orderMutants(root)],
    others: {
      type: ['Microsoft.Network/routeTables', 'Microsoft.Resources/deployments'],
      apiVersion: ['2019-02-01', 'latest'],
      $schema: ['https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#'],
      contentVersion: ['one'],
      defaultValue: ['nsg-other', "[parameters('networkSecurityGroupName')]"],
      dependsOn: ["[resourceId('Microsoft.Network/networkSecurityGroups', 'other')]", "[reference('x')]"],
      name: ['', "[parameters('other')]", 'other/AllowAADOutboundAccess'],
      priority: [99, 4097, 65000, 100.5, '150', -1],
      direction: ['Inbound', 'Outbound', 'inbound', 'OUTBOUND', 'Both'],
      access: ['Deny', 'allow', 'Allowed'],
      protocol: ['Tcp', 'Udp', '*', 'tcp', 'TCP', 'Icmp', 'Esp', 'Ah', 'Any', '6'],
      sourcePortRange: ['443', '1-65535', 'any'],
      destinationPortRange: ['*', '444', '442-443', '443-444', '0-65535', '443,80', '65536', 'https'],
      destinationPortRanges: ['*', '444', '8000-8081', '8001-8080', '80-443', '8080-8000'],
      sourceAddressPrefix: SIDE,
      sourceAddressPrefixes: SIDES,
      destinationAddressPrefix: SIDE,
      destinationAddressPrefixes: SIDES,
    },
    harmless: [
      [({ key, what }) => key === 'description' && /^(drop|set null|set "" )/.test(what), 'a description is a comment'],
      [({ was, what }) => was.startsWith('"description"') && what.startsWith('drop'), 'a description is a comment'],
      [({ what }) => what.startsWith('reverse'), 'rules are tried by priority, and the members of a list in no order'],
      [({ what }) => / at parameters\.location\.defaultValue$/.test(what), 'the region of a group allows nothing'],
      [({ key }) => key === 'dependsOn', 'dependsOn only orders a deployment'],
      [({ was }) => was.includes("[resourceId('Microsoft.Network/n"), 'dependsOn only orders a deployment'],
      [({ what, was }) => was === '"*"' && what.startsWith('set "0-65535"'), '0-65535 is every port, as * is'],
      [
        // 198.51.100.0/29 and 192.0.2.64/26 are in other rules of the same policy, on the same port.
        ({ key, was, what }) =>
          /AddressPrefixes$|^$/.test(key) &&
          (/^"198\.51\.100\.0\/30"/.test(was) || (/^"192\.0\.2\./.test(was) && what.startsWith('set "192.0.2.0/25"'))),
        'another rule allows the same addresses',
      ],
      [
        ({ what, text }) =>
          what === 'a rule of another port' && /"access": "Deny",[^{}]*"destinationPortRange": "22"/.test(text),
        'one more denial on a port that no rule allows',
      ],
      [
        // The only inbound rule of UDP is for IPv6.
        ({ what, text }) =>
          what.startsWith('Deny {"sourceAddressPrefixes":["192.0.2.0/24"') &&
          /"access": "Deny",\s*"protocol": "Udp"/.test(text),
        'a denial of IPv4 addresses where only IPv6 is allowed',
      ],
    ],
  },
}

test.for(Object.entries(VENDORS))(
  'every edit of a file of %s that could change what is allowed is caught',
  ([name, { read, titles, ...edits }]) => {
    const goldens = goldensOf(name).filter(({ title }) => titles.test(title))
    const { survivors, unused, tried } = survivorsOf(read, goldens, { ...edits, most: 1 })
    console.log(`${name}: ${tried} edits`)
    expect(survivors).toEqual([])
    // Some of each shape may need no reason.
    if (THOROUGH) expect(unused).toEqual([])
  },
)

type Rule = Record<string, Json>

const print = (value: Json) => JSON.stringify(value, null, 2)

/** Each rule with its ends or ports swapped, copied, or emptied. */
function ruleMutants(root: Json): Mutant[] {
  return rulesOf(root).flatMap(([path, rule]): Mutant[] => {
    const mutant = (what: string, changed: Rule): Mutant => {
      return { what: `${what} ${path.join('.')}`, key: what, was: '', text: print(edited(root, path, () => changed)) }
    }
    const swap = (pattern: RegExp) =>
      Object.fromEntries(
        Object.entries(rule).map(([key, value]) => [
          pattern.test(key)
            ? key.replace(/^source|^destination/, (end) => (end === 'source' ? 'destination' : 'source'))
            : key,
          value,
        ]),
      )
    const remote = rule.direction === 'Outbound' ? 'destination' : 'source'
    const { [`${remote}AddressPrefix`]: _, [`${remote}AddressPrefixes`]: __, ...without } = rule
    return [
      mutant('swap the ends of', swap(/Address/)),
      // Both ports of the closing rule are any.
      ...(rule.destinationPortRange === '*' ? [] : [mutant('swap the ports of', swap(/Port/))]),
      mutant('swap all ends of', swap(/^source|^destination/)),
      mutant('turn round', { ...rule, direction: rule.direction === 'Outbound' ? 'Inbound' : 'Outbound' }),
      mutant('turn and swap', {
        ...swap(/Address/),
        direction: rule.direction === 'Outbound' ? 'Inbound' : 'Outbound',
      }),
      mutant('no remote side in', without),
      mutant('any remote side in', { ...without, [`${remote}AddressPrefix`]: '*' }),
      mutant('a group as remote side in', { ...without, [`${remote}ApplicationSecurityGroups`]: [{ id: 'x' }] }),
      mutant('a group beside the remote side of', { ...rule, [`${remote}ApplicationSecurityGroups`]: [{ id: 'x' }] }),
      mutant('both families in', { ...without, [`${remote}AddressPrefixes`]: ['192.0.2.0/24', '2001:db8::/32'] }),
      mutant('both forms in', {
        ...rule,
        [`${remote}AddressPrefix`]: 'Storage',
        [`${remote}AddressPrefixes`]: ['192.0.2.0/24'],
      }),
      mutant('other source ports in', { ...rule, sourcePortRange: '1024-65535' }),
    ]
  })
}

/** A rule more: an allow of more, or a deny before the others. */
function orderMutants(root: Json): Mutant[] {
  const rules = rulesOf(root)
  return rules.flatMap(([path, rule]): Mutant[] => {
    const container = path.slice(0, path.at(-1) === 'properties' ? -2 : -1)
    const own = at(root, path.slice(0, -1)) as Rule
    const remote = rule.direction === 'Outbound' ? 'destination' : 'source'
    const { [`${remote}AddressPrefix`]: _, [`${remote}AddressPrefixes`]: __, ...without } = rule
    const more = (what: string, properties: Rule, name = 'Another'): Mutant => {
      const named = String(own.name).endsWith("')]")
        ? `[concat(parameters('networkSecurityGroupName'), '/${name}')]`
        : name
      const added = { ...own, name: named, properties }
      return {
        what,
        key: what,
        was: '',
        text: print(edited(root, container, (list) => [...(list as Json[]), added as Json])),
      }
    }
    const first = (access: string, side: Rule) =>
      more(`${access} ${JSON.stringify(side)} first`, { ...without, ...side, access, priority: 100 })
    return [
      first('Deny', { [`${remote}AddressPrefix`]: '*' }),
      first('Deny', { [`${remote}AddressPrefix`]: 'Internet' }),
      first('Deny', { [`${remote}AddressPrefix`]: 'AzureCloud' }),
      first('Deny', { [`${remote}AddressPrefixes`]: ['192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24'] }),
      first('Deny', { [`${remote}AddressPrefixes`]: ['2001:db8::/32'] }),
      first('Allow', { [`${remote}AddressPrefix`]: '*' }),
      first('Allow', { [`${remote}AddressPrefix`]: 'Internet' }),
      first('Allow', { [`${remote}AddressPrefix`]: 'AzureCloud' }),
      first('Allow', { [`${remote}AddressPrefix`]: '198.18.0.1' }),
      more('a rule of another port', { ...rule, destinationPortRange: '22', priority: 4000 }),
      more('a rule twice by name', { ...rule, priority: 4000 }, nameOf(own)),
      more('a rule twice by priority', { ...rule, access: 'Deny' }),
    ]
  })
}

const nameOf = ({ name }: Rule) => /([^/']+)'\)\]$/.exec(String(name))?.[1] ?? String(name)

const rulesOf = (root: Json) =>
  nodesOf(root).filter((node): node is [(typeof node)[0], Rule] => {
    const value = node[1]
    return typeof value === 'object' && value !== null && !Array.isArray(value) && 'priority' in value
  })
