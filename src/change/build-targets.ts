import { resolve } from 'node:path'
import type { UsedTarget } from '../compile/capacity.ts'
import type { PolicySide } from '../compile/policy-side.ts'
import type { Rendered } from '../compile/render-target.ts'
import { jobsOf, pathOf } from '../compile/target-job.ts'
import { refuseErrors } from '../findings-output.ts'
import type { Io } from '../io.ts'
import type { Job } from '../model/job.ts'
import type { Target } from '../model/policy.ts'
import type { AddressList } from '../model/reading.ts'
import type { FileResult, Proof } from '../model/result.ts'
import type { Ruleset } from '../model/ruleset.ts'
import type { Territory } from '../store/territory.ts'
import type { Draft } from '../store/write.ts'
import { draftResults } from './target-drafts.ts'

/** A target with its rules, not yet rendered. */
export interface WidenedTarget {
  readonly target: Target
  readonly job: Job
  readonly ruleset: Ruleset
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

/** The full files of all targets, not yet written. */
export interface FullFiles {
  readonly drafts: readonly Draft[]
  readonly files: readonly FileResult[]
}

/** The full files of all targets. Throws `UserErrors` if some cannot be written. */
export function fullFiles(built: readonly BuiltTarget[], territory: Territory, io: Io): FullFiles {
  const drafts = built.flatMap(({ target, job, files, proof }) => {
    const place = { territory, recognise: job.vendor.recognise }
    return files.map((file) => {
      const path = resolve(io.cwd, pathOf(target, file))
      return { target, proof, path, text: file.text, owner: `target "${target.name}"`, place }
    })
  })
  return { drafts, files: drafts.map(draftResults(drafts, io)) }
}
