import { UserErrors } from '../../errors.ts'
import { explain, type Finding } from '../../finding/finding.ts'
import type { Io } from '../../io.ts'
import type { FileResult } from '../../model/result.ts'
import type { Draft } from '../../store/write.ts'
import type { Run } from '../run.ts'
import { staleFiles } from '../stale-files.ts'

/** The commands of a run alone, without its full files. */
export interface SinceFiles {
  readonly drafts: readonly Draft[]
  readonly results: readonly FileResult[]
  readonly findings: readonly Finding[]
  /** Commands and runbooks of an earlier run, which lead from or to something else. */
  readonly stale: readonly string[]
}

/**
 * The deltas and rollbacks of a run, or only the rollbacks. Throws `UserErrors` with the reasons if no target has any; a target that did not
 * change needs none.
 */
export function sinceFiles(run: Run, { onlyBack }: { readonly onlyBack: boolean }, io: Io): SinceFiles {
  const { delta, rollback } = run.ways
  const ways = onlyBack ? [rollback] : [delta, rollback]
  const [drafts, results, findings] = [
    ways.flatMap(({ drafts }) => drafts),
    ways.flatMap(({ files }) => files),
    ways.flatMap(({ findings }) => findings),
  ]
  if (drafts.length === 0 && findings.length > 0)
    throw new UserErrors('no target has a delta, so nothing is written', findings.map(explain))
  const outdated = () => (onlyBack ? (['rollback'] as const) : (['delta', 'rollback'] as const))
  const stale = staleFiles(run.plan, { files: run.full.files, drafts, outdated }, io)
  return { drafts, results, findings, stale }
}
