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

/** The context of a command: the top level, a group of a family, a list of a family. */
export type Room = 'top' | 'network' | 'v6-network' | 'ipv4' | 'ipv6'

/** Entries that match nothing, and keep a list from being empty. */
export const GUARDS = { ipv4: 'deny ip host 0.0.0.0 host 0.0.0.0', ipv6: 'deny ipv6 host :: host ::' } as const

/** True for a command of the top level. In a group or list the router takes it too, and leaves the group or list. */
export function isOfTop(words: readonly string[], options: OptionValues): boolean {
  const isRemoval = words[0] === 'no'
  return formsOf('top', isRemoval, options).some((form) => matches(isRemoval ? words.slice(1) : words, form))
}

/** The reason why tagwall never writes this command there; undefined if it does. Older files leave each group and list with `exit`. */
export function strictFault(words: readonly string[], room: Room, options: OptionValues): string | undefined {
  const isRemoval = words[0] === 'no'
  const own = isRemoval ? words.slice(1) : words
  const isGroup = room.endsWith('network')
  if (room !== 'top' && own[0] === 'exit') return isRemoval || words.length > 1 ? 'is not understood' : undefined
  if (isGroup && words[0] === 'description') return isTooLong(words) ? 'is longer than the router allows' : undefined
  if (!formsOf(room, isRemoval, options).some((form) => matches(own, form))) return 'is not understood'
  return isGroup ? addressFault(own) : portsFault(own)
}

function formsOf(room: Room, isRemoval: boolean, { outboundAcl, inboundAcl }: OptionValues): readonly Form[] {
  const lists = [outboundAcl, inboundAcl].flatMap((list): Form[] => [
    ['ip', 'access-list', 'extended', String(list)],
    ['ipv6', 'access-list', `${list}-v6`],
  ])
  switch (room) {
    case 'top':
      return [['object-group', /^(?:v6-)?network$/, NAME], ...(isRemoval ? [] : lists)]
    case 'network':
      return ADDRESSES.ipv4
    case 'v6-network':
      return ADDRESSES.ipv6
    default:
      return ENTRIES[room]
  }
}

const ENTRIES = {
  ipv4: [GUARDS.ipv4.split(' '), ...entryForms([...WITH_PORTS, [/^(?:ip|icmp)$/, []]])],
  ipv6: [GUARDS.ipv6.split(' '), ...entryForms([...WITH_PORTS, [/^(?:ipv6|icmp)$/, []]])],
}
