import { kit, valueIn } from '../_kit/kit.ts'
import { ALIASES, Draft, OPTIONS, type RuleEnvironment } from './reader-options.ts'

const READ_MATCHES = new Set('tcp udp icmp icmp6 icmpv6 multiport comment conntrack state set iprange'.split(' '))

/** Matches that narrow a rule by something other than addresses and ports. */
const NARROWING_MATCHES = new Set(
  `addrtype ah bpf cgroup cluster connbytes connlabel connlimit connmark cpu devgroup dscp dst ecn esp frag hashlimit hbh
    helper hl ipv6header ipvs length limit mac mark mh nth osf owner physdev pkttype policy quota realm recent rpfilter rt
    socket statistic string tcpmss time tos ttl u32`.split(/\s+/),
)

/** Reads the options of a line in the order that iptables reads them: a match must precede its options. */
export function readOptions(tokens: readonly string[], environment: RuleEnvironment): Draft {
  const draft = new Draft(environment)
  const matches = new Set<string>()
  const seen = new Set<string>()
  for (let i = 0; i < tokens.length; ) {
    const isNegatedBefore = tokens[i] === '!'
    if (isNegatedBefore) i++
    const written = tokens[i++] ?? ''
    const name = valueIn(ALIASES, written) ?? written
    const option = valueIn(OPTIONS, name)
    if (name === '-m' && !isNegatedBefore && tokens[i] !== undefined) {
      readMatch(draft, tokens[i++] as string, matches)
    } else if (!option || (option.of && !option.of.some((match) => matches.has(match)))) {
      const end = endOfValues(tokens, i)
      readUnknown(draft, tokens.slice(i - 1, end).join(' '), matches)
      i = end
    } else {
      // Before iptables 1.4.3 the exclamation mark followed the option.
      const isNegatedBehind = !environment.isProof && option.values > 0 && tokens[i] === '!'
      if (isNegatedBehind) i++
      const isNegated = isNegatedBefore || isNegatedBehind
      const values = tokens.slice(i, i + option.values)
      const reason =
        values.length < option.values
          ? `ends after ${written}`
          : seen.has(name) && !option.of
            ? `has ${written} twice`
            : isNegated && NOT_NEGATED.has(name)
              ? `has ! before ${written}`
              : option.read(draft, isNegated, values, i)
      if (reason) draft.refuse(reason)
      // A protocol loads the match of the same name.
      const [protocol = '', ...more] = draft.protocols
      const brought = protocol === 'icmp' && environment.family === 'ipv6' ? 'icmp6' : protocol
      if (name === '-p' && more.length === 0 && READ_MATCHES.has(brought)) matches.add(brought)
      seen.add(name)
      i += option.values
    }
  }
  checkWhole(draft, matches)
  return draft
}

const NOT_NEGATED = new Set(['-j', '-g', '--comment'])

function readMatch(draft: Draft, match: string, matches: Set<string>): void {
  const { isProof } = draft.environment
  matches.add(match)
  // Objects that count (nfacct) match always.
  if (READ_MATCHES.has(match) || (match === 'nfacct' && !isProof)) return
  // A match can only narrow a rule.
  draft.isPart = true
  if (isProof || !NARROWING_MATCHES.has(match)) draft.problems.push(`has the match ${match}, which is not understood`)
}

/** Options of a target, of a match that only narrows, or of an unknown word. */
function readUnknown(draft: Draft, text: string, matches: ReadonlySet<string>): void {
  const { target, environment } = draft
  const hasOptions =
    target !== undefined && !['ACCEPT', 'DROP', 'RETURN'].includes(target) && !environment.table.chains.has(target)
  if (hasOptions && text.startsWith('--')) return
  draft.isPart = true
  const isOfMatch = text.startsWith('--') && [...matches].some((match) => !READ_MATCHES.has(match))
  if (!isOfMatch) draft.problems.push(`has ${text}, which is not understood`)
}

function endOfValues(tokens: readonly string[], start: number): number {
  let end = start
  while (end < tokens.length && tokens[end] !== '!' && !(tokens[end] as string).startsWith('-')) end++
  return end
}

/** The checks that iptables makes after it has read a whole line. */
function checkWhole(draft: Draft, matches: ReadonlySet<string>): void {
  const only = draft.protocols.join()
  const lonely = Object.entries(OF_PROTOCOL).find(([match, protocol]) => matches.has(match) && protocol !== only)
  if (lonely) draft.refuse(`has the match ${lonely[0]} without its protocol`)
  else if (draft.ports !== kit.everyPort && only === 'any') draft.refuse('matches ports without a protocol')
}

/** Matches that are valid after one protocol only. */
const OF_PROTOCOL = { tcp: 'tcp', udp: 'udp', icmp: 'icmp', icmp6: 'icmp', icmpv6: 'icmp' }
