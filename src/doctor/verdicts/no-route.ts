import { failedOf, isUnreachable } from '../case-addresses.ts'
import { at, each, type Verdict } from '../verdict.ts'

export const noRoute: Verdict<'NO_ROUTE', 'code'> = {
  code: 'NO_ROUTE',
  severity: 'error',
  layer: 'TCP',
  settles: 'addresses',
  find: each((one) =>
    failedOf(one)
      .filter(isUnreachable)
      .map((address) => at(one, { code: address.result ?? '' }, [address])),
  ),
  say: ({ hosts, addresses, facts }) => ({
    what: `there is no route to ${addresses} of ${hosts} (${facts.code})`,
    fix: 'Add a default route, or set HTTPS_PROXY if this network reaches the internet through a proxy only.',
  }),
  title: 'this host has no route to the address',
  means:
    'The kernel or a router reports this at once. A network that reaches the internet only through a proxy looks like this.',
}
