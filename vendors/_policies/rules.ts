import type { Direction, EntryService, FoundLocal, FoundRule, PrefixSet, ReaderContext, Value } from 'tagwall/reader'
import { ENDS, type End, FAMILIES, kit } from '../_kit/kit.ts'

// Policies between zones, whose source and destination are names of objects, as several firewalls have them.

export const LOCAL_END: Readonly<Record<Direction, End>> = { outbound: 'source', inbound: 'destination' }
export const REMOTE_END: Readonly<Record<Direction, End>> = { outbound: 'destination', inbound: 'source' }

/** The requested zones on each side, by default those of two options. */
export function zonesAsked({ narrow, options }: ReaderContext, local = 'protectedZone', remote = 'internetZone') {
  const zones = (zone: string | undefined, option: string) =>
    zone ? [zone] : [options[option] ?? 'any'].flat().map(String)
  return { local: zones(narrow.fromZone, local), remote: zones(narrow.toZone, remote) }
}

/** The addresses of an end. */
interface EndAddresses {
  readonly addresses: PrefixSet
  /** True if it is an unknown part of these addresses. */
  readonly isPart: boolean
}

/** One end of a policy. */
export interface PolicyEnd extends FoundLocal, EndAddresses {
  /** True if it names local objects, also where it is every address but theirs. */
  readonly hasObjects: boolean
  /** True if all of its names are like that of the policy, as those of the remote side are in tagwall's own files. */
  readonly isOwn: boolean
  /** Its addresses on the remote side, where objects count too. */
  remote(): EndAddresses
}

/** The addresses behind the names in an end; open if some of them are unknown. */
interface NamedSide {
  readonly addresses: PrefixSet
  readonly isOpen: boolean
}

/** The names in an end, and what they are; `sideOf` looks addresses up. */
interface EndSyntax<Side> {
  /** True if the end is every address but those of its names. */
  readonly isNegated: boolean
  /** All addresses, or those of one family. */
  readonly everything: PrefixSet
  isObject(name: Value): boolean
  isOwn(name: Value): boolean
  sideOf(names: readonly Value[]): Side
}

/** The end of a policy by the names in it; `side` is what was looked up for those that are no objects. */
export function endOf<Side extends NamedSide>(
  names: readonly Value[],
  { isNegated, everything, isObject, isOwn, sideOf }: EndSyntax<Side>,
): PolicyEnd & { readonly side: Side } {
  const objects = names.filter(isObject)
  const side = sideOf(names.filter((name) => !objects.includes(name)))
  // The complement of unknown addresses, such as those of a local object, is unknown.
  const meant = ({ addresses, isOpen }: Side): EndAddresses =>
    isNegated ? { addresses: everything.subtract(addresses), isPart: isOpen } : { addresses, isPart: false }
  const own = meant(side)
  const isPart = own.isPart || (isNegated && objects.length > 0)
  return {
    side,
    addresses: own.addresses,
    objects: isPart ? [] : objects.map(({ text }) => text),
    isPart,
    hasObjects: objects.length > 0,
    isOwn: names.every(isOwn),
    remote: () => (objects.length > 0 ? meant(sideOf(names)) : own),
  }
}

/** A policy, and the directions in which its zones let it hold. */
interface ZonedPolicy extends Pick<FoundRule, 'name' | 'place' | 'action'> {
  readonly zones: ReturnType<typeof kit.directionsBetween>
  readonly ends: Readonly<Record<End, PolicyEnd>>
  readonly services: readonly EntryService[]
  /** True if anything else limits it. */
  readonly isPart: boolean
}

/** The rules that a policy is, for each service in each direction. */
export function rulesOfPolicy(
  { zones, ends, services, isPart, ...policy }: ZonedPolicy,
  { remotes }: ReaderContext,
): FoundRule[] {
  const told = zones.length > 1 ? localEnd(ends, remotes) : undefined
  const sides = zones.flatMap(({ direction, isWhole }) => {
    const local = ends[LOCAL_END[direction]]
    const isEmpty = local.objects.length === 0 && local.addresses.isEmpty
    if (isEmpty || (told && LOCAL_END[direction] !== told)) return []
    const remote = ends[REMOTE_END[direction]].remote()
    const pair = oneFamily(local, remote.addresses)
    return [{ direction, isWhole, isPart: isPart || local.isPart || remote.isPart, ...pair }]
  })
  return services.flatMap(({ protocol, ports, family, ...service }) =>
    sides.flatMap(({ direction, isWhole, local, remote, ...side }): FoundRule[] => {
      const addresses = family ? remote.family(family) : remote
      if (addresses.isEmpty) return []
      const traffic = { direction, protocol, ports, remote: { addresses, tags: [] } }
      const rule = { ...policy, ...traffic, ...(local && { local }) }
      const isVague = side.isPart || service.isPart
      if (isWhole && !isVague) return [{ ...rule, coverage: 'whole' }]
      return [{ ...rule, coverage: 'part', isPartByZone: !isVague }]
    }),
  )
}

/** The local end of a policy whose zones allow both directions; undefined if unknown. */
function localEnd(ends: Readonly<Record<End, PolicyEnd>>, remotes: PrefixSet | undefined): End | undefined {
  const [named, ...more] = ENDS.filter((end) => ends[end].hasObjects)
  if (named && more.length === 0) return named
  // The end that is restricted is the remote one, unless it is surely local.
  const open = ENDS.filter((end) => isAny(ends[end]))
  const [other] = ENDS.filter((end) => !open.includes(end))
  if (open.length === 1 && other && !kit.areLocal(ends[other].addresses, remotes)) return open[0]
  const own = ENDS.filter((end) => ends[end].isOwn)
  return own.length === 1 ? ENDS.find((end) => end !== own[0]) : undefined
}

const isAny = (end: PolicyEnd) => !end.isPart && oneFamily(end, kit.empty).local === undefined

/**
 * Both ends of a connection are of one family. So a local side of every address is any, and one of every address of a family is any
 * with the remote addresses of that family.
 */
export function oneFamily(
  { addresses, objects }: FoundLocal,
  remote: PrefixSet,
): { readonly local: FoundLocal | undefined; readonly remote: PrefixSet } {
  const all = objects.length > 0 ? [] : ([undefined, ...FAMILIES] as const)
  for (const family of all)
    if (addresses.equals(kit.everything(family)))
      return { local: undefined, remote: family ? remote.family(family) : remote }
  return { local: { addresses, objects }, remote }
}
