import type { AddressFamily, PortRange, PrefixSet } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'
import { type Condition, EVERY_CONNECTION, EVERY_PORT, ofFamily, product, SOME_CONNECTIONS } from './reader-boxes.ts'
import { META } from './reader-selector.ts'
import { portsOf, protocolOf } from './reader-values.ts'

/** A match on a key: equal to one of these words, or to none of them. */
export interface Asked {
  readonly words: readonly string[]
  readonly isNegated: boolean
}

/** The connections that match; none if no new TCP or UDP connection can. */
export interface Meaning {
  readonly conditions: readonly Condition[]
  /** The unknown part of the match; then the conditions are as wide as possible. */
  readonly problem?: string
  /** The reason why the match matches nothing, if that is unexpected. */
  readonly remark?: string
}

const NOTHING: Meaning = { conditions: [] }
const EVERYTHING: Meaning = { conditions: [EVERY_CONNECTION] }
const SOMETHING: Meaning = { conditions: [SOME_CONNECTIONS] }
const some = (problem: string): Meaning => ({ conditions: [SOME_CONNECTIONS], problem })

/** Protocols that no rule of a policy can name. */
const OTHER_PROTOCOLS: ReadonlySet<string> = new Set('igmp sctp dccp udplite ah esp comp gre arp'.split(' '))

/** The connections whose `key` is one of some words, or none of them. */
export function meaningOf(key: string, asked: Asked): Meaning {
  const [header = '', field = ''] = key.split(' ')
  if (header === 'icmp' || header === 'icmpv6') return icmp(header, field, asked)
  if (header === 'arp') return NOTHING
  if (OTHER_PROTOCOLS.has(header)) return partOf({ ...EVERY_CONNECTION, protocol: 'other' })
  if (/^ip6? [sd]addr$/.test(key)) return addresses(header === 'ip' ? 'ipv4' : 'ipv6', field === 'saddr', asked)
  if (/^(?:tcp|udp|th) [sd]port$/.test(key)) return ports(header, field === 'sport', asked)
  if (key === 'meta l4proto' || key === 'ip protocol' || key === 'ip6 nexthdr') return protocols(header, asked)
  if (key === 'meta nfproto' || key === 'meta protocol' || key === 'ether type') return families(asked)
  if (key === 'ct state') return states(asked)
  if (key === 'ct direction') return oneOf(['original'], ['reply'], key, asked)
  if (key === 'meta pkttype') return oneOf(['host', 'unicast'], ['broadcast', 'multicast'], key, asked)
  if (/^meta [io]if(?:name)?$/.test(key)) return interfaces(field.startsWith('i') ? 'in' : 'out', asked)
  if (header === 'fib') return routes(key, asked)
  // The first packet of a connection is no fragment.
  if (key === 'ip frag-off') {
    const { conditions, ...more } = oneOf(['0', '0x0'], [], key, asked)
    return { ...more, conditions: product(conditions, [ofFamily('ipv4')]) }
  }
  if (key === 'exthdr frag') return oneOf(['missing'], ['exists'], key, asked)
  if (header === 'ip' || header === 'ip6') return partOf(ofFamily(header === 'ip' ? 'ipv4' : 'ipv6'))
  if (header === 'tcp' || header === 'udp') return partOf({ ...EVERY_CONNECTION, protocol: header })
  if (header === 'meta' && !META.has(field)) return some(`asks for ${key}, which is not understood`)
  return header.startsWith('@') ? some(`asks for ${key}, which is not understood`) : SOMETHING
}

const partOf = (condition: Condition): Meaning => ({ conditions: [{ ...condition, part: 'other' }] })

function addresses(family: AddressFamily, isSource: boolean, { words, isNegated }: Asked): Meaning {
  const ranges = words.map((word) => kit.rangeOfText(word))
  const wrong = words.find((_, index) => ranges[index]?.family !== family)
  if (wrong !== undefined) {
    return { ...partOf(ofFamily(family)), problem: `has the address ${wrong}, which is not understood` }
  }
  const set = kit.setOfRanges(ranges.flatMap((range) => range ?? []))
  return ofAddresses(family, isSource, isNegated ? kit.everything(family).subtract(set) : set)
}

/** Connections from or to some addresses. */
export function ofAddresses(family: AddressFamily, isSource: boolean, set: PrefixSet): Meaning {
  if (set.isEmpty) return NOTHING
  return { conditions: [{ ...ofFamily(family), [isSource ? 'source' : 'destination']: set }] }
}

function ports(header: string, isSource: boolean, { words, isNegated }: Asked): Meaning {
  const protocol = header === 'tcp' || header === 'udp' ? header : 'any'
  const found = words.map((word) => portsOf(word))
  const wrong = words.find((_, index) => found[index] === undefined)
  if (wrong !== undefined) {
    const problem = `has the port ${wrong}, which is not understood`
    return { ...partOf({ ...EVERY_CONNECTION, protocol }), problem }
  }
  const joined = kit.joinPorts(found as PortRange[])
  const asked = isNegated ? kit.otherPorts(joined) : joined
  const ports = kit.otherPorts(asked).length === 0 ? EVERY_PORT : asked
  if (ports.length === 0) return NOTHING
  if (!isSource) return { conditions: [{ ...EVERY_CONNECTION, protocol, ports }] }
  if (ports === EVERY_PORT) return { conditions: [{ ...EVERY_CONNECTION, protocol }] }
  return { ...partOf({ ...EVERY_CONNECTION, protocol }), problem: `matches source ports: ${words.join(', ')}` }
}

function protocols(header: string, { words, isNegated }: Asked): Meaning {
  const base = header === 'meta' ? EVERY_CONNECTION : ofFamily(header === 'ip' ? 'ipv4' : 'ipv6')
  const named = words.map((word) => protocolOf(word))
  const wrong = words.find((_, index) => named[index] === undefined)
  if (wrong !== undefined) return { ...partOf(base), problem: `has the protocol ${wrong}, which is not understood` }
  if (words.length === 0) return isNegated ? { conditions: [base] } : NOTHING
  const flows = (['tcp', 'udp'] as const).filter((protocol) => named.includes(protocol) !== isNegated)
  const own = (['icmp', 'icmpv6'] as const).filter((protocol) => named.includes(protocol) !== isNegated)
  const hasOthers = named.includes('other')
  const others: Condition = { ...EVERY_CONNECTION, protocol: 'other', part: hasOthers ? 'other' : 'no' }
  const conditions = [
    ...flows.map((protocol): Condition => ({ ...EVERY_CONNECTION, protocol })),
    ...own.map((protocol) => ofIcmp(protocol)),
    ...(isNegated || hasOthers ? [others] : []),
  ]
  return { conditions: product([base], conditions) }
}

const ofIcmp = (header: 'icmp' | 'icmpv6'): Condition => ({
  ...ofFamily(header === 'icmp' ? 'ipv4' : 'ipv6'),
  protocol: 'icmp',
})

/** Types that begin a connection, as the kernel tracks them; all others answer one, or belong to none. */
const BEGINNING: ReadonlySet<string> = new Set(
  'echo-request timestamp-request info-request address-mask-request 8 13 15 17 128 139'.split(' '),
)

/** A match on some types covers only a part of ICMP. */
function icmp(header: 'icmp' | 'icmpv6', field: string, { words, isNegated }: Asked): Meaning {
  const isAnswer = field === 'type' && !isNegated && words.every((word) => !BEGINNING.has(word))
  return isAnswer ? NOTHING : partOf(ofIcmp(header))
}

const FAMILY_WORDS: Readonly<Record<string, AddressFamily>> = {
  ipv4: 'ipv4',
  ip: 'ipv4',
  '2': 'ipv4',
  '0x0800': 'ipv4',
  ipv6: 'ipv6',
  ip6: 'ipv6',
  '10': 'ipv6',
  '0x86dd': 'ipv6',
}

function families({ words, isNegated }: Asked): Meaning {
  const named = new Set(words.map((word) => (Object.hasOwn(FAMILY_WORDS, word) ? FAMILY_WORDS[word] : undefined)))
  const left = (['ipv4', 'ipv6'] as const).filter((family) => named.has(family) !== isNegated)
  return { conditions: left.length === 2 ? [EVERY_CONNECTION] : left.map((family) => ofFamily(family)) }
}

const STATES: ReadonlySet<string> = new Set(['new', 'established', 'related', 'invalid', 'untracked'])

/** The connections whose first packet is in one of the conntrack states. */
function states({ words, isNegated }: Asked): Meaning {
  const wrong = words.find((word) => !STATES.has(word))
  if (wrong !== undefined) return some(`has the state ${wrong}, which is not understood`)
  if (words.includes('new')) return isNegated ? NOTHING : EVERYTHING
  if (words.includes('untracked')) return SOMETHING
  return isNegated ? EVERYTHING : NOTHING
}

/** Keys that have some words for every first packet, and others for none. */
function oneOf(every: readonly string[], none: readonly string[], key: string, { words, isNegated }: Asked): Meaning {
  const wrong = words.find((word) => !every.includes(word) && !none.includes(word))
  if (wrong !== undefined) return some(`has ${key} ${wrong}, which is not understood`)
  return words.some((word) => every.includes(word)) === isNegated ? NOTHING : EVERYTHING
}

/** The loopback interface leads to no remote side. */
function interfaces(side: 'in' | 'out', { words, isNegated }: Asked): Meaning {
  const names = words.filter((word) => word !== 'lo')
  if (names.length === 0) return isNegated ? EVERYTHING : NOTHING
  return { conditions: [{ ...EVERY_CONNECTION, interfaces: [{ side, names, isNegated }] }] }
}

/** Kinds of addresses that are never a destination of the policy. */
const GROUPS: ReadonlySet<string> = new Set(['broadcast', 'multicast', 'anycast'])

function routes(key: string, { words, isNegated }: Asked): Meaning {
  const isMissing = words.length === 1 && /^(?:missing|0)$/.test(words[0] as string) && !isNegated
  if (/^fib saddr\S* oif(?:name)?$/.test(key) && isMissing) {
    return { conditions: [], remark: 'matches by the route back to the source, which is not followed' }
  }
  if (!/^fib daddr(?:\.[io]if)? type$/.test(key)) return SOMETHING
  if (words.length === 1 && words[0] === 'local') {
    return isNegated ? EVERYTHING : { conditions: [{ ...SOME_CONNECTIONS, isToSelf: true }] }
  }
  return words.every((word) => GROUPS.has(word)) ? (isNegated ? EVERYTHING : NOTHING) : SOMETHING
}
