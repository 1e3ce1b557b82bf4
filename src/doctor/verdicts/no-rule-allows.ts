import { expectedHolderOf, isReached, notAllowedOf, reachedText } from '../case-addresses.ts'
import { at, each, type Verdict } from '../verdict.ts'

export const noRuleAllows: Verdict<'NO_RULE_ALLOWS', 'tags' | 'tag' | 'port' | 'policy' | 'isReached'> = {
  code: 'NO_RULE_ALLOWS',
  severity: 'error',
  layer: 'address',
  settles: 'addresses',
  find: each((one, context) => {
    // Nobody knows which tag an endpoint of the command line belongs to.
    const isOwn = one.endpoint.tags.length === 0
    const held = notAllowedOf(one, context).flatMap((address) => {
      const tag = expectedHolderOf(one, address)
      return address.tags.length > 0 && (isOwn || tag !== undefined) ? [{ address, tag: tag ?? '' }] : []
    })
    const keyOf = ({ address, tag }: (typeof held)[number]) => `${tag} ${address.tags.join(', ')}`
    return [...new Set(held.map(keyOf))].map((key) => {
      const group = held.filter((one) => keyOf(one) === key)
      const some = group.map(({ address }) => address)
      const facts = {
        tags: some[0]?.tags.join(', ') ?? '',
        tag: group[0]?.tag ?? '',
        port: String(one.endpoint.port),
        policy: context.policy,
        isReached: isReached(one, some),
      }
      return at(one, facts, some)
    })
  }),
  say: ({ hosts, addresses, verbOfAddresses, facts: { tags, tag, policy, port, isReached } }) => ({
    what: `${addresses} of ${hosts} ${verbOfAddresses('is', 'are')} only in ${tags}, which no rule of ${policy} allows on tcp ${port}${reachedText(isReached)}`,
    fix:
      tag === ''
        ? `Allow ${hosts} by name on the device. A rule for the tag would open everything that is in the tag.`
        : `Add a rule for the tag to the policy: tags: [${tag}], ports: [${port}]; then run "tagwall build" and load the rules.`,
  }),
  title: 'only a tag that no rule allows holds the address',
  means: 'A firewall with the rules of this policy drops the connection. If it works today, another rule allows it.',
}
