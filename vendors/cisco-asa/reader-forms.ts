import type { OptionValues } from 'tagwall/reader'
import {
  ADDRESSES,
  addressFault,
  entryForms,
  type Form,
  isTooLong,
  matches,
  NAME,
  portsFault,
  WITH_PORTS,
} from '../_cisco/forms.ts'

/**
 * The reason why tagwall never writes this command; undefined if it does. In a group, the ASA takes the commands of the mode around it
 * too, and leaves the group. Older files leave each group with `exit`.
 */
export function strictFault(words: readonly string[], isInGroup: boolean, forms: readonly Form[]): string | undefined {
  const isDescription = words[0] === 'description'
  if (!isDescription && !forms.some((form) => matches(words, form))) return 'is not understood'
  const isOfGroup = words.includes('network-object') || isDescription || words[0] === 'exit'
  if (isOfGroup && !isInGroup) return 'is outside a group'
  if (isDescription) return isTooLong(words) ? 'is longer than an ASA allows' : undefined
  const at = words.indexOf('network-object')
  return at >= 0 ? addressFault(words.slice(at + 1)) : portsFault(words)
}

/** All the commands that tagwall writes under these options. */
export function formsOf({ session, outboundAcl, inboundAcl }: OptionValues): Form[] {
  const entries = [outboundAcl, inboundAcl].flatMap((list) =>
    entryForms([...WITH_PORTS, [/^(?:ip|icmp|icmp6)$/, []]]).map((form): Form => {
      return ['access-list', String(list), 'extended', ...form]
    }),
  )
  const hosts = [...ADDRESSES.ipv4, ...ADDRESSES.ipv6].map((form): Form => ['network-object', ...form])
  const group: Form = ['object-group', 'network', NAME]
  return [
    ['configure', 'session', String(session)],
    ['commit', 'noconfirm'],
    ['exit'],
    group,
    ['no', ...group],
    ...[...hosts, ...entries].flatMap((form): Form[] => [form, ['no', ...form]]),
  ]
}
