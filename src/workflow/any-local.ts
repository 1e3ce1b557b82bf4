import { carriedBy } from '../model/vendor.ts'
import type { Built } from './build-targets.ts'

/** Whether a target has rules for any local address although its vendor could limit them. */
export const hasAnyLocal = ({ made }: Pick<Built, 'made'>): boolean =>
  made.some(
    ({ job, ruleset }) =>
      carriedBy(job.vendor, job.options).local.length > 0 && ruleset.rules.some(({ local }) => local === undefined),
  )
