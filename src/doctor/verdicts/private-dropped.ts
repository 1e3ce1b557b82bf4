import { failedOf, isDropped } from '../case-addresses.ts'
import { at, each, type Verdict } from '../verdict.ts'

export const privateDropped: Verdict<'PRIVATE_DROPPED'> = {
  code: 'PRIVATE_DROPPED',
  severity: 'error',
  layer: 'TCP',
  settles: 'addresses',
  find: each((one) =>
    failedOf(one)
      .filter((address) => isDropped(address) && address.isPrivate)
      .map((address) => at(one, {}, [address])),
  ),
  say: ({ hosts, addresses }) => ({
    what: `the private endpoint ${addresses} of ${hosts} does not answer: the packets are dropped`,
    fix: 'Check the VPN or ExpressRoute to its virtual network, the route back, and the network security group of its subnet: tcp 443 from this host.',
  }),
  title: 'a private endpoint does not answer',
  means:
    'The name is right. The path is not: VPN or ExpressRoute, a route back, or the network security group of the subnet.',
}
