import { expect, test } from 'vitest'
import { readersOf } from '../../src/vendor/checked-device.ts'
import { device } from '../../vendors/azure-route-table/reader.ts'
import { survivorsOf } from './azure-mutants.ts'
import { goldensOf, type Mutant } from './json-harness.ts'

const { read } = readersOf(device)

/** What may stand in a field in its place, each of which means another thing or is refused by the service. */
const OTHERS = {
  type: ['Microsoft.Network/networkSecurityGroups'],
  apiVersion: ['2019-02-01', 'latest'],
  defaultValue: ['rt-other'],
  addressPrefix: ['0.0.0.0/0', '::/0', 'Internet', 'Sql', 'any', '*', '10.0.0.0'],
  nextHopType: ['None', 'VnetLocal', 'VirtualNetworkGateway', 'VirtualAppliance', 'Internet', 'internet'],
  nextHopIpAddress: ['10.0.1.5', '', 'fd00::1', '10.0.1.4/32'],
  disableBgpRoutePropagation: [true, false, 'false'],
  dependsOn: ["[resourceId('Microsoft.Network/routeTables/routes', parameters('routeTableName'), 'az-other')]"],
}

const HARMLESS: readonly (readonly [test: (mutant: Mutant) => boolean, reason: string])[] = [
  [({ what }) => what.startsWith('reverse'), 'routes are tried by length'],
  [({ what }) => / at parameters\.location\.defaultValue$/.test(what), 'the region of a table leads nowhere'],
]

test('catches every edit of a golden file that could change where packets go', () => {
  // The other policies have no kind of route that these lack.
  const goldens = goldensOf('azure-route-table').filter(({ title }) => /^(own|one-rule) /.test(title))
  const { survivors, reasons, tried } = survivorsOf(read, goldens, OTHERS, HARMLESS)
  console.log(`azure-route-table: ${tried} mutants tried`)
  expect(survivors).toEqual([])
  expect(reasons).toEqual([...new Set(HARMLESS.map(([, reason]) => reason))].sort())
})
