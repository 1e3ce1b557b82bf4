import type { Direction } from '../../model/traffic.ts'

/** The zones or interfaces of a rule, or those that an audit asks about. */
export interface ZonePair {
  readonly from: readonly string[]
  readonly to: readonly string[]
}

type Coverage = 'whole' | 'part' | 'none'

/** How much of what is asked about a rule covers that names these zones or interfaces. */
export function coverage(names: readonly string[], asked: readonly string[]): Coverage {
  // Nothing is never any.
  if (names.length === 0 || asked.length === 0) return 'none'
  const named = new Set(names)
  if (names.every((name) => name === 'any') || asked.every((name) => named.has(name))) return 'whole'
  // Whether any counts beside others is not clear.
  if (named.has('any')) return 'part'
  // Without a zone to ask about, a rule that names some is about a part of what there may be.
  return asked.includes('any') || asked.some((name) => named.has(name)) ? 'part' : 'none'
}

/** In which directions a rule between zones is met, and whether it covers those that are asked about. */
export function directionsBetween(
  { from, to }: ZonePair,
  { local, remote }: { readonly local: readonly string[]; readonly remote: readonly string[] },
  isExact: boolean,
): { direction: Direction; isWhole: boolean }[] {
  const covers = isExact ? sameness : coverage
  return (['outbound', 'inbound'] as const).flatMap((direction) => {
    const [nearSide, remoteSide] = direction === 'outbound' ? [from, to] : [to, from]
    const found = [covers(nearSide, local), covers(remoteSide, remote)]
    return found.includes('none') ? [] : [{ direction, isWhole: !found.includes('part') }]
  })
}

function sameness(names: readonly string[], asked: readonly string[]): Coverage {
  const [named, wanted] = [new Set(names), new Set(asked)]
  return named.size > 0 && named.size === wanted.size && asked.every((name) => named.has(name)) ? 'whole' : 'none'
}

/** The zones to ask for. Where a configuration shows none and some rule is about any, there may be more than it names. */
export function zonesOf(shown: Iterable<string>, named: readonly string[]): string[] | undefined {
  const zones = new Set([...shown])
  const isKnown = zones.size > 0 || (named.length > 0 && !named.includes('any'))
  return isKnown ? [...new Set([...zones, ...named]).add('any')] : undefined
}
