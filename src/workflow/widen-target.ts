import { compile } from '../compile/rules/compile.ts'
import { placeLocal } from '../compile/rules/local.ts'
import { failedTests } from '../compile/rules/policy-tests.ts'
import { type Stage, type Widened, widenSeries } from '../compile/widen/widen.ts'
import { PrefixSet } from '../model/address/prefix-set.ts'
import { ruleSelectorsOf } from '../model/asked.ts'
import { type Finding, hasErrors } from '../model/finding.ts'
import type { Job } from '../model/job.ts'
import type { Policy, PolicyLocal, Target } from '../model/policy.ts'
import type { TargetPrice } from '../model/result.ts'
import { type Ruleset, restrict } from '../model/ruleset.ts'
import { select } from '../model/selector.ts'
import type { ServiceTag, TagDocument } from '../model/service-tag.ts'
import { didYouMean } from '../model/text/nearest.ts'
import { splitOf } from '../model/vendor.ts'
import { SHORTEST_WIDENED, type Widening } from '../model/widening.ts'
import { type History, knowsAll } from './history.ts'
import type { KnownDocument } from './known-document.ts'
import { Shared } from './share.ts'

/** A policy compiled against one document. */
export interface Compiled {
  readonly document: TagDocument
  readonly ruleset: Ruleset
}

/** In place of a widening or a local side that a target does not have. */
const NONE = {}

/** Gives the rules of a target its local side, and widens them. All findings are errors. */
export type Widen = (target: Pick<Target, 'widen' | 'local' | 'at'>, job: Job, ruleset: Ruleset) => Widened

/**
 * Widens against one document. The older snapshots decide between equally cheap covers, from the oldest on, so the result only
 * depends on snapshots and policy.
 */
export function widenerFor(policy: Policy, known: KnownDocument, history: History): Widen {
  const { published } = known.document
  let past: readonly Compiled[] | undefined
  const made = new Shared<Widened>()
  return (target, job, ruleset) => {
    if (!target.widen && !target.local) return { ruleset, findings: [] }
    const key = made.keyOf(job, [target.widen ?? NONE, target.local ?? NONE, ruleset])
    const same = made.find(key)
    if (same) return same
    const widened = widenedAs(target, job, ruleset)
    return widened.findings.length === 0 ? made.keep(key, widened) : widened
  }

  function widenedAs(
    { widen, local, at }: Pick<Target, 'widen' | 'local' | 'at'>,
    job: Job,
    ruleset: Ruleset,
  ): Widened {
    const placed = placeLocal(ruleset, local, at)
    if (!widen || placed.findings.length > 0) return placed
    past ??= compiledBefore(policy, history, published)
    const series = widenAll(widen, job, { known, ruleset: placed.ruleset }, placeAll(past, local), policy)
    return series.at(-1) as Widened
  }
}

/** Older rulesets with the local side of a target, without those that it leaves no address. */
export function placeAll(past: readonly Compiled[], local: PolicyLocal | undefined): readonly Compiled[] {
  if (local === undefined) return past
  return past.flatMap(({ document, ruleset }) => {
    const placed = placeLocal(ruleset, local, '')
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
  const { target } = job
  if (splitOf(job.vendor, job.options) === 'tag')
    return [{ ruleset, findings: [{ code: 'TAGS_NOT_WIDENED', severity: 'error', target }] }]
  const missing = missingWithin(widening, target, known)
  if (missing.length > 0) return [{ ruleset, findings: missing }]
  const series = widenStages(widening, job, { known, ruleset }, past)
  const newest = series.pop() as Widened
  const failed = newest.findings.length > 0 ? [] : deniedTests(policy, newest.ruleset, target)
  return [...series, { ruleset: newest.ruleset, findings: [...newest.findings, ...failed] }]
}

/** Like `widenAll`, for a document with the `within` tag, and without running the tests. */
export function widenStages(
  widening: Widening,
  { target, family }: Pick<Job, 'target' | 'family'>,
  { known, ruleset }: { readonly known: KnownDocument; readonly ruleset: Ruleset },
  past: readonly Compiled[],
): Widened[] {
  const stages = [...past.filter(({ document }) => holds(document, widening.within)), { ...known, ruleset }].map(
    ({ document, ruleset }): Stage => ({
      ruleset: restrict(ruleset, family),
      within: withinOf(document, widening.within)?.prefixes,
    }),
  )
  // Use the published spelling of the name.
  const within = withinOf(known.document, widening.within)?.name
  const series = widenSeries(stages, { target, widening: { ...widening, within } })
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
export function compiledBefore(policy: Policy, history: History, published: string, from = ''): Compiled[] {
  return history.files
    .filter((file) => file.published >= from && file.published < published)
    .map((file) => history.read(file))
    .filter((document) => knowsAll(document, ruleSelectorsOf(policy)))
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
  within: undefined,
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
  const tests = policy.tests.filter(({ expect }) => expect === 'deny')
  return failedTests(tests, ruleset).map((finding) =>
    finding.code === 'TEST_FAILED' ? { ...finding, widened: target } : finding,
  )
}

const holds = (document: TagDocument, within: string | undefined) =>
  within === undefined || withinOf(document, within) !== undefined

/** The tag to widen within. */
export function withinOf({ tags }: TagDocument, within: string | undefined): ServiceTag | undefined {
  const [name] = within === undefined ? [] : select(tags.keys(), within)
  return name === undefined ? undefined : tags.get(name)
}
