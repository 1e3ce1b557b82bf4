import { deltaView } from '../change/ways/render-delta.ts'
import { fit } from '../compile/fit/fit.ts'
import { UserError } from '../errors.ts'
import { refuseErrors } from '../findings-output.ts'
import { onlyRule, type Ruleset, restrict } from '../model/ruleset.ts'
import type { Job } from '../model/vendor.ts'
import { didYouMean } from '../text/nearest.ts'
import { viewOf } from '../vendor/render/view.ts'

/** The rule of the policy that the view is of, and the direction of a delta. */
export interface ViewOptions {
  readonly rule?: string
  readonly rollback?: boolean
}

/** The view of the templates; of a delta, if there is an older ruleset. */
export function seenView(
  newer: Ruleset,
  older: Ruleset | undefined,
  job: Job,
  { rule, rollback }: ViewOptions,
): object {
  const names = [newer, ...(older ? [older] : [])].flatMap(({ sets }) => sets.map(({ name }) => name))
  if (rule !== undefined && !names.includes(rule))
    throw new UserError(`the policy has no rule "${rule}"${didYouMean(rule, new Set(names))}`)
  const scope = (side: Ruleset) => restrict(rule === undefined ? side : onlyRule(side, rule), job.family)
  const after = scope(newer)
  if (older) {
    const before = scope(older)
    return deltaView(rollback ? { before: after, after: before } : { before, after }, job)
  }
  const { fitted, findings } = fit(after, job)
  refuseErrors(findings, `the rules do not fit ${job.target}, so its templates see nothing`)
  return viewOf(fitted, job.vendor, job.options)
}
