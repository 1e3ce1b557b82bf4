import { expect, test } from 'vitest'
import { readersOf } from '../../src/vendor/checked-device.ts'
import { device } from '../../vendors/azure-firewall/reader.ts'
import { survivorsOf } from './azure-mutants.ts'
import { goldensOf, type Mutant } from './json-harness.ts'

const { read } = readersOf(device)

/** What may stand in a field in its place, each of which means another thing or is refused by the service. */
const OTHERS = {
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
}

const HARMLESS: readonly (readonly [test: (mutant: Mutant) => boolean, reason: string])[] = [
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
]

test('catches every edit of a golden file that could change what is allowed', () => {
  // The other policies have no kind of rule that these lack.
  const goldens = goldensOf('azure-firewall').filter(({ title }) =>
    /^sides (?:mode|nearSide)|^inbound .*inline/.test(title),
  )
  const { survivors, reasons, tried } = survivorsOf(read, goldens, OTHERS, HARMLESS)
  console.log(`azure-firewall: ${tried} mutants tried`)
  expect(survivors).toEqual([])
  expect(reasons).toEqual([...new Set(HARMLESS.map(([, reason]) => reason))].sort())
})
