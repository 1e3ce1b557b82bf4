import { expect, test } from 'vitest'
import { zoneOf } from '../../src/doctor/private-link.ts'

test.for<[host: string, want: string | undefined]>([
  ['his.arc.azure.com', 'his.arc.azure.com'],
  ['gbl.his.arc.azure.com', 'his.arc.azure.com'],
  ['a.b.guestconfiguration.azure.com', 'guestconfiguration.azure.com'],
  ['nothis.arc.azure.com', undefined],
  ['his.arc.azure.com.example', undefined],
  ['arc.azure.com', undefined],
])('the private zone of %s is %s', ([host, want]) => {
  expect(zoneOf(host, ['his.arc.azure.com', 'guestconfiguration.azure.com'])).toBe(want)
})
