import type { AddressFamily, Prefix, Protocol } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'
import type { Match, Service } from './reader-switch.ts'

export const NOT_UNDERSTOOD = 'is not understood'

const PROTOCOLS: Readonly<Record<AddressFamily, Readonly<Record<string, Protocol>>>> = {
  ipv4: { tcp: 'tcp', 6: 'tcp', udp: 'udp', 17: 'udp', icmp: 'icmp', 1: 'icmp' },
  ipv6: { tcp: 'tcp', 6: 'tcp', udp: 'udp', 17: 'udp', icmpv6: 'icmp', 58: 'icmp' },
}
const OTHER_PROTOCOL = /^(?:ahp|bgp|igmp|ospf|pim|rsvp|vrrp|\d{1,3}(?:-\d{1,3})?)$/

/** Prefixes of one family; undefined if a word is none. */
export function prefixesOf(words: readonly string[], family: string): Prefix[] | undefined {
  const prefixes = words.map((word) => kit.prefixOrReason(word))
  const own = prefixes.filter((one) => typeof one !== 'string' && one.family === family) as Prefix[]
  return own.length === words.length ? own : undefined
}

/** `source prefix field-set A B`, `destination prefix 192.0.2.0/24`; a reason if it is not evaluated. */
export function takeSide(
  match: Match,
  side: 'source' | 'destination',
  words: readonly string[],
  isProof: boolean,
): string | undefined {
  const isNamed = words[0] === 'field-set'
  const values = isNamed ? words.slice(1) : words
  if (values.length === 0) return NOT_UNDERSTOOD
  const prefixes = isNamed ? [] : prefixesOf(values, match.family)
  if (!prefixes) return `names addresses that are not ${match.family}`
  const text = words.join(' ')
  const known = match[side]
  // No source says whether EOS adds the second of two lines, or replaces the first.
  if (isProof && known && known.text !== text) return 'names a side twice'
  const own = known ?? { text, names: [], prefixes: [] }
  if (isNamed) own.names.push(...values)
  own.prefixes.push(...prefixes)
  match[side] = own
  return undefined
}

/** `protocol tcp destination port 443,8000-8080`; a reason if it is not evaluated. Each of these lines adds services. */
export function takeProtocol(match: Match, words: readonly string[], isProof: boolean): string | undefined {
  const at = words.findIndex((word) => /^(?:source|destination|flags|type|code)$/.test(word))
  const names = (at < 0 ? words : words.slice(0, at)).join(',').split(/,+/)
  const limits = limitsOf(at < 0 ? [] : words.slice(at))
  if (typeof limits === 'string') return limits
  const services = names.map((name): Service | undefined => {
    const protocol = PROTOCOLS[match.family][name] ?? (OTHER_PROTOCOL.test(name) ? 'other' : undefined)
    return protocol && { ...limits, protocol, isPart: limits.isPart || protocol === 'other' }
  })
  const line = words.join(' ')
  const isKnown = match.lines.has(line)
  match.lines.add(line)
  const hasPorts = limits.ports !== undefined || limits.portSets.length > 0
  for (const service of services) {
    if (!service) return `names a protocol that ${match.family} does not have`
    if (hasPorts && service.protocol !== 'tcp' && service.protocol !== 'udp')
      return 'has ports of a protocol without ports'
    if (isProof && service.isPart) return NOT_UNDERSTOOD
    if (!isKnown) match.services.push(service)
  }
  return undefined
}

/** Ports, flags and types of ICMP behind a protocol. */
function limitsOf(given: readonly string[]) {
  const words = kit.words(given)
  const limits = { ports: undefined as ReturnType<typeof kit.portList>, portSets: [] as string[], isPart: false }
  while (!words.isDone) {
    const side = words.next()
    if (side !== 'source' && side !== 'destination') {
      words.rest()
      limits.isPart = true
      continue
    }
    if (!words.take('port')) return NOT_UNDERSTOOD
    const values: string[] = []
    while (!words.isDone && !/^(?:source|destination|flags)$/.test(words.peek ?? '')) values.push(words.next() ?? '')
    if (values.join() === 'all') continue
    const isNamed = values[0] === 'field-set'
    const ports = isNamed ? undefined : kit.portList(values.join(''))
    if (isNamed ? values.length < 2 : !ports) return 'has wrong ports'
    if (side === 'source') limits.isPart = true
    else if (isNamed) limits.portSets.push(...values.slice(1))
    else limits.ports = ports
  }
  return limits
}
