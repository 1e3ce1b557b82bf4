import { failedOf, isUnreachable } from '../connections.ts'
import { at, each, type Verdict } from '../verdict.ts'
import { wordsOf } from '../words.ts'

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
  say(found) {
    const { hosts, addresses } = wordsOf(found)
    return {
      what: `there is no route to the private ${found.addresses.length === 1 ? 'endpoint' : 'endpoints'} ${addresses} of ${hosts} (${found.facts.code})`,
      fix: 'Check that the VPN or ExpressRoute to the virtual network is up, and that it announces the route to this address. A proxy does not help: it does not lead to the private endpoint.',
    }
  },
  title: 'this host has no route to a private endpoint',
  means:
    'This host or a router says that it does not know the network of the private endpoint. VPN or ExpressRoute lead there: one of them is down, or does not announce the network.',
}
