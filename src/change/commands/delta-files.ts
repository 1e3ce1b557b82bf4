import { fit } from '../../compile/fit/fit.ts'
import { brokenFileLimits } from '../../compile/fit/limits.ts'
import { type Rendered, suffixFor } from '../../compile/render-target.ts'
import type { DeltaArtefact } from '../../model/artefact.ts'
import { onlyRule, type Ruleset, restrict } from '../../model/ruleset.ts'
import { artefactsFor, type Job } from '../../model/vendor.ts'
import type { Side } from '../../vendor/render/changed-things.ts'
import { viewOf } from '../../vendor/render/view.ts'
import { deltaText, pairsOf, type Route, type Sides, seenDelta } from './delta-text.ts'

/** The older and the newer state of one target. */
export interface Rulesets {
  readonly before: Ruleset
  readonly after: Ruleset
}

/** The job of the older rules, and that of all others. */
export interface Jobs {
  readonly from: Job
  readonly job: Job
}

/** Over another ruleset, a single file holds both steps. Several files are loaded in two rounds, one for each step. */
export const ROUNDS = [1, 2] as const

/** The rulesets that commands lead over, and the jobs of both ends. */
export interface Plan {
  readonly jobs: Jobs
  readonly change: Rulesets
  /** The rulesets on the way. */
  readonly over: readonly Ruleset[]
  /** The rules that the files in place word otherwise than `before` is written. */
  readonly reworded: ReadonlySet<string>
}

/** The files of a vendor's "cleanup": removals to load after the full files, where there are no deltas. */
export function renderRemovals(change: Rulesets, job: Job, from = job): Rendered[] {
  const artefacts = artefactsFor(job.vendor.cleanup, job)
  const jobs = { from, job }
  const rendered = filesOf(plansOf(artefacts, { change, over: [], reworded: new Set(), jobs }), job)
  if (brokenFileLimits(rendered, job).length > 0) return []
  return writtenOf(rendered)
}

/** The rendered files of a plan. */
export function filesOf(planned: readonly Planned[], job: Job) {
  return planned.map(({ artefact, part, suffix, sides, reworded }) => {
    const { family, extension } = artefact
    return {
      artefact,
      part,
      family,
      suffix,
      extension,
      number: undefined,
      text: deltaText(artefact, { sides, reworded }, job.vendor),
    }
  })
}

/** The files that are written: not those that may be left out and hold nothing. */
export const writtenOf = (rendered: ReturnType<typeof filesOf>): Rendered[] =>
  rendered.flatMap(({ artefact, ...file }) => (artefact.optional && file.text === '' ? [] : [file]))

interface Planned extends Route {
  readonly artefact: DeltaArtefact
  readonly part: string
  readonly suffix: string
}

export function plansOf(artefacts: readonly DeltaArtefact[], plan: Plan): Planned[] {
  const { over } = plan
  const plans = artefacts.flatMap((artefact) => planOf(artefact, plan))
  if (over.length === 0 || artefacts.length === 1) return plans
  return ROUNDS.flatMap((round) =>
    plans.map(({ part, suffix, ...plan }): Planned => {
      const step = pairsOf(plan.sides)[round - 1] as Sides
      return { ...plan, sides: step, part: `${part}-${round}`, suffix: `.${round}${suffix}` }
    }),
  )
}

function planOf(artefact: DeltaArtefact, { jobs, change, over, reworded }: Plan): Planned[] {
  const scoped = (job: Job): Job => ({ ...job, family: job.family ?? artefact.family })
  const [from, job] = [scoped(jobs.from), scoped(jobs.job)]
  const sidesOf = (within: (ruleset: Ruleset) => Ruleset): Sides => {
    const side = (ruleset: Ruleset, own = job): Side => sideOf(within(restrict(ruleset, own.family)), own)
    return [side(change.before, from), ...over.map((ruleset) => side(ruleset)), side(change.after)]
  }
  const { part, suffix } = artefact
  if (!artefact.each) return [{ artefact, sides: sidesOf((ruleset) => ruleset), reworded, part, suffix }]
  const all = [change.after, ...over.toReversed()].map((ruleset) => restrict(ruleset, job.family))
  const sets = [...all, restrict(change.before, from.family)].flatMap(({ sets }) => sets)
  return [...new Set(sets.map(({ name }) => name))].map((name): Planned => {
    return {
      artefact,
      sides: sidesOf((ruleset) => onlyRule(ruleset, name)),
      reworded,
      part: `${part}-${name}`,
      suffix: suffixFor(artefact, name),
    }
  })
}

function sideOf(ruleset: Ruleset, job: Job): Side {
  const { fitted } = fit(ruleset, job)
  return { fitted, view: viewOf(fitted, job.vendor, job.options) }
}

/** The input of a vendor's templates of deltas. */
export function deltaView({ before, after }: Rulesets, job: Job, from = job): object {
  return seenDelta(artefactsFor(job.vendor.deltas, job), [sideOf(before, from), sideOf(after, job)], job.vendor)
}
