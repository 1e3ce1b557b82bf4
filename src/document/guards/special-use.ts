import { type Prefix, parsePrefix } from '../../address/prefix.ts'
import { PrefixSet } from '../../address/prefix-set.ts'
import { lazy } from '../../model/lazy.ts'

/** The special-use blocks, which no public service uses. IANA's most specific row for an address decides: special unless "Globally Reachable". */
export const specialUse = lazy(() => {
  const replaced = ALSO_SPECIAL.map(([blocks]) => blocks)
  const rows = [...SPECIAL_PURPOSE.filter(([blocks]) => !replaced.includes(blocks)), ...ALSO_SPECIAL]
  const sets = rows.map(([blocks]) => PrefixSet.of(blocks.split(' ').map(blockOf)))
  return rows.flatMap(([, name, rfc, isReachable], index) => {
    const own = sets[index] as PrefixSet
    const within = sets.filter((other) => other !== own && own.contains(other))
    const set = own.subtract(PrefixSet.union(within))
    return isReachable === true ? [] : [{ what: `${name} (${rfc})`, set }]
  })
})

/** All of it as one set. */
export const specialUseSet = lazy(() => PrefixSet.union(specialUse().map(({ set }) => set)))

function blockOf(text: string): Prefix {
  // The parser refuses IPv4-mapped addresses, so this row needs a special case.
  if (text === '::ffff:0:0/96') return { family: 'ipv6', address: 0xffffn << 32n, length: 96 }
  return parsePrefix(text)
}

// IANA's special-purpose address registries, IPv4 and IPv6, as of 2025-10-09 ("Last Updated" of both):
// https://www.iana.org/assignments/iana-ipv4-special-registry
// https://www.iana.org/assignments/iana-ipv6-special-registry
// To renew: copy each registry's CSV into these rows, and this date.

/** A row of a registry: its blocks, mostly one; its name and RFC; and "Globally Reachable", `unsaid` for "N/A" or an empty field. */
type SpecialUseRow = readonly [blocks: string, name: string, rfc: string, isReachable: boolean | 'unsaid']

/** The rows of both registries, in their order. */
export const SPECIAL_PURPOSE: readonly SpecialUseRow[] = [
  ['0.0.0.0/8', 'This network', 'RFC 791', false],
  ['0.0.0.0/32', 'This host on this network', 'RFC 1122', false],
  ['10.0.0.0/8', 'Private-Use', 'RFC 1918', false],
  ['100.64.0.0/10', 'Shared Address Space', 'RFC 6598', false],
  ['127.0.0.0/8', 'Loopback', 'RFC 1122', false],
  ['169.254.0.0/16', 'Link Local', 'RFC 3927', false],
  ['172.16.0.0/12', 'Private-Use', 'RFC 1918', false],
  ['192.0.0.0/24', 'IETF Protocol Assignments', 'RFC 6890', false],
  ['192.0.0.0/29', 'IPv4 Service Continuity Prefix', 'RFC 7335', false],
  ['192.0.0.8/32', 'IPv4 dummy address', 'RFC 7600', false],
  ['192.0.0.9/32', 'Port Control Protocol Anycast', 'RFC 7723', true],
  ['192.0.0.10/32', 'Traversal Using Relays around NAT Anycast', 'RFC 8155', true],
  ['192.0.0.170/32 192.0.0.171/32', 'NAT64/DNS64 Discovery', 'RFC 8880', false],
  ['192.0.2.0/24', 'Documentation (TEST-NET-1)', 'RFC 5737', false],
  ['192.31.196.0/24', 'AS112-v4', 'RFC 7535', true],
  ['192.52.193.0/24', 'AMT', 'RFC 7450', true],
  ['192.88.99.0/24', 'Deprecated (6to4 Relay Anycast)', 'RFC 7526', 'unsaid'],
  ['192.88.99.2/32', '6a44-relay anycast address', 'RFC 6751', false],
  ['192.168.0.0/16', 'Private-Use', 'RFC 1918', false],
  ['192.175.48.0/24', 'Direct Delegation AS112 Service', 'RFC 7534', true],
  ['198.18.0.0/15', 'Benchmarking', 'RFC 2544', false],
  ['198.51.100.0/24', 'Documentation (TEST-NET-2)', 'RFC 5737', false],
  ['203.0.113.0/24', 'Documentation (TEST-NET-3)', 'RFC 5737', false],
  ['240.0.0.0/4', 'Reserved', 'RFC 1112', false],
  ['255.255.255.255/32', 'Limited Broadcast', 'RFC 8190', false],

  ['::1/128', 'Loopback Address', 'RFC 4291', false],
  ['::/128', 'Unspecified Address', 'RFC 4291', false],
  ['::ffff:0:0/96', 'IPv4-mapped Address', 'RFC 4291', false],
  ['64:ff9b::/96', 'IPv4-IPv6 Translation', 'RFC 6052', true],
  ['64:ff9b:1::/48', 'IPv4-IPv6 Translation', 'RFC 8215', false],
  ['100::/64', 'Discard-Only Address Block', 'RFC 6666', false],
  ['100:0:0:1::/64', 'Dummy IPv6 Prefix', 'RFC 9780', false],
  ['2001::/23', 'IETF Protocol Assignments', 'RFC 2928', false],
  ['2001::/32', 'TEREDO', 'RFC 4380', 'unsaid'],
  ['2001:1::1/128', 'Port Control Protocol Anycast', 'RFC 7723', true],
  ['2001:1::2/128', 'Traversal Using Relays around NAT Anycast', 'RFC 8155', true],
  ['2001:1::3/128', 'DNS-SD Service Registration Protocol Anycast', 'RFC 9665', true],
  ['2001:2::/48', 'Benchmarking', 'RFC 5180', false],
  ['2001:3::/32', 'AMT', 'RFC 7450', true],
  ['2001:4:112::/48', 'AS112-v6', 'RFC 7535', true],
  ['2001:10::/28', 'Deprecated (previously ORCHID)', 'RFC 4843', 'unsaid'],
  ['2001:20::/28', 'ORCHIDv2', 'RFC 7343', true],
  ['2001:30::/28', 'Drone Remote ID Protocol Entity Tags (DETs) Prefix', 'RFC 9374', true],
  ['2001:db8::/32', 'Documentation', 'RFC 3849', false],
  ['2002::/16', '6to4', 'RFC 3056', 'unsaid'],
  ['2620:4f:8000::/48', 'Direct Delegation AS112 Service', 'RFC 7534', true],
  ['3fff::/20', 'Documentation', 'RFC 9637', false],
  ['5f00::/16', 'Segment Routing (SRv6) SIDs', 'RFC 9602', false],
  ['fc00::/7', 'Unique-Local', 'RFC 4193', false],
  ['fe80::/10', 'Link-Local Unicast', 'RFC 4291', false],
]

/** Blocks of other IANA registries, and blocks that are reachable but never belong to a service. */
export const ALSO_SPECIAL: readonly SpecialUseRow[] = [
  // https://www.iana.org/assignments/multicast-addresses and ipv6-multicast-addresses
  ['224.0.0.0/4', 'Multicast', 'RFC 5771', false],
  ['ff00::/8', 'Multicast', 'RFC 4291', false],
  // https://www.iana.org/assignments/ipv6-address-space
  ['fec0::/10', 'Site-Local (deprecated)', 'RFC 3879', false],
  ['::/96', 'IPv4-compatible (deprecated)', 'RFC 4291', false],
  // A translator reaches all of IPv4 through it, so a rule for it is a rule for every IPv4 address.
  ['64:ff9b::/96', 'IPv4-IPv6 Translation', 'RFC 6052', false],
]
