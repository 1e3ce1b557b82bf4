import type { PortRange, Prefix, PrefixSet, ReaderContext } from 'tagwall/reader'
import type { Doubt } from './reader-doubts.ts'
import type { Draft, InterfaceMatch, RuleEnvironment } from './reader-draft.ts'
import { readOptions } from './reader-line.ts'
import type { Chain } from './reader-tables.ts'

export type Verdict =
  | { readonly kind: 'allow' | 'deny' | 'return' }
  | { readonly kind: 'jump' | 'goto'; readonly chain: string }

/** Rules that stand one behind the other and differ in one address only: the order between them does not matter. */
export interface Rule {
  /** Of the first of them. */
  readonly line: number
  /** The comment. */
  readonly name: string | undefined
  readonly verdict: Verdict
  readonly protocols: number
  readonly ports: readonly PortRange[]
  /** Undefined: any. */
  readonly source: PrefixSet | undefined
  readonly destination: PrefixSet | undefined
  readonly interfaces: readonly InterfaceMatch[]
  /** Whether it asks for more, so that it is about a part of the connections that the rest describes. */
  readonly isPart: boolean
  readonly isToSelf: boolean
  readonly doubts: readonly Doubt[]
  /** Each of them, where their comments differ, and which side it is that they differ in. */
  readonly lines: readonly RuleLine[] | undefined
  readonly side: 'source' | 'destination' | undefined
}

export interface RuleLine {
  readonly line: number
  readonly name: string | undefined
  readonly prefix: Prefix
}

const DENIES = new Set(['DROP', 'REJECT', 'TARPIT'])

/** Targets that do something and let the packet go on. */
const PASSING = new Set(
  'LOG NFLOG ULOG MARK CONNMARK SET AUDIT TRACE CT NOTRACK CLASSIFY TCPMSS CHECKSUM SECMARK CONNSECMARK TEE DSCP TOS ECN TTL HL RATEEST LED HMARK IDLETIMER TCPOPTSTRIP'.split(
    ' ',
  ),
)

/** A rule while lines are still added to it. */
interface Growing {
  readonly line: number
  readonly tokens: readonly string[]
  readonly draft: Draft
  readonly doubts: readonly Doubt[]
  readonly verdict: Verdict
  /** Where its comment stands; -1 where there is none, or where lines are to keep theirs. */
  readonly commentIndex: number
  readonly lines: RuleLine[]
  hasOtherNames: boolean
}

/** The rules of a chain that can decide about a new connection, in order. */
export function readRules(chain: Chain, environment: RuleEnvironment): Rule[] {
  const { kit } = environment.context
  const rules: Growing[] = []
  let last: Growing | undefined
  for (const { line, text } of chain.rules) {
    const tokens = tokensOf(text)
    if (last && tokens && grow(last, line, tokens, environment)) continue
    last = readRule(line, text, tokens, environment)
    if (last) rules.push(last)
  }
  return rules.map(({ line, draft, doubts, verdict, lines, hasOtherNames }): Rule => {
    const { slot, source, destination } = draft
    const listed = slot && kit.setOf(slot.prefixes)
    return {
      line,
      name: draft.comment,
      verdict,
      protocols: draft.protocols,
      ports: draft.ports,
      source: slot?.side === 'source' ? and(source, listed) : source,
      destination: slot?.side === 'destination' ? and(destination, listed) : destination,
      interfaces: draft.interfaces,
      isPart: draft.isPart,
      isToSelf: draft.isToSelf,
      doubts,
      lines: hasOtherNames ? lines : undefined,
      side: slot?.side,
    }
  })
}

const and = (a: PrefixSet | undefined, b: PrefixSet | undefined) => (a && b ? a.intersect(b) : (a ?? b))

/** Adds a line that says the same about another address, in an audit also under another name. A long chain is mostly these. */
function grow(rule: Growing, line: number, tokens: readonly string[], environment: RuleEnvironment): boolean {
  const { tokens: known, draft, commentIndex } = rule
  const { slot } = draft
  if (!slot || known.length !== tokens.length) return false
  for (let i = 0; i < tokens.length; i++) {
    if (tokens[i] !== known[i] && i !== slot.index && i !== commentIndex) return false
  }
  return add(rule, line, tokens[slot.index] as string, tokens[commentIndex], environment)
}

/** Adds a line to a rule that has a slot, unless what it has there is not the address for it. */
function add(
  rule: Growing,
  line: number,
  address: string,
  name: string | undefined,
  { family, context }: RuleEnvironment,
): boolean {
  const { draft, commentIndex, lines } = rule
  const prefixes = draft.slot?.prefixes as Prefix[]
  const prefix = plainPrefix(address, context)
  if (prefix?.family !== family || prefix.length === 0) return false
  if (commentIndex >= 0) {
    if (lines.length === 0) lines.push({ line: rule.line, name: draft.comment, prefix: prefixes[0] as Prefix })
    lines.push({ line, name, prefix })
    rule.hasOtherNames ||= name !== draft.comment
  }
  prefixes.push(prefix)
  return true
}

function plainPrefix(text: string, { kit }: ReaderContext): Prefix | undefined {
  try {
    return kit.parsePrefixOrAddress(text)
  } catch {
    return undefined
  }
}

function readRule(
  line: number,
  text: string,
  tokens: string[] | undefined,
  environment: RuleEnvironment,
): Growing | undefined {
  const { part, table, chains, context, notes } = environment
  const isProof = context.purpose === 'prove'
  const short = text.length > 80 ? `${text.slice(0, 79)}…` : text
  const note = (reason: string) => void notes.push({ place: { part, line }, text: short, reason })
  if (!tokens) return void note('has a quote that does not end')
  const draft = readOptions(tokens, { ...environment, isProof, kit: context.kit })
  const { target, problems } = draft
  const isOurs = target !== undefined && chains.has(target)
  const other = table === 'filter' || isOurs ? undefined : inOtherTable(target, table)
  const verdict = other ? other.verdict : verdictOf(draft, isOurs)
  if (target && !other && !verdict && !PASSING.has(target)) {
    const isChain = draft.isGoto || !/^[A-Z]+\d*$/.test(target)
    problems.push(
      isChain ? `names the chain ${target}, which is not there` : `has the target ${target}, which is not understood`,
    )
  }
  // What a rule asks does not matter where it decides nothing, or nothing about new TCP and UDP connections.
  const isIdle = target === undefined || PASSING.has(target)
  const isElsewhere = !draft.isNew || draft.protocols === 0 || draft.isLocal
  if (isIdle && !isProof) return undefined
  if (isProof && isElsewhere) problems.push('is not about new TCP or UDP connections')
  if (isElsewhere && !isProof) return undefined
  for (const problem of problems) note(problem)
  if (!verdict || draft.isUnusable) return undefined
  // A proof wants each name where it belongs, and a jump hands its own on to the rules behind it.
  const mayDiffer = !isProof && (verdict.kind === 'allow' || verdict.kind === 'deny')
  const commentIndex = mayDiffer ? tokens.lastIndexOf('--comment') + 1 : 0
  const doubts = [...draft.doubts, ...(other?.doubt ? [other.doubt] : [])].map((doubt) => ({ ...doubt, text: short }))
  return { line, tokens, draft, doubts, verdict, commentIndex: commentIndex || -1, lines: [], hasOtherNames: false }
}

/** Targets that end the nat table without touching where a connection goes to. */
const SOURCE_TARGETS = new Set(['SNAT', 'MASQUERADE'])
/** Targets by which a connection goes elsewhere than it was sent to. */
const DESTINATION_TARGETS = new Set(['DNAT', 'REDIRECT', 'NETMAP', 'TPROXY'])

/** Of a table other than filter, only what drops or diverts connections matters, and what keeps them from it. */
function inOtherTable(target: string | undefined, table: string): OtherVerdict {
  if (target === undefined || PASSING.has(target)) return { verdict: undefined }
  const verdict: Verdict = { kind: 'return' }
  if (target === 'ACCEPT' || target === 'RETURN' || SOURCE_TARGETS.has(target)) return { verdict }
  if (DENIES.has(target)) return { verdict, doubt: { reason: `drops in the table ${table}, which is not followed` } }
  if (DESTINATION_TARGETS.has(target)) {
    return { verdict, doubt: { reason: 'sends connections elsewhere, which is not followed', direction: 'outbound' } }
  }
  return { verdict, doubt: { reason: `has the target ${target} in the table ${table}, which is not understood` } }
}

interface OtherVerdict {
  readonly verdict: Verdict | undefined
  readonly doubt?: Omit<Doubt, 'text'>
}

function verdictOf({ target, isGoto }: Draft, isChain: boolean): Verdict | undefined {
  if (target !== undefined && isChain) return { kind: isGoto ? 'goto' : 'jump', chain: target }
  if (target === undefined || isGoto) return undefined
  if (target === 'ACCEPT') return { kind: 'allow' }
  if (target === 'RETURN') return { kind: 'return' }
  return DENIES.has(target) ? { kind: 'deny' } : undefined
}

/** Words as iptables-restore cuts them: double quotes hold words together, and a backslash inside them takes the next as it is. */
function tokensOf(text: string): string[] | undefined {
  const tokens: string[] = []
  let token: string | undefined
  for (let at = 0; at < text.length; ) {
    const character = text[at]
    if (character === ' ' || character === '\t') {
      if (token !== undefined) tokens.push(token)
      token = undefined
      at++
      continue
    }
    const end = character === '"' ? endOfQuotes(text, at) : endOfBare(text, at)
    if (end === undefined) return undefined
    const piece = text.slice(at, end)
    const value = character === '"' ? piece.slice(1, -1).replaceAll(/\\([\s\S])/g, '$1') : piece
    token = token === undefined ? value : token + value
    at = end
  }
  if (token !== undefined) tokens.push(token)
  return tokens
}

function endOfBare(text: string, from: number): number {
  let at = from
  while (at < text.length && text[at] !== ' ' && text[at] !== '\t' && text[at] !== '"') at++
  return at
}

function endOfQuotes(text: string, from: number): number | undefined {
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === '"') return at + 1
    if (text[at] === '\\') at++
  }
  return undefined
}
