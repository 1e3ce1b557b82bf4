import { publicInsteadOf } from '../case-addresses.ts'
import { passesPrivateLink } from '../dns-answers.ts'
import { at, each, type Verdict } from '../verdict.ts'

export const privatelinkIsPublic: Verdict<'PRIVATELINK_IS_PUBLIC', 'zone'> = {
  code: 'PRIVATELINK_IS_PUBLIC',
  severity: 'error',
  layer: 'address',
  settles: 'endpoint',
  find: each((one, context) => {
    const open = publicInsteadOf(one, context)
    return open.length > 0 && passesPrivateLink(one.seen) ? at(one, { zone: one.zone ?? '' }, open) : undefined
  }),
  say: ({ hosts, addresses, verb, facts: { zone } }) => ({
    what: `${hosts} ${verb('is', 'are')} public (${addresses}), although the name passes a privatelink name: the private endpoint exists, but this DNS does not ask the private zone`,
    fix: `Forward ${zone} to a DNS forwarder or private resolver in the virtual network, which asks 168.63.129.16; and link the zone privatelink.${zone} to that network.`,
  }),
  title: 'a privatelink name leads to a public address',
  means:
    'The public DNS leads the name to privatelink.ZONE, so a private endpoint exists somewhere. The private zone would answer with its address, but the name servers of this host do not ask it. Only 168.63.129.16, inside a virtual network that the zone is linked to, knows the zone.',
}
