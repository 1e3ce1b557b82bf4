import type {
  AddressFamily,
  Direction,
  FoundRule,
  Kept,
  KeptWalk,
  Note,
  Notes,
  ReaderContext,
  Reading,
} from 'tagwall/reader'
import { allTraffic, DIRECTIONS, kit } from '../_kit/kit.ts'
import { type Entry as AnyEntry, type ConditionalRule, passedBy, ruleFor } from '../_netfilter/netfilter.ts'
import type { Chain, Table } from './reader-tables.ts'

/** The rules of a chain, and the notes about them. */
interface ReadChain {
  readonly name: string
  readonly rules: readonly ConditionalRule[]
  readonly notes: readonly Note[]
  /** The sets that it names. */
  readonly sets: ReadonlySet<string>
}

/** A table, and what earlier readings made of it: its chains, and the rules that connections met in each direction. */
export interface KeptTable extends Readonly<Record<Direction, KeptWalk>> {
  readonly table: Table
  readonly chains: Kept<Chain, ReadChain>
  /** The rules of each chain. */
  readonly rules: Map<string, ReadChain['rules']>
  /** The chains that were read again since the last walk. */
  changed: readonly string[]
  /** All rules, if no chain was read again. */
  walked?: Pick<Reading, 'rules' | 'notes'> | undefined
}

interface Entry extends AnyEntry {
  readonly chain: string
}

const HOOKS = ['OUTPUT', 'FORWARD', 'INPUT'] as const
type Hook = (typeof HOOKS)[number]

/** The entry points of new connections: tagwall's chains in a proof, otherwise the built-in ones or the one that the options name. */
function entriesOf(filter: KeptTable, { options, purpose, narrow, remotes }: ReaderContext): Entry[] {
  const { chain, outboundHook, inboundHook } = options
  const own = { outbound: `${chain}-OUT`, inbound: `${chain}-IN` }
  const hooks = { outbound: narrow.chain ?? String(outboundHook), inbound: narrow.chain ?? String(inboundHook) }
  const chains = purpose === 'prove' ? own : hooks
  const areApart = chains.outbound !== chains.inbound
  const only = areApart ? undefined : directionOf(chains.outbound, filter)
  const [inner, outer] = [narrow.fromZone, narrow.toZone].map((name) =>
    name === undefined ? name : { names: [name], isNegated: false },
  )
  const isDecided = areApart || only !== undefined || (inner !== undefined && outer !== undefined)
  const interfaces = passedBy(inner, outer)
  return DIRECTIONS.filter((direction) => (only ?? direction) === direction).map((direction) => ({
    chain: chains[direction],
    direction,
    isDecided,
    remotes,
    interfaces: interfaces[direction],
  }))
}

/** Outbound if only OUTPUT leads to the chain, inbound if only INPUT does; FORWARD sees both. */
function directionOf(chain: string, filter: KeptTable): Direction | undefined {
  const [hook, ...more] = hooksOf(chain, filter)
  return more.length > 0 ? undefined : hook === 'OUTPUT' ? 'outbound' : hook === 'INPUT' ? 'inbound' : undefined
}

/** The built-in chains of the filter table that lead to a chain. */
function hooksOf(chain: string, { table, rules }: KeptTable): Hook[] {
  const leadsTo = (name: string) => kit.chainsFrom(name, (one) => rules.get(one)).has(chain)
  return HOOKS.filter((name) => table.chains.has(name) && leadsTo(name))
}

/** The rules that connections meet in a filter table. */
export function walkAll(filter: KeptTable, context: ReaderContext, notes: Notes): FoundRule[] {
  const walks = entriesOf(filter, context).map((entry) => {
    const { place, chains } = filter.table
    const kept = context.purpose === 'prove' ? filter[entry.direction] : undefined
    if (chains.has(entry.chain)) return walk(entry, filter, notes, kept)
    notes.add(place, '*filter', `has no chain ${entry.chain}`)
    return []
  })
  // One by one would take long for thousands of rules.
  return ([] as FoundRule[]).concat(...walks)
}

/** The rules that connections meet which come in at an entry of a table. */
function walk(entry: Entry, { table, rules, changed }: KeptTable, notes: Notes, kept?: KeptWalk): FoundRule[] {
  const { chain, direction } = entry
  const family = table.family as AddressFamily
  const { policy, line, part = table.place.part } = table.chains.get(chain) ?? {}
  const name = `policy ${policy} of ${chain}`
  const place = { part, line: line as number }
  const isFilter = table.name === 'filter'
  const action = policy === 'ACCEPT' ? 'allow' : policy === 'DROP' ? 'deny' : undefined
  const found = kit.followChains(
    {
      ...entry,
      family,
      rulesOf: (chain) => rules.get(chain)?.map((rule) => ruleFor(rule, entry)),
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

/** The built-in chains that a connection passes on its way to a chain of the filter table. */
const PASSED: Readonly<Record<Hook, readonly string[]>> = {
  OUTPUT: ['OUTPUT', 'POSTROUTING'],
  FORWARD: ['PREROUTING', 'FORWARD', 'POSTROUTING'],
  INPUT: ['PREROUTING', 'INPUT'],
}
/** The same in nat, where the other chains only change the source. */
const PASSED_IN_NAT = new Set(['PREROUTING', 'OUTPUT'])

/** Notes rules of another table that drop or redirect connections. */
export function doubtOther(other: KeptTable, filter: KeptTable, context: ReaderContext, notes: Notes): void {
  for (const entry of entriesOf(filter, context)) {
    const passed = new Set(hooksOf(entry.chain, filter).flatMap((hook) => PASSED[hook]))
    for (const chain of passed) {
      const isPassed = other.table.name !== 'nat' || PASSED_IN_NAT.has(chain)
      if (isPassed && other.table.chains.has(chain)) walk({ ...entry, chain }, other, notes)
    }
  }
}
