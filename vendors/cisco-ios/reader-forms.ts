import type { OptionValues, ReaderKit } from 'tagwall/reader'

/** The commands that tagwall writes, each a list of words or of what a word may be. */
type Form = readonly (string | RegExp)[]

/** Where a command stands: at the top, in a group of a family, in a list of a family. */
export type Room = 'top' | 'network' | 'v6-network' | 'ipv4' | 'ipv6'

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/
const V4 = /^[0-9.]+$/
const V6 = /^[0-9a-f:]+$/
const V6_PREFIX = /^[0-9a-f:]+\/[0-9]+$/
const PORT = /^(?:0|[1-9][0-9]{0,4})$/
const VERB = /^(?:permit|deny)$/

/** Entries that match nothing, and keep a list from being empty. */
export const GUARDS = { ipv4: 'deny ip host 0.0.0.0 host 0.0.0.0', ipv6: 'deny ipv6 host :: host ::' } as const

/** Why a command is none of those that tagwall writes there, if it is none. Each group and list is left by an `exit` of its own. */
export function strictFault(
  words: readonly string[],
  room: Room,
  options: OptionValues,
  kit: ReaderKit,
): string | undefined {
  const isRemoval = words[0] === 'no'
  const own = isRemoval ? words.slice(1) : words
  if (room !== 'top' && own[0] === 'exit') return isRemoval || words.length > 1 ? 'is not understood' : undefined
  // 'description' and a blank come before the 200 characters that the router takes.
  if (room.endsWith('network') && words[0] === 'description')
    return words.join(' ').length > 212 ? 'is longer than the router takes' : undefined
  if (!formsOf(room, isRemoval, options).some((form) => matches(own, form))) return 'is not understood'
  if (room.endsWith('network')) return addressFault(own, kit)
  const at = own.indexOf('range')
  return at >= 0 && Number(own[at + 2]) <= Number(own[at + 1]) ? 'has ports out of order' : undefined
}

function formsOf(room: Room, isRemoval: boolean, { outboundAcl, inboundAcl }: OptionValues): readonly Form[] {
  const lists = [String(outboundAcl), String(inboundAcl)]
  switch (room) {
    case 'top':
      return [
        ['object-group', /^(?:v6-)?network$/, NAME],
        ...(isRemoval
          ? []
          : lists.flatMap((list): Form[] => [
              ['ip', 'access-list', 'extended', list],
              ['ipv6', 'access-list', `${list}-v6`],
            ])),
      ]
    case 'network':
      return [
        ['host', V4],
        [V4, V4],
      ]
    case 'v6-network':
      return [['host', V6], [V6_PREFIX]]
    default:
      return ENTRIES[room]
  }
}

function entryForms(every: string): Form[] {
  const ports: readonly Form[] = [
    ['eq', PORT],
    ['range', PORT, PORT],
  ]
  const sides: readonly Form[] = [['any'], ['object-group', NAME]]
  return sides.flatMap((source) =>
    sides.flatMap((destination): Form[] => [
      [VERB, every, ...source, ...destination],
      [VERB, 'icmp', ...source, ...destination],
      ...ports.map((own): Form => [VERB, /^(?:tcp|udp)$/, ...source, ...destination, ...own]),
    ]),
  )
}

const ENTRIES = {
  ipv4: [GUARDS.ipv4.split(' '), ...entryForms('ip')],
  ipv6: [GUARDS.ipv6.split(' '), ...entryForms('ipv6')],
}

const matches = (words: readonly string[], form: Form): boolean =>
  words.length === form.length &&
  form.every((part, at) => (typeof part === 'string' ? words[at] === part : part.test(words[at] as string)))

/** Hosts and masks that are written out, without host bits. */
function addressFault([first = '', second]: readonly string[], kit: ReaderKit): string | undefined {
  if (first === 'host') return kit.addressOf(second ?? '') ? undefined : 'has an address that is not understood'
  const block = second === undefined ? kit.blockOf(first) : kit.maskedBlock(first, second)
  if (!block) return 'has an address that is not understood'
  return block.hasHostBits ? 'has host bits set' : undefined
}
