import { lint } from '../../compile/lint.ts'
import { wideOptions } from '../../compile/target-job.ts'
import { unlessRefused } from '../../errors.ts'
import { explain, type Finding } from '../../finding/finding.ts'
import type { Io } from '../../io.ts'
import type { Change } from '../../model/change.ts'
import { repositoryOf } from '../../places.ts'
import type { Lock } from '../../policy/lock/lock.ts'
import { formatLock } from '../../policy/lock/lock-text.ts'
import type { OpenLock } from '../../policy/lock/open-lock.ts'
import type { TargetDraft } from '../build-targets.ts'
import type { RunRequest } from '../prepare.ts'
import type { ComparedTarget } from '../traffic/change.ts'
import { askerOf, committedLock, mainBranch } from './disk-and-git.ts'
import { oldRulesOn } from './older.ts'

/**
 * The warnings of `findings` that the rules and targets in the lock have too, word by word: an earlier run has said them in full. The addresses that a
 * rule of regions leaves out change every week, so its warning counts as the same.
 */
export function standingWarnings(
  findings: readonly Finding[],
  { policy, since }: RunRequest,
  targets: readonly ComparedTarget[],
): Finding[] {
  const warnings = findings.filter(({ severity }) => severity === 'warning')
  if (warnings.length === 0 || !since.lock) return []
  const ofRules = [...since.lock.states.values()].flatMap((state) => {
    const document = since.documentOf(state)
    if (!document) return []
    return lint({ ...policy, rules: state.rules }, oldRulesOn(policy.name, state.rules, document, document))
  })
  const ofTargets = targets.flatMap(({ before: { kind, job, target } }) =>
    kind === 'lock' ? wideOptions(job, target.options) : [],
  )
  const said = new Set([...ofRules, ...ofTargets].map(explain))
  const rules = [...since.lock.states.values()].flatMap((state) => state.rules)
  const hasRegionsOf = (base: string, rule: string) =>
    rules.some(({ name, tags }) => name === rule && tags.some((tag) => tag.startsWith(`${base}.`)))
  return warnings.filter(
    (warning) =>
      said.has(explain(warning)) ||
      // A snapshot lacks the base tag, so the older rules alone do not give the warning.
      (warning.code === 'GLOBAL_LEFT_OUT' && hasRegionsOf(warning.base, warning.rule)),
  )
}

/** A run, as far as its files go. */
interface Written {
  readonly request: RunRequest
  readonly change: Change
  readonly written: readonly TargetDraft[]
}

/**
 * A warning if changes start from files that were never committed: an earlier change led from the last commit to these files, and no device may
 * hold them. Nothing without git, or without a commit of the lock.
 */
export function uncommittedDeltas({ request, change, written }: Written, io: Io): Finding[] {
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

/**
 * True if the files in place may differ from those of the last commit: earlier runs were not committed, as the lock says, or files have edits.
 * False without git, and where the lock is not committed at all.
 */
export function isUncommitted({ lock, shown }: OpenLock, hasEdits: boolean, io: Io): boolean {
  const committed = lock && committedLock(shown, 'HEAD', io)
  return committed !== undefined && (hasEdits || formatLock(committed) !== formatLock(lock as Lock))
}

/** True for the first run in a folder that is in no repository of git. */
export const isUnversioned = ({ lock }: OpenLock, { cwd }: Io): boolean => !lock && repositoryOf(cwd) === undefined
