import { isIPv6 } from '../address-class.ts'
import { at, each, type Verdict } from '../verdict.ts'

export const publicIPv6: Verdict<'PUBLIC_IPV6'> = {
  code: 'PUBLIC_IPV6',
  severity: 'error',
  layer: 'address',
  settles: 'addresses',
  find: each((one, { privateLink }) => {
    if (one.zone === undefined || !privateLink.isUsed) return undefined
    const open = one.addresses.filter(({ isPrivate }) => !isPrivate)
    const isFamily = open.every(({ address }) => isIPv6(address)) && open.length < one.addresses.length
    return open.length > 0 && isFamily ? at(one, {}, open) : undefined
  }),
  say: ({ hosts, addresses, verb }) => ({
    what: `${hosts} ${verb('is', 'are')} private over IPv4, but public over IPv6 (${addresses}), and agents may prefer IPv6`,
    fix: 'Remove the AAAA records from the answers for the private zone, or turn IPv6 off on this host.',
  }),
  title: 'a private name has a public IPv6 address',
  means:
    'The private zone has no AAAA record, and the public one still answers. Programs that prefer IPv6 leave the private network.',
}
