import type { AddressFamily } from '../address/prefix.ts'
import type { Finding } from '../finding/finding.ts'
import type { LimitUse } from '../model/capacity.ts'
import type { Change } from '../model/change.ts'
import type { FileResult, TargetPrice } from '../model/result.ts'
import type { Ruleset } from '../model/ruleset.ts'
import type { ManualFile } from './ways/manual.ts'

/** The result of `build`, or of its dry run. */
export interface BuildResult {
  /** Path of the compiled snapshot, or name of the compiled document. */
  readonly source: string
  /** The rules as files hold them: a target may lack a family. */
  readonly ruleset: Ruleset
  /** The families that the policy's rules have and no file holds. */
  readonly unheld?: readonly AddressFamily[]
  /** The rules that some targets do not have, because they name other targets. */
  readonly absent?: readonly { readonly target: string; readonly rules: readonly string[] }[]
  readonly files: readonly FileResult[]
  /** The prices of widened targets. */
  readonly prices: readonly TargetPrice[]
  readonly findings: readonly Finding[]
  /** The warnings among these that an earlier run has said. */
  readonly standing?: readonly Finding[]
  /** From the older side to these rules. */
  readonly change: Change
  /** The runbooks of the change. */
  readonly runbooks?: readonly { readonly target: string; readonly path: string; readonly isChanged: boolean }[]
  /** Lists of what a person has to remove by hand. */
  readonly manuals?: readonly ManualFile[]
  /** True if rules of a target hold for any local address although its vendor can limit them. */
  readonly anyLocal?: boolean
  /** How much of each limit the targets use. */
  readonly capacity?: readonly LimitUse[]
  /** Outdated files of an earlier run, now removed. */
  readonly removed?: readonly string[]
  /** Files in place that targets do not write any more, and those that `--prune` removes. */
  readonly gone?: readonly {
    readonly target: string
    /** True if the policy still has the target, which writes other files now. */
    readonly isKept: boolean
    readonly paths: readonly string[]
    readonly pruned: readonly string[]
  }[]
  readonly isDryRun: boolean
}
