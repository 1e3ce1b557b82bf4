import type { OptionValues, ReaderKit } from 'tagwall/reader'

/** The commands that tagwall writes, each a list of words or of what a word may be. */
type Form = readonly (string | RegExp)[]

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/
const V4 = /^[0-9.]+$/
const V6 = /^[0-9a-f:]+$/
const V6_PREFIX = /^[0-9a-f:]+\/[0-9]+$/
const PORT = /^(?:0|[1-9][0-9]{0,4})$/

const HOST: readonly Form[] = [
  ['network-object', 'host', V4],
  ['network-object', 'host', V6],
  ['network-object', V4, V4],
  ['network-object', V6_PREFIX],
]

/** Why a command is none of those that tagwall writes, if it is none. Each group is left by an `exit` of its own. */
export function strictFault(
  words: readonly string[],
  isInGroup: boolean,
  forms: readonly Form[],
  kit: ReaderKit,
): string | undefined {
  const isForm = forms.some((form) => matches(words, form))
  if (!isForm) return 'is not understood'
  const isOfGroup = words.includes('network-object') || words[0] === 'description' || words[0] === 'exit'
  if (isInGroup !== isOfGroup) return isInGroup ? 'comes before the group is left' : 'stands outside of a group'
  // 'description' and a blank come before the 200 characters that the ASA takes.
  if (words[0] === 'description') return words.join(' ').length > 212 ? 'is longer than the ASA takes' : undefined
  const at = words.indexOf('network-object')
  if (at >= 0) return addressFault(words.slice(at + 1), kit)
  const [first, last] = words.at(-3) === 'range' ? words.slice(-2).map(Number) : []
  return Number(last) <= Number(first) ? 'has ports out of order' : undefined
}

/** All the commands that tagwall writes under these options. */
export function formsOf({ session, outboundAcl, inboundAcl }: OptionValues): Form[] {
  const lists = [String(outboundAcl), String(inboundAcl)]
  const sides = [['any'], ['object-group', NAME]]
  const services = [
    ...['tcp', 'udp'].flatMap((protocol) => [
      { protocol, ports: ['eq', PORT] },
      { protocol, ports: ['range', PORT, PORT] },
    ]),
    ...['ip', 'icmp', 'icmp6'].map((protocol) => ({ protocol, ports: [] })),
  ]
  const entries = lists.flatMap((list) =>
    services.flatMap(({ protocol, ports }) =>
      sides.flatMap((source) =>
        sides.map((destination): Form => {
          return ['access-list', list, 'extended', /^(?:permit|deny)$/, protocol, ...source, ...destination, ...ports]
        }),
      ),
    ),
  )
  const group: Form = ['object-group', 'network', NAME]
  return [
    ['configure', 'session', String(session)],
    ['commit', 'noconfirm'],
    ['exit'],
    group,
    ['no', ...group],
    ...[...HOST, ...entries].flatMap((form): Form[] => [form, ['no', ...form]]),
  ]
}

function matches(words: readonly string[], form: Form): boolean {
  if (words[0] === 'description') return true
  return (
    words.length === form.length &&
    form.every((part, at) => {
      const word = words[at] as string
      return typeof part === 'string' ? word === part : part.test(word)
    })
  )
}

/** Hosts and masks that are written out, without host bits. */
function addressFault(words: readonly string[], kit: ReaderKit): string | undefined {
  const [first = '', second] = words
  if (first === 'host') return kit.addressOf(second ?? '') ? undefined : 'has an address that is not understood'
  const block = second === undefined ? kit.blockOf(first) : kit.maskedBlock(first, second)
  if (!block) return 'has an address that is not understood'
  return block.hasHostBits ? 'has host bits set' : undefined
}
