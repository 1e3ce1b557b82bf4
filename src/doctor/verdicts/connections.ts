import { isIPv6 } from '../address-class.ts'
import { failedIPv6Of, failedOf, isDropped, isOpen, isRefused, isUnreachable } from '../case-addresses.ts'
import { type AddressVerdict, at, each, eachOf, failing, verdict } from '../verdict.ts'

const failure = failing('TCP', 'addresses')

/** Asks about each failed connection that matters. */
const eachFailed = eachOf(failedOf)

/** Connections to the addresses. In order of evaluation. */
export const CONNECTIONS = {
  ALLOWED_BUT_DROPPED: failure<'rule' | 'published'>({
    find: eachFailed((address, { ruleset: { published } }) => {
      const [rule] = address.rules
      return isDropped(address) && !address.isPrivate && rule !== undefined ? { rule, published } : undefined
    }),
    what: ({ hosts, addresses, facts: { rule } }) =>
      `rule ${rule} allows ${addresses} of ${hosts}, but nothing answers: the packets are dropped`,
    fix: ({ facts: { published } }) =>
      `The firewall does not have the rules of ${published}, or another rule comes first: load them, and check the device with "tagwall audit VENDOR FILE".`,
    examples: { '': { published: 'DATE' } },
    title: 'a rule allows the address, but nothing answers',
    means:
      'The policy allows the address, but the device does not: its rules were not loaded or are older than the snapshot, or another rule comes first. "tagwall audit" compares the running configuration with the policy.',
  }),
  PRIVATE_DROPPED: failure({
    find: eachFailed((address) => (isDropped(address) && address.isPrivate ? {} : undefined)),
    what: ({ hosts, addresses }) =>
      `the private endpoint ${addresses} of ${hosts} does not answer: the packets are dropped`,
    fix: 'Check the VPN or ExpressRoute to its virtual network, the route back, and the network security group of its subnet: tcp 443 from this host.',
    title: 'a private endpoint does not answer',
    means:
      'The name is right. The path is not: VPN or ExpressRoute, a route back, or the network security group of the subnet.',
  }),
  CONNECTION_REFUSED: failure<'rule'>({
    find: eachFailed((address) => (isRefused(address) ? { rule: address.rules[0] ?? '' } : undefined)),
    what: ({ hosts, addresses, facts: { rule } }) =>
      `the connection to ${addresses} of ${hosts} is refused at once${rule === '' ? '' : `, although rule ${rule} allows it`}`,
    fix: 'A firewall on the way or on this host rejects it: look for a REJECT rule, and load the rules of the policy ("tagwall audit VENDOR FILE" compares).',
    title: 'the connection is refused at once',
    means: 'The services do not refuse connections. A firewall that rejects, instead of dropping, does.',
  }),
  DEVICE_REJECTS: failure<'code' | 'reached' | 'isAllowed'>({
    find: eachFailed((address, { all }) => {
      const reached = all.filter((other) => other.addresses.some((its) => isOpen(its) && isAlike(its, address)))
      if (!isUnreachable(address) || reached.length === 0) return undefined
      const isAllowed = address.rules.length > 0 ? 'yes' : 'no'
      return { code: address.result ?? '', reached: String(reached.length), isAllowed }
    }),
    what: ({ hosts, addresses, facts: { code, reached, isAllowed } }) =>
      `a device rejects the connection to ${addresses} of ${hosts} (${code})${isAllowed === 'yes' ? ', although the policy allows it' : ''}. It is not the route: ${reached === '1' ? '1 other host is' : `${reached} other hosts are`} reached`,
    fix: 'Look for a rule that rejects (REJECT, "administratively prohibited") on the firewalls on the way and on this host. "tagwall audit VENDOR FILE" compares a firewall with the policy.',
    title: 'a device rejects some connections',
    means:
      'A device on the way, or this host, answers that the address is unreachable or prohibited, while other hosts are reached over the same route. A missing route would stop all of them.',
  }),
  PRIVATE_NO_ROUTE: failure<'code'>({
    find: eachFailed((address) =>
      address.isPrivate && isUnreachable(address) ? { code: address.result ?? '' } : undefined,
    ),
    what: ({ hosts, addresses, verbOfAddresses, facts }) =>
      `there is no route to the private ${verbOfAddresses('endpoint', 'endpoints')} ${addresses} of ${hosts} (${facts.code})`,
    fix: 'Check that the VPN or ExpressRoute to the virtual network is up, and that it announces the route to this address. A proxy does not help: it does not lead to the private endpoint.',
    title: 'this host has no route to a private endpoint',
    means:
      'This host or a router says that it does not know the network of the private endpoint. VPN or ExpressRoute lead there: one of them is down, or does not announce the network.',
  }),
  NO_ROUTE: failure<'code'>({
    find: eachFailed((address) => (isUnreachable(address) ? { code: address.result ?? '' } : undefined)),
    what: ({ hosts, addresses, facts }) => `there is no route to ${addresses} of ${hosts} (${facts.code})`,
    fix: 'Add a default route, or set HTTPS_PROXY if this network reaches the internet through a proxy only.',
    title: 'this host has no route to the address',
    means:
      'The kernel or a router reports this at once. A network that reaches the internet only through a proxy looks like this.',
  }),
  IPV6_DROPPED: failure({
    severity: 'warning',
    find: each((one) => {
      const dropped = failedIPv6Of(one).filter(isDropped)
      return dropped.length > 0 ? at(one, {}, dropped) : undefined
    }),
    what: ({ hosts, verb }) =>
      `${hosts} ${verb('is', 'are')} reached over IPv4, but packets over IPv6 are dropped, and programs wait for them first`,
    fix: 'Load the IPv6 rules of the policy too, or turn IPv6 off on this host.',
    title: 'IPv6 is dropped, and IPv4 works',
    means:
      'The host has a route for IPv6, but nothing answers. Programs that try IPv6 first wait before they use IPv4.',
  }),
  IPV6_NO_ROUTE: verdict<'code'>({
    severity: 'info',
    find: eachOf(failedIPv6Of)((address) =>
      isDropped(address) ? undefined : { code: isRefused(address) ? (address.result ?? '') : '' },
    ),
    what: ({ hosts, facts: { code } }) =>
      code === ''
        ? 'this host has no route for IPv6; IPv4 works'
        : `connections to ${hosts} over IPv6 are refused at once (${code}); IPv4 works`,
    fix: 'Nothing: programs notice at once and use IPv4.',
    title: 'this host has no route for IPv6, or it is refused',
    means: 'Programs notice at once and use IPv4. This is information, not a problem.',
  }),
}

/** Both are private, or both are public, and of the same family: they have a route in common. */
const isAlike = (a: AddressVerdict, b: AddressVerdict): boolean =>
  a.isPrivate === b.isPrivate && isIPv6(a.address) === isIPv6(b.address)
