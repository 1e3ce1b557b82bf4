import type { OptionValues } from 'tagwall/reader'
import { ADDRESSES, addressFault, anyOf, entryForm, isTooLong, NAME, portsFault, whole } from '../_cisco/forms.ts'

/** The context of a command: the top level, a group of a family, a list of a family. */
export type Room = 'top' | 'network' | 'v6-network' | 'ipv4' | 'ipv6'

/** Entries that match nothing, and keep a list from being empty. */
export const GUARDS = { ipv4: 'deny ip host 0.0.0.0 host 0.0.0.0', ipv6: 'deny ipv6 host :: host ::' } as const

type Forms = Readonly<Record<Room, RegExp>>

/** The reason why tagwall never writes this command there; undefined if it does. Older files leave each group and list with `exit`. */
export function strictFault(words: readonly string[], room: Room, forms: Forms): string | undefined {
  const isRemoval = words[0] === 'no'
  const own = isRemoval ? words.slice(1) : words
  const isGroup = room.endsWith('network')
  if (room !== 'top' && own[0] === 'exit') return isRemoval || words.length > 1 ? 'is not understood' : undefined
  const isDescription = words[0] === 'description' || words.join(' ') === 'no description'
  if (isGroup && isDescription) return isTooLong(words) ? 'is longer than the router allows' : undefined
  if (!forms[room].test(words.join(' '))) return 'is not understood'
  return isGroup ? addressFault(own) : portsFault(own)
}

/** The commands that tagwall writes under these options. In a group or list, those of the top level leave it. */
export function formsOf({ outboundAcl, inboundAcl }: OptionValues): Forms {
  const lists = anyOf(outboundAcl, inboundAcl)
  const changes = (...forms: readonly string[]) => whole(`(?:no )?(?:${forms.join('|')})`)
  return {
    top: whole(
      `(?:no )?object-group (?:v6-)?network ${NAME}`,
      `ip access-list extended ${lists}`,
      `ipv6 access-list ${lists}-v6`,
    ),
    network: changes(ADDRESSES.ipv4),
    'v6-network': changes(ADDRESSES.ipv6),
    ipv4: changes(anyOf(GUARDS.ipv4), entryForm('ip|icmp')),
    ipv6: changes(anyOf(GUARDS.ipv6), entryForm('ipv6|icmp')),
  }
}
