import { kit } from '../_kit/kit.ts'

// The commands that tagwall writes, as parts of regular expressions. Words have one blank between them.

export const NAME = '[A-Za-z0-9][A-Za-z0-9._-]{0,63}'
const SIDE = `(?:any|object-group ${NAME})`
const PORT = '(?:0|[1-9][0-9]{0,4})'

/** Entries between any two sides: TCP and UDP have ports, other protocols none. */
export const entryForm = (others: string): string =>
  `(?:permit|deny) (?:(?:tcp|udp) ${SIDE} ${SIDE} (?:eq ${PORT}|range ${PORT} ${PORT})|(?:${others}) ${SIDE} ${SIDE})`

/** Addresses in a group, by family. */
export const ADDRESSES = {
  ipv4: '(?:host [0-9.]+|[0-9.]+ [0-9.]+)',
  ipv6: '(?:host [0-9a-f:]+|[0-9a-f:]+/[0-9]+)',
} as const

/** Any of some texts, such as names from the options. */
export const anyOf = (...texts: readonly unknown[]): string =>
  `(?:${texts.map((text) => String(text).replaceAll(/[^\w ]/g, '\\$&')).join('|')})`

/** An expression for whole commands. */
export const whole = (...forms: readonly string[]): RegExp => new RegExp(`^(?:${forms.join('|')})$`)

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
