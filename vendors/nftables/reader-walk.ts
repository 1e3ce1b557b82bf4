import type {
  AddressFamily,
  BaseChain,
  ChainPolicy,
  Direction,
  FoundRule,
  Notes,
  Place,
  ReaderContext,
} from 'tagwall/reader'
import { DIRECTIONS, kit, openRule } from '../_kit/kit.ts'
import {
  type Entry as AnyEntry,
  type ConditionalRule,
  type Interfaces,
  passedBy,
  ruleFor,
} from '../_netfilter/netfilter.ts'
import { stepsOf } from './reader-conditions.ts'
import type { Chain, State, Table } from './reader-state.ts'

/** A chain with the effects of its rules, and the chains that these may jump to. */
export interface ReadChain {
  readonly chain: Chain
  /** The only family that it sees; undefined for both. */
  readonly sees: AddressFamily | undefined
  readonly steps: readonly ConditionalRule[]
  readonly others: ReadonlyMap<string, ReadChain>
}

interface Entry extends AnyEntry {
  /** The chains that connections pass one after the other: one that drops them ends it, one that accepts them does not. */
  readonly chains: readonly ReadChain[]
  /** The rule if there are none of them. */
  readonly open?: FoundRule
}

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
  const sees = table.family === 'inet' ? undefined : table.family === 'ip' ? 'ipv4' : 'ipv6'
  const environment = { sets: table.sets, changing: changingSets(table) }
  for (const chain of table.chains.values()) {
    const steps = chain.rules.flatMap((rule) => stepsOf(rule, environment))
    others.set(chain.name, { chain, sees, steps, others })
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
export function entriesOf(chains: readonly ReadChain[], context: ReaderContext, start: Place): Entry[] {
  const protects = context.options.hook === 'router' ? 'router' : 'host'
  const { chain: asked } = context.narrow
  const [inner, outer] = interfacesOf(chains, context)
  const entryOf = (direction: Direction, chains: readonly ReadChain[], isDecided: boolean): Entry => ({
    chains,
    direction,
    isDecided: isDecided || outer !== undefined,
    remotes: context.remotes,
    interfaces: passedBy(inner, outer)[direction],
  })
  if (asked === undefined)
    return DIRECTIONS.map((direction) => {
      const hooks = HOOKS[protects][direction]
      const passed = hooks.flatMap((hook) => chainsAt(hook, chains))
      const open = openRule(direction, `no base chain at ${hooks.join(' or ')}`, start)
      return { ...entryOf(direction, passed, protects === 'host'), open }
    })
  return chains
    .filter(({ chain }) => chain.name === asked)
    .flatMap((read) => {
      const directions = directionsOf(read, chains)
      return directions.map((direction) => entryOf(direction, [read], directions.length === 1))
    })
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

/** The inner and the outer interfaces of connections: those of `--narrow`, otherwise the outer ones of the options, if rules name them. */
function interfacesOf(chains: readonly ReadChain[], { options, narrow }: ReaderContext) {
  const matches = chains.flatMap(({ steps }) => steps.flatMap(({ matches }) => matches))
  const named = new Set(matches.flatMap(({ interfaces }) => interfaces.flatMap(({ names }) => names)))
  const outside = options.outside as readonly string[]
  const isUsed = options.hook === 'router' && options.form === 'table' && outside.every((name) => named.has(name))
  const asked = [narrow.fromZone, narrow.toZone].map((name): Interfaces | undefined =>
    name === undefined ? undefined : { names: [name], isNegated: false },
  )
  // Traffic from outside to outside has no local side.
  const rest = asked[1] ? undefined : { names: outside, isNegated: true }
  const usual = isUsed ? [rest, { names: outside, isNegated: false }] : []
  return [asked[0] ?? usual[0], asked[1] ?? usual[1]]
}

/** Notes each table that filters packets and is not followed. */
export function noteOthers(state: State, notes: Notes): void {
  for (const { place, family, name, isDormant, chains } of state.values()) {
    const text = `table ${family} ${name}`
    const filters = [...chains.values()].filter(
      ({ hook, policy, rules }) => hook && (policy === 'drop' || rules.length > 0),
    )
    const where = family === 'bridge' ? 'bridge' : family === 'netdev' ? 'device' : undefined
    if (isDormant) notes.add(place, text, 'is dormant, so it filters nothing', { isHarmless: true })
    else if (filters.length > 0 && family === 'arp')
      notes.add(place, text, 'matches ARP, which is not followed', { isHarmless: true })
    else if (filters.length > 0 && where) notes.add(place, text, `filters at the ${where}, which is not followed`)
    else if (family === 'inet')
      for (const { place, name, hook } of filters)
        if (hook?.hook === 'ingress' || hook?.hook === 'egress')
          notes.add(place, `chain ${name}`, `filters at the hook ${hook.hook}, which is not followed`)
  }
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
  if (!first) return entry.open ? [entry.open] : []
  const { name, place } = policyOf(first.chain)
  if (deciding.length === 0) return [openRule(direction, name, place)]
  const bases = deciding.slice(0, MOST_CHAINS).map((read) => baseOf(read, entry))
  const [{ sees, policy } = {}] = bases
  // Only a base chain has a policy for what it does not see.
  const unseen: FoundRule[] =
    sees && !policy ? [openRule(direction, name, place, sees === 'ipv4' ? 'ipv6' : 'ipv4')] : []
  return [...unseen, ...follow(bases)]
}

function baseOf(read: ReadChain, entry: Entry): BaseChain {
  const { chain, others } = read
  return {
    chain: chain.name,
    sees: read.sees,
    rulesOf: (name) => others.get(name)?.steps.map((step) => ruleFor(step, entry)),
    policy: chain.hook || chain.policy === 'drop' ? policyOf(chain) : undefined,
  }
}

const policyOf = ({ name, place, hook, policy = 'accept' }: Chain): ChainPolicy => ({
  action: policy === 'drop' ? 'deny' : 'allow',
  name: hook ? `policy ${policy} of ${name}` : name,
  place,
})

/** A chain and all that its rules lead to. */
export const chainsFrom = (name: string, { others }: ReadChain): readonly ReadChain[] =>
  [...kit.chainsFrom(name, (one) => others.get(one)?.steps)].flatMap((one) => others.get(one) ?? [])

/** True if a chain, or a chain that it leads to, may drop packets. */
const canDeny = (read: ReadChain) =>
  read.chain.policy === 'drop' ||
  chainsFrom(read.chain.name, read).some(({ steps }) => steps.some(({ verdict }) => verdict.kind === 'deny'))
