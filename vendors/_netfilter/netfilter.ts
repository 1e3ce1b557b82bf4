import type { ChainRule, ChainWalk, Direction, Match } from 'tagwall/reader'

// Common to the two front ends of netfilter in Linux, iptables and nftables.

/** Any of these interfaces, or any but these; a star at the end of a name matches any suffix. */
export interface Interfaces {
  readonly names: readonly string[]
  readonly isNegated: boolean
}

/** A condition on the interface of one side. */
export interface InterfaceMatch extends Interfaces {
  readonly side: 'in' | 'out'
}

/** Connections that a rule matches. */
export interface Condition extends Match {
  readonly interfaces: readonly InterfaceMatch[]
  /** True for the machine's own addresses only, which are no remote side of outbound traffic. */
  readonly isToSelf: boolean
}

/** A rule of a chain; only some of its conditions hold for an entry. */
export interface ConditionalRule extends ChainRule {
  readonly matches: readonly Condition[]
}

/** The interfaces of some connections, if known. */
type Passed = Readonly<Record<'in' | 'out', Interfaces | undefined>>

/** The interfaces of connections, by the inner and the outer ones. */
export const passedBy = (inner: Interfaces | undefined, outer: Interfaces | undefined): Record<Direction, Passed> => ({
  outbound: { in: inner, out: outer },
  inbound: { in: outer, out: inner },
})

/** An entry point of connections in one direction. */
export interface Entry extends Pick<ChainWalk, 'direction' | 'isDecided' | 'remotes'> {
  /** The interfaces of these connections. */
  readonly interfaces: Passed
}

/** The rule for connections of an entry, without conditions that the known interfaces exclude; the same object if these say nothing about it. */
export function ruleFor(rule: ConditionalRule, entry: Entry): ChainRule {
  const isAny = ({ interfaces, isToSelf }: Condition) => interfaces.length === 0 && !isToSelf
  return rule.matches.every(isAny) ? rule : { ...rule, matches: rule.matches.flatMap((one) => matchOf(one, entry)) }
}

/** The part of a match that connections of an entry can meet; none if they meet nothing of it. */
function matchOf({ interfaces, isToSelf, ...match }: Condition, { direction, interfaces: known }: Entry): Match[] {
  let { part } = match
  if (isToSelf && direction === 'outbound') return []
  for (const { side, names, isNegated } of interfaces) {
    const share = shareOf(known[side], names)
    if (share === 'unknown') part = part === 'no' ? 'zone' : part
    else if (share === 'some') part = 'other'
    else if ((share === 'all') === isNegated) return []
  }
  return [{ ...match, part }]
}

/** The share of known interfaces that a condition names. */
function shareOf(known: Interfaces | undefined, names: readonly string[]): 'all' | 'some' | 'none' | 'unknown' {
  if (!known) return 'unknown'
  if (known.isNegated) return names.every((name) => known.names.includes(name)) ? 'none' : 'unknown'
  const like = known.names.filter((one) => names.some((name) => isInterface(name, one)))
  return like.length === known.names.length ? 'all' : like.length > 0 ? 'some' : 'none'
}

const isInterface = (pattern: string, actual: string) =>
  pattern.endsWith('*') ? actual.startsWith(pattern.slice(0, -1)) : actual === pattern

/** Types of ICMP that begin a connection, as the kernel tracks them; all others answer one, or belong to none. */
export const BEGINNING: ReadonlySet<string> = new Set(
  'echo-request ping timestamp-request info-request address-mask-request 8 13 15 17 128 139'.split(' '),
)

const PROGRAM = /(?:^|[\s/])(?:ip6?tables(?:-legacy|-nft)?|ipset|nft)\s/
const CHANGES =
  /\s(?:-\s?[ADEFIPRXf]|--\s?(?:append|delete|insert|replace|flush|policy|file)|add|create|del|delete|destroy|flush|insert|rename|replace|reset|restore|swap)(?:\s|$)/
const RESTORES = /(?:^|[\s/])ip6?tables(?:-legacy|-nft)?-restore(?:\s|$)/

/** True for a line of a shell that may change rules or sets; a prompt that only prints them is none. */
export const isCall = (text: string): boolean => RESTORES.test(text) || (PROGRAM.test(text) && CHANGES.test(text))
