import type { PolicySide } from '../../compile/policy-side.ts'
import type { Io } from '../../io.ts'
import type { FileResult } from '../../model/result.ts'
import type { Draft } from '../../store/write.ts'
import type { BuiltTarget } from '../build-targets.ts'
import type { RunPlan } from '../prepare.ts'
import type { BesideFile } from '../target-drafts.ts'
import { type BuiltCleanups, buildCleanups } from './cleanups.ts'
import { type BuiltDeltas, buildDeltas } from './deltas.ts'
import type { ManualFile } from './manual.ts'
import { buildRunbooks } from './runbooks.ts'
import type { CommandedTarget } from './target-commands.ts'

/** The commands that lead a device from the older rules to the newer ones and back, and the runbooks that say how, not yet written. */
export interface Ways {
  readonly deltas: BuiltDeltas
  readonly rollbacks: BuiltDeltas
  readonly cleanups: BuiltCleanups
  readonly runbooks: readonly BesideFile[]
  /** Items to remove by hand, because no proved commands remove them. */
  readonly manuals: readonly ManualFile[]
  /** The files with commands. */
  readonly files: readonly FileResult[]
  readonly drafts: readonly Draft[]
}

/** The files of the commands for all targets that change. A rollback leads back from a delta, so there is none without. */
export function waysOf(
  plan: RunPlan,
  {
    after,
    made,
    changed,
  }: {
    readonly after: PolicySide
    readonly made: readonly BuiltTarget[]
    readonly changed: readonly CommandedTarget[]
  },
  io: Io,
): Ways {
  const { territory } = plan
  const deltas = buildDeltas('delta', changed, territory, io)
  const rollbacks = buildDeltas('rollback', changed, territory, io)
  const cleanups = buildCleanups(changed, made, territory, io)
  const runbooks = buildRunbooks({ ...plan, changed, after: after.ruleset }, io)
  return {
    ...{ deltas, rollbacks, cleanups },
    runbooks: runbooks.files,
    manuals: [...cleanups.manuals, ...runbooks.manuals],
    files: [...deltas.files, ...rollbacks.files, ...cleanups.files],
    drafts: [...deltas.drafts, ...rollbacks.drafts, ...cleanups.drafts, ...runbooks.drafts],
  }
}
