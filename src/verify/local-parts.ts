import { heldRanges, overlapFinder } from '../address/overlaps.ts'
import { FAMILIES } from '../address/prefix.ts'
import { everything, inFamiliesOf, PrefixSet } from '../address/prefix-set.ts'
import { groupsOf } from '../model/group-by.ts'
import type { FoundLocal, FoundRule } from '../model/reading.ts'
import { listText } from '../text/numbers.ts'

/** A part of the local side that rules treat alike: addresses, and the objects on the device that hold them. */
export interface LocalPart {
  readonly addresses: PrefixSet
  readonly objects: ReadonlySet<string>
  /** Every object that the parts were cut at. Others may hold any address. */
  readonly known: ReadonlySet<string>
}

/** The whole local side. */
export const WHOLE: LocalPart = { addresses: everything(), objects: new Set(), known: new Set() }

/**
 * Cuts the local side at the addresses and objects of `locals`. What an object holds is not known, so each address may be in any
 * of them: for each cut by addresses there is one part for every choice of at most `lists` objects. That many are enough to tell
 * as many lists of rules apart, because in each list one rule decides, and one object is enough for that rule to be met.
 */
export function localParts(locals: readonly (FoundLocal | undefined)[], lists = 2): LocalPart[] {
  const limited = locals.filter((local) => local !== undefined)
  // Local sides with the same addresses cut at the same places.
  const sided = limited.filter(({ addresses }) => !addresses.isEmpty)
  const cuts = new Map(sided.map(({ addresses }) => [addresses.texts.join(), addresses]))
  const names = [...new Set(limited.flatMap(({ objects }) => objects))].sort()
  if (cuts.size === 0 && names.length === 0) return [WHOLE]
  const choices = names.reduce<string[][]>(
    (chosen, name) => chosen.flatMap((some) => (some.length < lists ? [some, [...some, name]] : [some])),
    [[]],
  )
  const known = new Set(names)
  return regionsOf([...cuts.values()]).flatMap(({ addresses }) =>
    choices.map((objects) => ({ addresses, objects: new Set(objects), known })),
  )
}

/** Addresses that the same sets hold, by the indexes of the sets. */
export interface Region {
  readonly held: readonly number[]
  readonly addresses: PrefixSet
}

/** All addresses, by the sets that hold them; the region that the first sets hold comes first. */
export const regionsOf = (sets: readonly PrefixSet[]): Region[] =>
  groupsOf(
    FAMILIES.flatMap((family) => heldRanges(family, sets)),
    ({ held }) => held.join(),
  )
    .sort(([a], [b]) => inOrder(a.held, b.held))
    .map((ranges) => ({ held: ranges[0].held, addresses: PrefixSet.ofRanges(ranges) }))

/** Of two different lists of ascending numbers, the one that has the first number that is in one of them only comes first. */
function inOrder(a: readonly number[], b: readonly number[]): number {
  const index = a.findIndex((number, index) => number !== b[index])
  if (index < 0) return 1
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

/** Finds the rules on a part, as `onPart` has them: most rules of a list with many local sides are about few parts. */
export function finderOfPart<Rule extends FoundRule>(rules: readonly Rule[]): (part: LocalPart) => readonly Rule[] {
  const near = overlapFinder(rules, ({ local }) => knownAddresses(local))
  return (part) => onPart(near(part.addresses), part)
}

/** The addresses of a local side; undefined if it may be any. */
export const knownAddresses = (local: FoundLocal | undefined): PrefixSet | undefined =>
  // An object may hold any address.
  !local || local.objects.length > 0 ? undefined : local.addresses

/** The rules that match connections of a part of the local side, as if it were the whole. Those that match only some of these have the coverage `part`. */
export function onPart<Rule extends FoundRule>(rules: readonly Rule[], part: LocalPart): readonly Rule[] {
  if (part === WHOLE && rules.every(({ local }) => local === undefined)) return rules
  return rules.flatMap((rule): Rule[] => {
    const coverage = localCoverage(rule.local, part)
    if (coverage === 'none') return []
    const { addresses, tags } = rule.remote
    const whole = { ...rule, local: undefined, remote: { addresses: inFamiliesOf(part.addresses, addresses), tags } }
    return [coverage === 'whole' ? whole : { ...whole, coverage: 'part' }]
  })
}

function localCoverage(local: FoundLocal | undefined, part: LocalPart): 'whole' | 'part' | 'none' {
  if (local === undefined || local.objects.some((name) => part.objects.has(name))) return 'whole'
  const isVague = local.objects.some((name) => !part.known.has(name))
  if (local.addresses.isEmpty) return isVague ? 'part' : 'none'
  if (local.addresses.contains(part.addresses)) return 'whole'
  return isVague || local.addresses.overlaps(part.addresses) ? 'part' : 'none'
}

/** A key that is unique for each part of a local side. */
export const partKey = ({ addresses, objects }: LocalPart): string => JSON.stringify([addresses.texts, ...objects])

/** `, from 10.20.0.0/16` of an outbound flow; empty for the whole local side. */
export function partText(part: LocalPart, direction: 'inbound' | 'outbound'): string {
  if (part === WHOLE) return ''
  const isMost = part.addresses.count > WHOLE.addresses.count / 2n
  const names = part.objects.size > 0 ? [...part.objects] : isMost ? ['any other local address'] : part.addresses.texts
  return `, ${direction === 'outbound' ? 'from' : 'to'} ${listText(names, MOST)}`
}

const MOST = 3
