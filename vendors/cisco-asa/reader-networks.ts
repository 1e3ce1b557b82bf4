import type { AddressPart } from 'tagwall/reader'
import { type NetworkDialect, Networks } from '../_cisco/networks.ts'
import { kit } from '../_kit/kit.ts'
import type { Configuration } from './reader-config.ts'

/** An address, or a name that `name` gives to one. */
export const addressOf = (word: string, { names }: Configuration): string => names.get(word) ?? word

/** The addresses of objects and groups. */
export function networksOf(config: Configuration): Networks {
  const block = ([first = '', second = '']: readonly string[], isHost: boolean): AddressPart | undefined => {
    const address = addressOf(first, config)
    if (isHost !== (kit.addressOf(address) !== undefined) && second === '') return undefined
    const found = second === '' ? kit.blockOf(address) : kit.maskedBlock(address, second)
    return found && [found]
  }
  const read: NetworkDialect['read'] = ([verb, first = '', second = '', ...more], { kind }, nested) => {
    if (verb === 'nat' && kind === 'object network') return kit.empty
    if (more.length > 0) return undefined
    if (kind === 'network') {
      if (verb === 'group-object' && second === '') return nested(first)
      if (verb !== 'network-object') return undefined
      if (first === 'object') return nested(second)
      return block(first === 'host' ? [second] : [first, second], first === 'host')
    }
    if (verb === 'host' && second === '') return block([first], true)
    if (verb === 'subnet') return block([first, second], false)
    const range = verb === 'range' ? kit.rangeBetween(addressOf(first, config), addressOf(second, config)) : undefined
    return range && [range]
  }
  const isNetwork: NetworkDialect['isNetwork'] = ({ kind }) => kind === 'network' || kind === 'object network'
  return new Networks(config, { what: 'an object', read, isNetwork })
}
