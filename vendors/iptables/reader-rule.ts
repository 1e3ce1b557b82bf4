import type { ChainMember, ChainRule, Doubt, Match, Prefix, PrefixSet, Syntax, Traffic, Verdict } from 'tagwall/reader'
import { allTraffic, DIRECTIONS, kit } from '../_kit/kit.ts'
import type { InterfaceMatch } from '../_netfilter/netfilter.ts'
import type { Draft, RuleEnvironment } from './reader-draft.ts'
import { readOptions } from './reader-line.ts'
import type { Chain } from './reader-tables.ts'

/** A rule of a chain, or rules that stand one after the other and differ in one address only. */
export interface Rule extends ChainRule {
  readonly interfaces: readonly InterfaceMatch[]
  readonly isToSelf: boolean
}

/** Words as iptables-restore cuts them. */
const SYNTAX: Syntax = { quotes: { '"': 'any' }, quotesInWords: true }

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
  readonly text: string
  readonly tokens: readonly string[]
  readonly draft: Draft
  readonly doubts: readonly Doubt[]
  readonly verdict: Verdict
  /** The index of its comment; -1 without one, or if lines keep their own. */
  readonly commentIndex: number
  readonly lines: ChainMember[]
  hasOtherNames: boolean
}

/** The rules of a chain that can decide about a new connection, in order. */
export function readRules(chain: Chain, given: Omit<RuleEnvironment, 'objectSide'>): Rule[] {
  const environment: RuleEnvironment = { ...given, objectSide: objectSideOf(chain, given) }
  const { part } = given
  const split = kit.splitter(SYNTAX)
  const rules: Growing[] = []
  let last: Growing | undefined
  for (const { line, text } of chain.rules) {
    const tokens = split(text)
    if (last && tokens && extendRule(last, line, tokens, environment)) continue
    last = readRule(line, text, tokens, environment)
    if (last) rules.push(last)
  }
  return rules.flatMap(({ line, text, draft, doubts, verdict, lines, hasOtherNames }): Rule[] => {
    const { slot, protocols, ports, object, isPart, interfaces, isToSelf } = draft
    const listed = slot && kit.setOf(slot.prefixes)
    const source = slot?.side === 'source' ? and(draft.source, listed) : draft.source
    const destination = slot?.side === 'destination' ? and(draft.destination, listed) : draft.destination
    const members = hasOtherNames && slot ? { side: slot.side, rules: lines } : undefined
    return protocols.map((asked): Rule => {
      const { protocol } = asked
      // Only TCP and UDP have ports here, so a match on ports of another protocol is partial.
      const hasPorts = protocol === 'tcp' || protocol === 'udp' || ports === kit.everyPort
      const match: Match = {
        protocol,
        ports: hasPorts ? ports : kit.everyPort,
        source,
        destination,
        ...(object && { object }),
        part: isPart || asked.isPart || !hasPorts ? 'other' : 'no',
      }
      const place = { part, line }
      return { name: draft.comment, place, text, matches: [match], verdict, doubts, members, interfaces, isToSelf }
    })
  })
}

/** When proving, objects stand on the local side of the lines that choose by service, and nowhere else. */
function objectSideOf(
  { name }: Chain,
  { isProof, context: { options } }: Pick<RuleEnvironment, 'isProof' | 'context'>,
) {
  if (!isProof) return undefined
  return name === `${options.chain}-OUT` ? 'source' : name === `${options.chain}-IN` ? 'destination' : undefined
}

/** The traffic of a line with doubtful options; undefined if TCP or UDP may match. */
function aboutOf({ protocols }: Draft, { family }: RuleEnvironment): Traffic[] | undefined {
  if (protocols.some(({ protocol }) => protocol !== 'icmp' && protocol !== 'other')) return undefined
  return protocols.flatMap(({ protocol }) =>
    DIRECTIONS.map((direction) => ({ ...allTraffic(direction, family), protocol })),
  )
}

const and = (a: PrefixSet | undefined, b: PrefixSet | undefined) => (a && b ? a.intersect(b) : (a ?? b))

/** Adds a line that differs only in one address, in an audit also in its name. A long chain consists mostly of such lines. */
function extendRule(rule: Growing, line: number, tokens: readonly string[], environment: RuleEnvironment): boolean {
  const { tokens: known, draft, commentIndex } = rule
  const { slot } = draft
  if (!slot || known.length !== tokens.length) return false
  for (let i = 0; i < tokens.length; i++) {
    if (tokens[i] !== known[i] && i !== slot.index && i !== commentIndex) return false
  }
  return add(rule, line, tokens[slot.index] as string, tokens[commentIndex], environment)
}

/** Adds a line to a rule with a slot, unless the line's word in the slot is not a suitable address. */
function add(
  rule: Growing,
  line: number,
  address: string,
  name: string | undefined,
  { family, part }: RuleEnvironment,
): boolean {
  const { draft, commentIndex, lines } = rule
  const prefixes = draft.slot?.prefixes as Prefix[]
  const prefix = kit.prefixOrReason(address)
  if (typeof prefix === 'string' || prefix.family !== family || prefix.length === 0) return false
  if (commentIndex >= 0) {
    const first = { part, line: rule.line }
    if (lines.length === 0) lines.push({ place: first, name: draft.comment, prefix: prefixes[0] as Prefix })
    lines.push({ place: { part, line }, name, prefix })
    rule.hasOtherNames ||= name !== draft.comment
  }
  prefixes.push(prefix)
  return true
}

function readRule(
  line: number,
  text: string,
  tokens: readonly string[] | undefined,
  environment: RuleEnvironment,
): Growing | undefined {
  const { part, table, chains, notes, isProof } = environment
  const note = (reason: string, about?: readonly Traffic[]) =>
    void notes.add({ part, line }, text, reason, about && { about })
  if (!tokens) return void note('has a quote that does not end')
  const draft = readOptions(tokens, environment)
  const { target, problems } = draft
  const isOurs = target !== undefined && chains.has(target)
  const other = table === 'filter' || isOurs ? undefined : inOtherTable(target, table, tokens)
  const verdict = other ? other.verdict : verdictOf(draft, isOurs)
  if (target && !other && !verdict && !PASSING.has(target)) {
    const isChain = draft.isGoto || !/^[A-Z]+\d*$/.test(target)
    problems.push(
      isChain ? `names the chain ${target}, which does not exist` : `has the target ${target}, which is not understood`,
    )
  }
  // Doubtful matches are harmless in a rule that decides nothing about new connections.
  const isIdle = (target === undefined || PASSING.has(target)) && !other?.doubt
  const isElsewhere = !draft.isNew || draft.protocols.length === 0 || draft.isLocal
  if (isIdle && !isProof) return undefined
  if (isProof && isElsewhere) problems.push('does not match new connections')
  if (isElsewhere && !isProof) return undefined
  for (const problem of problems) note(problem, aboutOf(draft, environment))
  if (!verdict || draft.isUnusable) return undefined
  // A proof expects each name in its own chain, and a jump passes its name on to the rules it leads to.
  const mayDiffer = !isProof && (verdict.kind === 'allow' || verdict.kind === 'deny')
  const commentIndex = mayDiffer ? tokens.lastIndexOf('--comment') + 1 : 0
  const doubts = [...draft.doubts, ...(other?.doubt ? [other.doubt] : [])]
  return {
    line,
    text,
    tokens,
    draft,
    doubts,
    verdict,
    commentIndex: commentIndex || -1,
    lines: [],
    hasOtherNames: false,
  }
}

/** Targets that end the nat table without a change of the destination. */
const SOURCE_TARGETS = new Set(['SNAT', 'MASQUERADE'])
/** Targets that change the destination. */
const DESTINATION_TARGETS = new Set(['DNAT', 'REDIRECT', 'NETMAP', 'TPROXY'])

/** In tables other than filter, only rules that drop or divert connections matter, and rules that prevent this. */
function inOtherTable(target: string | undefined, table: string, tokens: readonly string[]): OtherVerdict {
  if (target === 'NOTRACK' || (target === 'CT' && tokens.includes('--notrack')))
    return {
      verdict: { kind: 'continue' },
      doubt: { reason: 'takes connections out of tracking, which is not followed' },
    }
  if (target === undefined || PASSING.has(target)) return { verdict: undefined }
  const verdict: Verdict = { kind: 'return' }
  if (target === 'ACCEPT' || target === 'RETURN' || SOURCE_TARGETS.has(target)) return { verdict }
  if (DENIES.has(target)) return { verdict, doubt: { reason: `drops in the table ${table}, which is not followed` } }
  if (DESTINATION_TARGETS.has(target)) {
    return { verdict, doubt: { reason: 'redirects connections, which is not followed', direction: 'outbound' } }
  }
  return { verdict, doubt: { reason: `has the target ${target} in the table ${table}, which is not understood` } }
}

interface OtherVerdict {
  readonly verdict: Verdict | undefined
  readonly doubt?: Doubt
}

function verdictOf({ target, isGoto }: Draft, isChain: boolean): Verdict | undefined {
  if (target !== undefined && isChain) return { kind: isGoto ? 'goto' : 'jump', chain: target }
  if (target === undefined || isGoto) return undefined
  if (target === 'ACCEPT') return { kind: 'allow' }
  if (target === 'RETURN') return { kind: 'return' }
  return DENIES.has(target) ? { kind: 'deny' } : undefined
}
