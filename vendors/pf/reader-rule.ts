import type { Action, AddressFamily, Direction, Line, PortRange, PrefixSet, Words } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'
import type { PolicyEnd } from '../_policies/rules.ts'

/** One end of a rule. `unknown`: the reason why it is no remote side, as its object has unknown addresses. */
export type End = PolicyEnd & { readonly unknown: string | undefined }

/** The end of these addresses, or of an object. */
export const endOf = (addresses: PrefixSet, object?: string, unknown?: string): End => ({
  addresses,
  objects: object === undefined ? [] : [object],
  isPart: false,
  hasObjects: object !== undefined,
  isOwn: false,
  remote: () => ({ addresses, isPart: false }),
  unknown,
})

/** An interface or a group of these that a rule is on, or every other one. */
export interface Interface {
  readonly name: string
  readonly isNot: boolean
}

const every = () => endOf(kit.everything())

/** A rule of pf, by the words after `pass` or `block`. */
export class Rule {
  name = ''
  isQuick = false
  /** Undefined: both. */
  direction: Direction | undefined
  /** On any of these; none: on every interface. */
  readonly interfaces: Interface[] = []
  family: AddressFamily | undefined
  readonly protocols: string[] = []
  from = every()
  to = every()
  ports: readonly PortRange[] = kit.everyPort
  isPart = false
  /** The reason why the rule is not followed. */
  fault: string | undefined

  constructor(
    readonly action: Action,
    readonly line: Pick<Line, 'place' | 'text'>,
    private readonly words: Words,
    /** The table of a name, or all addresses but it; a text with the reason if a rule cannot use it. */
    private readonly lookUp: (name: string, isNot: boolean) => End | string,
    private readonly isAudit: boolean,
  ) {
    const answers = isAudit ? RETURNS : RETURNS.slice(0, 2)
    if (action === 'deny' && words.take(...answers)) skipOptions(words)
    while (!words.isDone && this.fault === undefined) this.fault = this.take(words.next() as string)
  }

  /** Takes a word with what belongs to it; the reason why the rule is not followed, if it is not. */
  private take(word: string): string | undefined {
    const { words } = this
    if (word === 'in' || word === 'out') this.direction = word === 'in' ? 'inbound' : 'outbound'
    else if (word === 'quick') this.isQuick = true
    else if (word === 'log') skipOptions(words)
    else if (word === 'on') for (const one of listOf(words, () => this.interfaceOf())) this.interfaces.push(one)
    else if (word === 'inet') this.family = 'ipv4'
    else if (word === 'inet6') this.family = 'ipv6'
    else if (word === 'proto') for (const one of listOf(words, () => words.next() ?? '')) this.protocols.push(one)
    else if (word === 'from' || word === 'to') return this.takeEnd(word)
    else if (word === 'label') this.name = (words.next() ?? '').replace(/^"/, '')
    else if (word !== 'all') return this.takeCondition(word)
    return undefined
  }

  private takeEnd(which: 'from' | 'to'): string | undefined {
    const { words } = this
    const end = this.endOf()
    if (typeof end === 'string') return end
    this[which] = end
    if (!words.take('port')) return undefined
    const ports = listOf(words, () => portsOf(words, this.isAudit))
    const joined = kit.joinPorts(ports.flatMap((ranges) => ranges ?? []))
    if (ports.includes(undefined) || joined.length === 0) return 'has unknown ports'
    if (which === 'from') this.isPart = true
    else this.ports = joined
    return undefined
  }

  /** Takes a condition that tagwall never writes. */
  private takeCondition(word: string): string | undefined {
    const { words } = this
    const unsupported = `has an unsupported condition: ${word}`
    if (!this.isAudit) return unsupported
    if (word === 'icmp-type' || word === 'icmp6-type') {
      listOf(words, () => words.next())
      if (words.take('code')) words.next()
      this.isPart = true
    } else if (word === 'flags' && BEGINNING.test(words.peek ?? '')) words.next()
    else if (/^(?:keep|modulate|synproxy|no)$/.test(word) && words.take('state')) skipOptions(words)
    else if (word === 'tag') words.next()
    else if (LIMITS.test(word)) {
      listOf(words, () => [words.take('=', '!=', '<', '<=', '>', '>='), words.next()])
      this.isPart = true
    } else if (word !== 'allow-opts' && !(word === '!' && LIMITS.test(words.peek ?? ''))) return unsupported
    return undefined
  }

  private interfaceOf(): Interface {
    const isNot = this.words.take('!') !== undefined
    return { name: (this.words.next() ?? '').replace(/^"/, ''), isNot }
  }

  private endOf(): End | string {
    const { words } = this
    if (words.peek === 'port' && this.isAudit) return every()
    const found = listOf(words, () => this.hostOf())
    const fault = found.find((one) => typeof one === 'string')
    if (fault !== undefined) return fault
    const ends = found as End[]
    const [one] = ends.filter((end) => end.hasObjects)
    if (one && ends.length > 1) return one.unknown ?? 'has a table of yours beside other addresses'
    return one ?? endOf(kit.union(ends.map(({ addresses }) => addresses)))
  }

  private hostOf(): End | string {
    const { words, isAudit } = this
    const isNot = words.take('!') !== undefined
    const text = words.peek === '(' ? inParentheses(words) : (words.next() ?? '')
    if (text === 'any') return isNot ? 'negates any' : every()
    if (isAudit && UNROUTED.test(text)) {
      this.isPart = true
      return every()
    }
    const table = /^<(.+)>$/.exec(text)
    if (table) return this.lookUp(table[1] ?? '', isNot)
    // Two addresses may have a hyphen between them.
    const range = isAudit && words.take('-') ? kit.rangeBetween(text, words.next() ?? '') : blockOf(text)
    if (range) {
      const set = kit.setOfRanges([range])
      return endOf(isNot ? kit.everything(range.family).subtract(set) : set)
    }
    const unknown = `has an address that is unknown: ${text}`
    if (!isAudit || !NAME.test(text)) return unknown
    // The addresses of interfaces and hosts are not in the file. In parentheses, no name is that of a table.
    const shown = /^\(|:/.test(text) ? text : `(${text})`
    return endOf(kit.empty, `${isNot ? '!' : ''}${shown}`, unknown)
  }
}

/** The words of a `match` without options that change packets but not the verdict: `scrub (no-df)`, `set prio 6`, `queue std`. */
export function withoutShaping(words: readonly string[]): string[] {
  const rest: string[] = []
  for (let at = 0; at < words.length; ) {
    const count = shapingAt(words, at)
    if (count === 0) rest.push(words[at] as string)
    at += Math.max(count, 1)
  }
  return rest
}

/** How many words such an option has that begins at a position; 0 if none does. */
function shapingAt(words: readonly string[], at: number): number {
  const [word = '', next = '', value = ''] = words.slice(at, at + 3)
  if (next === '(' && /^(?:scrub|set|queue)$/.test(word)) {
    const inside = words.slice(at + 2)
    const end = inside.findIndex((one) => one === ')' || one === '(')
    return inside[end] === ')' ? end + 3 : 0
  }
  if (word === 'set' && /^(?:prio|tos|queue|delay)$/.test(next)) return value === '' || value.startsWith('(') ? 0 : 3
  return word === 'queue' && next !== '' && !next.startsWith('(') ? 2 : 0
}

/** True if a `match` decides nothing: it has conditions, and options that only shape packets. */
export function onlyShapes(line: Line): boolean {
  const words = kit.words(withoutShaping(line.words.slice(1)))
  return new Rule('allow', line, words, every, true).fault === undefined
}

/** Conditions with one value, or a list of them, by which a rule matches only some packets. */
const LIMITS = /^(?:user|group|tagged|received-on|os|tos|prio|probability|max-pkt-rate)$/
/** Sources that no route leads to; nobody knows which these are. */
const UNROUTED = /^(?:no-route|urpf-failed)$/
/** An interface in parentheses, with a modifier or without; a host; the firewall itself. */
const NAME = /^(?:\(|[A-Za-z])/
const RETURNS = ['drop', 'return', 'return-rst', 'return-icmp', 'return-icmp6'] as const
/** The first packet of a connection has SYN and nothing else set. */
const BEGINNING = /^(?:any|S\/[A-RT-Z]*S[A-Z]*)$/

/** A single item, or the items of a list in braces. */
export function listOf<One>(words: Words, oneOf: () => One): One[] {
  if (!words.take('{')) return [oneOf()]
  const found: One[] = []
  while (!words.isDone && words.peek !== '}') if (!words.take(',')) found.push(oneOf())
  words.take('}')
  return found
}

/** pf takes the parts that an IPv4 prefix leaves out as zeros. */
export function blockOf(text: string) {
  const [, short, length] = /^(\d+(?:\.\d+){0,2})\/(\d+)$/.exec(text) ?? []
  return kit.blockOf(short ? `${`${short}.0.0.0`.split('.').slice(0, 4).join('.')}/${length}` : text)
}

/** `(em0:network)`, as one word. */
function inParentheses(words: Words): string {
  const inside: string[] = []
  for (let word = words.next(); word !== undefined && word !== ')'; word = words.next()) inside.push(word)
  return `${inside.join('')})`
}

function skipOptions(words: Words): void {
  if (!words.take('(')) return
  while (!words.isDone && words.next() !== ')');
}

/** The ports of `443`, `https`, `8000:8080`, `= 443`, `!= 443`, `> 1023`, `1024 >< 2048`, `1024 <> 2048`; else undefined. */
function portsOf(words: Words, isAudit: boolean): readonly PortRange[] | undefined {
  const next = () => kit.portRange(words.next() ?? '', { between: ':', names: kit.services })
  const operator = isAudit ? words.take('=', '!=', '<', '<=', '>', '>=') : undefined
  const range = next()
  const sign = operator ?? (isAudit ? words.take('><', '<>') : undefined)
  if (!sign) return range && [range]
  const end = operator ? range : next()
  const areOne = [range, end].every((one) => one && one.first === one.last)
  return range && end && areOne ? COMPARED[sign](range.first, end.first) : undefined
}

const run = (first: number, last: number): PortRange[] => (first <= last ? [{ first, last }] : [])

/** The ports that an operator before one port, or between two, stands for. */
const COMPARED = {
  '=': (port: number) => run(port, port),
  '!=': (port: number) => [...run(0, port - 1), ...run(port + 1, 65535)],
  '<': (port: number) => run(0, port - 1),
  '<=': (port: number) => run(0, port),
  '>': (port: number) => run(port + 1, 65535),
  '>=': (port: number) => run(port, 65535),
  '><': (first: number, last: number) => run(first + 1, last - 1),
  '<>': (first: number, last: number) => [...run(0, first - 1), ...run(last + 1, 65535)],
}
