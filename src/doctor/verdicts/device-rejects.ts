import { isIPv6 } from '../address-class.ts'
import { failedOf, isOpen, isUnreachable } from '../case-addresses.ts'
import { type AddressVerdict, at, type Verdict } from '../verdict.ts'

export const deviceRejects: Verdict<'DEVICE_REJECTS', 'code' | 'reached' | 'isAllowed'> = {
  code: 'DEVICE_REJECTS',
  severity: 'error',
  layer: 'TCP',
  settles: 'addresses',
  find: ({ cases, all }) =>
    cases.flatMap((one) =>
      failedOf(one)
        .filter(isUnreachable)
        .flatMap((address) => {
          const reached = all.filter((other) => other.addresses.some((its) => isOpen(its) && isAlike(its, address)))
          if (reached.length === 0) return []
          const facts = {
            code: address.result ?? '',
            reached: String(reached.length),
            isAllowed: address.rules.length > 0 ? 'yes' : 'no',
          }
          return [at(one, facts, [address])]
        }),
    ),
  say: ({ hosts, addresses, facts: { code, reached, isAllowed } }) => ({
    what: `a device rejects the connection to ${addresses} of ${hosts} (${code})${isAllowed === 'yes' ? ', although the policy allows it' : ''}. It is not the route: ${reached === '1' ? '1 other host is' : `${reached} other hosts are`} reached`,
    fix: 'Look for a rule that rejects (REJECT, "administratively prohibited") on the firewalls on the way and on this host. "tagwall audit VENDOR FILE" compares a firewall with the policy.',
  }),
  title: 'a device rejects some connections',
  means:
    'A device on the way, or this host, answers that the address is unreachable or prohibited, while other hosts are reached over the same route. A missing route would stop all of them.',
}

/** Both are private, or both are public, and of the same family: they have a route in common. */
const isAlike = (a: AddressVerdict, b: AddressVerdict): boolean =>
  a.isPrivate === b.isPrivate && isIPv6(a.address) === isIPv6(b.address)
