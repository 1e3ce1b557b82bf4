import type { Job } from '../model/job.ts'
import { type Ruleset, restrict } from '../model/ruleset.ts'
import { carriedBy, splitOf } from '../model/vendor.ts'
import { KIT } from '../vendor/kit/kit.ts'
import type { ReaderContext } from '../vendor/kit/reader-api.ts'
import type { Expectation } from './expectation.ts'
import type { DeltaExpectation } from './prove-delta.ts'

/** What the files of a job should mean, in the form in which its vendor has it. */
export function expectationOf(job: Job, ruleset: Ruleset): Expectation {
  return { target: job.target, ruleset: restrict(ruleset, job.family), ...formOf(job) }
}

/** What the commands of a job should change. */
export function deltaExpectationOf(
  job: Job,
  { before, after }: Pick<DeltaExpectation, 'before' | 'after'>,
): DeltaExpectation {
  const { target, family } = job
  return { target, before: restrict(before, family), after: restrict(after, family), ...formOf(job) }
}

/** Whether a device is compared by addresses or by tags, and what families its objects have. */
export function formOf({ vendor, options }: Job): Required<Pick<Expectation, 'by' | 'areObjectsApart'>> {
  return {
    by: splitOf(vendor, options) === 'tag' ? 'tags' : 'addresses',
    areObjectsApart: carriedBy(vendor, options).objectFamilies === 'apart',
  }
}

/** What a reader is handed with the files of a job, to read them back for a proof. */
export const proofContext = ({ options }: Job): ReaderContext => ({ options, purpose: 'prove', narrow: {}, kit: KIT })
