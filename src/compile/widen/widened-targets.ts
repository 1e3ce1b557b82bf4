import type { History } from '../../document/history.ts'
import type { KnownDocument } from '../../document/known-document.ts'
import { errorsIn, explain } from '../../finding/finding.ts'
import type { Io } from '../../io.ts'
import type { WideningDelta } from '../../model/delta.ts'
import type { Policy } from '../../model/policy.ts'
import { sideOf } from '../policy-side.ts'
import { jobOf } from '../target-job.ts'
import { wideningDiff } from './widening-diff.ts'

/** The changes in widened targets. A target that cannot be widened in either document is skipped with a note. */
export function widenedTargets(
  policy: Policy,
  before: KnownDocument,
  after: KnownDocument,
  history: History,
  folders: readonly string[],
  io: Io,
): WideningDelta[] {
  const targets = policy.targets.filter(({ widen }) => widen)
  const sides = [before, after].map((known) => sideOf(policy, known, history))
  return targets.flatMap((target) => {
    const job = jobOf(target, folders)
    const widened = sides.map(({ widen, ruleset, findings }) => {
      const errors = errorsIn(findings)
      return errors.length > 0 ? { ruleset, findings: errors } : widen(target, job, ruleset)
    })
    const [problem] = widened.flatMap(({ findings }) => findings)
    if (problem) io.err(`note: target ${target.name} is skipped: ${explain(problem)}\n`)
    const [old, young] = widened
    return problem || !old || !young ? [] : wideningDiff(target.name, old.ruleset, young.ruleset)
  })
}
