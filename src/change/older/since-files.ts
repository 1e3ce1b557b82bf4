import { UserErrors } from '../../errors.ts'
import { explain, type Finding } from '../../finding/finding.ts'
import type { Io } from '../../io.ts'
import type { Policy } from '../../model/policy.ts'
import type { FileResult } from '../../model/result.ts'
import type { Territory } from '../../store/territory.ts'
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
export function sinceFiles(
  run: Run,
  {
    policy,
    vendorFolders,
    territory,
    onlyBack,
  }: {
    readonly policy: Policy
    readonly vendorFolders: readonly string[]
    readonly territory: Territory
    readonly onlyBack: boolean
  },
  io: Io,
): SinceFiles {
  const { deltas, rollbacks } = run.ways
  const ways = onlyBack ? [rollbacks] : [deltas, rollbacks]
  const [drafts, results, findings] = [
    ways.flatMap(({ drafts }) => drafts),
    ways.flatMap(({ files }) => files),
    ways.flatMap(({ findings }) => findings),
  ]
  if (drafts.length === 0 && findings.length > 0)
    throw new UserErrors('no target has a delta, so nothing is written', findings.map(explain))
  const targets = run.built.made.map(({ target }) => target)
  const outdated = () => (onlyBack ? (['rollback'] as const) : (['delta', 'rollback'] as const))
  const stale = staleFiles({ policy, targets, vendorFolders, files: run.built.files, drafts, territory, outdated }, io)
  return { drafts, results, findings, stale }
}
