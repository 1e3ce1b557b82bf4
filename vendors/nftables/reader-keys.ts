import type { AddressFamily, Doubt, PortRange, PrefixSet } from 'tagwall/reader'
import { FAMILIES, kit } from '../_kit/kit.ts'
import { BEGINNING, type Condition } from '../_netfilter/netfilter.ts'
import { META } from './reader-expressions.ts'

export const EVERY_CONNECTION: Condition = {
  protocol: 'any',
  ports: [{ first: 0, last: 65535 }],
  source: undefined,
  destination: undefined,
  part: 'no',
  interfaces: [],
  isToSelf: false,
}

export const SOME_CONNECTIONS: Condition = { ...EVERY_CONNECTION, part: 'other' }

/** The connections that match a condition of each list. */
export function product(these: readonly Condition[], those: readonly Condition[]): Condition[] {
  return these.flatMap((a) =>
    those.flatMap((b): Condition[] => {
      const both = kit.commonMatch(a, b)
      if (!both) return []
      return [{ ...both, interfaces: [...a.interfaces, ...b.interfaces], isToSelf: a.isToSelf || b.isToSelf }]
    }),
  )
}

/** The connections of one family. */
export function ofFamily(family: AddressFamily): Condition {
  const everything = kit.everything(family)
  return { ...EVERY_CONNECTION, source: everything, destination: everything }
}

/** The connections that a match describes: any of the conditions; none if no new connection can match. */
export interface Described {
  readonly conditions: readonly Condition[]
  readonly doubts: readonly Doubt[]
}

/** Conditions. Where a reason is given, a part of the match is unknown, and the conditions are as wide as possible. */
export const described = (conditions: readonly Condition[], ...reasons: readonly string[]): Described => ({
  conditions,
  doubts: [...new Set(reasons)].map((reason) => ({ reason })),
})

/** The connections that both describe. */
export const both = (a: Described, b: Described): Described => ({
  conditions: product(a.conditions, b.conditions),
  doubts: [...a.doubts, ...b.doubts],
})

const NOTHING = described([])
export const EVERYTHING = described([EVERY_CONNECTION])
export const SOMETHING = described([SOME_CONNECTIONS])
export const notUnderstood = (what: string) => described([SOME_CONNECTIONS], `${what}, which is not understood`)

/** A match on a key: equal to one of these words, or to none of them. */
interface Asked {
  readonly words: readonly string[]
  readonly isNegated: boolean
}

/** Protocols that no rule of a policy can name. */
const OTHER_PROTOCOLS: ReadonlySet<string> = new Set('igmp sctp dccp udplite ah esp comp gre arp'.split(' '))

/** The connections whose `key` is one of some words, or none of them. */
export function meaningOf(key: string, asked: Asked): Described {
  const [header = '', field = ''] = key.split(' ')
  if (header === 'icmp' || header === 'icmpv6') return icmp(header, field, asked)
  if (header === 'arp') return NOTHING
  if (OTHER_PROTOCOLS.has(header)) return partOf({ ...EVERY_CONNECTION, protocol: 'other' })
  if (/^ip6? [sd]addr$/.test(key)) return addresses(header === 'ip' ? 'ipv4' : 'ipv6', field === 'saddr', asked)
  if (/^(?:tcp|udp|th) [sd]port$/.test(key)) return ports(header, field === 'sport', asked)
  if (key === 'meta l4proto' || key === 'ip protocol' || key === 'ip6 nexthdr') return protocols(header, asked)
  if (key === 'meta nfproto' || key === 'meta protocol' || key === 'ether type') return families(asked)
  if (key === 'ct state') return oneOf(STATES, 'the state', asked)
  if (key === 'ct direction') return oneOf({ every: ['original'], none: ['reply'] }, key, asked)
  if (key === 'meta pkttype') return oneOf({ every: ['host', 'unicast'], none: ['broadcast', 'multicast'] }, key, asked)
  if (/^meta [io]if(?:name)?$/.test(key)) return interfaces(field.startsWith('i') ? 'in' : 'out', asked)
  if (header === 'fib') return routes(key, asked)
  // The first packet of a connection is no fragment.
  if (key === 'ip frag-off') {
    return both(oneOf({ every: ['0', '0x0'], none: [] }, key, asked), described([ofFamily('ipv4')]))
  }
  if (key === 'exthdr frag') return oneOf({ every: ['missing'], none: ['exists'] }, key, asked)
  if (header === 'ip' || header === 'ip6') return partOf(ofFamily(header === 'ip' ? 'ipv4' : 'ipv6'))
  if (header === 'tcp' || header === 'udp') return partOf(ofProtocol(header))
  const isUnknown = header.startsWith('@') || (header === 'meta' && !META.has(field))
  return isUnknown ? notUnderstood(`asks for ${key}`) : SOMETHING
}

const partOf = (condition: Condition, ...reasons: readonly string[]) =>
  described([{ ...condition, part: 'other' }], ...reasons)

function addresses(family: AddressFamily, isSource: boolean, { words, isNegated }: Asked): Described {
  const ranges = words.map((word) => kit.rangeOfText(word))
  const wrong = words.find((_, index) => ranges[index]?.family !== family)
  if (wrong !== undefined) return partOf(ofFamily(family), `has the address ${wrong}, which is not understood`)
  const set = kit.setOfRanges(ranges.flatMap((range) => range ?? []))
  return ofAddresses(family, isSource, isNegated ? kit.everything(family).subtract(set) : set)
}

/** Connections from or to some addresses. */
export function ofAddresses(family: AddressFamily, isSource: boolean, set: PrefixSet): Described {
  return set.isEmpty ? NOTHING : described([{ ...ofFamily(family), [isSource ? 'source' : 'destination']: set }])
}

function ports(header: string, isSource: boolean, { words, isNegated }: Asked): Described {
  const all = header === 'tcp' || header === 'udp' ? ofProtocol(header) : EVERY_CONNECTION
  // `443`, `https`, `8000-8080`. To nft, a leading zero makes an octal number.
  const portsOf = (word: string) => (/(?:^|-)0\d/.test(word) ? undefined : kit.portRange(word, { names: kit.services }))
  const found = words.map(portsOf)
  const wrong = words.find((_, index) => found[index] === undefined)
  if (wrong !== undefined) return partOf(all, `has the port ${wrong}, which is not understood`)
  const joined = kit.joinPorts(found as PortRange[])
  const asked = isNegated ? kit.otherPorts(joined) : joined
  if (asked.length === 0) return NOTHING
  if (kit.otherPorts(asked).length === 0) return described([all])
  return isSource ? partOf(all, `matches source ports: ${words.join(', ')}`) : described([{ ...all, ports: asked }])
}

function protocols(header: string, { words, isNegated }: Asked): Described {
  const base = header === 'meta' ? EVERY_CONNECTION : ofFamily(header === 'ip' ? 'ipv4' : 'ipv6')
  const named = words.map((word) => protocolOf(word))
  const wrong = words.find((_, index) => named[index] === undefined)
  if (wrong !== undefined) return partOf(base, `has the protocol ${wrong}, which is not understood`)
  if (words.length === 0) return isNegated ? described([base]) : NOTHING
  const own = (['tcp', 'udp', 'icmp', 'icmpv6'] as const).filter((one) => named.includes(one) !== isNegated)
  const hasOthers = named.includes('other')
  const others: Condition = { ...EVERY_CONNECTION, protocol: 'other', part: hasOthers ? 'other' : 'no' }
  return described(product([base], [...own.map(ofProtocol), ...(isNegated || hasOthers ? [others] : [])]))
}

/** The connections of a protocol. Each ICMP belongs to one family. */
export function ofProtocol(name: 'tcp' | 'udp' | 'icmp' | 'icmpv6'): Condition {
  if (name === 'tcp' || name === 'udp') return { ...EVERY_CONNECTION, protocol: name }
  return { ...ofFamily(name === 'icmp' ? 'ipv4' : 'ipv6'), protocol: 'icmp' }
}

/** A match on some types covers only a part of ICMP. */
function icmp(header: 'icmp' | 'icmpv6', field: string, { words, isNegated }: Asked): Described {
  // Any type may be in a range, `0-8`, or in another base, `0x8`.
  const mayBegin = (word: string) => BEGINNING.has(word) || /^(?:0.|\d+-)/.test(word)
  const isAnswer = field === 'type' && !isNegated && !words.some(mayBegin)
  return isAnswer ? NOTHING : partOf(ofProtocol(header))
}

const FAMILY_WORDS = { ipv4: /^(?:ipv4|ip|2|0x0?800)$/, ipv6: /^(?:ipv6|ip6|10|0x86dd)$/ }
/** Families of packets that neither is of. */
const OTHER_FAMILIES: ReadonlySet<string> = new Set('arp vlan 8021q 8021ad'.split(' '))

function families({ words, isNegated }: Asked): Described {
  const isKnown = (word: string) =>
    OTHER_FAMILIES.has(word) || FAMILIES.some((family) => FAMILY_WORDS[family].test(word))
  const wrong = words.find((word) => !isKnown(word))
  if (wrong !== undefined) return notUnderstood(`has the family ${wrong}`)
  const left = FAMILIES.filter((family) => words.some((word) => FAMILY_WORDS[family].test(word)) !== isNegated)
  return left.length === 2 ? EVERYTHING : described(left.map((family) => ofFamily(family)))
}

/** Words of a key that every first packet of a connection has, some have, or none has. */
interface Words {
  readonly every: readonly string[]
  readonly some?: readonly string[]
  readonly none: readonly string[]
}

/** States of conntrack. */
const STATES: Words = { every: ['new'], some: ['untracked'], none: ['established', 'related', 'invalid'] }

function oneOf({ every, some = [], none }: Words, key: string, { words, isNegated }: Asked): Described {
  const wrong = words.find((word) => ![...every, ...some, ...none].includes(word))
  if (wrong !== undefined) return notUnderstood(`has ${key} ${wrong}`)
  const hasEvery = words.some((word) => every.includes(word))
  if (!hasEvery && words.some((word) => some.includes(word))) return SOMETHING
  return hasEvery === isNegated ? NOTHING : EVERYTHING
}

/** The loopback interface leads to no remote side. */
function interfaces(side: 'in' | 'out', { words, isNegated }: Asked): Described {
  const names = words.filter((word) => word !== 'lo')
  if (names.length === 0) return isNegated ? EVERYTHING : NOTHING
  return described([{ ...EVERY_CONNECTION, interfaces: [{ side, names, isNegated }] }])
}

/** Kinds of addresses that are never a destination of the policy. */
const GROUPS: ReadonlySet<string> = new Set(['broadcast', 'multicast', 'anycast'])

function routes(key: string, { words, isNegated }: Asked): Described {
  const isMissing = words.length === 1 && /^(?:missing|0)$/.test(words[0] as string) && !isNegated
  if (/^fib saddr\S* oif(?:name)?$/.test(key) && isMissing) {
    return {
      conditions: [],
      doubts: [{ reason: 'matches by the route back to the source, which is not followed', isHarmless: true }],
    }
  }
  if (!/^fib daddr(?:\.[io]if)? type$/.test(key)) return SOMETHING
  if (words.length === 1 && words[0] === 'local') {
    return isNegated ? EVERYTHING : described([{ ...SOME_CONNECTIONS, isToSelf: true }])
  }
  return words.every((word) => GROUPS.has(word)) ? (isNegated ? EVERYTHING : NOTHING) : SOMETHING
}

/** A protocol by name or number; undefined for an unknown one. */
function protocolOf(text: string): 'tcp' | 'udp' | 'icmp' | 'icmpv6' | 'other' | undefined {
  const named = Object.hasOwn(kit.protocols, text) && text !== 'all' ? kit.protocols[text] : undefined
  // To nft, a leading zero makes an octal number.
  const number = /^(?:0|[1-9]\d{0,2})$/.test(text) ? Number(text) : named
  if (number === undefined || number > 255) return undefined
  if (number === 1 || number === 58) return number === 1 ? 'icmp' : 'icmpv6'
  return number === 6 ? 'tcp' : number === 17 ? 'udp' : 'other'
}
