import { expect, test } from 'vitest'
import { PrefixSet } from '../../src/address/prefix-set.ts'
import { SHIPPED } from '../../src/paths.ts'
import { listVendors, readVendor } from '../../src/vendor/vendor.ts'
import { settingsOf } from '../../src/vendor-check/settings.ts'
import { setOf } from '../notation.ts'
import { published } from './documents.ts'
import { adoptedBy, type HandKept } from './hand-kept.ts'

/** Some networks with gaps between them, as texts. */
const networks = (first: number, count: number) =>
  Array.from({ length: count }, (_, index) => `20.${first}.${index * 2}.0/25`)

const DOCUMENT = published('2025-11-10', [
  ['AzureActiveDirectory', '', [...networks(1, 30), '2603:1006:2000::/48', '2603:1007:200::/48']],
  ['AzureResourceManager', '', networks(2, 12)],
  ['MicrosoftContainerRegistry', '', networks(3, 9)],
  ['AzureFrontDoor.FirstParty', '', networks(4, 5)],
  ['Storage', '', [...networks(5, 20), ...networks(6, 20)]],
  ['Storage.WestEurope', 'westeurope', networks(5, 20)],
  ['AzureCloud', '', ['20.0.0.0/12', '2603:1000::/24']],
])

const NOTHING = PrefixSet.empty
const REMOVED = setOf(Array.from({ length: 20 }, (_, index) => `20.1.${index * 2}.7/32`).join(' '))
const ADDED = setOf('192.0.2.1/32 192.0.2.9/32 198.51.100.0/24 203.0.113.64/26 203.0.113.192/26')

const RULES: readonly HandKept[] = [
  { name: 'Login', tags: ['AzureActiveDirectory'], direction: 'outbound', port: 443, removed: REMOVED, added: ADDED },
  {
    name: 'Manage',
    tags: ['AzureResourceManager'],
    direction: 'outbound',
    port: 443,
    removed: NOTHING,
    added: NOTHING,
  },
  {
    name: 'Two',
    tags: ['AzureResourceManager', 'MicrosoftContainerRegistry'],
    direction: 'outbound',
    port: 8443,
    removed: NOTHING,
    added: NOTHING,
  },
  { name: 'Store', tags: ['Storage.WestEurope'], direction: 'outbound', port: 443, removed: NOTHING, added: NOTHING },
  { name: 'Door', tags: ['AzureFrontDoor.FirstParty'], direction: 'both', port: 443, removed: NOTHING, added: NOTHING },
]

/** Every form of every vendor whose reader finds rules. */
const FORMS = [...listVendors([SHIPPED.vendors]).keys()].flatMap((name) => {
  const vendor = readVendor(name, [SHIPPED.vendors])
  const { settings } = settingsOf(vendor)
  const own = settings.filter(({ given }) => Object.keys(given).every((key) => key === 'form'))
  return own.map((setting) => ({ name: [name, ...Object.values(setting.given)].join(' '), setting }))
})

/** Forms that hold lists or routes and no rules, and one that cannot have the addresses of IPv6. */
const WITHOUT_RULES: readonly string[] = [
  'azure-route-table',
  'azure-route-table routes',
  'checkpoint',
  'definitions',
  'definitions aerleon',
  'fortigate feed',
  'list',
  'list sets',
  'paloalto edl',
  'terraform ip-groups',
  'terraform firewall',
  'terraform route-table',
]

test.for(FORMS)('$name: finds the tags, and names what people changed', async ({ name, setting }) => {
  const both = await adoptedBy(setting, RULES, DOCUMENT)
  const found = both ?? (await adoptedBy(setting, RULES.slice(0, 4), DOCUMENT))
  expect(found === undefined).toBe(WITHOUT_RULES.includes(name))
  if (!found) return
  const { adoption, pieces, audited } = found
  const shown = adoption.rules.map(({ candidate, tags, heaps }) => [
    candidate.direction,
    candidate.ports.map(({ first }) => first).join(),
    tags
      .map((tag) => tag.name)
      .sort()
      .join(' '),
    heaps.missing.prefixCount,
    heaps.otherTags.prefixCount,
    heaps.notAzure.prefixCount,
  ])
  expect(shown.sort()).toEqual([
    ...(both ? [['both', '443', 'AzureFrontDoor.FirstParty', 0, 0, 0]] : []),
    ['outbound', '443', 'AzureActiveDirectory', 20, 0, 5],
    ['outbound', '443', 'AzureResourceManager', 0, 0, 0],
    ['outbound', '443', 'Storage.WestEurope', 0, 0, 0],
    ['outbound', '8443', 'AzureResourceManager MicrosoftContainerRegistry', 0, 0, 0],
  ])
  expect(pieces.map(({ opens, remote }) => [opens, remote.addresses.texts])).toEqual([[true, REMOVED.texts]])
  expect(audited.missing.map(({ addresses }) => addresses.texts)).toEqual([REMOVED.texts])
  expect([audited.stale, audited.wider, audited.opened]).toEqual([[], [], []])
})
