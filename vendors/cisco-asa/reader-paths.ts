import type { FoundRule, Notes, Place, ReaderContext, Reading } from 'tagwall/reader'
import type { Configuration, Interface } from './reader-config.ts'
import { type Path, Walker } from './reader-walk.ts'

/** What our access lists allow. */
export function ownRules(config: Configuration, context: ReaderContext, notes: Notes): FoundRule[] {
  const walker = new Walker(config, context, notes)
  return ownPaths(config, context).flatMap((path) => walker.walk(path))
}

function ownPaths({ lists }: Configuration, { options }: ReaderContext): Path[] {
  const paths: Path[] = [
    { direction: 'outbound', isDecided: true, first: [String(options.outboundAcl)], egress: undefined, isPart: false },
    { direction: 'inbound', isDecided: true, first: [String(options.inboundAcl)], egress: undefined, isPart: false },
  ]
  return paths.filter(({ first }) => first.some((list) => lists.has(list)))
}

/** What an ASA allows whose configuration anyone wrote. `start` is where it begins. */
export function auditOf(
  config: Configuration,
  context: ReaderContext,
  start: Place,
  notes: Notes,
): Pick<Reading, 'rules' | 'scopes'> {
  const { narrow } = context
  const walker = new Walker(config, context, notes)
  const lists = [...config.lists.keys()]
  const names = interfacesOf(config).map(({ name }) => name)
  const scopes = {
    ...(lists.length > 0 && { chain: lists }),
    ...(names.length > 0 && { fromZone: names, toZone: names }),
  }
  if (narrow.chain !== undefined) {
    const path = { first: [narrow.chain], egress: undefined, isDecided: false, isPart: false }
    const rules = (['outbound', 'inbound'] as const).flatMap((direction) => walker.walk({ direction, ...path }))
    return { rules, scopes }
  }
  for (const { list, place } of config.bindings)
    if (!config.lists.has(list)) notes.add(place, list, 'is an access list that is not there')
  const paths = config.bindings.length > 0 ? pathsOf(config, context) : unboundPaths(config, context, start, notes)
  return { rules: [...paths.flatMap((path) => walker.walk(path)), ...unfiltered(config, context, start)], scopes }
}

/** Without an access group in sight: our lists, unless the whole configuration shows that nothing is bound. */
function unboundPaths(config: Configuration, context: ReaderContext, start: Place, notes: Notes): Path[] {
  const own = ownPaths(config, context)
  if (!config.isWhole && own.length > 0) return own
  notes.add(start, 'configuration', 'has no access-group, so that no access list has an effect')
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
  // Whatever the other side is called, what is bound here counts.
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
  const keyOf = ({ direction, first, egress }: Path) => JSON.stringify([direction, first, egress ?? ''])
  return [...new Map(paths.map((path) => [keyOf(path), path])).values()]
}

function listsBetween(from: string, to: string, config: Configuration): Pick<Path, 'first' | 'egress' | 'passes'> {
  const bound = (side: string, name: string) =>
    config.bindings
      .filter((binding) => binding.side === side && binding.interface === name && !isOfFrames(binding.list, config))
      .map(({ list }) => list)
  const first = [...bound('in', from), ...bound('global', '')]
  return { first, egress: bound('out', to)[0], passes: passesByLevel(from, to, config) ?? true }
}

/** A list about frames that are no IP packets. */
const isOfFrames = (list: string, { lists }: Configuration) => lists.get(list)?.[0]?.words[0] === 'ethertype'

/** Whether connections pass from one interface to another where no list is asked; undefined where a level is not known. */
function passesByLevel(from: string, to: string, { interfaces, passesSameLevel }: Configuration): boolean | undefined {
  const levelOf = (name: string) => interfaces.find((one) => one.name === name)?.level
  const [high, low] = [levelOf(from), levelOf(to)]
  return high === undefined || low === undefined ? undefined : high > low || (high === low && passesSameLevel)
}

/** Where no list is asked, connections pass from a higher security level to a lower one. */
function unfiltered(config: Configuration, context: ReaderContext, place: Place): FoundRule[] {
  const remote = { addresses: context.kit.everything(), tags: [] }
  return pairsOf(config, context).flatMap(({ inner, outer, isOnly }) =>
    (['outbound', 'inbound'] as const).flatMap((direction): FoundRule[] => {
      const [from, to] = direction === 'outbound' ? [inner, outer] : [outer, inner]
      const { first, egress } = listsBetween(from, to, config)
      if (first.length > 0 || egress !== undefined || passesByLevel(from, to, config) !== true) return []
      const name = `no access list from ${from} to ${to}`
      return [
        {
          ...{ name, place, direction, action: 'allow', protocol: 'any', ports: context.kit.everyPort, remote },
          ...(isOnly ? { coverage: 'whole' } : { coverage: 'part', isPartByZone: true }),
        },
      ]
    }),
  )
}
