import { failedIPv6Of, isDropped } from '../case-addresses.ts'
import { at, each, type Verdict } from '../verdict.ts'

export const ipv6NoRoute: Verdict<'IPV6_NO_ROUTE'> = {
  code: 'IPV6_NO_ROUTE',
  severity: 'info',
  find: each((one) => {
    const failed = failedIPv6Of(one).filter((address) => !isDropped(address))
    return failed.length > 0 ? at(one, {}, failed) : undefined
  }),
  say: () => ({
    what: 'this host has no route for IPv6; IPv4 works',
    fix: 'Nothing: programs notice at once and use IPv4.',
  }),
  title: 'this host has no route for IPv6',
  means: 'Programs notice at once and use IPv4. This is information, not a problem.',
}
