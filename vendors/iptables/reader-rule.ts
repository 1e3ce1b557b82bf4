import type { ChainMember, ChainRule, Doubt, Note, Place, Syntax, Verdict } from 'tagwall/reader'
import { allTraffic, DIRECTIONS, kit } from '../_kit/kit.ts'
import type { Condition, ConditionalRule } from '../_netfilter/netfilter.ts'
import { readOptions } from './reader-line.ts'
import type { Draft, RuleEnvironment } from './reader-options.ts'

/** Words as iptables-restore cuts them. */
const SYNTAX: Syntax = { quotes: { '"': 'any' }, quotesInWords: true }

const VERDICTS = new Map(
  Object.entries({ ACCEPT: 'allow', RETURN: 'return', DROP: 'deny', REJECT: 'deny', TARPIT: 'deny' } as const),
)

/** Targets that do something and let the packet go on. */
const PASSING = new Set(
  `LOG NFLOG ULOG MARK CONNMARK SET AUDIT TRACE CT NOTRACK CLASSIFY TCPMSS CHECKSUM SECMARK CONNSECMARK TEE DSCP TOS ECN
    TTL HL RATEEST LED HMARK IDLETIMER TCPOPTSTRIP`.split(/\s+/),
)

/** A rule of a chain, or rules that stand one after the other and differ in one address only, while lines are still added. */
interface Growing extends Pick<ChainRule, 'place' | 'text' | 'verdict' | 'doubts'> {
  readonly tokens: readonly string[]
  /** The text before and behind the address in its slot; undefined without one. */
  readonly around: readonly [before: string, behind: string] | undefined
  readonly draft: Draft
  /** The index of its comment, which may differ too; -1 without one, or if it must not. */
  readonly commentIndex: number
  /** The lines of a rule with a slot. */
  readonly members: ChainMember[]
}

/** The rules of a chain that can decide about a new connection, in order. */
export function readRules(environment: RuleEnvironment): ConditionalRule[] {
  const { part, rules: lines } = environment.chain
  const split = kit.splitter(SYNTAX)
  const rules: Growing[] = []
  let last: Growing | undefined
  for (const { line, text } of lines) {
    const place = { part, line }
    if (last && extendAlike(last, place, text)) continue
    const tokens = split(text)
    if (last && tokens && extendRule(last, place, tokens)) continue
    last = readRule(place, text, tokens, environment)
    if (last) rules.push(last)
  }
  return rules.flatMap(rulesOf)
}

/** The rules of a line, or of lines that are alike: one for each protocol. */
function rulesOf({ draft, members: lines, place, text, verdict, doubts }: Growing): ConditionalRule[] {
  const { comment: name, slot, protocols, ports, object, isPart, isPartOfOther, interfaces, isToSelf } = draft
  if (slot) draft.narrow(slot.side, kit.setOf(lines.map(({ prefix }) => prefix)))
  const { source, destination } = draft
  const members = slot && lines.some((line) => line.name !== name) ? { side: slot.side, rules: lines } : undefined
  return protocols.map((protocol) => {
    // Only TCP and UDP have ports here, so a match on ports of another protocol is partial.
    const hasPorts = protocol === 'tcp' || protocol === 'udp' || ports === kit.everyPort
    const isVague = isPart || !hasPorts || (protocol === 'other' && isPartOfOther)
    const match: Condition = {
      protocol,
      ports: hasPorts ? ports : kit.everyPort,
      source,
      destination,
      ...(object && { object }),
      part: isVague ? 'other' : 'no',
      interfaces,
      isToSelf,
    }
    return { name, place, text, matches: [match], verdict, doubts, members }
  })
}

/** Adds a line whose text differs only in one address. A long chain consists mostly of such lines, which need not be cut into words. */
function extendAlike(rule: Growing, place: Place, text: string): boolean {
  const [before, behind] = rule.around ?? []
  if (before === undefined || behind === undefined) return false
  if (!text.startsWith(before) || !text.endsWith(behind)) return false
  const address = text.slice(before.length, text.length - behind.length)
  return addAddress(rule, place, address, rule.draft.comment)
}

/** The text around the word of a line that stands in a slot; undefined if the words before it are quoted. */
function aroundSlot(text: string, tokens: readonly string[], { slot }: Draft): Growing['around'] {
  if (!slot) return undefined
  const start = tokens.slice(0, slot.index + 1).join(' ')
  const isPlain = `${text} `.startsWith(`${start} `)
  return isPlain ? [start.slice(0, -(tokens[slot.index] as string).length), text.slice(start.length)] : undefined
}

/** Adds a line that differs only in one address, in an audit also in its name, whatever blanks and quotes it has. */
function extendRule(rule: Growing, place: Place, tokens: readonly string[]): boolean {
  const { tokens: known, draft, commentIndex } = rule
  const { slot, comment } = draft
  if (!slot || known.length !== tokens.length) return false
  for (let i = 0; i < tokens.length; i++) {
    if (tokens[i] !== known[i] && i !== slot.index && i !== commentIndex) return false
  }
  const name = commentIndex < 0 ? comment : tokens[commentIndex]
  return addAddress(rule, place, tokens[slot.index] as string, name)
}

/** Adds a line to a rule with a slot, unless its word there is not a suitable address. */
function addAddress({ draft, members }: Growing, place: Place, address: string, name: string | undefined): boolean {
  const prefix = kit.prefixOrReason(address)
  if (typeof prefix === 'string' || prefix.family !== draft.environment.family || prefix.length === 0) return false
  members.push({ name, place, prefix })
  return true
}

function readRule(
  place: Place,
  text: string,
  tokens: readonly string[] | undefined,
  environment: RuleEnvironment,
): Growing | undefined {
  const { notes, isProof } = environment
  if (!tokens) {
    notes.add(place, text, 'has a quote that does not end')
    return undefined
  }
  const draft = readOptions(tokens, environment)
  const { target, problems, isGoto, isElsewhere, slot, comment: name } = draft
  const { verdict, doubt } = decisionOf(draft, tokens)
  const isPassing = target === undefined || PASSING.has(target)
  if (!verdict && !isPassing) {
    const isChain = isGoto || !/^[A-Z]+\d*$/.test(target)
    problems.push(
      isChain ? `names the chain ${target}, which does not exist` : `has the target ${target}, which is not understood`,
    )
  }
  // Doubtful matches are harmless in a rule that decides nothing about new connections.
  if (!isProof && (isElsewhere || (isPassing && !doubt))) return undefined
  if (isElsewhere) problems.push('does not match new connections')
  for (const problem of problems) notes.add(place, text, problem, aboutOf(draft))
  if (!verdict || draft.isUnusable) return undefined
  // A proof expects each name in its own chain, and a jump passes its name on to the rules it leads to.
  const mayDiffer = !isProof && (verdict.kind === 'allow' || verdict.kind === 'deny')
  return {
    place,
    text,
    tokens,
    around: aroundSlot(text, tokens, draft),
    draft,
    doubts: doubt ? [...draft.doubts, doubt] : draft.doubts,
    verdict,
    commentIndex: (mayDiffer && tokens.lastIndexOf('--comment') + 1) || -1,
    members: slot ? [{ name, place, prefix: slot.prefix }] : [],
  }
}

/** The traffic of a line with doubtful options; any if TCP or UDP may match. */
function aboutOf({ protocols, environment: { family } }: Draft): Pick<Note, 'about'> {
  if (protocols.some((protocol) => protocol !== 'icmp' && protocol !== 'other')) return {}
  const about = protocols.flatMap((protocol) =>
    DIRECTIONS.map((direction) => ({ ...allTraffic(direction, family), protocol })),
  )
  return { about }
}

type Decision = { readonly verdict?: Verdict; readonly doubt?: Doubt }

/** The verdict of a rule on the connections that it matches. */
function decisionOf({ target, isGoto, environment }: Draft, tokens: readonly string[]): Decision {
  const { name, chains } = environment.table
  if (target === undefined) return {}
  if (chains.has(target)) return { verdict: { kind: isGoto ? 'goto' : 'jump', chain: target } }
  if (name !== 'filter') return inOtherTable(target, name, tokens)
  const kind = isGoto ? undefined : VERDICTS.get(target)
  return kind ? { verdict: { kind } } : {}
}

/** Targets that end a table without a change of the destination. */
const ENDING_TARGETS = new Set(['ACCEPT', 'RETURN', 'SNAT', 'MASQUERADE'])
/** Targets that change the destination. */
const DESTINATION_TARGETS = new Set(['DNAT', 'REDIRECT', 'NETMAP', 'TPROXY'])

/** In tables other than filter, only rules that drop or divert connections matter, and rules that prevent this. */
function inOtherTable(target: string, table: string, tokens: readonly string[]): Decision {
  if (target === 'NOTRACK' || (target === 'CT' && tokens.includes('--notrack')))
    return {
      verdict: { kind: 'continue' },
      doubt: { reason: 'takes connections out of tracking, which is not followed' },
    }
  if (PASSING.has(target)) return {}
  const verdict: Verdict = { kind: 'return' }
  if (ENDING_TARGETS.has(target)) return { verdict }
  if (DESTINATION_TARGETS.has(target))
    return { verdict, doubt: { reason: 'redirects connections, which is not followed', direction: 'outbound' } }
  const isDenial = VERDICTS.get(target) === 'deny'
  const what = isDenial ? `drops in the table ${table}` : `has the target ${target} in the table ${table}`
  return { verdict, doubt: { reason: `${what}, which is not ${isDenial ? 'followed' : 'understood'}` } }
}
