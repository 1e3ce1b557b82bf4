import { failedOf, isRefused } from '../case-addresses.ts'
import { at, each, type Verdict } from '../verdict.ts'

export const connectionRefused: Verdict<'CONNECTION_REFUSED', 'rule'> = {
  code: 'CONNECTION_REFUSED',
  severity: 'error',
  layer: 'TCP',
  settles: 'addresses',
  find: each((one) =>
    failedOf(one)
      .filter(isRefused)
      .map((address) => at(one, { rule: address.rules[0] ?? '' }, [address])),
  ),
  say: ({ hosts, addresses, facts: { rule } }) => ({
    what: `the connection to ${addresses} of ${hosts} is refused at once${rule === '' ? '' : `, although rule ${rule} allows it`}`,
    fix: 'A firewall on the way or on this host rejects it: look for a REJECT rule, and load the rules of the policy ("tagwall audit VENDOR FILE" compares).',
  }),
  title: 'the connection is refused at once',
  means: 'The services do not refuse connections. A firewall that rejects, instead of dropping, does.',
}
