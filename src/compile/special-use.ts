import { once } from '../model/once.ts'
import { parsePrefix } from '../model/prefix.ts'
import { PrefixSet } from '../model/prefix-set.ts'

/** Blocks that no public service can have (IANA special-purpose address registries), in words. */
export const specialUse = once((): readonly { readonly what: string; readonly set: PrefixSet }[] =>
  [
    ['private', '10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 fc00::/7'],
    ['loopback', '127.0.0.0/8 ::1/128'],
    ['link-local', '169.254.0.0/16 fe80::/10'],
    ['site-local', 'fec0::/10'],
    ['multicast', '224.0.0.0/4 ff00::/8'],
    ['documentation', '192.0.2.0/24 198.51.100.0/24 203.0.113.0/24 2001:db8::/32 3fff::/20'],
    ['"this network"', '0.0.0.0/8 ::/128'],
    ['carrier NAT', '100.64.0.0/10'],
    ['protocol assignments', '192.0.0.0/24'],
    ['benchmarking', '198.18.0.0/15 2001:2::/48'],
    ['reserved', '240.0.0.0/4'],
    ['IPv4 inside IPv6', '::ffff:0:0/96 64:ff9b::/96 64:ff9b:1::/48'],
    ['discard-only', '100::/64'],
  ].map(([what = '', blocks = '']) => ({ what, set: PrefixSet.of(blocks.split(' ').map(blockOf)) })),
)

function blockOf(text: string) {
  // The parser refuses IPv4-mapped addresses, which is why nothing else here has to.
  if (text === '::ffff:0:0/96') return { family: 'ipv6' as const, address: 0xffffn << 32n, length: 96 }
  return parsePrefix(text)
}
