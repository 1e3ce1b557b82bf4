import { failedIPv6Of, isDropped } from '../case-addresses.ts'
import { at, each, type Verdict } from '../verdict.ts'

export const ipv6Dropped: Verdict<'IPV6_DROPPED'> = {
  code: 'IPV6_DROPPED',
  severity: 'warning',
  layer: 'TCP',
  settles: 'addresses',
  find: each((one) => {
    const dropped = failedIPv6Of(one).filter(isDropped)
    return dropped.length > 0 ? at(one, {}, dropped) : undefined
  }),
  say: ({ hosts, verb }) => ({
    what: `${hosts} ${verb('is', 'are')} reached over IPv4, but packets over IPv6 are dropped, and programs wait for them first`,
    fix: 'Load the IPv6 rules of the policy too, or turn IPv6 off on this host.',
  }),
  title: 'IPv6 is dropped, and IPv4 works',
  means: 'The host has a route for IPv6, but nothing answers. Programs that try IPv6 first wait before they use IPv4.',
}
