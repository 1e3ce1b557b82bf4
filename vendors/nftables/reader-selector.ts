import { type Cursor, NotUnderstood, readValue } from './reader-cursor.ts'
import type { Selector } from './reader-types.ts'

/** Keys of packets that need no `meta` before them. */
export const META: ReadonlySet<string> = new Set(
  'iif oif iifname oifname iiftype oiftype iifgroup oifgroup mark skuid skgid nftrace rtclassid ibrname obrname pkttype cpu cgroup random secpath time day hour length priority'.split(
    ' ',
  ),
)

/** Headers with fields of one word. */
const HEADERS: ReadonlySet<string> = new Set(
  'ether vlan arp ip icmp igmp ip6 icmpv6 tcp udp udplite sctp dccp ah esp comp th gre'.split(' '),
)

/** `tcp dport`, `ct state`, `iifname`, `ip saddr . tcp dport`, `tcp flags & (syn | ack)`. */
export function readSelector(cursor: Cursor): Selector {
  const keys = [readKey(cursor)]
  while (cursor.take('.')) keys.push(readKey(cursor))
  if (cursor.take('&')) return { keys, mask: readValue(cursor) }
  return { keys }
}

function readKey(cursor: Cursor): string {
  if (cursor.take('(')) {
    const key = cursor.inside(() => readKey(cursor))
    cursor.expect(')')
    return key
  }
  const { kind, text } = cursor.next()
  if (kind !== 'word') throw new NotUnderstood(text)
  if (text.startsWith('@')) return text
  if (text === 'meta') return `meta ${cursor.name()}`
  if (META.has(text)) return `meta ${text}`
  if (text === 'ct') return readTracked(cursor)
  if (text === 'fib') return readRoute(cursor)
  if (text === 'rt') return `rt ${cursor.name()}`
  if (text === 'socket') {
    const key = cursor.name()
    if (key === 'cgroupv2') {
      cursor.expect('level')
      cursor.name()
    }
    return `socket ${key}`
  }
  if (text === 'exthdr') return `exthdr ${cursor.name()}`
  if (text === 'tcp' && cursor.take('option')) return `tcp option ${cursor.name()} ${cursor.name()}`
  if (HEADERS.has(text)) return `${text} ${cursor.name()}`
  throw new NotUnderstood(text)
}

/** `ct state`, `ct original ip daddr`, `ct reply proto-src` */
function readTracked(cursor: Cursor): string {
  const direction = cursor.isWord(/^(?:original|reply)$/) ? `${cursor.name()} ` : ''
  const key = cursor.name()
  return `ct ${direction}${key === 'ip' || key === 'ip6' ? `${key} ${cursor.name()}` : key}`
}

/** `fib daddr . iif type`: the fields of the lookup, then the requested result. */
function readRoute(cursor: Cursor): string {
  const looked = [cursor.name()]
  while (cursor.take('.')) looked.push(cursor.name())
  return `fib ${looked.join('.')} ${cursor.name()}`
}
