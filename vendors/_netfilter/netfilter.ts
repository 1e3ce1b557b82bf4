import type { Match } from 'tagwall/reader'

// Common to the two front ends of netfilter in Linux, iptables and nftables.

/** A condition on the interface of one side. */
export interface InterfaceMatch {
  readonly side: 'in' | 'out'
  /** Any of these names; a star at the end matches any suffix. */
  readonly names: readonly string[]
  readonly isNegated: boolean
}

/** Any of these interfaces, or any but these. */
export interface Interfaces {
  readonly names: readonly string[]
  readonly isNegated?: boolean
}

/** The interfaces of some connections, if known. */
export type Passed = Readonly<Partial<Record<'in' | 'out', Interfaces | undefined>>>

/** The part of connections through known interfaces that a match with these conditions covers; undefined if none. */
export function partThrough(
  known: Passed,
  part: Match['part'],
  conditions: readonly InterfaceMatch[],
): Match['part'] | undefined {
  for (const { side, names, isNegated } of conditions) {
    const share = shareOf(known[side], names)
    if (share === 'unknown') part = part === 'no' ? 'zone' : part
    else if (share === 'some') part = 'other'
    else if ((share === 'all') === isNegated) return undefined
  }
  return part
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
