import type { Direction, ReaderContext } from 'tagwall/reader'
import type { Rule } from './reader-rule.ts'
import type { Table } from './reader-tables.ts'

/** A table with the rules of its chains. */
export interface ReadTable {
  readonly table: Table
  readonly rules: ReadonlyMap<string, readonly Rule[]>
}

/** An entry point of connections in one direction. */
export interface Entry {
  readonly chain: string
  readonly direction: Direction
  /** True if only connections of that direction arrive there. If both directions do, the addresses of a rule decide about its direction. */
  readonly isDecided: boolean
  /** The interfaces of these connections, if the options name any. */
  readonly interfaces: { readonly in?: string | undefined; readonly out?: string | undefined }
}

const HOOKS = ['OUTPUT', 'FORWARD', 'INPUT'] as const
export type Hook = (typeof HOOKS)[number]

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
export function hooksOf(chain: string, { table, rules }: ReadTable): Hook[] {
  return HOOKS.filter((name) => table.chains.has(name) && reachable(name, rules).has(chain))
}

function reachable(chain: string, rules: ReadonlyMap<string, readonly Rule[]>): ReadonlySet<string> {
  const seen = new Set([chain])
  // A set that grows while it is walked: its new members are walked too.
  for (const name of seen) {
    for (const { verdict } of rules.get(name) ?? []) {
      if ('chain' in verdict) seen.add(verdict.chain)
    }
  }
  return seen
}

/** The interfaces that a packet has: from the inner to the outer one, or back. */
function interfacesOf(direction: Direction, { fromZone, toZone }: ReaderContext['narrow']) {
  return direction === 'outbound' ? { in: fromZone, out: toZone } : { in: toZone, out: fromZone }
}
