import { carriedBy } from '../model/vendor.ts'
import type { Built } from './build-targets.ts'

/** True if a target has rules for any local address although its vendor could limit them. */
export function hasAnyLocal({ made, files }: Built): boolean {
  // Files with addresses only accept a policy with local sides, but cannot hold them.
  const withRules = new Set(files.filter(({ proof }) => !proof || proof.rules > 0).map(({ target }) => target))
  return made.some(
    ({ target, job, ruleset }) =>
      withRules.has(target.name) &&
      carriedBy(job.vendor, job.options).local.length > 0 &&
      ruleset.rules.some(({ local }) => local === undefined),
  )
}
