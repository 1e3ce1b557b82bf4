import type { AddressFamily, FoundRule, Notes, Place, ReaderContext, Reading } from 'tagwall/reader'
import type { Configuration, Interface } from './reader-config.ts'
import { type Path, Walker } from './reader-walk.ts'

const FAMILIES = ['ipv4', 'ipv6'] as const
const DIRECTIONS = ['outbound', 'inbound'] as const

/** What our access lists allow. */
export function ownRules(config: Configuration, context: ReaderContext, notes: Notes): FoundRule[] {
  const walker = new Walker(config, context, notes)
  return ownPaths(config, context).flatMap((path) => walker.walk(path))
}

function ownPaths({ lists }: Configuration, { options }: ReaderContext): Path[] {
  return DIRECTIONS.flatMap((direction) =>
    FAMILIES.flatMap((family) => {
      const name = String(direction === 'outbound' ? options.outboundAcl : options.inboundAcl)
      const list = lists.get(family === 'ipv4' ? name : `${name}-v6`)
      return list ? [pathOf(list.name, family, direction, true)] : []
    }),
  )
}

/** The way through one list. An empty one has no line of its own. */
const pathOf = (name: string, family: AddressFamily, direction: Path['direction'], isDecided: boolean): Path => ({
  ...{ family, direction, isDecided, ingress: name, egress: undefined, isPart: false, place: { part: '', line: 1 } },
})

/** What a router allows whose configuration anyone wrote. `start` is where it begins. */
export function auditOf(
  config: Configuration,
  context: ReaderContext,
  start: Place,
  notes: Notes,
): Pick<Reading, 'rules' | 'scopes'> {
  const { narrow } = context
  const walker = new Walker(config, context, notes)
  const { interfaces, lists } = config
  const names = interfaces.map(({ name }) => name)
  const scopes = {
    ...(lists.size > 0 && { chain: [...lists.keys()] }),
    ...(names.length > 0 && { fromZone: names, toZone: names }),
  }
  for (const { bindings } of interfaces)
    for (const { list, place } of bindings)
      if (!lists.has(list)) notes.add(place, list, 'is an access list that is not there, so that everything passes')
  const named = narrow.chain === undefined ? undefined : lists.get(narrow.chain)
  const paths =
    narrow.chain !== undefined
      ? DIRECTIONS.flatMap((direction) => (named ? [pathOf(named.name, named.family, direction, false)] : []))
      : interfaces.some(({ bindings }) => bindings.length > 0)
        ? pathsOf(config, context, start)
        : unboundPaths(config, context, start, notes)
  return { rules: paths.flatMap((path) => walker.walk({ ...path, place: start })), scopes }
}

/** Without a bound list in sight: our lists, unless the interfaces show that nothing is bound. */
function unboundPaths(config: Configuration, context: ReaderContext, start: Place, notes: Notes): Path[] {
  const own = ownPaths(config, context)
  if (config.interfaces.length === 0 && own.length > 0) return own
  notes.add(start, 'configuration', 'binds no access list to an interface, so that everything passes')
  return []
}

/** The ways between interfaces: those that are named, or else those that address translation tells apart. */
function pathsOf({ interfaces }: Configuration, { narrow }: ReaderContext, place: Place): Path[] {
  const of = (name: string | undefined, nat: Interface['nat']) =>
    interfaces.filter((one) => (name === undefined ? one.nat === nat : one.name === name))
  const [inner, outer] = [of(narrow.fromZone, 'inside'), of(narrow.toZone, 'outside')]
  const isPart = inner.length !== 1 || outer.length !== 1
  if (inner.length === 0 && outer.length === 0) return undecidedPaths(interfaces, place)
  const orNone = (some: readonly Interface[]) => (some.length > 0 ? some : [undefined])
  const paths = orNone(inner).flatMap((inside) =>
    orNone(outer).flatMap((outside) =>
      FAMILIES.flatMap((family): Path[] => {
        const common = { family, isDecided: true, isPart, place }
        const out = { ingress: listAt(inside, family, 'in'), egress: listAt(outside, family, 'out') }
        const back = { ingress: listAt(outside, family, 'in'), egress: listAt(inside, family, 'out') }
        const passes = family === 'ipv4' || [inside, outside].every((one) => one === undefined || one.hasIpv6)
        const isBound = ({ ingress, egress }: Pick<Path, 'ingress' | 'egress'>) =>
          ingress !== undefined || egress !== undefined
        // Of interfaces that are not known, nothing can be said where no list is bound.
        const isKnown = (lists: Pick<Path, 'ingress' | 'egress'>) =>
          isBound(lists) || (inside !== undefined && outside !== undefined && passes)
        return [
          ...(isKnown(out) ? [{ ...common, ...out, direction: 'outbound' as const }] : []),
          ...(isKnown(back) ? [{ ...common, ...back, direction: 'inbound' as const }] : []),
        ]
      }),
    ),
  )
  return unique(paths)
}

/** Where nothing tells the sides apart: each list by itself, and an entry's addresses tell which direction it is about. */
function undecidedPaths(interfaces: readonly Interface[], place: Place): Path[] {
  const bindings = interfaces.flatMap(({ bindings }) => bindings)
  return unique(
    bindings.flatMap(({ list, family }) =>
      DIRECTIONS.map((direction): Path => {
        return { ...pathOf(list, family, direction, false), isPart: true, place }
      }),
    ),
  )
}

const listAt = (one: Interface | undefined, family: AddressFamily, side: string): string | undefined =>
  one?.bindings.find((binding) => binding.family === family && binding.side === side)?.list

function unique(paths: readonly Path[]): Path[] {
  const keyOf = ({ family, direction, ingress, egress }: Path) =>
    JSON.stringify([family, direction, ingress ?? '', egress ?? ''])
  return [...new Map(paths.map((path) => [keyOf(path), path])).values()]
}
