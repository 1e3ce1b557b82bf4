import { groupBy } from '../../model/group-by.ts'
import type { RuleView } from './rule-view.ts'
import type { Words } from './set-view.ts'

/** The rules of one direction by service, for vendors that match the port first and the addresses after it. */
export function viewOfDirection(direction: 'inbound' | 'outbound', rules: readonly RuleView[], words: Words) {
  const own = rules.filter((rule) => (direction === 'outbound' ? rule.isOutbound : rule.isInbound))
  return {
    direction: words(direction),
    isOutbound: direction === 'outbound',
    isInbound: direction === 'inbound',
    rules: own,
    services: blocksOf(own).map((rules) => {
      const [first] = rules as [RuleView]
      const { service, local, action, isAllow, isDeny, isOutbound, isInbound } = first
      // The lowest priority is a stable number: it stays when other rules come and go.
      const id = String(first.policyPriority)
      const [hasIpv4, hasIpv6] = [rules.some((rule) => rule.hasIpv4), rules.some((rule) => rule.hasIpv6)]
      return {
        ...service,
        direction: words(direction),
        isOutbound,
        isInbound,
        id,
        local,
        hasIpv4,
        hasIpv6,
        action,
        isAllow,
        isDeny,
        rules,
      }
    }),
  }
}

/**
 * Rules of one service, local side and action together. Where a rule denies, the order matters, so only neighbours are put
 * together then.
 */
function blocksOf(rules: readonly RuleView[]): RuleView[][] {
  const keyOf = ({ service, action, local: { name, object, object6 } }: RuleView) =>
    JSON.stringify([service.name, action, name, object, object6])
  if (!rules.some(({ isDeny }) => isDeny)) return [...groupBy(rules, keyOf).values()]
  const blocks: RuleView[][] = []
  for (const rule of rules) {
    const [before] = blocks.at(-1) ?? []
    if (before && keyOf(before) === keyOf(rule)) blocks.at(-1)?.push(rule)
    else blocks.push([rule])
  }
  return blocks
}
