import type { AddressFamily, Statement } from 'tagwall/reader'
import { automationOf } from '../_cisco/running.ts'
import type { Configuration, Interface } from './reader-config.ts'

/** Lines of a list or a group, also where a terminal lost the leading blank. */
const IN_LIST = /^(?:permit|deny|remark|evaluate|sequence|\d+)$/
const IN_GROUP =
  /^(?:host|range|any|group-object|description|tcp|udp|tcp-udp|icmp|ip|ahp|esp|gre|[\dA-Fa-f:.]+(?:\/\d+)?)$/

/** Applies a line of a running configuration; a reason if it is not evaluated. Others are ignored. */
export function takeRunning(statement: Statement, config: Configuration): string | undefined {
  const { words, place, isIndented } = statement
  const isRemoval = words[0] === 'no'
  const reason = automationOf(words)
  if (reason) {
    config.leave()
    return reason
  }
  const [verb = '', ...rest] = isRemoval ? words.slice(1) : words
  if (verb === 'object-group' && !isIndented) return config.objectGroup(rest, isRemoval)
  const list = listOf(verb, rest)
  if (list && !isRemoval) return config.openList(list, place)
  if (list) {
    config.leave()
    config.lists.delete(list.name)
    return undefined
  }
  if (verb === 'access-list' && !isIndented) return takeNumbered(statement, rest, config)
  if (verb === 'interface' && !isIndented) return config.enterInterface(rest.join(''))
  if (verb === 'exit') return config.leave()
  if (config.interface && isIndented) return takeInterface(statement, verb, rest, config.interface)
  if (config.list && (isIndented || IN_LIST.test(verb))) return config.changeList(statement, config.list)
  if (config.group && (isIndented || IN_GROUP.test(verb))) return config.changeGroup(statement, config.group)
  config.leave()
  return verb === 'zone-pair' && !isRemoval ? 'is a zone-based firewall, which is not followed' : undefined
}

const BINDINGS: Readonly<Record<string, AddressFamily | undefined>> = {
  'ip access-group': 'ipv4',
  'ipv6 traffic-filter': 'ipv6',
}

function listOf(verb: string, [keyword, first = '', second = '']: readonly string[]) {
  if (keyword !== 'access-list') return undefined
  const of = (name: string, family: AddressFamily, isStandard: boolean) => ({ name, family, isStandard })
  if (verb === 'ipv6' && first !== 'log-update') return of(first, 'ipv6', false)
  if (verb === 'ip' && (first === 'extended' || first === 'standard')) return of(second, 'ipv4', first === 'standard')
  return undefined
}

/** `access-list 101 permit ...`: 1 to 99 and 1300 to 1999 are standard lists, 100 to 199 and 2000 to 2699 extended ones. */
function takeNumbered(statement: Statement, rest: readonly string[], config: Configuration): string | undefined {
  const [name = '', ...words] = rest
  const number = /^\d+$/.test(name) ? Number(name) : 0
  const isStandard = (number >= 1 && number <= 99) || (number >= 1300 && number <= 1999)
  const isExtended = (number >= 100 && number <= 199) || (number >= 2000 && number <= 2699)
  // Lists with other numbers do not filter IP packets.
  if (!isStandard && !isExtended) return config.leave()
  if (statement.words[0] === 'no') {
    config.leave()
    if (words.length > 0) return 'takes an entry out of a numbered list, which is not followed'
    config.lists.delete(name)
    return undefined
  }
  const reason = config.openList({ name, family: 'ipv4', isStandard }, statement.place)
  const { list } = config
  config.leave()
  return reason ?? (list && config.changeList({ ...statement, words }, list))
}

/** `ip access-group LIST in`, `ipv6 traffic-filter common LIST LIST out`, or their `no`, and the lines that tell where an interface leads. */
function takeInterface({ words, place }: Statement, verb: string, rest: readonly string[], own: Interface): undefined {
  const [first = '', second = '', third = ''] = rest
  const isRemoval = words[0] === 'no'
  const what = `${verb} ${first}`
  const bound = BINDINGS[what]
  if (bound) {
    // `no ip access-group in` names no list, and a common list decides before that of the interface.
    const named = rest.slice(1, -1)
    const lists = named.length > 1 && second === 'common' ? named.slice(1, 3) : named.slice(0, 1)
    const side = rest.at(-1) ?? ''
    // The lists of a family for one direction take the place of those before.
    own.bindings = own.bindings.filter((one) => one.family !== bound || one.side !== side)
    if (!isRemoval) own.bindings.push(...lists.map((list) => ({ list, family: bound, side, place })))
    return
  }
  if (verb === 'shutdown' && isRemoval) own.isClosed = false
  if (isRemoval) return
  if (verb === 'shutdown' || verb === 'zone-member') own.isClosed = true
  if (what === 'ip nat' && (second === 'inside' || second === 'outside')) own.nat = second
  if (what === 'ip address' || what === 'ip unnumbered') own.hasIpv4 = true
  if (what === 'ipv6 address' || what === 'ipv6 enable') own.hasIpv6 = true
  if (what === 'vrf forwarding') own.vrf = second
  if (what === 'ip vrf' && second === 'forwarding') own.vrf = third
}
