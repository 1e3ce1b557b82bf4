import type { OptionValues } from 'tagwall/reader'
import { ADDRESSES, addressFault, anyOf, entryForm, isTooLong, NAME, portsFault, whole } from '../_cisco/forms.ts'

/**
 * The reason why tagwall never writes this command; undefined if it does. In a group, the ASA takes the commands of the mode around it
 * too, and leaves the group. Older files leave each group with `exit`.
 */
export function strictFault(words: readonly string[], isInGroup: boolean, forms: RegExp): string | undefined {
  const isDescription = words[0] === 'description' || words.join(' ') === 'no description'
  if (!isDescription && !forms.test(words.join(' '))) return 'is not understood'
  const isOfGroup = words.includes('network-object') || isDescription || words[0] === 'exit'
  if (isOfGroup && !isInGroup) return 'is outside a group'
  if (isDescription) return isTooLong(words) ? 'is longer than an ASA allows' : undefined
  const at = words.indexOf('network-object')
  return at >= 0 ? addressFault(words.slice(at + 1)) : portsFault(words)
}

/** All the commands that tagwall writes under these options. */
export function formsOf({ session, outboundAcl, inboundAcl }: OptionValues): RegExp {
  const changes = [
    `object-group network ${NAME}`,
    `network-object (?:${ADDRESSES.ipv4}|${ADDRESSES.ipv6})`,
    `access-list ${anyOf(outboundAcl, inboundAcl)} extended ${entryForm('ip|icmp|icmp6')}`,
  ]
  return whole(`configure session ${anyOf(session)}`, 'commit noconfirm', 'exit', `(?:no )?(?:${changes.join('|')})`)
}
