import { kit } from '../_kit/kit.ts'

// The commands that tagwall writes.

/** A command as a list of words, or of patterns for words. */
export type Form = readonly (string | RegExp)[]

export const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/
const VERB = /^(?:permit|deny)$/
const V4 = /^[0-9.]+$/
const V6 = /^[0-9a-f:]+$/
const V6_PREFIX = /^[0-9a-f:]+\/[0-9]+$/
const PORT = /^(?:0|[1-9][0-9]{0,4})$/

/** Ports behind the sides of an entry. */
const PORTS: readonly Form[] = [
  ['eq', PORT],
  ['range', PORT, PORT],
]
/** A side of an entry. */
const SIDES: readonly Form[] = [['any'], ['object-group', NAME]]

/** Entries of protocols between any two sides, each with the ports that it may have. */
export const entryForms = (services: readonly (readonly [protocol: string | RegExp, ports: Form])[]): Form[] =>
  services.flatMap(([protocol, ports]) =>
    SIDES.flatMap((source) => SIDES.map((destination) => [VERB, protocol, ...source, ...destination, ...ports])),
  )

/** Protocols with ports. */
export const WITH_PORTS = PORTS.map((ports) => [/^(?:tcp|udp)$/, ports] as const)

/** Addresses in a group, by family. */
export const ADDRESSES: Readonly<Record<'ipv4' | 'ipv6', readonly Form[]>> = {
  ipv4: [
    ['host', V4],
    [V4, V4],
  ],
  ipv6: [['host', V6], [V6_PREFIX]],
}

export const matches = (words: readonly string[], form: Form): boolean =>
  words.length === form.length &&
  form.every((part, at) => (typeof part === 'string' ? words[at] === part : part.test(words[at] as string)))

/** True if a description is longer than devices accept: `description`, a blank and 200 characters. */
export const isTooLong = (words: readonly string[]): boolean => words.join(' ').length > 212

/** The reason why tagwall never writes this address in a group: it writes hosts and masks in full, without host bits. */
export function addressFault([first = '', second]: readonly string[]): string | undefined {
  if (first === 'host') return kit.addressOf(second ?? '') ? undefined : 'has an invalid address'
  const block = second === undefined ? kit.blockOf(first) : kit.maskedBlock(first, second)
  if (!block) return 'has an invalid address'
  return block.hasHostBits ? 'has host bits set' : undefined
}

/** The reason why tagwall never writes these ports in an entry. */
export function portsFault(words: readonly string[]): string | undefined {
  const at = words.indexOf('range')
  return at >= 0 && Number(words[at + 2]) <= Number(words[at + 1]) ? 'has ports out of order' : undefined
}
