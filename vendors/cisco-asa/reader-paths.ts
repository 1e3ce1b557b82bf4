import type { FoundRule, Notes, Place, ReaderContext } from 'tagwall/reader'
import { type Audited, type Path, pathThrough, unique } from '../_cisco/walk.ts'
import { DIRECTIONS, openRule } from '../_kit/kit.ts'
import type { Configuration, Interface } from './reader-config.ts'

/** The paths through tagwall's access lists. */
export function ownPaths({ lists }: Configuration, { options }: ReaderContext): Path[] {
  return DIRECTIONS.flatMap((direction) => {
    const list = String(direction === 'outbound' ? options.outboundAcl : options.inboundAcl)
    return lists.has(list) ? [pathThrough([list], direction, { isDecided: true })] : []
  })
}

/** The ways through any ASA. `start` is the place where its configuration begins. */
export function auditOf(config: Configuration, context: ReaderContext, start: Place, notes: Notes): Audited {
  const { chain } = context.narrow
  const interfaces = interfacesOf(config).map(({ name }) => name)
  if (chain !== undefined) return { paths: DIRECTIONS.map((direction) => pathThrough([chain], direction)), interfaces }
  for (const { list, place } of config.bindings)
    if (!config.lists.has(list)) notes.add(place, list, 'is an access list that does not exist')
  const ways = waysOf(config, context)
  const paths = config.bindings.length > 0 ? unique(ways) : unboundPaths(config, context, start, notes)
  return { paths, open: unfiltered(ways, config, start), interfaces }
}

/** Paths of a text without an access group: our lists, unless the whole configuration shows that nothing is bound. */
function unboundPaths(config: Configuration, context: ReaderContext, start: Place, notes: Notes): Path[] {
  const own = ownPaths(config, context)
  if (!config.isWhole && own.length > 0) return own
  notes.add(start, 'configuration', 'has no access-group, so no access list has an effect')
  return []
}

/** The path between two interfaces. */
type Way = Path & { readonly from: string; readonly to: string }

/** The ways between the interfaces of both sides, from each of one to each of the other. */
function waysOf(config: Configuration, { narrow }: ReaderContext): Way[] {
  const all = interfacesOf(config)
  const lowest = Math.min(...all.map(({ level }) => level ?? 0))
  const isOuter = ({ name, level }: Interface) =>
    name !== narrow.fromZone && (level === undefined ? /outside|internet|wan/i.test(name) : level === lowest)
  const namesOf = (some: readonly Interface[]) => some.map(({ name }) => name)
  const outer = narrow.toZone === undefined ? namesOf(all.filter(isOuter)) : [narrow.toZone]
  const inner =
    narrow.fromZone === undefined ? namesOf(all.filter(({ name }) => !outer.includes(name))) : [narrow.fromZone]
  const isPart = inner.length !== 1 || outer.length !== 1
  // A list that is bound here counts, whatever the name of the other side.
  const orNone = (names: readonly string[]) => (names.length > 0 ? names : [''])
  return orNone(inner).flatMap((inside) =>
    orNone(outer).flatMap((outside) =>
      DIRECTIONS.map((direction): Way => {
        const [from, to] = direction === 'outbound' ? [inside, outside] : [outside, inside]
        return { from, to, direction, isDecided: true, ...listsBetween(from, to, config), isPart }
      }),
    ),
  )
}

/** Interfaces with a name: those that are configured, or those that lists are bound to. */
function interfacesOf({ interfaces, bindings }: Configuration): Interface[] {
  const named = interfaces.filter(({ name, isManagement }) => name !== '' && !isManagement)
  if (named.length > 0) return named
  const bound = bindings.flatMap(({ interface: name }) => (name === '' ? [] : [name]))
  return [...new Set(bound)].map((name) => ({ name, level: undefined, isManagement: false }))
}

function listsBetween(from: string, to: string, config: Configuration): Pick<Path, 'ingress' | 'egress' | 'passes'> {
  const bound = (side: string, name: string) =>
    config.bindings
      .filter((binding) => binding.side === side && binding.interface === name && !isOfFrames(binding.list, config))
      .map(({ list }) => list)
      // An interface has one list for each direction, so a second one takes the place of the first.
      .slice(-1)
  const ingress = [...bound('in', from), ...bound('global', '')]
  return { ingress, egress: bound('out', to), passes: passesByLevel(from, to, config) ?? true }
}

/** A list about frames that are no IP packets. */
const isOfFrames = (list: string, { lists }: Configuration) => lists.get(list)?.entries[0]?.words[0] === 'ethertype'

/** True if security levels let connections pass between two interfaces without a list; undefined if a level is unknown. */
function passesByLevel(from: string, to: string, { interfaces, passesSameLevel }: Configuration): boolean | undefined {
  const levelOf = (name: string) => interfaces.find((one) => one.name === name)?.level
  const [high, low] = [levelOf(from), levelOf(to)]
  return high === undefined || low === undefined ? undefined : high > low || (high === low && passesSameLevel)
}

/** Connections without a list pass from a higher security level to a lower one. */
function unfiltered(ways: readonly Way[], config: Configuration, place: Place): FoundRule[] {
  const isOpen = ({ ingress, egress, from, to }: Way) =>
    ingress.length === 0 && egress.length === 0 && passesByLevel(from, to, config) === true
  return ways.filter(isOpen).map(({ direction, from, to, isPart }): FoundRule => {
    const rule = openRule(direction, `no access list from ${from} to ${to}`, place)
    return isPart ? { ...rule, coverage: 'part', isPartByZone: true } : rule
  })
}
