import { FAMILY_NAMES } from '../../address/family.ts'
import { type AddressFamily, FAMILIES, formatPrefix } from '../../address/prefix.ts'
import { allSets, countOfRules, countsOf, exceeded } from '../../compile/fit/limits.ts'
import type { Finding, LimitCount } from '../../finding/finding.ts'
import { type Fitted, groupsByName } from '../../model/fitted.ts'
import type { LimitName } from '../../model/limits.ts'
import type { Job } from '../../model/vendor.ts'

/**
 * The limits that a delta would exceed although both rulesets fit. A delta adds before it removes, so for a while the
 * device holds both.
 */
export function brokenOnTheWay(before: Fitted, after: Fitted, job: Job): Finding[] {
  const prefixes = (family: AddressFamily) => unionOf(before, after, (fitted) => prefixesOf(fitted, family))
  const counts: Partial<Record<LimitName, () => LimitCount[]>> = {
    rules: () => [{ of: '', count: unionOf(before, after, ({ rules }) => rules.map(({ name }) => name)).size }],
    objects: () => [{ of: '', count: FAMILIES.reduce((sum, family) => sum + prefixes(family).size, 0) }],
    familyObjects: () => FAMILIES.map((family) => ({ of: FAMILY_NAMES[family], count: prefixes(family).size })),
    groups: () => [{ of: '', count: unionOf(before, after, (fitted) => [...groupsByName(fitted).keys()]).size }],
    groupMembers: () => {
      const [old, young] = [groupsByName(before), groupsByName(after)]
      return [...young.values()].map(({ name, prefixes, groups }) => {
        const other = old.get(name)
        const members = [...prefixes, ...(other?.prefixes ?? [])].map(formatPrefix)
        return { of: name, count: new Set([...members, ...groups, ...(other?.groups ?? [])]).size }
      })
    },
    setPrefixes: () =>
      allSets(after).flatMap(({ name }) =>
        FAMILIES.map((family) => ({
          of: `${name}, ${FAMILY_NAMES[family]}`,
          count: unionOf(before, after, (fitted) => prefixesOf(fitted, family, name)).size,
        })),
      ),
    wholeSetPrefixes: () =>
      allSets(after).map(({ name }) => ({
        of: name,
        count: FAMILIES.reduce(
          (sum, family) => sum + unionOf(before, after, (fitted) => prefixesOf(fitted, family, name)).size,
          0,
        ),
      })),
  }
  const own = Object.entries(counts).flatMap(([name, count]) => countsOf(name as LimitName, job, count))
  const whole = rulesTogether(before, after)
  const ofBoth = whole ? OF_RULES.flatMap((name) => countOfRules(name, whole, job)) : []
  return exceeded([...own, ...ofBoth], job)
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

function unionOf(before: Fitted, after: Fitted, of: (fitted: Fitted) => readonly string[]): Set<string> {
  return new Set([...of(before), ...of(after)])
}

function prefixesOf(fitted: Fitted, family: AddressFamily, of?: string): string[] {
  const sets = allSets(fitted)
  const own = of === undefined ? sets : sets.filter(({ name }) => name === of)
  return own.flatMap(({ set }) => set.prefixes.family(family).texts)
}
