import { PrefixSet } from '../../address/prefix-set.ts'
import { type History, type KnownDocument, knowsAll } from '../../document/history.ts'
import { type Finding, hasErrors } from '../../finding/finding.ts'
import { lazy } from '../../model/lazy.ts'
import type { Policy, Target } from '../../model/policy.ts'
import type { TargetPrice } from '../../model/result.ts'
import { type Ruleset, restrict } from '../../model/ruleset.ts'
import { ruleSelectors, type ServiceTag, select, type TagDocument } from '../../model/service-tag.ts'
import { type Job, splitOf } from '../../model/vendor.ts'
import { SHORTEST_WIDENED, type Widening } from '../../model/widening.ts'
import { didYouMean } from '../../text/nearest.ts'
import { compile } from '../compile.ts'
import { failedTests } from '../policy-tests.ts'
import { isFor, isForAll, rulesOfTarget } from '../rules-of-target.ts'
import { rulesKey, Shared } from '../share.ts'
import { type Cover, type Stage, type Widened, widenFrom, widenSeries } from './widen.ts'

/** A policy compiled against one document. */
export interface Compiled {
  readonly document: TagDocument
  readonly ruleset: Ruleset
}

/** Gives the rules of a target its local side, and widens them. All findings are errors. */
export type Widen = (target: Target, job: Job, ruleset: Ruleset) => Widened

/** The covers in the files in place, by the name of the target: the lock has them. */
export type CoverOf = (target: string) => Cover | undefined

/**
 * Widens against one document. Between equally cheap covers, the one closest to the cover in the files in place wins. Without such a
 * cover the older snapshots decide, from the oldest on, so the result only depends on snapshots and policy.
 */
export function widenerFor(known: KnownDocument, history: History, coverOf: CoverOf = () => undefined): Widen {
  const { policy } = history
  const { published } = known.document
  const past = lazy(() => compiledBefore(history, published))
  const made = new Shared<Widened>()
  return (target, job, ruleset) => {
    const isPlain = !target.widen && !target.local && ruleset.rules.every(isForAll)
    if (isPlain) return { ruleset, findings: [] }
    const key = `${made.keyOf(job, [ruleset])} ${rulesKey(target, ruleset, coverOf(job.target))}`
    return made.find(key) ?? made.keep(key, widenedAs(target, job, ruleset))
  }

  function widenedAs(target: Target, job: Job, ruleset: Ruleset): Widened {
    const { widen } = target
    const placed = rulesOfTarget(ruleset, target)
    if (!widen || placed.findings.length > 0) return placed
    const cover = coverOf(job.target)
    if (cover) {
      const problems = cannotWiden(widen, job, known)
      if (problems.length > 0) return { ...placed, findings: problems }
      const stage = stageOf(widen, job, { ...known, ruleset: placed.ruleset })
      return tested(widenFrom(stage, cover, { target: job.target, widening: widen }), policy, job)
    }
    const series = widenAll(widen, job, { known, ruleset: placed.ruleset }, placeAll(past(), target), policy)
    return series.at(-1) as Widened
  }
}

/** The older rulesets of a target, without those that leave a rule no address. */
export function placeAll(
  past: readonly Compiled[],
  target: Pick<Target, 'name' | 'local' | 'at'>,
): readonly Compiled[] {
  return past.flatMap(({ document, ruleset }) => {
    const placed = rulesOfTarget(ruleset, target)
    return placed.findings.length > 0 ? [] : [{ document, ruleset: placed.ruleset }]
  })
}

/**
 * The widened rulesets of `past`, oldest first, then of `known`. Past documents without the `within` tag, or with an impossible
 * budget, are left out.
 */
export function widenAll(
  widening: Widening,
  job: Job,
  { known, ruleset }: { readonly known: KnownDocument; readonly ruleset: Ruleset },
  past: readonly Compiled[],
  policy: Policy,
): Widened[] {
  const problems = cannotWiden(widening, job, known)
  if (problems.length > 0) return [{ ruleset, findings: problems }]
  const series = widenStages(widening, job, { known, ruleset }, past)
  const newest = series.pop() as Widened
  return [...series, tested(newest, policy, job)]
}

function cannotWiden(widening: Widening, { target, vendor, options }: Job, known: KnownDocument): Finding[] {
  if (splitOf(vendor, options) === 'tag') return [{ code: 'TAGS_NOT_WIDENED', severity: 'error', target }]
  return missingWithin(widening, target, known)
}

/** Adds the policy's tests that the widened rules fail. */
function tested(widened: Widened, policy: Policy, { target }: Job): Widened {
  if (widened.findings.length > 0) return widened
  return { ...widened, findings: deniedTests(policy, widened.ruleset, target) }
}

/** A ruleset to widen for a job, and the tag to widen within. */
export function stageOf({ within }: Widening, { family }: Pick<Job, 'family'>, { document, ruleset }: Compiled): Stage {
  return { ruleset: restrict(ruleset, family), within: withinOf(document, within) }
}

/** Like `widenAll`, for a document with the `within` tag, and without running the tests. */
export function widenStages(
  widening: Widening,
  { target, family }: Pick<Job, 'target' | 'family'>,
  { known, ruleset }: { readonly known: KnownDocument; readonly ruleset: Ruleset },
  past: readonly Compiled[],
): Widened[] {
  const stages = [...past.filter(({ document }) => holds(document, widening.within)), { ...known, ruleset }]
  const series = widenSeries(
    stages.map((stage) => stageOf(widening, { family }, stage)),
    { target, widening },
  )
  const newest = series.pop() as Widened
  return [...series.filter(({ findings }) => findings.length === 0), newest]
}

/** The finding for a missing `within` tag. */
export function missingWithin(
  { within }: Widening,
  target: string,
  { document, names, where }: KnownDocument,
): Finding[] {
  if (holds(document, within)) return []
  const tag = within as string
  return [{ code: 'NO_WITHIN', severity: 'error', target, tag, closest: didYouMean(tag, names), where }]
}

/** The policy compiled against the older snapshots from a date on, oldest first; only snapshots that know all its tags. */
export function compiledBefore(history: History, published: string, from = ''): Compiled[] {
  const { policy } = history
  return history.files
    .filter((file) => file.published >= from && file.published < published)
    .map((file) => history.read(file))
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

// A wider set allows more, so `deny` tests may fail.
function deniedTests(policy: Policy, ruleset: Ruleset, target: string): Finding[] {
  const tests = policy.tests.filter((test) => test.expect === 'deny' && isFor(test, target))
  return failedTests(tests, ruleset).map((finding) => ({ ...finding, widened: target }))
}

const holds = (document: TagDocument, within: string | undefined) =>
  within === undefined || withinOf(document, within) !== undefined

/** The tag to widen within. */
export function withinOf({ tags }: TagDocument, within: string | undefined): ServiceTag | undefined {
  const [name = ''] = within === undefined ? [] : select(tags.keys(), within)
  return tags.get(name)
}
