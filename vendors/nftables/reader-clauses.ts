import type { Direction, Doubt, Place } from 'tagwall/reader'
import { valueIn } from '../_kit/kit.ts'
import {
  readCounts,
  readElements,
  readLast,
  readSelector,
  readValue,
  readVerdict,
  type Selector,
  type Value,
  type Verdict,
} from './reader-expressions.ts'
import { type Cursor, endOfLine, NotUnderstood, textOf } from './reader-tokens.ts'

/** The reply of a reject, which limits the connections that it can match; `any` has a reply for each. */
export type Reject = 'any' | 'ipv4' | 'ipv6' | 'tcp'

export type Clause =
  | { readonly kind: 'match'; readonly left: Selector; readonly operator: string; readonly right: Value }
  | { readonly kind: 'map'; readonly left: Selector; readonly right: Value }
  | { readonly kind: 'verdict'; readonly verdict: Verdict; readonly reject?: Reject }
  /** A limit, a quota or the like, whose result does not depend on addresses. */
  | { readonly kind: 'part' }
  /** A statement that counts, logs or marks, and lets every packet continue. */
  | { readonly kind: 'pass'; readonly what: 'counter' | 'other' }
  | { readonly kind: 'changes'; readonly set: string }
  /** Something the reader does not follow; without a verdict, the next clause or rule is tried. */
  | { readonly kind: 'doubt'; readonly doubt: Doubt; readonly verdict: Verdict | undefined }
  | { readonly kind: 'unknown'; readonly text: string }

export interface Rule {
  readonly place: Place
  /** The shortened text of the rule. */
  readonly text: string
  readonly comment: string | undefined
  readonly clauses: readonly Clause[]
}

const OPERATORS: ReadonlySet<string> = new Set(['==', '!=', '!', '<', '>', '<=', '>='])

/** Words that begin the last clause of a rule: unknown words before them do not hide the verdict. */
const ENDS = /^(?:accept|drop|return|continue|jump|goto|reject|comment)$/

/** The clauses of a rule, in order, and its comment. An unknown text is a clause too. */
export function readClauses(cursor: Cursor): { clauses: Clause[]; comment: string | undefined } {
  const clauses: Clause[] = []
  let comment: string | undefined
  while (!cursor.isDone) {
    if (cursor.isComment) {
      cursor.next()
      comment = cursor.name()
      continue
    }
    const from = cursor.at
    try {
      clauses.push(readClause(cursor))
    } catch (error) {
      if (!(error instanceof NotUnderstood)) throw error
      cursor.at = from + 1
      while (!cursor.isDone && !cursor.isWord(ENDS)) cursor.at++
      clauses.push({ kind: 'unknown', text: textOf(cursor.tokens.slice(from, cursor.at)) })
    }
  }
  return { clauses, comment }
}

function readClause(cursor: Cursor): Clause {
  const verdict = readVerdict(cursor)
  if (verdict) return { kind: 'verdict', verdict }
  const { at } = cursor
  const { kind, text } = cursor.next()
  const clause = kind === 'word' ? valueIn(STATEMENTS, text)?.(cursor) : undefined
  if (clause) return clause
  cursor.at = at
  return readMatch(cursor)
}

const PASS: Clause = { kind: 'pass', what: 'other' }
const PART: Clause = { kind: 'part' }
const ACCEPT: Clause = { kind: 'verdict', verdict: { kind: 'accept' } }
const doubtful = (does: string, verdict?: 'accept' | 'either', direction?: Direction): Clause => ({
  kind: 'doubt',
  doubt: { reason: `${does}, which is not followed`, direction },
  verdict: verdict && { kind: verdict },
})
/** Connections that leave go elsewhere than they were sent to. */
const REDIRECTS = doubtful('redirects connections', undefined, 'outbound')
const DIVERTS = doubtful('redirects connections', 'accept', 'outbound')

/** Targets of iptables whose verdict does not depend on their parameters. */
const XT_TARGETS = new Map<string, Clause>([
  ...['MASQUERADE', 'SNAT'].map((name) => [name, ACCEPT] as const),
  ...['DNAT', 'REDIRECT'].map((name) => [name, DIVERTS] as const),
  ['REJECT', { kind: 'verdict', verdict: { kind: 'drop' } }],
  ...'LOG NFLOG MARK CONNMARK TCPMSS CHECKSUM CLASSIFY DSCP'.split(' ').map((name) => [name, PASS] as const),
])

type Read = (cursor: Cursor) => Clause | undefined

/** The statements with a keyword of their own, which is taken; undefined if the keyword begins a match instead. */
const STATEMENTS: Readonly<Record<string, Read>> = {
  dup: whatever(PASS),
  queue: whatever(doubtful('hands connections to a program', 'either')),
  synproxy: whatever(doubtful('answers connections itself (synproxy)', 'either')),
  fwd: whatever(doubtful('sends packets to another interface (fwd)', 'either')),
  dnat: whatever(DIVERTS),
  redirect: whatever(DIVERTS),
  tproxy: whatever(DIVERTS),
  snat: whatever(ACCEPT),
  masquerade: whatever(ACCEPT),
  counter: named({ kind: 'pass', what: 'counter' }, readCounts),
  last: (cursor) => {
    readLast(cursor)
    return PASS
  },
  log: readLog,
  limit: named(PART, (cursor) => {
    cursor.expect('rate')
    cursor.take('over')
    readRate(cursor)
    if (cursor.take('burst')) readAmount(cursor)
  }),
  quota: named(PART, (cursor) => {
    if (!cursor.take('over')) cursor.take('until')
    readAmount(cursor)
    if (cursor.take('used')) readAmount(cursor)
  }),
  reject: readReject,
  notrack: () => doubtful('takes connections out of tracking'),
  ct: (cursor) => {
    if (!cursor.take('count')) return undefined
    cursor.take('over')
    cursor.name()
    return PART
  },
  flow: (cursor) => {
    if (!cursor.take('add')) cursor.expect('offload')
    cursor.next()
    return PASS
  },
  add: readChange,
  update: readChange,
  delete: readChange,
  // A match or target of iptables that nft cannot translate; its parameters are not shown.
  xt: (cursor) => {
    const [kind, name] = [cursor.name(), cursor.name()]
    if (kind === 'match') return PART
    return XT_TARGETS.get(name) ?? { kind: 'unknown', text: `xt ${kind} ${name}` }
  },
}

/** Reads a statement that is the same clause whatever follows, up to the verdict or comment of the rule. */
function whatever(clause: Clause): Read {
  return (cursor) => {
    while (!cursor.isDone && !cursor.isWord(ENDS)) cursor.at++
    return clause
  }
}

/** Reads a statement that names an object of the table, or says what it is. */
function named(clause: Clause, read: (cursor: Cursor) => void): Read {
  return (cursor) => {
    if (cursor.take('name')) cursor.name()
    else read(cursor)
    return clause
  }
}

/** `reject with icmp port-unreachable`, which is also how nft prints a reject that a match keeps to IPv4. */
function readReject(cursor: Cursor): Clause {
  const verdict = { kind: 'drop' } as const
  if (!cursor.take('with')) return { kind: 'verdict', verdict, reject: 'any' }
  const answer = cursor.name()
  cursor.take('type')
  cursor.name()
  const reject = valueIn(ANSWERS, answer)
  if (!reject) throw new NotUnderstood()
  return { kind: 'verdict', verdict, reject }
}

const ANSWERS: Readonly<Record<string, Reject>> = { icmp: 'ipv4', icmpv6: 'ipv6', icmpx: 'any', tcp: 'tcp' }

const LOG_OPTIONS: ReadonlySet<string> = new Set(['prefix', 'level', 'group', 'snaplen', 'queue-threshold'])

function readLog(cursor: Cursor): Clause {
  for (;;) {
    const option = cursor.peek()?.text ?? ''
    if (LOG_OPTIONS.has(option)) {
      cursor.next()
      cursor.name()
    } else if (cursor.take('flags')) {
      if (cursor.take('tcp') || cursor.take('ip')) readValue(cursor)
      else cursor.name()
    } else return PASS
  }
}

/** `5/second`, `10 mbytes/second` */
function readRate(cursor: Cursor): void {
  if (!cursor.name().includes('/')) cursor.name()
}

/** `5 packets`, `10 mbytes` */
function readAmount(cursor: Cursor): void {
  cursor.name()
  if (cursor.isWord(/^(?:packets|[kmg]?bytes)$/)) cursor.name()
}

/** `add @set { ip saddr limit rate over 3/minute }` */
function readChange(cursor: Cursor): Clause {
  const token = cursor.next()
  if (token.kind !== 'set') throw new NotUnderstood()
  const end = endOfLine(cursor.tokens, cursor.at + 1)
  cursor.expect('{')
  cursor.at = end
  cursor.expect('}')
  return { kind: 'changes', set: token.text }
}

function readMatch(cursor: Cursor): Clause {
  const left = readSelector(cursor)
  if (cursor.take('vmap')) {
    const right: Value = cursor.is('{')
      ? { kind: 'list', elements: readElements(cursor) }
      : { kind: 'set', name: cursor.next().text }
    return { kind: 'map', left, right }
  }
  if (cursor.take('set')) {
    const isAddress = left.keys.some((key) => /^(?:ip6? [sd]addr|(?:tcp|udp|th) [sd]port)$/.test(key))
    readExpression(cursor)
    return isAddress ? REDIRECTS : PASS
  }
  const symbol = cursor.peek()
  const operator = symbol?.kind === 'symbol' && OPERATORS.has(symbol.text) ? cursor.next().text : ''
  const right = readValue(cursor)
  // `tcp flags syn / syn,ack`: the mask follows the value.
  if (cursor.take('/'))
    return { kind: 'match', left: { ...left, mask: readValue(cursor) }, operator: operator || '==', right }
  return { kind: 'match', left, operator, right }
}

/** Skips the value that a mark or a field is set to: `0x1`, `ct mark & 0xff`, `ip saddr map @marks`. */
function readExpression(cursor: Cursor): void {
  for (;;) {
    const from = cursor.at
    try {
      readSelector(cursor)
    } catch (error) {
      if (!(error instanceof NotUnderstood)) throw error
      cursor.at = from
      readValue(cursor)
    }
    if (cursor.take('map')) {
      if (cursor.is('{')) readElements(cursor)
      else cursor.next()
    }
    const isLonger = ['|', '^', '&', '<<', '>>'].some((symbol) => cursor.take(symbol))
    if (!isLonger) return
  }
}
