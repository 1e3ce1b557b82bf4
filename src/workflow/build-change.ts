import type { Io } from '../io.ts'
import type { Finding } from '../model/finding.ts'
import type { FileResult } from '../model/result.ts'
import type { Draft } from '../store/write.ts'
import { type BuiltDeltas, buildDeltas, type DeltaPlan, leftPaths } from './build-deltas.ts'
import { buildRunbooks, type RunbookFile, type RunbookPlan } from './build-runbooks.ts'

export interface ChangePlan
  extends Omit<RunbookPlan, 'deltas' | 'rollbacks' | 'base'>,
    Pick<DeltaPlan, 'targets' | 'vendorFolders' | 'requireProof' | 'render' | 'after' | 'territory'> {
  /** The older side; undefined without an older document. */
  readonly older: Older | undefined
}

/** What a change window needs beside the full files, not yet written: deltas, their rollbacks, runbooks. */
export interface BuiltChange {
  readonly drafts: readonly Draft[]
  /** Deltas and rollbacks. */
  readonly files: readonly FileResult[]
  readonly runbooks: readonly RunbookFile[]
  readonly findings: readonly Finding[]
  /** Files of an earlier change, which do not start or end at the current rules. */
  readonly stale: readonly string[]
}

/** Renders and proves the delta and the rollback of every target, and makes the runbooks that say how to load them. */
export async function buildChange(plan: ChangePlan, io: Io): Promise<BuiltChange> {
  const { older } = plan
  const [deltas, rollbacks] = older ? await buildWays({ ...plan, older }, io) : []
  const runbooks = await buildRunbooks({ ...plan, deltas, rollbacks, base: older?.before.known.document }, io)
  const ways = [deltas, rollbacks].filter((way) => way !== undefined)
  return {
    drafts: [...ways.flatMap(({ drafts }) => drafts), ...runbooks.drafts],
    files: ways.flatMap(({ files }) => files),
    runbooks: runbooks.files,
    findings: ways.flatMap(({ findings }) => findings),
    stale: [...ways.flatMap(({ stale }) => stale), ...runbooks.stale],
  }
}

type Older = Pick<DeltaPlan, 'before' | 'written'>

/** Renders and proves the delta of every target, and its rollback where the delta has commands. */
export async function buildWays(
  { older, ...plan }: Omit<DeltaPlan, keyof Older | 'way'> & { readonly older: Older },
  io: Io,
): Promise<[BuiltDeltas, BuiltDeltas]> {
  const deltas = await buildDeltas({ ...plan, ...older, way: 'delta' }, io)
  // A rollback starts from the newer files, which are not on disk yet.
  const { written: _, ...back } = older
  const changed = new Set(
    deltas.made.filter(({ files, isEmpty }) => files.length > 0 && !isEmpty).map(({ target }) => target.name),
  )
  const targets = plan.targets.filter(({ name }) => changed.has(name))
  const rollbacks = await buildDeltas({ ...plan, ...back, targets, way: 'rollback' }, io)
  const stale = deltas.made.filter(({ target }) => !changed.has(target.name))
  return [
    deltas,
    {
      ...rollbacks,
      stale: [...rollbacks.stale, ...stale.flatMap((made) => leftPaths(made, 'rollback', plan.territory, io))],
    },
  ]
}
