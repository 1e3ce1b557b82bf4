import { type AddressFamily, FAMILIES } from '../address/prefix.ts'
import { isFor } from '../compile/rules-of-target.ts'
import { pricesOf } from '../compile/widen/widen-target.ts'
import type { Finding } from '../finding/finding.ts'
import type { Io } from '../io.ts'
import type { LimitUse } from '../model/capacity.ts'
import type { Change } from '../model/change.ts'
import type { FileResult, FileRole, TargetPrice } from '../model/result.ts'
import type { ConcreteRule, Ruleset } from '../model/ruleset.ts'
import { carriedBy } from '../model/vendor.ts'
import type { BuiltTarget } from './build-targets.ts'
import { isUnversioned } from './older/warnings.ts'
import type { Run } from './run.ts'
import { heldRules } from './tell/held.ts'

/** The result of `plan`, `build` or `update`, for a terminal and as JSON. */
export interface BuildResult {
  /** Path of the compiled snapshot, or name of the compiled document. */
  readonly source: string
  /** The rules as files hold them: a target may lack a family. */
  readonly ruleset: Ruleset
  /** The families that the policy's rules have and no file holds. */
  readonly unheld: readonly AddressFamily[]
  /** The rules that some targets do not have, because they name other targets. */
  readonly absent: readonly { readonly target: string; readonly rules: readonly string[] }[]
  /** Full files and commands. */
  readonly files: readonly FileResult[]
  /** The prices of widened targets. */
  readonly prices: readonly TargetPrice[]
  readonly findings: readonly Finding[]
  /** The warnings among these that an earlier run has said. */
  readonly standing: readonly Finding[]
  /** From the older side to these rules. */
  readonly change: Change
  /** The runbooks of the change. */
  readonly runbooks: readonly FileResult[]
  /** Lists of what a person has to remove by hand. */
  readonly manuals: readonly FileResult[]
  /** The targets with rules that hold for any local address although their vendor can limit them. Undefined for commands alone. */
  readonly anyLocal?: { readonly targets: readonly string[]; readonly isOfAllRules: boolean }
  /** How much of each limit the targets use. Undefined for commands alone. */
  readonly capacity?: readonly LimitUse[]
  /** Outdated files of an earlier run, now removed. */
  readonly removed: readonly string[]
  /** Files in place that targets do not write any more, and those that `--prune` removes. */
  readonly gone: readonly {
    readonly target: string
    /** True if the policy still has the target, which writes other files now. */
    readonly isKept: boolean
    readonly paths: readonly string[]
    readonly pruned: readonly string[]
  }[]
  /** True if older files will be lost, because no version control keeps them; said once. */
  readonly isUnversioned?: boolean
  readonly isDryRun: boolean
}

/** The facts of a result that its run does not have. */
interface ResultOptions {
  readonly source: string
  readonly isDryRun: boolean
  /** Findings besides those of the run and of its policy. */
  readonly findings?: readonly Finding[]
}

/** The result of a run. */
export function resultOf(run: Run, { source, isDryRun, findings = [] }: ResultOptions, io: Io): BuildResult {
  const { after, change } = run
  const ofRole = (role: FileRole) => run.written.files.filter((file) => file.role === role)
  const made = run.targets.map((target) => target.made)
  const ruleset = heldRules(after.ruleset, made)
  return {
    source,
    ruleset,
    unheld: FAMILIES.filter((family) => hasFamily(after.ruleset, family) && !hasFamily(ruleset, family)),
    absent: made.flatMap(({ target: { name } }) => {
      const others = after.ruleset.rules.filter((rule) => !isFor(rule, name)).map(({ set }) => set.name)
      return others.length > 0 ? [{ target: name, rules: [...new Set(others)] }] : []
    }),
    files: (['full', 'cleanup', 'delta', 'rollback'] as const).flatMap(ofRole),
    prices: made.flatMap(({ target, ruleset }) => pricesOf(target.name, ruleset, after.known.everything)),
    findings: [...findings, ...after.findings, ...run.findings],
    standing: run.standing,
    change,
    runbooks: ofRole('runbook'),
    manuals: ofRole('manual'),
    anyLocal: anyLocalIn(made, ofRole('full')),
    capacity: run.capacity,
    removed: run.stale,
    gone: run.gone
      .filter(({ paths }) => paths.length > 0)
      .map(({ target, isKept, paths, removable }) => {
        return { target: target.name, isKept, paths, pruned: run.request.prunes ? removable : [] }
      }),
    isUnversioned: !isDryRun && isUnversioned(run.request.open, io),
    isDryRun,
  }
}

const hasFamily = ({ sets }: Ruleset, family: AddressFamily) =>
  sets.some(({ prefixes }) => !prefixes.family(family).isEmpty)

function anyLocalIn(made: readonly BuiltTarget[], files: readonly FileResult[]): BuildResult['anyLocal'] {
  // Files with addresses only accept a policy with local sides, but cannot hold them.
  const withRules = new Set(files.filter(({ proof }) => !proof || proof.rules > 0).map(({ target }) => target))
  const limiting = made.filter(
    ({ target, job }) => withRules.has(target.name) && carriedBy(job.vendor, job.options).local.length > 0,
  )
  const isAny = ({ local }: ConcreteRule) => local === undefined
  return {
    targets: limiting.filter(({ ruleset }) => ruleset.rules.some(isAny)).map(({ target }) => target.name),
    isOfAllRules: limiting.every(({ ruleset }) => ruleset.rules.every(isAny)),
  }
}
