import type { BaseChain, ChainPolicy, ChainRule, ChainWalk, FoundRule, Match, Notes } from 'tagwall/reader'
import { kit, openRule } from '../_kit/kit.ts'
import type { Step } from './reader-conditions.ts'
import type { Condition } from './reader-keys.ts'
import type { Chain } from './reader-state.ts'
import type { TableFamily } from './reader-types.ts'

/** A chain with the effects of its rules, and the chains that these may jump to. */
export interface ReadChain {
  readonly chain: Chain
  readonly family: TableFamily
  readonly steps: readonly Step[]
  readonly others: ReadonlyMap<string, ReadChain>
}

/** An entry point of connections in one direction. */
export interface Entry extends Pick<ChainWalk, 'direction' | 'isDecided' | 'remotes'> {
  /** The chains that they pass one after the other: one that drops them ends it, one that accepts them does not. */
  readonly chains: readonly ReadChain[]
  /** The interfaces of these connections, if known. */
  readonly interfaces: { readonly in?: Interfaces | undefined; readonly out?: Interfaces | undefined }
}

/** Any of these interfaces, or any but these. */
export interface Interfaces {
  readonly names: readonly string[]
  readonly isNegated?: boolean
}

/** More base chains than real configurations have, but too few for a hostile text to exhaust the stack. */
const MOST_CHAINS = 100

/** The rules that connections meet from an entry on, in order, without chains. */
export function walk(entry: Entry, notes: Notes): FoundRule[] {
  const { chains, direction } = entry
  const follow = ([first, ...next]: readonly BaseChain[]): FoundRule[] =>
    first ? kit.followChains({ ...entry, ...first, next, family: undefined }, notes) : []
  const deciding = chains.filter((read) => !read.chain.hook || canDeny(read))
  // Chains that let everything on add no rule, but may send connections elsewhere.
  for (const read of chains) if (!deciding.includes(read)) follow([baseOf(read, entry)])
  const [tooMany] = deciding.slice(MOST_CHAINS)
  if (tooMany) {
    const { place, name } = tooMany.chain
    notes.add(place, `chain ${name}`, `is base chain ${MOST_CHAINS + 1} here, and is not followed`)
  }
  const [first = chains.at(-1)] = deciding
  if (!first) return []
  const { name, place } = policyOf(first.chain)
  if (deciding.length === 0) return [openRule(direction, name, place)]
  const bases = deciding.slice(0, MOST_CHAINS).map((read) => baseOf(read, entry))
  const [{ sees, policy } = {}] = bases
  // Only a base chain has a policy for what it does not see.
  const unseen: FoundRule[] =
    sees && !policy ? [openRule(direction, name, place, sees === 'ipv4' ? 'ipv6' : 'ipv4')] : []
  return [...unseen, ...follow(bases)]
}

const seenBy = ({ family }: ReadChain) => (family === 'inet' ? undefined : family === 'ip' ? 'ipv4' : 'ipv6')

function baseOf(read: ReadChain, entry: Entry): BaseChain {
  const { chain, others } = read
  return {
    chain: chain.name,
    sees: seenBy(read),
    rulesOf: (name) => others.get(name)?.steps.map((step) => ruleFor(step, entry)),
    policy: chain.hook || chain.policy === 'drop' ? policyOf(chain) : undefined,
  }
}

const policyOf = ({ name, place, hook, policy = 'accept' }: Chain): ChainPolicy => ({
  action: policy === 'drop' ? 'deny' : 'allow',
  name: hook ? `policy ${policy} of ${name}` : name,
  place,
})

/** The rule for connections of an entry: without conditions that the known interfaces exclude. */
function ruleFor({ conditions, ...rule }: Step, entry: Entry): ChainRule {
  return { ...rule, matches: conditions.flatMap((condition) => matchOf(condition, entry) ?? []) }
}

function matchOf(condition: Condition, { direction, interfaces: known }: Entry): Match | undefined {
  const { interfaces, isToSelf, ...match } = condition
  if (isToSelf && direction === 'outbound') return undefined
  let { part } = match
  for (const { side, names, isNegated } of interfaces) {
    const share = shareOf(known[side], names)
    if (share === 'unknown') part = part === 'no' ? 'zone' : part
    else if (share === 'some') part = 'other'
    else if ((share === 'all') === isNegated) return undefined
  }
  return { ...match, part }
}

/** The share of known interfaces that a condition names. */
function shareOf(known: Interfaces | undefined, names: readonly string[]): 'all' | 'some' | 'none' | 'unknown' {
  if (!known) return 'unknown'
  if (known.isNegated) return names.every((name) => known.names.includes(name)) ? 'none' : 'unknown'
  const like = known.names.filter((one) => names.some((name) => isInterface(name, one)))
  return like.length === known.names.length ? 'all' : like.length > 0 ? 'some' : 'none'
}

function isInterface(pattern: string, actual: string): boolean {
  return pattern.endsWith('*') ? actual.startsWith(pattern.slice(0, -1)) : actual === pattern
}

/** A chain and all that its rules lead to. */
export const chainsFrom = (name: string, { others }: ReadChain): readonly ReadChain[] =>
  [...kit.chainsFrom(name, (one) => others.get(one)?.steps)].flatMap((one) => others.get(one) ?? [])

/** True if a chain, or a chain that it leads to, may drop packets. */
const canDeny = (read: ReadChain) =>
  read.chain.policy === 'drop' ||
  chainsFrom(read.chain.name, read).some(({ steps }) => steps.some(({ verdict }) => verdict.kind === 'deny'))
