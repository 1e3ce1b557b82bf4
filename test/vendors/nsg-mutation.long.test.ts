import { expect, test } from 'vitest'
import { readersOf } from '../../src/vendor/checked-device.ts'
import { device } from '../../vendors/nsg/reader.ts'
import { shapeOf, someOfEach, THOROUGH } from '../thorough.ts'
import {
  at,
  edited,
  goldensOf,
  type Json,
  lineMutants,
  type Mutant,
  nodesOf,
  plainMutants,
  problemsOf,
} from './json-harness.ts'

const { read } = readersOf(device)

// Golden files, edited in every way that this file knows. Each edit must be caught, or be one that cannot change what
// the group allows, with the reason.

type Rule = Record<string, Json>

/** What may stand in a field in its place, each of which means another thing or is refused by the service. */
const OTHERS: Readonly<Record<string, readonly Json[]>> = {
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
  sourceAddressPrefix: ['*', 'Internet', 'Storage', 'VirtualNetwork', '0.0.0.0/0', '10.0.0.0/8', '203.0.113.1', 'any'],
  sourceAddressPrefixes: ['*', 'VirtualNetwork', 'AzureCloud', '0.0.0.0/0', '::/0', '192.0.2.0/25', '192.0.2.1'],
}
const othersOf = (key: string) => OTHERS[key.replace('destinationAddress', 'sourceAddress')] ?? []

test('catches every edit of a golden file that could change what is allowed', () => {
  const survivors: string[] = []
  const harmless = new Map<string, number>()
  let tried = 0
  // The other policies have no kind of rule that `plain-names` has not.
  for (const golden of goldensOf('nsg').filter(({ title }) => title.startsWith('plain-names'))) {
    const root = JSON.parse(golden.text) as Json
    const mutants = [...plainMutants(golden.text), ...lineMutants(golden.text), ...ownMutants(root)]
    for (const mutant of someOfEach(mutants, ({ what, was }) => shapeOf(`${what}: ${was}`), 2)) {
      if (mutant.text.trim() === golden.text.trim()) continue
      tried++
      if (problemsOf(read, golden, mutant.text).length > 0) continue
      const reason = whyHarmless(mutant)
      if (reason) harmless.set(reason, (harmless.get(reason) ?? 0) + 1)
      else survivors.push(`${golden.title}: ${mutant.what}`)
    }
  }
  expect(survivors).toEqual([])
  const listed = [...harmless].map(([reason, count]) => `${count} ${reason}`).sort()
  console.log(`nsg: ${tried} mutants tried, all caught but these, which change nothing: ${listed.join('; ')}`)
  if (THOROUGH) expect([...harmless.keys()].sort()).toEqual([...new Set(HARMLESS.map(([, reason]) => reason))].sort())
})

/** The edits that go uncaught because they cannot change what is allowed. */
const HARMLESS: readonly (readonly [test: (mutant: Mutant) => boolean, reason: string])[] = [
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
]

const whyHarmless = (mutant: Mutant) => HARMLESS.find(([test]) => test(mutant))?.[1]

function ownMutants(root: Json): Mutant[] {
  return [...valueMutants(root), ...ruleMutants(root), ...orderMutants(root)]
}

const print = (value: Json) => JSON.stringify(value, null, 2)

/** Another value for each text and number, and each prefix one bit wider, narrower, or elsewhere. */
function valueMutants(root: Json): Mutant[] {
  return nodesOf(root).flatMap(([path, value]): Mutant[] => {
    const key = String(path.findLast((step) => typeof step === 'string') ?? '')
    if (typeof value === 'object') return []
    const others = [...othersOf(key), ...(typeof value === 'string' ? prefixesNear(value) : [])]
    return others.map((other) => ({
      what: `set ${JSON.stringify(other)} at ${path.join('.')}`,
      key,
      was: JSON.stringify(value),
      text: print(edited(root, path, () => other)),
    }))
  })
}

function prefixesNear(text: string): string[] {
  const [address, length] = text.split('/')
  if (!address || !/^[0-9a-f.:]+$/.test(address) || length === undefined) return []
  const longest = address.includes(':') ? 128 : 32
  const other = address.includes(':') ? '2001:db8:eeee::' : '198.18.0.0'
  const near = [Number(length) - 1, Number(length) - 8, Number(length) + 1].filter((bits) => bits <= longest)
  return [
    ...near.map((bits) => `${address}/${bits}`),
    `${other}/${length}`,
    ...(Number(length) < longest ? [address] : []),
  ]
}

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
