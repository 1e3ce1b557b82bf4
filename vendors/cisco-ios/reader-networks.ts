import type { AddressFamily } from 'tagwall/reader'
import type { Group } from '../_cisco/groups.ts'
import type { NetworkDialect } from '../_cisco/networks.ts'
import { kit } from '../_kit/kit.ts'

const KINDS: Readonly<Record<string, AddressFamily>> = { network: 'ipv4', 'v6-network': 'ipv6' }

/** The family of a group of addresses; undefined for another group. */
export const familyOf = ({ kind }: Group): AddressFamily | undefined => KINDS[kind]

/** The syntax of address groups in IOS, each of one family. */
export const NETWORKS: NetworkDialect = {
  what: 'a group',
  isNetwork: (group, holder) => familyOf(group) !== undefined && (!holder || group.kind === holder.kind),
  read: (words, group, nested) => {
    const family = familyOf(group) as AddressFamily
    const [first = '', second = '', third = '', ...more] = words.map((word) => word.toLowerCase())
    if (more.length > 0) return undefined
    if (first === 'any' && second === '') return kit.everything(family)
    if (first === 'group-object' && third === '') return nested(words[1] ?? '')
    const range = first === 'range' ? kit.rangeBetween(second, third) : undefined
    const found = range ?? (third === '' ? blockOf(first, second) : undefined)
    return found?.family === family ? [found] : undefined
  },
}

function blockOf(first: string, second: string) {
  if (first === 'host') return kit.addressOf(second) && kit.blockOf(second)
  if (second !== '') return second.startsWith('/') ? kit.blockOf(first + second) : kit.maskedBlock(first, second)
  return kit.addressOf(first) ? undefined : kit.blockOf(first)
}
