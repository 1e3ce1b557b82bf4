import { capacityOf } from '../compile/capacity.ts'
import type { PolicySide } from '../compile/policy-side.ts'
import { type Renderer, sharedRenderer } from '../compile/share.ts'
import { Steps } from '../document/download/progress.ts'
import { errorsIn, type Finding, hasErrors } from '../finding/finding.ts'
import { refuseErrors } from '../findings-output.ts'
import type { Io } from '../io.ts'
import type { LimitUse } from '../model/capacity.ts'
import type { Change, RuleChange, TargetChange } from '../model/change.ts'
import { byTarget } from '../model/group-by.ts'
import type { Target } from '../model/policy.ts'
import type { FileResult } from '../model/result.ts'
import type { TagDocument } from '../model/service-tag.ts'
import type { Lock } from '../policy/lock/lock.ts'
import { heedSignals } from '../store/interrupt.ts'
import type { Draft } from '../store/write.ts'
import { Loads } from '../verify/loaded-files.ts'
import { type Built, builtOf, type ProvedTarget, Prover, type WidenedTarget, widenTargets } from './build-targets.ts'
import { lockAfter, lockDraft } from './next-lock.ts'
import { type Before, beforeOf, type LockedSide } from './older/before.ts'
import type { DocumentOf } from './older/documents.ts'
import { type GoneFiles, goneFiles } from './older/gone.ts'
import { lockedSides } from './older/locked-sides.ts'
import { sideOfNow } from './older/side-of-now.ts'
import type { Since } from './older/since.ts'
import { standingWarnings } from './older/standing.ts'
import type { RunPlan } from './run-plan.ts'
import { staleFiles } from './stale-files.ts'
import { changeOfTarget, goneTargets } from './traffic/change.ts'
import { type CommandedTarget, CommandMaker } from './ways/target-commands.ts'
import { type Ways, waysOf } from './ways/ways.ts'

/** Everything that one run makes, not yet written: `plan` shows it, `build` and `update` write it too. */
export interface Run {
  readonly after: PolicySide
  /** True if the rules of every target are those of the lock's document, which is used then. */
  readonly isKept: boolean
  readonly change: Change
  readonly built: Built
  readonly befores: ReadonlyMap<string, Before>
  readonly ways: Ways
  readonly capacity: readonly LimitUse[]
  readonly findings: readonly Finding[]
  /** The warnings that stand since an earlier run. */
  readonly standing: readonly Finding[]
  readonly gone: readonly GoneFiles[]
  /** The lock after this run. */
  readonly lock: Lock
  /** The full files, what goes with them, and the lock. */
  readonly drafts: readonly Draft[]
  /** Files of earlier runs that do not fit any more, with their full paths. */
  readonly stale: readonly string[]
  readonly render: Renderer
}

/**
 * From the older side to the rules of now: compiles, renders and proves every target, compares it with what it was, and makes the
 * commands and runbooks that lead from there. Throws `UserErrors` with the problems of all targets.
 */
export async function makeRun(plan: RunPlan, io: Io): Promise<Run> {
  const { policy, history, open, since } = plan
  const sides = lockedSides({ ...plan, ...olderOf(since), newer: plan.known.document })
  const { after, isKept } = sideOfNow(plan, sides)
  const render = sharedRenderer()
  const widened = widenTargets({ ...plan, after })
  const { proved, befores, changes, changed } = await provedTargets(plan, widened.made, sides, render, io)
  const built = builtOf(proved, widened, plan.territory, io)
  const ways = waysOf(plan, { after, built, changed, changes }, io)
  const written = [...built.drafts, ...ways.drafts]
  const stale = staleBeside(plan, built, written, io)
  const gone = goneFiles(plan, [...written.map(({ path }) => path), ...stale], io)
  const files = [...built.files, ...ways.files, ...ways.runbooks, ...ways.manuals]
  const lock = lockAfter({ policy, open, after, built, drafts: written, files, stale, gone }, io)
  const capacity = capacityOf(built.made, policy, history, after.ruleset.published)
  const filesOf = byTarget<FileResult>([...built.files, ...ways.files])
  const targets = [...changes].map(([name, change]): TargetChange => ({ ...change, files: filesOf(name) }))
  return {
    after,
    isKept,
    change: {
      policy: policy.name,
      since: since.text,
      before: labelOf(befores),
      after: after.ruleset,
      targets: [...targets, ...goneTargets(gone)],
    },
    built,
    befores,
    ways,
    capacity: capacity.uses,
    findings: [
      ...built.findings,
      ...comparedWithFiles(plan, befores, changes),
      ...ways.cleanups.findings,
      ...capacity.findings,
      ...ways.deltas.findings,
      ...ways.rollbacks.findings,
    ],
    standing: standingWarnings([...after.findings, ...built.findings], { policy, since, befores, sides }),
    gone,
    lock,
    drafts: [...written, ...lockDraft(lock, open)],
    stale,
    render,
  }
}

/** The source of the older sides of targets. */
function olderOf(since: Since): { readonly lock: Lock | undefined; readonly documentOf: DocumentOf } {
  return since.kind === 'lock' ? since : { lock: undefined, documentOf: () => undefined }
}

interface ProvedTargets {
  readonly proved: readonly ProvedTarget[]
  /** The older side and the change of each target, by its name. */
  readonly befores: ReadonlyMap<string, Before>
  readonly changes: ReadonlyMap<string, RuleChange>
  readonly changed: readonly CommandedTarget[]
}

/**
 * All files and proofs, target by target, so that the files of only one are on devices. A target whose files are not proved is left there. Throws
 * `UserErrors` if rules do not fit their targets.
 */
async function provedTargets(
  { since, requireProof }: RunPlan,
  widened: readonly WidenedTarget[],
  sides: (target: Target) => LockedSide | undefined,
  render: Renderer,
  io: Io,
): Promise<ProvedTargets> {
  const isBesideFull = since.kind === 'lock' && since.isInPlace
  const prover = new Prover({ requireProof })
  const commands = new CommandMaker({ requireProof, render, isBesideFull })
  const proved: ProvedTarget[] = []
  const befores = new Map<string, Before>()
  const changes = new Map<string, RuleChange>()
  const changed: CommandedTarget[] = []
  const unfit: Finding[] = []
  const steps = new Steps(io, 2 * widened.length)
  for (const one of widened) {
    await heedSignals()
    const { name } = one.target
    steps.next(`${name}: rendering`)
    const rendered = render(one.ruleset, one.job)
    unfit.push(...errorsIn(rendered.findings))
    if (unfit.length > 0) continue
    steps.next(`${name}: proving`)
    const loads = new Loads()
    const made = await prover.prove({ ...one, ...rendered }, loads)
    proved.push(made)
    if (hasErrors(made.findings)) continue
    const before =
      since.kind === 'document' ? since.beforeOf(made) : await beforeOf(made, sides(made.target), since.read, loads)
    const change = changeOfTarget(before, made)
    befores.set(name, before)
    changes.set(name, change)
    if (isOnDevice(change)) changed.push(await commands.make({ before, made }, loads))
  }
  steps.end()
  refuseErrors(unfit, 'the rules do not fit their targets, so nothing is written')
  return { proved, befores, changes, changed }
}

/** True if the change of a target concerns what its device holds. */
const isOnDevice = ({ kind }: RuleChange) => kind === 'traffic' || kind === 'bytes'

/** Commands of earlier runs beside full files that this run replaces. */
function staleBeside(
  { policy, targets, vendorFolders, territory }: RunPlan,
  { files }: Built,
  drafts: readonly Draft[],
  io: Io,
): string[] {
  const replaced = new Set(files.filter(({ isChanged }) => isChanged).map(({ target }) => target))
  const outdated = {
    ways: ['delta', 'rollback', 'cleanup'] as const,
    isOutdated: (target: string) => replaced.has(target),
  }
  return staleFiles({ policy, targets, vendorFolders, files, drafts, territory, outdated }, io)
}

/** A warning for each changed target whose older rules are known from its files only. */
function comparedWithFiles(
  { open }: RunPlan,
  befores: ReadonlyMap<string, Before>,
  changes: ReadonlyMap<string, RuleChange>,
): Finding[] {
  return [...befores].flatMap(([target, { kind, why, doubtful }]): Finding[] => {
    if (!why || !isOnDevice(changes.get(target) as RuleChange)) return []
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
