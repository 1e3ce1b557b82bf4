import { contentsText } from './naming.ts'
import type { Rule } from './policy.ts'
import { type Action, formatPorts, type PortRange, type Protocol } from './traffic.ts'

/** The traffic of a rule. */
interface RuleTraffic {
  readonly action: Action
  readonly protocol: Protocol
  readonly ports: readonly PortRange[]
}

/** The traffic of a rule, in a table: `tcp 443,8000-8080`, or `deny any`. */
export function trafficText({ action, protocol, ports }: RuleTraffic): string {
  return [action === 'deny' ? 'deny' : '', protocol, ports.map(formatPorts).join(',')].filter(Boolean).join(' ')
}

/** The contents of a policy's rule, in a table: `Storage, 2 own prefixes, with exceptions`. */
export function holdsText({ tags, prefixes, except }: Rule): string {
  const own = prefixes.length > 0 ? { prefixCount: prefixes.length } : undefined
  const cutsTags = except.tags.length > 0 || except.prefixes.length > 0
  return contentsText({ tags, own, except: { cutsTags } }, tags.length)
}
