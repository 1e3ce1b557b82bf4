import { contentsText } from './naming.ts'
import type { Rule } from './policy.ts'
import { formatPorts } from './traffic.ts'

/** What a rule is about, in a table: `tcp 443,8000-8080`, or `deny any`. */
export function trafficText({ action, protocol, ports }: Pick<Rule, 'action' | 'protocol' | 'ports'>): string {
  return [action === 'deny' ? 'deny' : '', protocol, ports.map(formatPorts).join(',')].filter(Boolean).join(' ')
}

/** What a rule of a policy holds, in a table: `Storage, 2 own prefixes, with exceptions`. */
export function holdsText({ tags, prefixes, except }: Pick<Rule, 'tags' | 'prefixes' | 'except'>): string {
  const own = prefixes.length > 0 ? { prefixCount: prefixes.length } : undefined
  const cutsTags = except.tags.length > 0 || except.prefixes.length > 0
  return contentsText({ tags, own, except: { cutsTags } }, tags.length)
}
