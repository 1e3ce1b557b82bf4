import { lazy, memo } from '../model/lazy.ts'
import { onlyRule, type Ruleset, restrict } from '../model/ruleset.ts'
import type { Job, Vendor } from '../model/vendor.ts'
import { type Side, sideOf } from '../vendor/render/changed-things.ts'
import { fit } from './fit/fit.ts'

/** Fits rulesets to a target's vendor and makes their views, each once. Views are large, so it must not outlive the work on the target. */
export class SideMaker {
  readonly #of = memo((ruleset: Ruleset) =>
    memo((vendor: Vendor) =>
      memo((_: string, job: Job, set: string | undefined) => {
        const within = restrict(ruleset, job.family)
        const made = fit(set === undefined ? within : onlyRule(within, set), job)
        return { made, side: lazy(() => sideOf(made.fitted, vendor, job.options)) }
      }),
    ),
  )

  /** A ruleset, or only one of its sets, in the family of the job. */
  fit(ruleset: Ruleset, job: Job, set?: string): ReturnType<typeof fit> {
    return this.#made(ruleset, job, set).made
  }

  /** The side of what fits without errors. */
  of(ruleset: Ruleset, job: Job, set?: string): Side {
    return this.#made(ruleset, job, set).side()
  }

  #made = (ruleset: Ruleset, job: Job, set: string | undefined) =>
    this.#of(ruleset)(job.vendor)(JSON.stringify([job.options, job.family, set]), job, set)
}
