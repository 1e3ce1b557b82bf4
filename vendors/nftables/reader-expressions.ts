import { tableOf, valueIn } from '../_kit/kit.ts'
import { type Cursor, endOfLine, NotUnderstood } from './reader-tokens.ts'

/** The right side of a match, or an element's key. */
export type Value =
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'list'; readonly elements: readonly Element[] }
  /** Bits of which one is enough (`a,b`), or that are taken together (`a | b`). */
  | { readonly kind: 'flags'; readonly words: readonly string[] }
  | { readonly kind: 'concat'; readonly parts: readonly Value[] }
  | { readonly kind: 'set'; readonly name: string }
  /** The default element `*`: matches if no other element of the set does. */
  | { readonly kind: 'others' }

export interface Element {
  readonly value: Value
  readonly verdict: Verdict | undefined
  /** True if the element has a timeout. */
  readonly expires: boolean
  readonly line: number
}

export type Verdict =
  | { readonly kind: 'accept' | 'drop' | 'return' | 'continue' }
  | { readonly kind: 'jump' | 'goto'; readonly chain: string }
  /** Accept or drop: a program decides, or the file does not show it. */
  | { readonly kind: 'either' }

/** The left side of a match: `tcp dport`, `ip saddr . tcp dport`, `tcp flags & (syn | ack)`. */
export interface Selector {
  readonly keys: readonly string[]
  readonly mask?: Value | undefined
}

/** `443`, `{ 22, 80-90 }`, `@name`, `established,related`, `syn | ack`, `10.0.0.0/8 . 443`. */
export function readValue(cursor: Cursor): Value {
  const value = readParts(cursor)
  const symbol = value.kind === 'word' ? [',', '|'].find((one) => cursor.take(one)) : undefined
  if (value.kind !== 'word' || symbol === undefined) return value
  return { kind: 'flags', words: [value.text, ...cursor.all(symbol, () => cursor.name())] }
}

/** One value, or the parts of a concatenation. */
function readParts(cursor: Cursor): Value {
  const [first, ...more] = cursor.all('.', () => readPart(cursor)) as [Value, ...Value[]]
  return more.length > 0 ? { kind: 'concat', parts: [first, ...more] } : first
}

function readPart(cursor: Cursor): Value {
  if (cursor.is('{')) return { kind: 'list', elements: cursor.inside(() => readElements(cursor)) }
  if (cursor.take('(')) {
    const inside = cursor.inside(() => readValue(cursor))
    cursor.expect(')')
    return inside
  }
  const token = cursor.next()
  if (token.kind === 'set') return { kind: 'set', name: token.text }
  if (token.kind !== 'word' && token.kind !== 'string') throw new NotUnderstood()
  if (token.kind === 'word' && token.text === '*') return { kind: 'others' }
  if (cursor.is('-') && cursor.peek(1)?.kind === 'word') {
    cursor.next()
    return { kind: 'word', text: `${token.text}-${cursor.name()}` }
  }
  return { kind: 'word', text: token.text }
}

/** The elements between braces; of a verdict map, each with its verdict. */
export function readElements(cursor: Cursor): Element[] {
  const elements: Element[] = []
  cursor.expect('{')
  for (;;) {
    cursor.skipLines()
    if (cursor.take('}')) return elements
    // A list in a list comes from a variable; its elements belong to the outer list.
    if (cursor.is('{')) for (const one of cursor.inside(() => readElements(cursor))) elements.push(one)
    else elements.push(readElement(cursor))
    cursor.skipLines()
    if (!cursor.is('}')) cursor.expect(',')
  }
}

function readElement(cursor: Cursor): Element {
  const line = cursor.peek()?.line ?? 0
  const value = readParts(cursor)
  const expires = skipProperties(cursor)
  let verdict: Verdict | undefined
  if (cursor.take(':')) {
    cursor.skipLines()
    verdict = readVerdict(cursor)
    // The values of a map of addresses or ports are skipped, because statements that use it are not followed.
    if (!verdict) readParts(cursor)
    skipProperties(cursor)
  }
  return { value, verdict, expires, line }
}

/** `timeout 1h expires 5m counter packets 0 bytes 0 comment "x"`: true if the element has a timeout. */
function skipProperties(cursor: Cursor): boolean {
  let expires = false
  for (;;) {
    if (cursor.take('timeout')) expires = cursor.name() !== '0s' || expires
    else if (cursor.take('expires') || cursor.take('comment')) cursor.name()
    else if (cursor.take('counter')) readCounts(cursor)
    else if (cursor.take('last')) readLast(cursor)
    else return expires
  }
}

export function readCounts(cursor: Cursor): void {
  if (!cursor.take('packets')) return
  cursor.name()
  cursor.expect('bytes')
  cursor.name()
}

export function readLast(cursor: Cursor): void {
  if (cursor.take('used')) cursor.name()
}

/** A verdict, if one comes next. */
export function readVerdict(cursor: Cursor): Verdict | undefined {
  for (const kind of ['accept', 'drop', 'return', 'continue'] as const) if (cursor.take(kind)) return { kind }
  for (const kind of ['jump', 'goto'] as const) if (cursor.take(kind)) return { kind, chain: cursor.name() }
  return undefined
}

/** Keys of packets that need no `meta` before them. */
export const META: ReadonlySet<string> = new Set(
  `iif oif iifname oifname iiftype oiftype iifgroup oifgroup mark skuid skgid nftrace rtclassid ibrname obrname pkttype
    cpu cgroup random secpath time day hour length priority`.split(/\s+/),
)

/** Headers, and the like, with fields of one word. */
const HEADERS: ReadonlySet<string> = new Set(
  'ether vlan arp ip icmp igmp ip6 icmpv6 tcp udp udplite sctp dccp ah esp comp th gre rt exthdr'.split(' '),
)

/** `tcp dport`, `ct state`, `iifname`, `ip saddr . tcp dport`, `tcp flags & (syn | ack)`. */
export function readSelector(cursor: Cursor): Selector {
  const keys = cursor.all('.', () => readKey(cursor))
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
  if (kind !== 'word') throw new NotUnderstood()
  if (text.startsWith('@')) return text
  if (text === 'meta') return `meta ${cursor.name()}`
  if (META.has(text)) return `meta ${text}`
  if (text === 'ct') return readTracked(cursor)
  if (text === 'fib') return readRoute(cursor)
  if (text === 'socket') {
    const key = cursor.name()
    if (key === 'cgroupv2') {
      cursor.expect('level')
      cursor.name()
    }
    return `socket ${key}`
  }
  if (text === 'tcp' && cursor.take('option')) return `tcp option ${cursor.name()} ${cursor.name()}`
  if (HEADERS.has(text)) return `${text} ${cursor.name()}`
  throw new NotUnderstood()
}

/** `ct state`, `ct original ip daddr`, `ct reply proto-src` */
function readTracked(cursor: Cursor): string {
  const direction = cursor.isWord(/^(?:original|reply)$/) ? `${cursor.name()} ` : ''
  const key = cursor.name()
  return `ct ${direction}${key === 'ip' || key === 'ip6' ? `${key} ${cursor.name()}` : key}`
}

/** `fib daddr . iif type`: the fields of the lookup, then the requested result. */
function readRoute(cursor: Cursor): string {
  const looked = cursor.all('.', () => cursor.name())
  return `fib ${looked.join('.')} ${cursor.name()}`
}

/** Names of priorities (nft(8)). */
const PRIORITIES = tableOf('raw=-300 mangle=-150 dstnat=-100 filter=0 security=50 srcnat=100 out=100', Number)

const HOOK =
  /^(\w+) hook (\w+) (?:device \S+ |devices = \{[^}]*\} )?priority (- )?([a-z]*)([+-]?\d*)(?: ([+-]) (\d+))?$/

export interface Hook {
  readonly type: string
  readonly hook: string
  readonly priority: number
}

/** `filter hook output priority filter + 10`, after `type`. Written without blanks, `filter-1` is one word. */
export function readHook(cursor: Cursor): Hook {
  const { tokens, at } = cursor
  cursor.at = endOfLine(tokens, at)
  const text = tokens.slice(at, cursor.at).map((token) => token.text)
  const [, type, hook = '', minus, name = '', number = '', sign = '', offset = ''] = HOOK.exec(text.join(' ')) ?? []
  const base = name === '' ? 0 : valueIn(PRIORITIES, name)
  const own = number === '' ? 0 : Number(number)
  if (type === undefined || base === undefined || Number.isNaN(own) || name + number === '') throw new NotUnderstood()
  return { type, hook, priority: (minus ? -1 : 1) * (base + own) + Number(sign + offset) }
}
