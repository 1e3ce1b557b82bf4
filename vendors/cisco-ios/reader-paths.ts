import type { AddressFamily, Notes, Place, ReaderContext } from 'tagwall/reader'
import { type Audited, type Path, pathThrough, unique } from '../_cisco/walk.ts'
import { DIRECTIONS, FAMILIES } from '../_kit/kit.ts'
import type { Configuration, Interface } from './reader-config.ts'

/** The paths through tagwall's access lists. */
export function ownPaths({ lists }: Configuration, { options }: ReaderContext): Path[] {
  return DIRECTIONS.flatMap((direction) =>
    FAMILIES.flatMap((family) => {
      const name = String(direction === 'outbound' ? options.outboundAcl : options.inboundAcl)
      const list = lists.get(family === 'ipv4' ? name : `${name}-v6`)
      return list ? [pathThrough([list.name], direction, { family, isDecided: true })] : []
    }),
  )
}

/** The ways through any router. `start` is the place where its configuration begins. */
export function auditOf(config: Configuration, context: ReaderContext, start: Place, notes: Notes): Audited {
  const { narrow } = context
  const { interfaces, lists } = config
  for (const { bindings } of interfaces)
    for (const { list, place } of bindings)
      if (!lists.has(list)) notes.add(place, list, 'is an access list that does not exist, so it denies nothing')
  const named = lists.get(narrow.chain ?? '')
  const paths =
    narrow.chain !== undefined
      ? DIRECTIONS.flatMap((direction) =>
          named ? [pathThrough([named.name], direction, { family: named.family })] : [],
        )
      : interfaces.some(({ bindings }) => bindings.length > 0)
        ? pathsOf(config, context)
        : unboundPaths(config, context, start, notes)
  return { paths, interfaces: interfaces.map(({ name }) => name) }
}

/** Paths of a text without a bound list: our lists, unless the interfaces show that nothing is bound. */
function unboundPaths(config: Configuration, context: ReaderContext, start: Place, notes: Notes): Path[] {
  const own = ownPaths(config, context)
  if (config.interfaces.length === 0 && own.length > 0) return own
  const open = openPaths(config.interfaces)
  if (open.length > 0) return open.map((path) => ({ ...path, isPart: false }))
  notes.add(start, 'configuration', 'binds no access list to an interface, so everything passes')
  return []
}

/** The paths between interfaces: those of the options, or else those by the inside and outside of address translation. */
function pathsOf({ interfaces }: Configuration, { narrow }: ReaderContext): Path[] {
  const of = (name: string | undefined, nat: Interface['nat']) =>
    interfaces.filter((one) => (name === undefined ? one.nat === nat : one.name === name))
  const [inner, outer] = [of(narrow.fromZone, 'inside'), of(narrow.toZone, 'outside')]
  const isPart = inner.length !== 1 || outer.length !== 1
  if (inner.length === 0 && outer.length === 0) return undecidedPaths(interfaces)
  const orNone = (some: readonly Interface[]) => (some.length > 0 ? some : [undefined])
  const paths = orNone(inner).flatMap((inside) =>
    orNone(outer).flatMap((outside) =>
      FAMILIES.flatMap((family) =>
        DIRECTIONS.flatMap((direction): Path[] => {
          const [from, to] = direction === 'outbound' ? [inside, outside] : [outside, inside]
          const [ingress, egress] = [listsAt(from, family, 'in'), listsAt(to, family, 'out')]
          // An unknown interface tells nothing if no list is bound.
          const passes = [from, to].every((one) => one !== undefined && (family === 'ipv4' || one.hasIpv6))
          const isKnown = ingress.length > 0 || egress.length > 0 || passes
          return isKnown ? [{ family, direction, isDecided: true, ingress, egress, isPart }] : []
        }),
      ),
    ),
  )
  return unique(paths)
}

/** If the sides are unknown, each list counts separately, and an entry's addresses tell its direction. */
function undecidedPaths(interfaces: readonly Interface[]): Path[] {
  const bindings = interfaces.flatMap(({ bindings }) => bindings)
  const bound = bindings.flatMap(({ list, family }) =>
    DIRECTIONS.map((direction) => pathThrough([list], direction, { family, isPart: true })),
  )
  return unique([...bound, ...openPaths(interfaces)])
}

/** The paths without any list, if there are two interfaces that packets can pass between. */
function openPaths(interfaces: readonly Interface[]): Path[] {
  return FAMILIES.flatMap((family) => {
    const up = interfaces.filter(
      (one) => (family === 'ipv4' ? one.hasIpv4 : one.hasIpv6) && !one.isClosed && !/^loopback/i.test(one.name),
    )
    const without = (side: string) => up.filter((one) => listsAt(one, family, side).length === 0)
    const isOpen = without('in').some((from) => without('out').some((to) => to !== from && to.vrf === from.vrf))
    return isOpen ? DIRECTIONS.map((direction) => pathThrough([], direction, { family, isPart: true })) : []
  })
}

const listsAt = (one: Interface | undefined, family: AddressFamily, side: string): string[] =>
  one?.bindings.flatMap((bound) => (bound.family === family && bound.side === side ? [bound.list] : [])) ?? []
