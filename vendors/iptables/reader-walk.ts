import type {
  AddressFamily,
  ChainRule,
  ChainWalk,
  Direction,
  FoundRule,
  KeptWalk,
  Notes,
  ReaderContext,
} from 'tagwall/reader'
import { allTraffic, kit } from '../_kit/kit.ts'
import { type Passed, partThrough } from '../_netfilter/netfilter.ts'
import type { Rule } from './reader-rule.ts'
import type { Table } from './reader-tables.ts'

/** A table with the rules of its chains. */
export interface ReadTable {
  readonly table: Table
  readonly rules: ReadonlyMap<string, readonly Rule[]>
  /** In a proof: the chains whose rules are others than in the last walk. */
  readonly changed?: Iterable<string>
}

/** An entry point of connections in one direction. */
interface Entry extends Pick<ChainWalk, 'chain' | 'direction' | 'isDecided'> {
  /** The interfaces of these connections, if the options name any. */
  readonly interfaces: Passed
}

const HOOKS = ['OUTPUT', 'FORWARD', 'INPUT'] as const
type Hook = (typeof HOOKS)[number]

/** The entry points of new connections: tagwall's chains in a proof, otherwise the built-in ones or the one that the options name. */
export function entriesOf(filter: ReadTable, context: ReaderContext): Entry[] {
  const { options, purpose, narrow } = context
  if (purpose === 'prove') {
    return [
      { chain: `${options.chain}-OUT`, direction: 'outbound', isDecided: true, interfaces: {} },
      { chain: `${options.chain}-IN`, direction: 'inbound', isDecided: true, interfaces: {} },
    ]
  }
  const outbound = narrow.chain ?? String(options.outboundHook)
  const inbound = narrow.chain ?? String(options.inboundHook)
  const decided = outbound === inbound ? directionOf(outbound, filter) : undefined
  const areInterfacesKnown = narrow.fromZone !== undefined && narrow.toZone !== undefined
  const isDecided = outbound !== inbound || decided !== undefined || areInterfacesKnown
  const entries: Entry[] = [
    { chain: outbound, direction: 'outbound', isDecided, interfaces: interfacesOf('outbound', narrow) },
    { chain: inbound, direction: 'inbound', isDecided, interfaces: interfacesOf('inbound', narrow) },
  ]
  return entries.filter(({ direction }) => decided === undefined || decided === direction)
}

/** Outbound if only OUTPUT leads to the chain, inbound if only INPUT does; FORWARD sees both. */
function directionOf(chain: string, filter: ReadTable): Direction | undefined {
  const [hook, ...more] = hooksOf(chain, filter)
  return more.length > 0 ? undefined : hook === 'OUTPUT' ? 'outbound' : hook === 'INPUT' ? 'inbound' : undefined
}

/** The built-in chains of the filter table that lead to a chain. */
function hooksOf(chain: string, { table, rules }: ReadTable): Hook[] {
  const leadsTo = (name: string) => kit.chainsFrom(name, (one) => rules.get(one)).has(chain)
  return HOOKS.filter((name) => table.chains.has(name) && leadsTo(name))
}

/** The interfaces that a packet has: from the inner to the outer one, or back. */
function interfacesOf(direction: Direction, { fromZone, toZone }: ReaderContext['narrow']): Passed {
  const [inner, outer] = [fromZone, toZone].map((name) => (name === undefined ? undefined : { names: [name] }))
  return direction === 'outbound' ? { in: inner, out: outer } : { in: outer, out: inner }
}

/** The rules that connections meet which come in at an entry of a table. `kept` has what earlier walks from there made. */
export function walk(
  entry: Entry,
  { table, rules, changed = [] }: ReadTable,
  { remotes }: ReaderContext,
  notes: Notes,
  kept?: KeptWalk,
): FoundRule[] {
  const { chain, direction, isDecided } = entry
  const family = table.family as AddressFamily
  const { policy, line, part = table.place.part } = table.chains.get(chain) ?? {}
  const name = `policy ${policy} of ${chain}`
  const place = { part, line: line as number }
  const isFilter = table.name === 'filter'
  const action = policy === 'ACCEPT' ? 'allow' : policy === 'DROP' ? 'deny' : undefined
  const found = kit.followChains(
    {
      chain,
      direction,
      isDecided,
      remotes,
      family,
      rulesOf: (chain) => rules.get(chain)?.flatMap((rule) => ruleFor(rule, entry)),
      kept,
      changed,
      policy: isFilter && action ? { action, name, place } : undefined,
    },
    notes,
  )
  if (!isFilter && action === 'deny') {
    const about = [allTraffic(direction, family)]
    notes.add(place, name, `drops in the table ${table.name}, which is not followed`, { about })
  }
  if (isFilter && policy !== undefined && !action)
    notes.add(place, chain, `has the policy ${policy}, which is not understood`)
  return found
}

/** The rule for connections of an entry, the same object if that says nothing about it; empty if it matches other interfaces only. */
function ruleFor(rule: Rule, { direction, interfaces: known }: Entry): ChainRule[] {
  const { interfaces, isToSelf } = rule
  if (isToSelf && direction === 'outbound') return []
  const part = partThrough(known, 'no', interfaces)
  if (part === undefined) return []
  if (part === 'no') return [rule]
  return [{ ...rule, matches: rule.matches.map((match) => (match.part === 'no' ? { ...match, part } : match)) }]
}

/** The built-in chains that a connection passes on its way to a chain of the filter table. */
const PASSED: Readonly<Record<Hook, readonly string[]>> = {
  OUTPUT: ['OUTPUT', 'POSTROUTING'],
  FORWARD: ['PREROUTING', 'FORWARD', 'POSTROUTING'],
  INPUT: ['PREROUTING', 'INPUT'],
}
/** The same in nat, where the other chains only change the source. */
const PASSED_IN_NAT = new Set(['PREROUTING', 'OUTPUT'])

/** Notes rules of another table that drop or redirect connections. */
export function doubtOther(other: ReadTable, filter: ReadTable, context: ReaderContext, notes: Notes): void {
  for (const entry of entriesOf(filter, context)) {
    const passed = new Set(hooksOf(entry.chain, filter).flatMap((hook) => PASSED[hook]))
    for (const chain of passed) {
      const isPassed = other.table.name !== 'nat' || PASSED_IN_NAT.has(chain)
      if (isPassed && other.table.chains.has(chain)) walk({ ...entry, chain }, other, context, notes)
    }
  }
}
