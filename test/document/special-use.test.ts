import { expect, test } from 'vitest'
import { PrefixSet } from '../../src/address/prefix-set.ts'
import { ALSO_SPECIAL, SPECIAL_PURPOSE, specialUse } from '../../src/document/guards/special-use.ts'
import { setOf } from '../notation.ts'

const found = (text: string) => specialUse().flatMap(({ what, set }) => (set.overlaps(setOf(text)) ? [what] : []))

test.for<[string, string]>([
  ['10.255.255.255', 'Private-Use (RFC 1918)'],
  ['11.0.0.0', ''],
  ['9.255.255.255', ''],
  ['172.15.255.255', ''],
  ['172.31.255.255', 'Private-Use (RFC 1918)'],
  ['100.64.0.0', 'Shared Address Space (RFC 6598)'],
  ['192.0.0.7', 'IPv4 Service Continuity Prefix (RFC 7335)'],
  ['192.0.0.9', ''],
  ['192.0.0.10', ''],
  ['192.0.0.11', 'IETF Protocol Assignments (RFC 6890)'],
  ['192.31.196.1', ''],
  ['192.52.193.1', ''],
  ['192.175.48.1', ''],
  ['192.88.99.1', 'Deprecated (6to4 Relay Anycast) (RFC 7526)'],
  ['192.88.99.2', '6a44-relay anycast address (RFC 6751)'],
  ['192.88.98.255', ''],
  ['223.255.255.255', ''],
  ['224.0.0.0', 'Multicast (RFC 5771)'],
  ['255.255.255.254', 'Reserved (RFC 1112)'],
  ['255.255.255.255', 'Limited Broadcast (RFC 8190)'],
  ['::', 'Unspecified Address (RFC 4291)'],
  ['::1', 'Loopback Address (RFC 4291)'],
  ['::2', 'IPv4-compatible (deprecated) (RFC 4291)'],
  ['64:ff9b::1', 'IPv4-IPv6 Translation (RFC 6052)'],
  ['64:ff9b:1::1', 'IPv4-IPv6 Translation (RFC 8215)'],
  ['64:ff9b:2::', ''],
  ['100::1', 'Discard-Only Address Block (RFC 6666)'],
  ['100:0:0:1::1', 'Dummy IPv6 Prefix (RFC 9780)'],
  ['2001::1', 'TEREDO (RFC 4380)'],
  ['2001:1::', 'IETF Protocol Assignments (RFC 2928)'],
  ['2001:1::1', ''],
  ['2001:1::2', ''],
  ['2001:1::3', ''],
  ['2001:1::4', 'IETF Protocol Assignments (RFC 2928)'],
  ['2001:2::1', 'Benchmarking (RFC 5180)'],
  ['2001:3::1', ''],
  ['2001:4:112::1', ''],
  ['2001:4:113::', 'IETF Protocol Assignments (RFC 2928)'],
  ['2001:10::', 'Deprecated (previously ORCHID) (RFC 4843)'],
  ['2001:20::', ''],
  ['2001:30::', ''],
  ['2001:1ff:ffff::', 'IETF Protocol Assignments (RFC 2928)'],
  ['2001:200::', ''],
  ['2001:db8::1', 'Documentation (RFC 3849)'],
  ['2002::1', '6to4 (RFC 3056)'],
  ['2003::', ''],
  ['2620:4f:8000::1', ''],
  ['3fff:fff::1', 'Documentation (RFC 9637)'],
  ['3fff:1000::', ''],
  ['5f00::1', 'Segment Routing (SRv6) SIDs (RFC 9602)'],
  ['fd00::1', 'Unique-Local (RFC 4193)'],
  ['fe80::1', 'Link-Local Unicast (RFC 4291)'],
  ['fec0::1', 'Site-Local (deprecated) (RFC 3879)'],
  ['ff02::1', 'Multicast (RFC 4291)'],
])('%s is special use: %s', ([address, want]) => {
  expect(found(address).join()).toBe(want)
})

test('every row equals the registry, and the sets do not overlap', () => {
  for (const [, name, rfc] of [...SPECIAL_PURPOSE, ...ALSO_SPECIAL]) expect(rfc, name).toMatch(/^RFC \d+$/)
  const sets = specialUse().map(({ set }) => set)
  const sum = sets.reduce((sum, set) => sum + set.count, 0n)
  expect(PrefixSet.union(sets).count).toBe(sum)
  expect(sets.every((set) => !set.isEmpty)).toBe(true)
})
