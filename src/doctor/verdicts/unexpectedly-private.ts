import { mixtureOf } from '../private-link.ts'
import { at, type Verdict } from '../verdict.ts'

export const unexpectedlyPrivate: Verdict<'UNEXPECTEDLY_PRIVATE'> = {
  code: 'UNEXPECTEDLY_PRIVATE',
  severity: 'error',
  layer: 'address',
  settles: 'endpoint',
  find(world) {
    if (world.context.privateLink.isUsed || mixtureOf(world).isMixed) return []
    return world.cases.flatMap((one) => {
      const inside = one.addresses.filter(({ isPrivate }) => isPrivate)
      return one.zone === undefined || inside.length === 0 ? [] : [at(one, {}, inside)]
    })
  },
  say: ({ hosts, addresses, verb }) => ({
    what: `${hosts} ${verb('is', 'are')} private (${addresses}), although Private Link is not used. Agents without a Private Link scope refuse that (AZCM0026)`,
    fix: 'Remove the private zones from the DNS that this host uses, or connect the agents with the scope of that private endpoint.',
  }),
  title: 'a name is private, although Private Link is not used',
  means:
    'A private zone answers on this network. Agents that are not connected through its Private Link scope refuse that (AZCM0026).',
}
