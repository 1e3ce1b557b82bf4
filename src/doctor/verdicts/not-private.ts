import { publicInsteadOf } from '../case-addresses.ts'
import { at, each, type Verdict } from '../verdict.ts'

export const notPrivate: Verdict<'NOT_PRIVATE', 'zone' | 'isAsked' | 'policy'> = {
  code: 'NOT_PRIVATE',
  severity: 'error',
  layer: 'address',
  settles: 'endpoint',
  find: each((one, context) => {
    const { privateLink, asked, policy } = context
    const zone = one.zone ?? ''
    const open = publicInsteadOf(one, context)
    if (open.length > 0) return at(one, { zone, isAsked: 'yes', policy }, open)
    // Nothing says that Private Link is used, but the policy has no rule for the public addresses.
    if (zone === '' || privateLink.isUsed || asked !== undefined || one.addresses.length === 0) return undefined
    const isSuggested = one.addresses.every(({ isPrivate, rules }) => !isPrivate && rules.length === 0)
    return isSuggested ? at(one, { zone, isAsked: 'no', policy }, one.addresses) : undefined
  }),
  say({ hosts, addresses, verb, facts: { zone, isAsked, policy } }) {
    const what = `${hosts} ${verb('is', 'are')} public (${addresses}), and no privatelink name is on the way: no private endpoint is known to this DNS`
    const link = `create the private endpoint of the Private Link scope, and forward ${zone} to its private zone (privatelink.${zone})`
    return isAsked === 'yes'
      ? { what, fix: `With Private Link, ${link}. Without, run with --no-private-link.` }
      : {
          what: `${what}; no rule of ${policy} allows the public addresses`,
          fix: `If this host uses Private Link, ${link}. If it does not, use the policy for that: --policy arc-kubernetes-public.`,
        }
  },
  title: 'a name that Private Link should make private is public',
  means: 'The name does not resolve through a privatelink name, so this DNS knows no private endpoint.',
}
