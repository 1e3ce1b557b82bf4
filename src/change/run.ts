import { capacityOf } from '../compile/capacity.ts'
import { checkedSide, type PolicySide } from '../compile/policy-side.ts'
import { type Renderer, sharedRenderer } from '../compile/shared-renderer.ts'
import { jobsOf } from '../compile/target-job.ts'
import type { History } from '../document/history.ts'
import { type KnownDocument, storedDocument } from '../document/known-document.ts'
import type { Finding } from '../finding/finding.ts'
import type { Io } from '../io.ts'
import type { LimitUse } from '../model/capacity.ts'
import type { Change, RuleChange, TargetChange } from '../model/change.ts'
import type { Policy, Target } from '../model/policy.ts'
import type { FileResult } from '../model/result.ts'
import { restrict } from '../model/ruleset.ts'
import type { TagDocument } from '../model/service-tag.ts'
import type { CommonOptions } from '../policy/load.ts'
import type { Lock } from '../policy/lock-values.ts'
import type { Territory } from '../store/territory.ts'
import type { Draft } from '../store/write.ts'
import { formOf } from '../verify/expect-target.ts'
import { type Before, beforeOf, type LockedSide } from './before.ts'
import { type Built, buildTargets } from './build-targets.ts'
import { byTarget } from './by-target-values.ts'
import { changeOfTarget, goneTargets } from './change.ts'
import { type BuiltCleanups, buildCleanups } from './cleanups.ts'
import { type BuiltDeltas, buildDeltas, type ChangedTarget } from './deltas.ts'
import type { DocumentOf } from './documents.ts'
import { type GoneFiles, goneFiles } from './gone.ts'
import { lockedSides } from './locked-sides.ts'
import type { ManualFile } from './manual.ts'
import { lockAfter, lockDraft } from './next-lock.ts'
import type { OpenLock } from './open-lock.ts'
import { buildRunbooks, type RunbookFile } from './runbooks.ts'
import { areSameRules } from './same-rules.ts'
import type { Since } from './since.ts'
import { staleFiles } from './stale-files.ts'

export interface RunPlan {
  readonly policy: Policy
  readonly options: CommonOptions
  readonly targets: readonly Target[]
  readonly vendorFolders: readonly string[]
  readonly history: History
  readonly territory: Territory
  readonly requireProof: boolean
  readonly open: OpenLock
  /** The document of the rules, unless those of the lock's document are the same. */
  readonly known: KnownDocument
  /** The older side. */
  readonly since: Since
  /** Whether a newer document may be left out: not if a person asked for this one. */
  readonly mayKeep: boolean
}

/** Everything that one run makes, not yet written: `plan` shows it, `build` and `update` write it too. */
export interface Run {
  readonly after: PolicySide
  /** Whether the rules of every target are those of the lock's document, which is used then. */
  readonly isKept: boolean
  readonly change: Change
  readonly built: Built
  readonly befores: ReadonlyMap<string, Before>
  readonly ways: Ways
  readonly cleanups: BuiltCleanups
  readonly runbooks: readonly RunbookFile[]
  readonly manuals: readonly ManualFile[]
  readonly capacity: readonly LimitUse[]
  readonly findings: readonly Finding[]
  readonly gone: readonly GoneFiles[]
  /** The lock after this run. */
  readonly lock: Lock
  /** The full files, what goes with them, and the lock. */
  readonly drafts: readonly Draft[]
  /** Files of earlier runs that do not fit any more, with their full paths. */
  readonly stale: readonly string[]
  readonly render: Renderer
}

export interface Ways {
  readonly deltas: BuiltDeltas
  readonly rollbacks: BuiltDeltas
}

/**
 * From the older side to the rules of now: compiles, renders and proves every target, compares it with what it was, and makes the
 * commands and runbooks that lead from there. Throws `UserErrors` with the problems of all targets.
 */
export async function makeRun(plan: RunPlan, io: Io): Promise<Run> {
  const { policy, targets, vendorFolders, requireProof, territory, history } = plan
  const sides = lockedSides({ ...plan, ...olderOf(plan.since), newer: plan.known.document })
  const { after, isKept } = sideOfNow(plan, sides)
  const render = sharedRenderer()
  const built = await buildTargets({ targets, vendorFolders, requireProof, after, render, territory }, io)
  const befores = await beforesOf(plan, built, sides)
  const changes = new Map(
    built.made.map((made) => [made.target.name, changeOfTarget(befores.get(made.target.name) as Before, made)]),
  )
  const changed = built.made
    .filter(({ target }) => ['traffic', 'bytes'].includes(changes.get(target.name)?.kind as string))
    .map((made): ChangedTarget => ({ before: befores.get(made.target.name) as Before, made }))

  const isBesideFull = plan.since.kind === 'lock' && plan.since.isInPlace
  const way = { targets: changed, requireProof, render, territory, isBesideFull, startsRendered: !isBesideFull }
  const deltas = await buildDeltas('delta', way, io)
  const withDelta = new Set(
    deltas.made.filter(({ files, isEmpty }) => files.length > 0 && !isEmpty).map(({ target }) => target.name),
  )
  const rollbacks = await buildDeltas(
    'rollback',
    { ...way, targets: changed.filter(({ made }) => withDelta.has(made.target.name)) },
    io,
  )
  const cleanups = await buildCleanups(changed, built.made, territory, io)
  const piecesOf = (target: string) => {
    const { before, pieces } = changes.get(target) as ReturnType<typeof changeOfTarget>
    return before === 'unknown' ? undefined : pieces
  }
  const runbooks = await buildRunbooks(
    { ...plan, changed, piecesOf, deltas, rollbacks, cleanups, after: after.ruleset },
    io,
  )
  const capacity = capacityOf(built.made, policy, history, after.ruleset.published)
  const written = [...built.drafts, ...deltas.drafts, ...rollbacks.drafts, ...cleanups.drafts, ...runbooks.drafts]
  const isWritten = new Set(built.files.filter(({ isChanged }) => isChanged).map(({ target }) => target))
  const outdated = {
    ways: ['delta', 'rollback', 'cleanup'] as const,
    isOutdated: (target: string) => isWritten.has(target),
  }
  const stale = staleFiles(
    { policy, targets, vendorFolders, files: built.files, drafts: written, territory, outdated },
    io,
  )
  const gone = goneFiles(plan, [...written.map(({ path }) => path), ...stale], io)
  const results = [...built.files, ...deltas.files, ...rollbacks.files, ...cleanups.files]
  const manuals = [...cleanups.manuals, ...runbooks.manuals]
  const files = [...results, ...runbooks.files, ...manuals]
  const lock = lockAfter({ ...plan, after, built, drafts: written, files, stale, gone }, io)
  const filesOf = byTarget<FileResult>(results)
  const findings = [
    ...built.findings,
    ...comparedWithFiles(plan, befores, changes),
    ...cleanups.findings,
    ...capacity.findings,
    ...deltas.findings,
    ...rollbacks.findings,
  ]
  return {
    after,
    isKept,
    change: {
      policy: policy.name,
      since: plan.since.text,
      before: labelOf(befores),
      after: after.ruleset,
      targets: [
        ...[...changes].map(([name, change]): TargetChange => ({ ...change, files: filesOf(name) })),
        ...goneTargets(gone),
      ],
    },
    built,
    befores,
    ways: { deltas, rollbacks },
    cleanups,
    runbooks: runbooks.files,
    manuals,
    capacity: capacity.uses,
    findings,
    gone,
    lock,
    drafts: [...written, ...lockDraft(lock, plan.open)],
    stale,
    render,
  }
}

/** What the older sides of targets are found in. */
function olderOf(since: Since): { readonly lock: Lock | undefined; readonly documentOf: DocumentOf } {
  return since.kind === 'lock' ? since : { lock: undefined, documentOf: () => undefined }
}

/**
 * The policy against the document of the run; or against that of the lock, if every target has the same rules there: so a week that changes
 * no rule changes no file, however many addresses changed.
 */
function sideOfNow(
  { policy, history, known, open, targets, vendorFolders, mayKeep, since }: RunPlan,
  sides: (target: Target) => LockedSide | undefined,
): { after: PolicySide; isKept: boolean } {
  const coverOf = (target: string) => open.lock?.targets.get(target)?.cover
  const after = checkedSide(policy, known, history, (target) => nonEmpty(coverOf(target)))
  const kept = mayKeep && since.kind === 'lock' ? documentOfAll(targets, sides) : undefined
  if (!kept || kept.published === known.document.published) return { after, isKept: false }
  const isSame = jobsOf(targets, vendorFolders).every(({ target, job }) => {
    const side = sides(target) as LockedSide
    const older = side.state && side.document && side.rules(side.state, side.document)
    const { ruleset, findings } = after.widen(target, job, after.ruleset)
    if (!older || findings.length > 0) return false
    const [was, is] = [restrict(older.older.ruleset, older.job.family), restrict(ruleset, job.family)]
    return areSameRules(was, is, formOf(job).by)
  })
  if (!isSame) return { after, isKept: false }
  const side = checkedSide(policy, storedDocument(kept), history, (target) => nonEmpty(coverOf(target)))
  return { after: side, isKept: true }
}

const nonEmpty = <K, V>(map: ReadonlyMap<K, V> | undefined) => (map && map.size > 0 ? map : undefined)

/** The document that all targets are locked to; undefined if a target is not, or they differ. */
function documentOfAll(
  targets: readonly Target[],
  sides: (target: Target) => LockedSide | undefined,
): TagDocument | undefined {
  const documents = new Set(targets.map((target) => sides(target)?.document))
  const [only, ...others] = documents
  return others.length === 0 ? only : undefined
}

async function beforesOf(
  { since }: RunPlan,
  built: Built,
  sides: (target: Target) => LockedSide | undefined,
): Promise<Map<string, Before>> {
  const befores = new Map<string, Before>()
  for (const made of built.made) {
    const before =
      since.kind === 'document' ? since.beforeOf(made) : await beforeOf(made, sides(made.target), since.read)
    befores.set(made.target.name, before)
  }
  return befores
}

/** A warning for each changed target whose older rules are known from its files only. */
function comparedWithFiles(
  { open }: RunPlan,
  befores: ReadonlyMap<string, Before>,
  changes: ReadonlyMap<string, RuleChange>,
): Finding[] {
  return [...befores].flatMap(([target, { kind, why, doubtful }]): Finding[] => {
    const isChanged = ['traffic', 'bytes'].includes(changes.get(target)?.kind as string)
    if (!why || !isChanged) return []
    const paths = doubtful
    return [
      {
        code: 'COMPARED_WITH_FILES',
        severity: 'warning',
        target,
        paths,
        why,
        lock: open.shown,
        isRead: kind === 'files',
      },
    ]
  })
}

/** The document of the older side, if all targets have the same; undefined if that of a target is not known. */
function labelOf(befores: ReadonlyMap<string, Before>): TagDocument | undefined {
  if ([...befores.values()].some(({ kind }) => kind === 'files' || kind === 'unknown')) return undefined
  const documents = [...befores.values()].flatMap(({ rules }) => rules?.document ?? [])
  const [first, ...others] = new Map(documents.map((document) => [document.published, document])).values()
  return others.length === 0 ? first : undefined
}
