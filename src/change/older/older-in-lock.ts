import type { KnownDocument } from '../../document/history.ts'
import { UserError } from '../../errors.ts'
import { noDeltaText } from '../../finding/finding.ts'
import type { Policy, Target } from '../../model/policy.ts'
import type { ReadFile } from '../../model/reading.ts'
import type { Ruleset } from '../../model/ruleset.ts'
import type { Job } from '../../model/vendor.ts'
import { isSameDevice } from '../ways/target-commands.ts'
import { beforeOf } from './before.ts'
import { lockedSides } from './locked-sides.ts'
import type { Since } from './since.ts'

/** The older rules of one target, and its files of then, if they are known. */
export interface Older {
  readonly ruleset: Ruleset
  readonly start: readonly ReadFile[] | undefined
}

/** The older rules of a target in a lock of another place. Throws `UserError` if that does not know them, or the target was another one then. */
export async function olderInLock(
  since: Extract<Since, { kind: 'lock' }>,
  target: Target,
  job: Job,
  {
    policy,
    known,
    vendorFolders,
  }: {
    readonly policy: Policy
    readonly known: KnownDocument
    readonly vendorFolders: readonly string[]
  },
): Promise<Older> {
  const sides = lockedSides({ ...since, policy, vendorFolders, newer: known.document })
  const nothing: Ruleset = {
    policy: policy.name,
    cloud: policy.cloud,
    published: '',
    changeNumber: 0,
    sets: [],
    rules: [],
  }
  const { rules, files, why, job: then } = await beforeOf({ target, job, ruleset: nothing }, sides(target), since.read)
  if (!rules)
    throw new UserError(`${since.text}: ${noDeltaText({ kind: 'lock', why: why ?? 'unlocked' })}; nothing is emitted`)
  if (!isSameDevice(then, job))
    throw new UserError(`${since.text}: ${noDeltaText({ kind: 'options' })}; nothing is emitted`)
  return { ruleset: rules.ruleset, start: files.length > 0 ? files : undefined }
}
