import type { UsedTarget } from '../compile/capacity.ts'
import type { PolicySide } from '../compile/policy-side.ts'
import type { Rendered } from '../compile/render-target.ts'
import { jobsOf, pathOf } from '../compile/target-job.ts'
import { refuseErrors } from '../findings-output.ts'
import type { Target } from '../model/policy.ts'
import type { AddressList } from '../model/reading.ts'
import type { Proof } from '../model/result.ts'
import type { Ruleset } from '../model/ruleset.ts'
import type { Job } from '../model/vendor.ts'
import type { TargetFile } from './target-drafts.ts'

/** A target with its rules, not yet rendered. */
export interface WidenedTarget {
  readonly target: Target
  readonly job: Job
  readonly ruleset: Ruleset
  /** The key of the state in the lock that it keeps, with its files; undefined if it gets another one. */
  readonly state?: string | undefined
}

/** A target with its full files and what they use of each limit. */
export interface BuiltTarget extends WidenedTarget, UsedTarget {
  readonly files: readonly Rendered[]
  /** Undefined without a reader. */
  readonly proof: Proof | undefined
  /** The lists that were read back from files that hold addresses and no rules. */
  readonly lists: readonly AddressList[]
}

/** The rules of every target. Throws `UserErrors` with the problems of all targets. */
export function widenTargets(
  targets: readonly Target[],
  vendorFolders: readonly string[],
  { widen, ruleset }: PolicySide,
): WidenedTarget[] {
  const made = jobsOf(targets, vendorFolders).map(({ target, job }) => ({
    target,
    job,
    ...widen(target, job, ruleset),
  }))
  refuseErrors(
    made.flatMap(({ findings }) => findings),
    'targets cannot have the rules as asked, so nothing is written',
  )
  return made
}

/** The full files of all targets. */
export const fullFiles = (built: readonly BuiltTarget[]): TargetFile[] =>
  built.flatMap(({ target, job, files, proof }) =>
    files.map((file) => ({
      target,
      owner: `target "${target.name}"`,
      path: pathOf(target, file),
      text: file.text,
      recognise: job.vendor.recognise,
      proof,
      facts: {},
    })),
  )
