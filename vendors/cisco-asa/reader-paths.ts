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
  const paths = config.bindings.length > 0 ? pathsOf(config, context) : unboundPaths(config, context, start, notes)
  return { paths, open: unfiltered(config, context, start), interfaces }
}

/** Paths of a text without an access group: our lists, unless the whole configuration shows that nothing is bound. */
function unboundPaths(config: Configuration, context: ReaderContext, start: Place, notes: Notes): Path[] {
  const own = ownPaths(config, context)
  if (!config.isWhole && own.length > 0) return own
  notes.add(start, 'configuration', 'has no access-group, so no access list has an effect')
  return []
}

interface Pair {
  readonly inner: string
  readonly outer: string
  readonly isOnly: boolean
}

/** The interfaces of both sides, each of one with each of the other. */
function pairsOf(config: Configuration, { narrow }: ReaderContext): Pair[] {
  const all = interfacesOf(config)
  const lowest = Math.min(...all.map(({ level }) => level ?? 0))
  const isOuter = ({ name, level }: Interface) =>
    name !== narrow.fromZone && (level === undefined ? /outside|internet|wan/i.test(name) : level === lowest)
  const namesOf = (some: readonly Interface[]) => some.map(({ name }) => name)
  const outer = narrow.toZone === undefined ? namesOf(all.filter(isOuter)) : [narrow.toZone]
  const inner =
    narrow.fromZone === undefined ? namesOf(all.filter(({ name }) => !outer.includes(name))) : [narrow.fromZone]
  const isOnly = inner.length === 1 && outer.length === 1
  // A list that is bound here counts, whatever the name of the other side.
  const [inners, outers] = [inner, outer].map((names) => (names.length > 0 ? names : ['']))
  return (inners ?? []).flatMap((inner) => (outers ?? []).map((outer) => ({ inner, outer, isOnly })))
}

/** Interfaces with a name: those that are configured, or those that lists are bound to. */
function interfacesOf({ interfaces, bindings }: Configuration): Interface[] {
  const named = interfaces.filter(({ name, isManagement }) => name !== '' && !isManagement)
  if (named.length > 0) return named
  const bound = bindings.flatMap(({ interface: name }) => (name === '' ? [] : [name]))
  return [...new Set(bound)].map((name) => ({ name, level: undefined, isManagement: false }))
}

/** The ways through the ASA, each of them once. */
function pathsOf(config: Configuration, context: ReaderContext): Path[] {
  const paths = pairsOf(config, context).flatMap(({ inner, outer, isOnly }): Path[] => [
    { direction: 'outbound', isDecided: true, ...listsBetween(inner, outer, config), isPart: !isOnly },
    { direction: 'inbound', isDecided: true, ...listsBetween(outer, inner, config), isPart: !isOnly },
  ])
  return unique(paths)
}

function listsBetween(from: string, to: string, config: Configuration): Pick<Path, 'ingress' | 'egress' | 'passes'> {
  const bound = (side: string, name: string) =>
    config.bindings
      .filter((binding) => binding.side === side && binding.interface === name && !isOfFrames(binding.list, config))
      .map(({ list }) => list)
      // An interface has one list for each direction, so a second one takes the place of the first.
      .slice(-1)
  const ingress = [...bound('in', from), ...bound('global', '')]
  return { ingress, egress: bound('out', to)[0], passes: passesByLevel(from, to, config) ?? true }
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
function unfiltered(config: Configuration, context: ReaderContext, place: Place): FoundRule[] {
  return pairsOf(config, context).flatMap(({ inner, outer, isOnly }) =>
    DIRECTIONS.flatMap((direction): FoundRule[] => {
      const [from, to] = direction === 'outbound' ? [inner, outer] : [outer, inner]
      const { ingress, egress } = listsBetween(from, to, config)
      if (ingress.length > 0 || egress !== undefined || passesByLevel(from, to, config) !== true) return []
      const name = `no access list from ${from} to ${to}`
      const rule = openRule(direction, name, place)
      return [isOnly ? rule : { ...rule, coverage: 'part', isPartByZone: true }]
    }),
  )
}
