import { failedOf, isUnreachable } from '../case-addresses.ts'
import { at, each, type Verdict } from '../verdict.ts'

export const privateNoRoute: Verdict<'PRIVATE_NO_ROUTE', 'code'> = {
  code: 'PRIVATE_NO_ROUTE',
  severity: 'error',
  layer: 'TCP',
  settles: 'addresses',
  find: each((one) =>
    failedOf(one)
      .filter((address) => address.isPrivate && isUnreachable(address))
      .map((address) => at(one, { code: address.result ?? '' }, [address])),
  ),
  say: ({ hosts, addresses, verbOfAddresses, facts }) => ({
    what: `there is no route to the private ${verbOfAddresses('endpoint', 'endpoints')} ${addresses} of ${hosts} (${facts.code})`,
    fix: 'Check that the VPN or ExpressRoute to the virtual network is up, and that it announces the route to this address. A proxy does not help: it does not lead to the private endpoint.',
  }),
  title: 'this host has no route to a private endpoint',
  means:
    'This host or a router says that it does not know the network of the private endpoint. VPN or ExpressRoute lead there: one of them is down, or does not announce the network.',
}
