import { BITS, FAMILIES, formatPrefix, type Range } from '../address/prefix.ts'
import { everything, PrefixSet } from '../address/prefix-set.ts'
import type { FoundLocal, FoundRule } from '../model/reading.ts'

/** A part of the local side that rules treat alike: addresses, and the objects on the device that hold them. */
export interface LocalPart {
  readonly addresses: PrefixSet
  /** The local sides that hold these addresses, as keys of `sideKey`; of those that the parts were cut at. */
  readonly cuts: readonly string[]
  readonly objects: ReadonlySet<string>
  /** Every object that the parts were cut at. Others may hold any address. */
  readonly known: ReadonlySet<string>
}

/** One text for all local sides with the same addresses. */
export const sideKey = ({ addresses }: FoundLocal): string => addresses.texts.join()

/** The whole local side. */
export const WHOLE: LocalPart = { addresses: everything(), cuts: [], objects: new Set(), known: new Set() }

/**
 * Cuts the local side at the addresses and objects of `locals`. What an object holds is not known, so each address may be in any
 * of them: for each cut by addresses there is one part for every choice of at most `lists` objects. That many are enough to tell
 * as many lists of rules apart, because in each list one rule decides, and one object is enough for that rule to be met.
 */
export function localParts(locals: readonly (FoundLocal | undefined)[], lists = 2): LocalPart[] {
  const limited = locals.filter((local) => local !== undefined)
  const cuts = new Map(
    limited.filter(({ addresses }) => !addresses.isEmpty).map((local) => [sideKey(local), local.addresses]),
  )
  const names = [...new Set(limited.flatMap(({ objects }) => objects))].sort()
  if (cuts.size === 0 && names.length === 0) return [WHOLE]
  const choices = names.reduce<string[][]>(
    (chosen, name) => chosen.flatMap((some) => (some.length < lists ? [some, [...some, name]] : [some])),
    [[]],
  )
  const known = new Set(names)
  return regionsOf(cuts).flatMap((region) =>
    choices.map((objects) => ({ ...region, objects: new Set(objects), known })),
  )
}

/** Addresses that the same sets hold, and the keys of these sets. */
interface Region {
  readonly addresses: PrefixSet
  readonly cuts: readonly string[]
}

/**
 * All addresses, by the sets that hold them; the region that the first sets hold comes first. One pass over the ends of all ranges, so
 * the cost grows with the ranges and with how many sets hold one address.
 */
function regionsOf(cuts: ReadonlyMap<string, PrefixSet>): Region[] {
  const keys = [...cuts.keys()]
  const regions = new Map<string, { held: readonly number[]; ranges: Range[] }>()
  for (const family of FAMILIES) {
    const ends = [...cuts.values()].flatMap((set, cut) =>
      set.family(family).ranges.flatMap(({ first, last }) => [
        { at: first, cut, opens: true },
        { at: last + 1n, cut, opens: false },
      ]),
    )
    ends.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
    const held = new Set<number>()
    const most = 1n << BigInt(BITS[family])
    let from = 0n
    for (const { at, cut, opens } of [...ends, { at: most, cut: -1, opens: false }]) {
      if (at > from) {
        const own = [...held].sort((a, b) => a - b)
        const region = regions.get(own.join()) ?? { held: own, ranges: [] }
        region.ranges.push({ family, first: from, last: at - 1n })
        regions.set(own.join(), region)
        from = at
      }
      if (opens) held.add(cut)
      else held.delete(cut)
    }
  }
  return [...regions.values()]
    .sort((a, b) => inOrder(a.held, b.held))
    .map(({ held, ranges }) => ({
      addresses: PrefixSet.ofRanges(ranges),
      cuts: held.map((cut) => keys[cut] as string),
    }))
}

/** Of two lists of ascending numbers, the one that has the first number that is in one of them only comes first. */
function inOrder(a: readonly number[], b: readonly number[]): number {
  const index = a.findIndex((number, index) => number !== b[index])
  if (index < 0) return b.length > a.length ? 1 : 0
  return index >= b.length ? -1 : (a[index] as number) - (b[index] as number)
}

/** `whole` in parts so small that each set of `cuts` has all of a part or nothing of it. */
export function cutAt(whole: PrefixSet, cuts: readonly PrefixSet[]): PrefixSet[] {
  return cuts.reduce<PrefixSet[]>(
    (parts, cut) =>
      parts.flatMap((part) => [part.intersect(cut), part.subtract(cut)]).filter(({ isEmpty }) => !isEmpty),
    [whole],
  )
}

/**
 * The rules that match connections of a part of the local side, as if the part were the whole. A rule for some of the part, or
 * for objects that the part does not name, covers only a part of the connections.
 */
export function onPart(rules: readonly FoundRule[], part: LocalPart): readonly FoundRule[] {
  if (part === WHOLE && rules.every(({ local }) => local === undefined)) return rules
  return rules.flatMap((rule): FoundRule[] => {
    const meets = meeting(rule.local, part)
    if (meets === 'none') return []
    const { local: _, ...rest } = rule
    const { addresses, tags } = rule.remote
    const whole = { ...rest, remote: { addresses: inFamilies(addresses, part), tags } }
    return [meets === 'whole' ? whole : { ...whole, coverage: 'part' }]
  })
}

/** The remote addresses that a part can have connections with: no connection has addresses of two families. */
export function inFamilies(addresses: PrefixSet, part: LocalPart): PrefixSet {
  const [family, ...more] = FAMILIES.filter((family) => !part.addresses.family(family).isEmpty)
  return family && more.length === 0 ? addresses.family(family) : addresses
}

function meeting(local: FoundLocal | undefined, part: LocalPart): 'whole' | 'part' | 'none' {
  if (local === undefined || local.objects.some((name) => part.objects.has(name))) return 'whole'
  if (local.addresses.contains(part.addresses)) return 'whole'
  const isVague = local.objects.some((name) => !part.known.has(name))
  return isVague || local.addresses.overlaps(part.addresses) ? 'part' : 'none'
}

/** `, from 10.20.0.0/16` of an outbound flow; empty for the whole local side. */
export function partText(part: LocalPart, direction: 'inbound' | 'outbound'): string {
  if (part === WHOLE) return ''
  const { prefixes } = part.addresses
  const isMost = part.addresses.count > WHOLE.addresses.count / 2n
  const names = [
    ...part.objects,
    ...(part.objects.size > 0 ? [] : isMost ? ['any other local address'] : prefixes.slice(0, MOST).map(formatPrefix)),
  ]
  const more = part.objects.size === 0 && !isMost ? prefixes.length - MOST : 0
  return `, ${direction === 'outbound' ? 'from' : 'to'} ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

const MOST = 3
