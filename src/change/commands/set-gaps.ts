import { inFamiliesOf, PrefixSet } from '../../address/prefix-set.ts'
import { groupsOf } from '../../model/group-by.ts'
import type { FoundRule } from '../../model/reading.ts'
import { type Ruleset, restrict, withSets } from '../../model/ruleset.ts'
import type { Job } from '../../model/vendor.ts'
import { joinIntervals } from '../../verify/allowed.ts'
import { flowsOf } from '../../verify/compare.ts'
import { expectedRules, formOf, proofFlowText } from '../../verify/expectation.ts'
import { finderOfPart, type LocalPart, localParts, regionsOf } from '../../verify/local-parts.ts'
import { rulesByFlow } from '../../verify/partition.ts'

/** Traffic that both rulesets decide alike, and a device differently for a moment. */
export interface Gap {
  readonly isRefused: boolean
  /** The rules that change meanwhile, and the one that decides about the addresses in the end. */
  readonly rules: readonly string[]
  readonly flow: string
  readonly prefixes: PrefixSet
}

/** The gaps of a full load of `newer` over `before` on a device that fills one set after another, and then takes all rules at once. */
export function setGaps(before: Ruleset, newer: Ruleset, job: Job): Gap[] {
  // A file of one family leaves the sets of the other as they are.
  const older = restrict(before, job.family)
  const sets = new Map(newer.sets.map(({ name, prefixes }) => [name, prefixes]))
  const filled = withSets(older, (set) => ({ ...set, prefixes: sets.get(set.name) ?? set.prefixes }))
  const form = formOf(job)
  const lists = [older, filled, newer].map((rules) => expectedRules(rules, form))
  const places = new Map(newer.sets.map(({ name }, place) => [name, place]))
  const placeOfRule = new Map(older.rules.map(({ name, set }) => [name, places.get(set.name) ?? GONE]))
  const placeOf = ({ name }: FoundRule) => placeOfRule.get(name) as number
  const onFlows = lists.map(rulesByFlow)
  const gaps = flowsOf(lists.flat().flatMap(({ ports }) => ports)).flatMap((flow) => {
    const onFlow = onFlows.map((rulesOn) => rulesOn(flow))
    return gapsIn(onFlow, placeOf).map(({ part: _, ...gap }) => ({ flow, ...gap }))
  })
  const joined = joinIntervals(
    joinGaps(gaps),
    ({ isRefused, rules }) => JSON.stringify([isRefused, rules]),
    (one, next) => one.prefixes.equals(next.prefixes),
  )
  return joined.map(({ flow, ...gap }) => ({ ...gap, flow: proofFlowText(flow) }))
}

/** One gap for all that differ in their addresses only. */
export const joinGaps = <Some extends Pick<Gap, 'prefixes'>>(gaps: readonly Some[]): Some[] =>
  groupsOf(gaps, ({ prefixes: _, ...gap }) => JSON.stringify(gap)).map((some) => {
    return { ...some[0], prefixes: PrefixSet.union(some.map(({ prefixes }) => prefixes)) }
  })

/** The place of a set that no file fills, which stays as it is. */
const GONE = -1

/** A rule of the older file that holds the addresses of a region before or after its set is filled, or both. */
interface OlderRule extends FoundRule {
  /** The place of its set among those that are filled. */
  readonly filling: number
  readonly holdsBefore: boolean
  readonly holdsAfter: boolean
}

/** A gap on one part of the local side, in one flow. */
interface GapOnPart extends Omit<Gap, 'flow'> {
  readonly part: LocalPart
}

/** The gaps of one flow: in the older rules, in these with the newer sets, and in the newer rules. */
function gapsIn(
  [own = [], filled = [], next = []]: readonly (readonly FoundRule[])[],
  placeOf: (rule: FoundRule) => number,
): GapOnPart[] {
  const moved = own.flatMap(({ remote: { addresses: was } }, index) => {
    const is = (filled[index] as FoundRule).remote.addresses
    return was.equals(is) ? [] : [was.subtract(is), is.subtract(was)]
  })
  const moving = PrefixSet.union(moved)
  if (moving.isEmpty) return []
  const sides = [...own, ...filled, ...next].map(({ remote }) => remote.addresses.intersect(moving))
  return regionsOf(sides).flatMap(({ held, addresses }) => {
    const isHeld = new Set(held)
    // Few of many rules hold a region, so they are looked up.
    const places = new Set(held.filter((index) => index < 2 * own.length).map((index) => index % own.length))
    const older = [...places]
      .sort((a, b) => a - b)
      .map((place): OlderRule => {
        const rule = own[place] as FoundRule
        const [holdsBefore, holdsAfter] = [isHeld.has(place), isHeld.has(own.length + place)]
        return { ...rule, filling: placeOf(rule), holdsBefore, holdsAfter }
      })
    const newer = held.flatMap((index) => next[index - 2 * own.length] ?? [])
    return older.some(isChanging) ? gapsOf(addresses, older, newer) : []
  })
}

/** The gaps of addresses that these rules hold. On each part of the local side, one that needs all the sets of another one tells nothing new. */
function gapsOf(addresses: PrefixSet, older: readonly OlderRule[], newer: readonly FoundRule[]): GapOnPart[] {
  const all = [...older, ...newer]
  // One rule decides before, one after, and one between: with a single action, the last is any or none.
  const deciding = new Set(all.map(({ action }) => action)).size > 1 ? 3 : 2
  const [olderOn, newerOn] = [finderOfPart(older), finderOfPart(newer)]
  const told: GapOnPart[] = []
  const locals = all.map(({ local }) => local)
  for (const part of localParts(locals, deciding)) {
    const found = gapOf(olderOn(part), newerOn(part)[0])
    const gap = found && { ...found, part, prefixes: inFamiliesOf(part.addresses, addresses) }
    if (gap && !gap.prefixes.isEmpty && !told.some((other) => needsAll(gap, other))) told.push(gap)
  }
  return told
}

const isChanging = ({ holdsBefore, holdsAfter }: OlderRule) => holdsBefore !== holdsAfter

const needsAll = (gap: GapOnPart, other: GapOnPart) =>
  gap.isRefused === other.isRefused &&
  gap.part.addresses === other.part.addresses &&
  other.rules.every((name) => gap.rules.includes(name))

/** The gap between the older rules, as their sets are filled, and the newer rule that decides at last. */
function gapOf(older: readonly OlderRule[], last: FoundRule | undefined) {
  const changing = older.filter(isChanging)
  const ends = [older.find(({ holdsBefore }) => holdsBefore)?.action, last?.action]
  const moments = changing.map(
    ({ filling }) => older.find((rule) => (rule.filling <= filling ? rule.holdsAfter : rule.holdsBefore))?.action,
  )
  const isAllowed = ends.every((action) => action === 'allow')
  const isDenied = ends.every((action) => action === 'deny')
  const isGap = isAllowed
    ? moments.some((action) => action !== 'allow')
    : !ends.includes('allow') && moments.some((action) => action === 'allow' || (isDenied && action !== 'deny'))
  const rules = [...new Set([...changing, ...(last ? [last] : [])].map(({ name }) => name))]
  return isGap ? { isRefused: isAllowed, rules } : undefined
}
