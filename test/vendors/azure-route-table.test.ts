import { expect, test } from 'vitest'
import { formatPrefix } from '../../src/address/prefix.ts'
import type { OptionValues } from '../../src/model/option.ts'
import { readersOf } from '../../src/vendor/checked-device.ts'
import { device } from '../../vendors/azure-route-table/reader.ts'
import { expectOutcomes, expectPage } from '../golden-page.ts'
import { audit, type Json, showNote } from './json-harness.ts'

const { read } = readersOf(device)

const OPTIONS = { form: 'template', mode: 'tags', nextHop: 'Internet', appliance: '', tableName: 'rt' }

/** Where a table leads to the next hop of the options, and notes as lines. */
function shown(root: Json, options: OptionValues = {}): string[] {
  const reading = audit(read, JSON.stringify(root, null, 1), { ...OPTIONS, ...options })
  expect(reading.rules).toEqual([])
  return [
    ...reading.lists.map(({ addresses, tags = [] }) => [...addresses.prefixes.map(formatPrefix), ...tags].join(' ')),
    ...reading.notes.map((note) => `! ${showNote(note).replace(/^\d+ /, '')}`),
  ]
}

/** `192.0.2.0/24 Internet`: routes as the command line prints them. */
const table = (...routes: string[]): Json => ({
  name: 'rt',
  disableBgpRoutePropagation: false,
  routes: routes.map((text, index) => {
    const [addressPrefix = '', nextHopType = '', nextHopIpAddress] = text.split(' ')
    return {
      ...{ name: `r${index}`, addressPrefix, nextHopType, hasBgpOverride: false, provisioningState: 'Succeeded' },
      ...(nextHopIpAddress !== undefined && { nextHopIpAddress }),
    }
  }),
})

const TABLES: readonly [what: string, routes: string[]][] = [
  ['a prefix', ['192.0.2.0/24 Internet']],
  ['a prefix of IPv6', ['2001:db8::/32 Internet']],
  ['a tag', ['Storage.WestEurope Internet']],
  ['a word in other case', ['192.0.2.0/24 internet']],
  ['a route elsewhere', ['192.0.2.0/24 None']],
  ['a longer prefix elsewhere', ['192.0.2.0/24 Internet', '192.0.2.128/25 None']],
  ['a shorter prefix elsewhere', ['192.0.2.0/25 Internet', '192.0.2.0/24 None']],
  ['a longer one in the longer one elsewhere', ['192.0.2.0/24 Internet', '192.0.2.0/25 None', '192.0.2.0/26 Internet']],
  ['the default route elsewhere', ['192.0.2.0/24 Internet', '0.0.0.0/0 VirtualAppliance 10.0.0.4']],
  ['the default route beside a tag', ['Sql Internet', '0.0.0.0/0 VirtualAppliance 10.0.0.4']],
  ['a prefix elsewhere that may lie within a tag', ['Sql Internet', '192.0.2.0/24 None']],
  ['a tag elsewhere', ['192.0.0.0/16 Internet', 'Sql None']],
  ['a prefix twice', ['192.0.2.0/24 Internet', '192.0.2.0/24 None']],
  ['a tag twice', ['Sql Internet', 'SQL Internet']],
  ['host bits', ['192.0.2.1/24 Internet']],
  ['a next hop that is unknown', ['192.0.2.0/24 Hyperspace']],
  ['an appliance without an address', ['192.0.2.0/24 VirtualAppliance']],
  ['an appliance of the other family', ['2001:db8::/32 VirtualAppliance 10.0.0.4']],
]

test('reads routes', async () => {
  await expectPage(
    'azure-routes.txt',
    TABLES.map(([name, routes]) => [name, shown(table(...routes))]),
  )
})

test.for<[options: OptionValues, want: string[]]>([
  [{ appliance: '10.0.0.4' }, ['192.0.2.0/24']],
  [{ appliance: '10.0.0.5' }, ['198.51.100.0/24']],
  [{ appliance: '10.0.0.6' }, ['']],
  [{ nextHop: 'VirtualNetworkGateway' }, ['203.0.113.0/24']],
])('the next hop %j', ([options, want]) => {
  const routes = [
    '192.0.2.0/24 VirtualAppliance 10.0.0.4',
    '198.51.100.0/24 VirtualAppliance 10.0.0.5',
    '203.0.113.0/24 VirtualNetworkGateway',
  ]
  expect(shown(table(...routes), options)).toEqual(want)
})

const RESOURCE = { type: 'Microsoft.Network/routeTables', name: 'rt', location: 'here' }
const properties = { addressPrefix: '192.0.2.0/24', nextHopType: 'Internet' }

const ROOTS: Readonly<Record<string, Json>> = {
  'a list of routes': [{ name: 'r', ...properties }],
  'a list of tables': [table('Sql Internet')],
  'two tables': { value: [table('Sql Internet'), { ...(table('Storage Internet') as object), name: 'other' }] },
  REST: { name: 'rt', properties: { routes: [{ name: 'r', properties }] } },
  PowerShell: { Routes: [{ Name: 'r', AddressPrefix: 'Sql', NextHopType: 'Internet', Etag: null }] },
  'effective routes, of which an invalid one does not count': {
    value: [
      {
        addressPrefix: ['192.0.2.0/25', '192.0.2.128/25'],
        nextHopType: 'Internet',
        nextHopIpAddress: [],
        state: 'Active',
      },
      { addressPrefix: ['198.51.100.0/24'], nextHopType: 'Internet', nextHopIpAddress: [], state: 'Invalid' },
      { addressPrefix: ['10.0.0.0/16'], nextHopType: 'VnetLocal', nextHopIpAddress: [], source: 'Default' },
    ],
  },
  'an exported template, which has each route twice': {
    resources: [
      { ...RESOURCE, properties: { routes: [{ name: 'r', properties }] } },
      {
        type: 'Microsoft.Network/routeTables/routes',
        name: "[concat(parameters('t'), '/r')]",
        properties: { addressPrefix: 'Sql', nextHopType: 'Internet' },
      },
    ],
  },
  'a template whose routes are made by a loop': {
    resources: [{ ...RESOURCE, properties: { copy: [{ name: 'routes', count: 2, input: {} }], routes: [] } }],
  },
  'a template with a condition': {
    resources: [{ ...RESOURCE, condition: false, properties: { routes: [{ name: 'r', properties }] } }],
  },
  'a template with a condition inside a table': {
    resources: [
      {
        ...RESOURCE,
        properties: { routes: [] },
        resources: [{ type: 'routes', name: 'r', condition: false, properties }],
      },
    ],
  },
  'a prefix that is a parameter': {
    routes: [{ name: 'r', properties: { ...properties, addressPrefix: "[parameters('p')]" } }],
  },
  'a field that is unknown': { routes: [{ name: 'r', properties: { ...properties, weight: 5 } }] },
  'nothing of the kind': { a: 1 },
}

test('reads a table', async () => {
  await expectOutcomes('azure-route-table.txt', ROOTS, (root) => shown(root))
})

test('a template inside a template and other JSON is said, and a broken text does not throw', () => {
  const nested = { resources: [RESOURCE, { type: 'Microsoft.Resources/deployments', name: 'more' }] }
  expect(shown(nested)).toEqual([
    '! the table has no list of routes',
    '! more is a template inside the template, which is not read',
  ])
  const { notes } = audit(read, '{"routes": [', OPTIONS)
  expect(notes.map(showNote)).toEqual(['1  ends in the middle of the JSON'])
})
