import type { Direction, FoundLocal, PrefixSet, ReaderContext, Value } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'
import type { Objects } from './reader-objects.ts'
import type { Entry } from './reader-scopes.ts'

const ENDS = ['source', 'destination'] as const
type End = (typeof ENDS)[number]
const LOCAL: Readonly<Record<Direction, End>> = { outbound: 'source', inbound: 'destination' }
const REMOTE: Readonly<Record<Direction, End>> = { outbound: 'destination', inbound: 'source' }

/** The two sides of a rule in one direction. */
export interface Sides {
  /** Undefined: any local address. */
  readonly local: FoundLocal | undefined
  readonly remote: PrefixSet
  /** True if the rule covers only an unknown part of the local side. */
  readonly isPart: boolean
}

/** Reads the sides of one rule. Sides without an address are undefined. */
export function sideReader(entry: Entry, negated: ReadonlySet<string>, objects: Objects, context: ReaderContext) {
  const { name, fields, scope } = entry
  const [all, everyIpv4, everyIpv6] = [kit.everything(), kit.everything('ipv4'), kit.everything('ipv6')]
  const valuesOf = (end: End): readonly Value[] => fields.get(end) ?? []
  const without = (end: End, addresses: PrefixSet) => (negated.has(end) ? all.subtract(addresses) : addresses)
  const localAt = (end: End): FoundLocal & { readonly isPart: boolean } => {
    const found = objects.localOf(valuesOf(end), scope)
    const isPart = negated.has(end) && found.objects.length > 0
    return { addresses: without(end, found.addresses), objects: isPart ? [] : found.objects, isPart }
  }
  const isAny = (end: End) => {
    const { addresses, objects, isPart } = localAt(end)
    return objects.length === 0 && !isPart && [all, everyIpv4, everyIpv6].some((set) => addresses.equals(set))
  }

  /** The local side if the zones allow both directions; undefined if unknown. */
  function localEnd(): End | undefined {
    const named = ENDS.filter((end) => valuesOf(end).some((value) => objects.isLocalObject(value, scope)))
    if (named.length === 1) return named[0]
    // The side that is restricted is the remote one, unless it is surely local.
    const open = ENDS.filter(isAny)
    const [other] = ENDS.filter((end) => !open.includes(end))
    if (open.length === 1 && other && !kit.areLocal(localAt(other).addresses, context.remotes)) return open[0]
    // In tagwall's own files, the group with the remote side is named like the rule, or the rule without its "-in".
    const isOwn = ({ text }: Value) => text === name || `${text}-in` === name
    const own = ENDS.filter((end) => valuesOf(end).every(isOwn))
    return own.length === 1 ? ENDS.find((end) => end !== own[0]) : undefined
  }

  return {
    /** The directions that a rule can be in, of those that its zones leave. */
    among<Zone extends { readonly direction: Direction }>(zones: readonly Zone[]): readonly Zone[] {
      const end = zones.length > 1 ? localEnd() : undefined
      return end ? zones.filter(({ direction }) => LOCAL[direction] === end) : zones
    },
    of(direction: Direction): Sides | undefined {
      const { addresses, objects: names, isPart } = localAt(LOCAL[direction])
      const end = REMOTE[direction]
      const remote = without(end, objects.addressesOf(valuesOf(end), scope))
      if (names.length === 0 && addresses.isEmpty) return undefined
      const sides = kit.oneFamily({ addresses, objects: names }, remote)
      return sides.remote.isEmpty ? undefined : { ...sides, isPart }
    },
  }
}
