import { isSameDevice } from '../../compile/target-job.ts'
import { UserError } from '../../errors.ts'
import { noDeltaText } from '../../finding/finding.ts'
import type { ReadFile } from '../../model/reading.ts'
import type { Ruleset } from '../../model/ruleset.ts'
import type { WidenedTarget } from '../build-targets.ts'
import { beforeOf } from './before.ts'
import { type LockContext, lockedSides } from './locked-sides.ts'
import type { Since } from './since.ts'

/** The older rules of one target, and its files of then, if they are known. */
export interface Older {
  readonly ruleset: Ruleset
  readonly start: readonly ReadFile[] | undefined
}

/** The older rules of a target. Throws `UserError` if the older side does not know them, or the target was another one then. */
export async function olderOf(since: Since, now: WidenedTarget, context: LockContext): Promise<Older> {
  const { rules, files, why, job } = await beforeOf(now, since, lockedSides(since, context)(now.target))
  if (!rules)
    throw new UserError(`${since.text}: ${noDeltaText({ kind: 'lock', why: why ?? 'unlocked' })}; nothing is emitted`)
  if (!isSameDevice(job, now.job))
    throw new UserError(`${since.text}: ${noDeltaText({ kind: 'options' })}; nothing is emitted`)
  return { ruleset: rules.ruleset, start: files.length > 0 ? files : undefined }
}
