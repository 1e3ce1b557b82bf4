import { PrefixSet } from '../../address/prefix-set.ts'
import { type History, type KnownDocument, knowsAll } from '../../document/history.ts'
import { type Finding, hasErrors } from '../../finding/finding.ts'
import { lazy } from '../../model/lazy.ts'
import type { Policy, Target } from '../../model/policy.ts'
import type { TargetPrice } from '../../model/result.ts'
import type { Ruleset } from '../../model/ruleset.ts'
import { ruleSelectors } from '../../model/service-tag.ts'
import { type Job, splitOf } from '../../model/vendor.ts'
import { SHORTEST_WIDENED, type Widening } from '../../model/widening.ts'
import { didYouMean } from '../../text/nearest.ts'
import { compile } from '../compile.ts'
import { failedTests } from '../policy-tests.ts'
import { type CheckedRuleset, isFor, isForAll, rulesOfTarget } from '../rules-of-target.ts'
import { rulesKey, Shared } from '../share.ts'
import { deviceKey } from '../target-job.ts'
import { type Compiled, type Cover, widenSeries, withinOf } from './widen.ts'

/** Gives the rules of a policy on one document the family and local side of a target, and widens them. All findings are errors. */
export type Widen = (target: Target, job: Job) => CheckedRuleset

/** The covers in the files in place, by the name of the target: the lock has them. */
export type CoverOf = (target: string) => Cover | undefined

/**
 * Widens against one document. Between equally cheap covers, the one closest to the cover in the files in place wins. Without such a
 * cover the older snapshots decide, from the oldest on, so the result only depends on snapshots and policy.
 */
export function widenerFor(newest: Newest, history: History, coverOf: CoverOf = () => undefined): Widen {
  const { ruleset, document } = newest
  const past = lazy(() => compiledBefore(history, document.published))
  const made = new Shared<CheckedRuleset>()
  return (target, job) => {
    const { widen } = target
    if (!widen && !target.local && !target.family && ruleset.rules.every(isForAll)) return { ruleset, findings: [] }
    const cover = coverOf(job.target)
    const widened = () => {
      const placed = rulesOfTarget(ruleset, target)
      if (!widen || placed.findings.length > 0) return placed
      const older = cover ? [] : placeAll(past(), target)
      const now = { ...newest, ruleset: placed.ruleset }
      return widenAll(widen, job, now, older, history.policy, cover).at(-1) as CheckedRuleset
    }
    const key = `${deviceKey(job)} ${rulesKey(target, ruleset, cover)}`
    return made.find(key) ?? made.keep(key, widened())
  }
}

/** The older rulesets of a target, without those that leave a rule no address. */
export function placeAll(
  past: readonly Compiled[],
  target: Pick<Target, 'name' | 'local' | 'family' | 'at'>,
): readonly Compiled[] {
  return past.flatMap(({ document, ruleset }) => {
    const placed = rulesOfTarget(ruleset, target)
    return placed.findings.length > 0 ? [] : [{ document, ruleset: placed.ruleset }]
  })
}

/** The widened rulesets of `past`, oldest first, then of the newest; without past ones that lack the `within` tag or have an impossible budget. */
export function widenAll(
  widening: Widening,
  job: Job,
  newest: Newest,
  past: readonly Compiled[],
  policy: Policy,
  start?: Cover,
): CheckedRuleset[] {
  const { target, vendor, options } = job
  const { ruleset } = newest
  const byTag: Finding = { code: 'TAGS_NOT_WIDENED', severity: 'error', target }
  const problems = splitOf(vendor, options) === 'tag' ? [byTag] : missingWithin(widening, target, newest)
  if (problems.length > 0) return [{ ruleset, findings: problems }]
  const series = widenSeries([...past, newest], { ...job, widening }, start)
  const last = series.pop() as CheckedRuleset
  // A wider set allows more, so `deny` tests may fail.
  const tests = policy.tests.filter((test) => test.expect === 'deny' && isFor(test, target))
  const failed = last.findings.length > 0 ? [] : failedTests(tests, last.ruleset)
  return [...series, { ...last, findings: [...last.findings, ...failed.map((one) => ({ ...one, widened: target }))] }]
}

/** The newest document, and the rules on it. */
type Newest = KnownDocument & Compiled

/** The finding for a missing `within` tag. */
export function missingWithin(
  { within: tag }: Widening,
  target: string,
  { document, names, where }: KnownDocument,
): Finding[] {
  if (tag === undefined || withinOf(document, tag)) return []
  return [{ code: 'NO_WITHIN', severity: 'error', target, tag, closest: didYouMean(tag, names), where }]
}

/** The policy compiled against the older snapshots from a date on, oldest first; only snapshots that know all its tags. */
export function compiledBefore(history: History, published: string, from = ''): Compiled[] {
  const { policy } = history
  return history.files
    .filter((file) => file.published >= from && file.published < published)
    .map((file) => file.read())
    .filter((document) => knowsAll(document, ruleSelectors(policy.rules)))
    .map((document) => ({ document, ...compile(policy, { document, names: [], where: '' }) }))
    .filter(({ findings }) => !hasErrors(findings))
}

/** A target's widening, with another budget if one is given. */
export function wideningFor(own: Widening | undefined, most: number | undefined): Widening | undefined {
  return most === undefined ? own : { ...FREE, ...own, maxPrefixes: { ipv4: most, ipv6: most } }
}

/** Widening without constraints, except those that always hold. */
export const FREE = {
  per: 'rule',
  never: PrefixSet.empty,
  minPrefixLength: SHORTEST_WIDENED,
} as const

/** The price of each rule of a target, by family. */
export function pricesOf(target: string, { sets }: Ruleset, everything: (() => PrefixSet) | undefined): TargetPrice[] {
  return sets.flatMap(({ name, prefixes, widened }) =>
    (widened?.prices ?? []).map((price): TargetPrice => {
      const extra = prefixes.subtract(widened?.exact as PrefixSet).family(price.family)
      return { target, rule: name, price, inSomeTag: everything?.().intersect(extra).count }
    }),
  )
}
