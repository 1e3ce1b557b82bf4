import { FAMILY_NAMES } from '../../address/family.ts'
import { type AddressFamily, FAMILIES, formatPrefix } from '../../address/prefix.ts'
import { countOfRules, countsOf, exceeded, setsOf } from '../../compile/fit/limits.ts'
import type { Finding, LimitCount } from '../../finding/finding.ts'
import { type Fitted, groupsByName } from '../../model/fitted.ts'
import { groupBy } from '../../model/group-by.ts'
import type { LimitName } from '../../model/limits.ts'
import type { Job } from '../../model/vendor.ts'

/**
 * The limits that a delta would exceed although both rulesets fit. A delta adds before it removes, so for a while the
 * device holds both.
 */
export function brokenOnTheWay(before: Fitted, after: Fitted, job: Job): Finding[] {
  const ofBoth = (of: (fitted: Fitted) => readonly string[]) => new Set([before, after].flatMap(of)).size
  const all = [before, after].flatMap(setsOf)
  const byName = groupBy(all, ({ name }) => name)
  const prefixes = (family: AddressFamily, sets = all) =>
    new Set(sets.flatMap(({ set }) => set.prefixes.family(family).texts)).size
  const inFamilies = (sets = all) => FAMILIES.reduce((sum, family) => sum + prefixes(family, sets), 0)
  const counts: Partial<Record<LimitName, () => LimitCount[]>> = {
    rules: () => [{ of: '', count: ofBoth(({ rules }) => rules.map(({ name }) => name)) }],
    objects: () => [{ of: '', count: inFamilies() }],
    familyObjects: () => FAMILIES.map((family) => ({ of: FAMILY_NAMES[family], count: prefixes(family) })),
    groups: () => [{ of: '', count: ofBoth((fitted) => [...groupsByName(fitted).keys()]) }],
    groupMembers: () => {
      const [old, young] = [groupsByName(before), groupsByName(after)]
      return [...young.keys()].map((of) => {
        const groups = [old, young].flatMap((own) => own.get(of) ?? [])
        const members = groups.flatMap((own) => [
          ...own.members.map(formatPrefix),
          ...own.chunks.map(({ name }) => name),
        ])
        return { of, count: new Set(members).size }
      })
    },
    setPrefixes: () =>
      setsOf(after).flatMap(({ name }) =>
        FAMILIES.map((family) => ({
          of: `${name}, ${FAMILY_NAMES[family]}`,
          count: prefixes(family, byName.get(name)),
        })),
      ),
    wholeSetPrefixes: () => setsOf(after).map(({ name }) => ({ of: name, count: inFamilies(byName.get(name)) })),
  }
  const own = Object.entries(counts).flatMap(([name, count]) => countsOf(name as LimitName, job, count))
  const whole = rulesTogether(before, after)
  const together = whole ? OF_RULES.flatMap((name) => countOfRules(name, whole, job)) : []
  return exceeded([...own, ...together], job)
}

/** Limits that new rules count against while the older ones still exist. */
const OF_RULES = ['sets', 'entries', 'prefixesPerSide'] as const

/** The older rules with those that are new; undefined if none is. */
function rulesTogether(before: Fitted, after: Fitted): Fitted | undefined {
  const known = new Set(before.rules.map(({ name }) => name))
  const added = after.rules.filter(({ name }) => !known.has(name))
  if (added.length === 0) return undefined
  const sets = new Set([...before.sets, ...added.map(({ set }) => set)])
  const locals = added.flatMap(({ local }) => (local && 'set' in local ? [local.set] : []))
  return {
    ruleset: after.ruleset,
    rules: [...before.rules, ...added],
    sets: [...sets],
    locals: [...new Set([...before.locals, ...locals])],
  }
}
