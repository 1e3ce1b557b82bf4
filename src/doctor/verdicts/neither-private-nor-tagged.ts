import { isUntagged, publicInsteadOf } from '../case-addresses.ts'
import { at, each, type Verdict } from '../verdict.ts'

export const neitherPrivateNorTagged: Verdict<'NEITHER_PRIVATE_NOR_TAGGED', 'expected' | 'published'> = {
  code: 'NEITHER_PRIVATE_NOR_TAGGED',
  severity: 'warning',
  layer: 'address',
  settles: 'layer',
  find: each((one, context) => {
    const open = publicInsteadOf(one, context)
    if (open.length === 0 || !isUntagged(one, open, context)) return undefined
    return at(one, { expected: one.endpoint.tags.join(', '), published: context.published }, open)
  }),
  say: ({ hosts, addresses, facts }) => ({
    what: `${addresses} of ${hosts} is neither private nor in ${facts.expected} of ${facts.published}`,
    fix: 'If your virtual network uses public addresses of its own, name them: --own-network CIDR. Otherwise run "tagwall update", and check the DNS zone.',
  }),
  title: 'an address is neither private nor in the expected tag',
  means: 'If a virtual network uses its own public addresses, this is expected.',
}
