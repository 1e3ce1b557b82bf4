import { DIRECTIONS, type Direction } from '../../model/traffic.ts'

/** The zones or interfaces of a rule, or those that an audit selects. */
export interface ZonePair {
  readonly from: readonly string[]
  readonly to: readonly string[]
}

type Coverage = 'whole' | 'part' | 'none'

/** The share of the requested zones or interfaces that a rule with these names covers. The zone `any` is every zone. */
export function coverage(names: readonly string[], asked: readonly string[]): Coverage {
  // An empty list does not mean `any`.
  if (names.length === 0 || asked.length === 0) return 'none'
  const named = new Set(names)
  if (names.every((name) => name === 'any') || asked.every((name) => named.has(name))) return 'whole'
  // The effect of `any` beside other names is unclear.
  if (named.has('any')) return 'part'
  // A rule that names zones covers only some of the traffic if no zone is requested.
  return asked.includes('any') || asked.some((name) => named.has(name)) ? 'part' : 'none'
}

/** The directions that a rule between zones covers, and its share of the requested zones. `isExact`, in a proof: only if the rule names exactly these zones. */
export function directionsBetween(
  { from, to }: ZonePair,
  { local, remote }: { readonly local: readonly string[]; readonly remote: readonly string[] },
  isExact: boolean,
): { direction: Direction; isWhole: boolean }[] {
  const covers = isExact ? exactCoverage : coverage
  return DIRECTIONS.flatMap((direction) => {
    const [nearSide, remoteSide] = direction === 'outbound' ? [from, to] : [to, from]
    const found = [covers(nearSide, local), covers(remoteSide, remote)]
    return found.includes('none') ? [] : [{ direction, isWhole: !found.includes('part') }]
  })
}

function exactCoverage(names: readonly string[], asked: readonly string[]): Coverage {
  const [named, wanted] = [new Set(names), new Set(asked)]
  return named.size > 0 && named.size === wanted.size && asked.every((name) => named.has(name)) ? 'whole' : 'none'
}

/** The zones for `scopes`: those that the configuration shows or rules name, and `any`; undefined if none is defined and a rule matches any zone, because there may be others. */
export function zonesOf(shown: Iterable<string>, named: readonly string[]): string[] | undefined {
  const zones = new Set([...shown])
  const isKnown = zones.size > 0 || (named.length > 0 && !named.includes('any'))
  return isKnown ? [...new Set([...zones, ...named]).add('any')] : undefined
}
