import type { PolicySide } from '../compile/policy-side.ts'
import type { Renderer } from '../compile/shared-renderer.ts'
import type { Io } from '../io.ts'
import type { RuleChange } from '../model/change.ts'
import type { FileResult } from '../model/result.ts'
import type { Draft } from '../store/write.ts'
import type { Before } from './before.ts'
import type { Built } from './build-targets.ts'
import { type BuiltCleanups, buildCleanups, withCleanups } from './cleanups.ts'
import { type BuiltDeltas, buildDeltas, type ChangedTarget } from './deltas.ts'
import type { ManualFile } from './manual.ts'
import type { RunPlan } from './run-plan.ts'
import { buildRunbooks, type RunbookFile } from './runbooks.ts'

/** The commands that lead a device from the older rules to the newer ones and back, and the runbooks that say how, not yet written. */
export interface Ways {
  readonly deltas: BuiltDeltas
  readonly rollbacks: BuiltDeltas
  readonly cleanups: BuiltCleanups
  readonly runbooks: readonly RunbookFile[]
  /** What is to remove by hand, because no proved commands do. */
  readonly manuals: readonly ManualFile[]
  /** The files with commands. */
  readonly files: readonly FileResult[]
  readonly drafts: readonly Draft[]
}

/** The ways of all targets that change. A rollback leads back from a delta, so there is none without. */
export async function waysOf(
  plan: RunPlan,
  {
    after,
    built,
    befores,
    changes,
    render,
  }: {
    readonly after: PolicySide
    readonly built: Built
    readonly befores: ReadonlyMap<string, Before>
    readonly changes: ReadonlyMap<string, RuleChange>
    readonly render: Renderer
  },
  io: Io,
): Promise<Ways> {
  const { since, requireProof, territory } = plan
  const changed = built.made.flatMap((made): ChangedTarget[] => {
    const kind = changes.get(made.target.name)?.kind
    const before = befores.get(made.target.name)
    return before && (kind === 'traffic' || kind === 'bytes') ? [{ before, made }] : []
  })
  const isBesideFull = since.kind === 'lock' && since.isInPlace
  const way = { requireProof, render, territory, isBesideFull, startsRendered: !isBesideFull }
  const deltas = await buildDeltas('delta', { ...way, targets: changed }, io)
  const forward = new Set(
    deltas.made.filter(({ files, isEmpty }) => files.length > 0 && !isEmpty).map(({ target }) => target.name),
  )
  const withDelta = changed.filter(({ made }) => forward.has(made.target.name))
  const rollbacks = await buildDeltas('rollback', { ...way, targets: withDelta }, io)
  const cleanups = await buildCleanups(changed, built.made, deltas, territory, io)
  const forwardFiles = withCleanups(deltas, cleanups)
  const piecesOf = (target: string) => {
    const change = changes.get(target)
    return change?.before === 'unknown' ? undefined : change?.pieces
  }
  const runbooks = await buildRunbooks(
    { ...plan, changed, piecesOf, deltas, rollbacks, cleanups, after: after.ruleset },
    io,
  )
  return {
    deltas: { ...deltas, files: forwardFiles },
    ...{ rollbacks, cleanups },
    runbooks: runbooks.files,
    manuals: [...cleanups.manuals, ...runbooks.manuals],
    files: [...forwardFiles, ...rollbacks.files, ...cleanups.files],
    drafts: [...deltas.drafts, ...rollbacks.drafts, ...cleanups.drafts, ...runbooks.drafts],
  }
}
