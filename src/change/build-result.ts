import { type AddressFamily, FAMILIES } from '../address/prefix.ts'
import { isFor } from '../compile/rules-of-target.ts'
import { pricesOf } from '../compile/widen/widen-target.ts'
import { unlessRefused } from '../errors.ts'
import type { Finding } from '../finding/finding.ts'
import type { Io } from '../io.ts'
import type { FileResult, FileRole } from '../model/result.ts'
import type { ConcreteRule, Ruleset } from '../model/ruleset.ts'
import { carriedBy } from '../model/vendor.ts'
import { repositoryOf } from '../places.ts'
import type { Lock } from '../policy/lock/lock.ts'
import type { BuiltTarget } from './build-targets.ts'
import { askerOf, committedLock, mainBranch } from './older/disk-and-git.ts'
import type { Run } from './run.ts'
import { heldRules } from './tell/held.ts'

/** The result of `plan`, `build` or `update`, for a terminal and as JSON. */
export type BuildResult = ReturnType<typeof resultOf>

/** The facts of a result that its run does not have. */
interface ResultOptions {
  /** Path of the compiled snapshot, or name of the compiled document. */
  readonly source: string
  readonly isDryRun: boolean
  /** Findings besides those of the run and of its policy. */
  readonly findings?: readonly Finding[]
}

/** The result of a run. */
export function resultOf(run: Run, { source, isDryRun, findings = [] }: ResultOptions, io: Io) {
  const { after, change } = run
  const ofRole = (role: FileRole) => run.written.flatMap(({ result }) => (result.role === role ? result : []))
  const isWhole = run.request.purpose !== 'commands'
  const made = run.targets.map((target) => target.made)
  const ruleset = heldRules(after.ruleset, made)
  return {
    source,
    /** The rules as files hold them: a target may lack a family. */
    ruleset,
    /** The families that the policy's rules have and no file holds. */
    unheld: FAMILIES.filter((family) => hasFamily(after.ruleset, family) && !hasFamily(ruleset, family)),
    /** The rules that some targets do not have, because they name other targets. */
    absent: made.flatMap(({ target: { name } }) => {
      const others = after.ruleset.rules.filter((rule) => !isFor(rule, name)).map(({ set }) => set.name)
      return others.length > 0 ? [{ target: name, rules: [...new Set(others)] }] : []
    }),
    /** Full files and commands. */
    files: (['full', 'cleanup', 'delta', 'rollback'] as const).flatMap(ofRole),
    /** The prices of widened targets. */
    prices: made.flatMap(({ target, ruleset }) => pricesOf(target.name, ruleset, after.known.everything)),
    findings: [...findings, ...after.findings, ...run.findings],
    /** The warnings among these that an earlier run has said. */
    standing: run.standing,
    change,
    runbooks: ofRole('runbook'),
    /** Lists of what a person has to remove by hand. */
    manuals: ofRole('manual').flatMap(({ manual, ...file }) => (manual ? [{ ...file, ...manual }] : [])),
    /** The targets with rules that hold for any local address although their vendor can limit them. Undefined for commands alone. */
    anyLocal: isWhole ? anyLocalIn(made, ofRole('full')) : undefined,
    /** How much of each limit the targets use. Undefined for commands alone. */
    capacity: isWhole ? run.capacity : undefined,
    /** Outdated files of an earlier run, now removed. */
    removed: run.stale,
    /** Files in place that targets do not write any more, and those that `--prune` removes. `isKept`: the policy still has the target. */
    gone: run.gone
      .filter(({ paths }) => isWhole && paths.length > 0)
      .map(({ target, isKept, paths, removable }) => {
        return { target: target.name, isKept, paths, pruned: run.request.prunes ? removable : [] }
      }),
    /** True if older files will be lost, because the folder is in no repository of git; said by its first run. */
    isUnversioned: !isDryRun && !run.request.open.lock && repositoryOf(io.cwd) === undefined,
    isDryRun,
  }
}

const hasFamily = ({ sets }: Ruleset, family: AddressFamily) =>
  sets.some(({ prefixes }) => !prefixes.family(family).isEmpty)

function anyLocalIn(made: readonly BuiltTarget[], files: readonly FileResult[]) {
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

/** A warning if changes start from files that were never committed, which no device may hold. None without git, or without a commit of the lock. */
export function uncommittedDeltas({ request, change, written }: Run, io: Io): Finding[] {
  const { lock, shown } = request.open
  const made = new Set(written.flatMap(({ result, target }) => (result.role === 'runbook' ? target : [])))
  if (!lock || made.size === 0 || request.since.isMerge) return []
  const committed = committedLock(shown, 'HEAD', io)
  if (!committed) return []
  // A branch that starts again takes the lock of the main branch.
  const main = unlessRefused(() => mainBranch(askerOf(io)))
  const onMain = main === undefined ? undefined : committedLock(shown, main, io)
  const targets = change.targets
    .map(({ target }) => target)
    .filter((name) => made.has(name) && [committed, onMain ?? committed].every((one) => isAhead(lock, one, name)))
  return targets.length > 0 ? [{ code: 'UNCOMMITTED_DELTA', severity: 'warning', targets }] : []
}

/** True if the files in place have another state than those of a commit. */
function isAhead(lock: Lock, committed: Lock, target: string): boolean {
  const [now, then] = [lock.targets.get(target), committed.targets.get(target)]
  return now !== undefined && then !== undefined && now.state !== then.state
}
