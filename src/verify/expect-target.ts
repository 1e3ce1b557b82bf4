import { areSameRules, type Ruleset, restrict } from '../model/ruleset.ts'
import { carriedBy, type Job, splitOf } from '../model/vendor.ts'
import { KIT } from '../vendor/kit/kit.ts'
import type { ReaderContext } from '../vendor/kit/reader-api.ts'
import type { Expectation, RulesetForm } from './expectation.ts'
import type { DeltaExpectation } from './prove-delta.ts'

/** The ruleset that the files of a job must produce, in the form of its vendor. */
export function expectationOf(job: Job, ruleset: Ruleset): Expectation {
  return { target: job.target, ruleset: restrict(ruleset, job.family), ...formOf(job) }
}

/** The rulesets before and after commands; `from` is the job of the older one. */
export function deltaExpectationOf(
  job: Job,
  { before, after }: { readonly before: Ruleset; readonly after: Ruleset },
  from: Job = job,
): DeltaExpectation {
  const { target, family } = job
  return { target, before: restrict(before, from.family), after: restrict(after, family), ...formOf(job) }
}

/** How a device is compared: by addresses or by tags, with the families of its objects and the order of its rules. */
export function formOf({ vendor, options }: Job): Required<RulesetForm> {
  return {
    by: splitOf(vendor, options) === 'tag' ? 'tags' : 'addresses',
    areObjectsApart: carriedBy(vendor, options).objectFamilies === 'apart',
    order: vendor.order,
  }
}

/** True if a target has the same rules in two rulesets, as far as its device can tell. */
export const areSameOn = (job: Job, a: Ruleset, b: Ruleset): boolean =>
  areSameRules(restrict(a, job.family), restrict(b, job.family), formOf(job).by)

/** The context in which a reader reads the files of a job back for a proof. */
export const proofContext = ({ options }: Job): ReaderContext => ({ options, purpose: 'prove', narrow: {}, kit: KIT })
