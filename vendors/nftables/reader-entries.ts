import type { Direction, Note, ReaderContext } from 'tagwall/reader'
import { DIRECTIONS } from '../_kit/kit.ts'
import { stepsOf } from './reader-conditions.ts'
import type { State, Table } from './reader-state.ts'
import { chainsFrom, type Entry, type ReadChain } from './reader-walk.ts'

/** The hooks that a new connection passes, by what the rules protect. */
const HOOKS = {
  host: { outbound: ['output', 'postrouting'], inbound: ['prerouting', 'input'] },
  router: {
    outbound: ['prerouting', 'forward', 'postrouting'],
    inbound: ['prerouting', 'forward', 'postrouting'],
  },
} as const satisfies Record<string, Record<Direction, readonly string[]>>

/** The chains of the tables that filter connections, with the effects of their rules. */
export function chainsOf(state: State): ReadChain[] {
  return [...state.values()]
    .filter(({ family, isDormant }) => !isDormant && (family === 'ip' || family === 'ip6' || family === 'inet'))
    .flatMap((table) => chainsOfTable(table))
}

function chainsOfTable(table: Table): ReadChain[] {
  const others = new Map<string, ReadChain>()
  const environment = { sets: table.sets, changing: changingSets(table) }
  for (const chain of table.chains.values()) {
    const steps = chain.rules.flatMap((rule) => stepsOf(rule, environment))
    others.set(chain.name, { chain, family: table.family, steps, others })
  }
  return [...others.values()]
}

/** The sets that rules change as packets come. */
function changingSets({ sets, chains }: Table): ReadonlySet<string> {
  const dynamic = [...sets.values()].filter(({ form }) => form.flags.includes('dynamic')).map(({ name }) => name)
  const changed = [...chains.values()]
    .flatMap(({ rules }) => rules.flatMap(({ clauses }) => clauses))
    .flatMap((clause) => (clause.kind === 'changes' ? [clause.set] : []))
  return new Set([...dynamic, ...changed])
}

/** The entry points of new connections on a device: the hooks, or the chain that the options name. */
export function entriesOf(chains: readonly ReadChain[], context: ReaderContext): Entry[] {
  const protects = context.options.hook === 'router' ? 'router' : 'host'
  const { chain: asked } = context.narrow
  const interfaces = interfacesOf(chains, context)
  const isKnown = interfaces.outbound.out !== undefined || interfaces.inbound.in !== undefined
  const entryOf = (chains: readonly ReadChain[], direction: Direction, isDecided: boolean): Entry => ({
    chains,
    direction,
    isDecided,
    remotes: context.remotes,
    interfaces: interfaces[direction],
  })
  if (asked === undefined)
    return DIRECTIONS.map((direction) => {
      const passed = HOOKS[protects][direction].flatMap((hook) => chainsAt(hook, chains))
      return entryOf(passed, direction, protects === 'host' || isKnown)
    })
  return chains
    .filter(({ chain }) => chain.name === asked)
    .flatMap((read) => {
      const directions = directionsOf(read, chains)
      return directions.map((direction) => entryOf([read], direction, directions.length === 1 || isKnown))
    })
}

/** The problem of an entry without a base chain, so nothing filters there. */
export function unfiltered({ direction }: Entry, { options }: ReaderContext): string {
  const protects = options.hook === 'router' ? 'router' : 'host'
  return `no base chain at ${HOOKS[protects][direction].join(' or ')}`
}

/** The base chains at a hook, in the order in which packets pass them. */
function chainsAt(hook: string, chains: readonly ReadChain[]): ReadChain[] {
  return chains
    .filter(({ chain }) => chain.hook?.hook === hook)
    .sort((a, b) => (a.chain.hook?.priority ?? 0) - (b.chain.hook?.priority ?? 0))
}

/** The direction of a chain that sees only outbound or only inbound traffic. */
function directionsOf(read: ReadChain, chains: readonly ReadChain[]): readonly Direction[] {
  const hooks = new Set(
    chains
      .filter(
        ({ chain, others }) => chain.hook && others === read.others && chainsFrom(chain.name, read).includes(read),
      )
      .map(({ chain }) => chain.hook?.hook ?? ''),
  )
  const [hook = ''] = hooks
  if (hooks.size !== 1) return DIRECTIONS
  return hook === 'output' ? ['outbound'] : hook === 'input' ? ['inbound'] : DIRECTIONS
}

/** The interfaces of connections: those of `--narrow`, otherwise the outer ones of the options, if rules name them. */
function interfacesOf(
  chains: readonly ReadChain[],
  { options, narrow }: ReaderContext,
): Record<Direction, Entry['interfaces']> {
  const named = new Set(
    chains.flatMap(({ steps }) =>
      steps.flatMap(({ conditions }) =>
        conditions.flatMap(({ interfaces }) => interfaces.flatMap(({ names }) => names)),
      ),
    ),
  )
  const outside = options.outside as readonly string[]
  const isUsed = options.hook === 'router' && options.form === 'table' && outside.every((name) => named.has(name))
  const rest = isUsed && narrow.toZone === undefined ? { names: outside, isNegated: true } : undefined
  const outer = narrow.toZone !== undefined ? { names: [narrow.toZone] } : isUsed ? { names: outside } : undefined
  // Traffic from outside to outside has no local side.
  const inner = narrow.fromZone !== undefined ? { names: [narrow.fromZone] } : rest
  return { outbound: { in: inner, out: outer }, inbound: { in: outer, out: inner } }
}

/** A note for each table that filters packets and is not followed. */
export function notFollowed(state: State): Note[] {
  return [...state.values()].flatMap(({ place, family, name, isDormant, chains }): Note[] => {
    const text = `table ${family} ${name}`
    if (isDormant) return [{ place, text, reason: 'is dormant, so it filters nothing', isHarmless: true }]
    const filters = [...chains.values()].filter(
      ({ hook, policy, rules }) => hook && (policy === 'drop' || rules.length > 0),
    )
    if (filters.length === 0 || family === 'ip' || family === 'ip6') return []
    if (family === 'arp') return [{ place, text, reason: 'matches ARP, which is not followed', isHarmless: true }]
    if (family !== 'inet') {
      const where = family === 'bridge' ? 'bridge' : 'device'
      return [{ place, text, reason: `filters at the ${where}, which is not followed` }]
    }
    return filters.flatMap(({ place, name, hook }) => {
      const isEarly = hook?.hook === 'ingress' || hook?.hook === 'egress'
      const reason = `filters at the hook ${hook?.hook}, which is not followed`
      return isEarly ? [{ place, text: `chain ${name}`, reason }] : []
    })
  })
}
