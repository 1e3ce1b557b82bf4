import { PrefixSet } from '../../address/prefix-set.ts'
import type { Finding } from '../../finding/finding.ts'
import { groupsOf } from '../../model/group-by.ts'
import { applies } from '../../model/option.ts'
import type { FoundRule } from '../../model/reading.ts'
import { type Ruleset, restrict, withSets } from '../../model/ruleset.ts'
import type { Flow } from '../../model/traffic.ts'
import type { Job } from '../../model/vendor.ts'
import { joinIntervals } from '../../verify/allowed.ts'
import { expectedRules, formOf, proofFlowText } from '../../verify/expectation.ts'
import { regionsOf } from '../../verify/local-parts.ts'
import { type Cell, partitionOf } from '../../verify/partition.ts'

/** Traffic that both rulesets decide alike, and a device differently for a moment. */
interface Gap {
  readonly flow: Flow
  readonly isRefused: boolean
  /** The rules whose sets the addresses leave or enter, and the one that decides about them in the end. */
  readonly rules: readonly string[]
  readonly prefixes: PrefixSet
}

/**
 * The traffic that a device refuses for a moment, although both rulesets allow it, or does not deny, although neither allows it, while the full file of
 * `after` is loaded over `before`: it fills one set after another, and then takes the rules. A device that loads a file at once has no gaps.
 */
export function reloadGaps(before: Ruleset, after: Ruleset, job: Job, hasDelta: boolean): Finding[] {
  const { target, vendor, options } = job
  if (!vendor.setBySet.some((when) => applies(when, options))) return []
  const [older, newer] = [restrict(before, job.family), restrict(after, job.family)]
  const sets = new Map(newer.sets.map(({ name, prefixes }) => [name, prefixes]))
  const filled = withSets(older, (set) => ({ ...set, prefixes: sets.get(set.name) ?? set.prefixes }))
  const form = formOf(job)
  const { parts, cellsOf } = partitionOf([older, filled, newer].map((rules) => expectedRules(rules, form)))
  const places = new Map(newer.sets.map(({ name }, place) => [name, place]))
  const placeOfRule = new Map(older.rules.map(({ name, set }) => [name, places.get(set.name) ?? GONE]))
  const placeOf = ({ name }: FoundRule) => placeOfRule.get(name) as number
  const gaps = parts.flatMap((part) => cellsOf(part).flatMap((cell) => gapsIn(cell, placeOf)))
  const together = groupsOf(gaps, ({ prefixes: _, ...gap }) => JSON.stringify(gap)).map((some) => {
    return { ...some[0], prefixes: PrefixSet.union(some.map(({ prefixes }) => prefixes)) }
  })
  const joined = joinIntervals(
    together,
    ({ isRefused, rules }) => JSON.stringify([isRefused, rules]),
    (one, next) => one.prefixes.equals(next.prefixes),
  )
  return joined.map(({ flow, ...gap }): Finding => {
    return { code: 'RELOAD_GAP', severity: 'warning', target, hasDelta, flow: proofFlowText(flow), ...gap }
  })
}

/** The place of a set that no file fills, which stays as it is. */
const GONE = -1

/** The gaps in one cell of the older rules, of these with the newer sets, and of the newer rules. */
function gapsIn(
  { flow, rules: [own = [], filled = [], next = []] }: Cell,
  placeOf: (rule: FoundRule) => number,
): Gap[] {
  const sidesOf = (index: number) => [own, filled].map((rules) => (rules[index] as FoundRule).remote.addresses)
  const moved = own.flatMap((_, index) => {
    const [was, is] = sidesOf(index) as [PrefixSet, PrefixSet]
    return was.equals(is) ? [] : [was.subtract(is), is.subtract(was)]
  })
  const moving = PrefixSet.union(moved)
  if (moving.isEmpty) return []
  const all = [...own, ...filled, ...next]
  return regionsOf(all.map(({ remote }) => remote.addresses.intersect(moving))).flatMap(
    ({ held, addresses }): Gap[] => {
      const isHeld = new Set(held)
      const holdsAfter = (place: number) => (rule: FoundRule, index: number) =>
        isHeld.has(placeOf(rule) <= place ? own.length + index : index)
      const changing = own.filter((_, index) => isHeld.has(index) !== isHeld.has(own.length + index))
      const last = next.find((_, index) => isHeld.has(2 * own.length + index))
      const ends = [own.find((_, index) => isHeld.has(index))?.action, last?.action]
      const moments = changing.map((rule) => own.find(holdsAfter(placeOf(rule)))?.action)
      const isAllowed = ends.every((action) => action === 'allow')
      const isDenied = ends.every((action) => action === 'deny')
      const isGap = isAllowed
        ? moments.some((action) => action !== 'allow')
        : !ends.includes('allow') && moments.some((action) => action === 'allow' || (isDenied && action !== 'deny'))
      const rules = [...new Set([...changing, ...(last ? [last] : [])].map(({ name }) => name))]
      return isGap ? [{ flow, isRefused: isAllowed, rules, prefixes: addresses }] : []
    },
  )
}
