import { expectedHolderOf } from '../case-addresses.ts'
import type { Case, Verdict } from '../verdict.ts'

/** Fewer names at one address may be a coincidence. */
const LEAST_NAMES = 3

export const captivePortal: Verdict<'CAPTIVE_PORTAL', 'address'> = {
  code: 'CAPTIVE_PORTAL',
  severity: 'error',
  layer: 'DNS',
  settles: 'endpoint',
  find({ cases, context }) {
    const unproved = cases.filter((one) => one.seen.tls?.trust !== 'public')
    const addresses = [...new Set(unproved.flatMap((one) => onlyAddressOf(one) ?? []))]
    return addresses.flatMap((address) => {
      const some = unproved.filter((one) => onlyAddressOf(one) === address)
      const strangers = some.filter((one) => one.addresses.every((its) => expectedHolderOf(one, its) === undefined))
      // Private endpoints may share the address of a forwarder, and another verdict covers a DNS filter.
      const isUsual = strangers.every(({ zone }) => zone !== undefined) || context.classOf(address) === 'nowhere'
      if (strangers.length < LEAST_NAMES || isUsual) return []
      return [{ hosts: some.map(({ name }) => name), addresses: [address], facts: { address } }]
    })
  },
  say: ({ hosts, facts }) => ({
    what: `DNS answers ${facts.address} for ${hosts}: the services do not share an address, so a captive portal or a DNS filter answers`,
    fix: 'If this network has a captive portal, sign in with a browser, or have this host exempted from the portal. Otherwise use the name servers of your organization, or allow the names in the DNS filter.',
  }),
  title: 'one address answers for names of different services',
  means:
    'A captive portal answers every name with its own address until somebody signs in. Some DNS filters answer with the address of a page about the block.',
}

/** The address of an endpoint that has one only. */
const onlyAddressOf = ({ addresses }: Case): string | undefined =>
  addresses.length === 1 ? addresses[0]?.address : undefined
