import { capacityOf } from '../compile/capacity.ts'
import type { PolicySide } from '../compile/policy-side.ts'
import { type Renderer, sharedRenderer } from '../compile/shared-renderer.ts'
import { Steps } from '../document/download/progress.ts'
import { errorsIn, type Finding, hasErrors } from '../finding/finding.ts'
import { refuseErrors } from '../findings-output.ts'
import type { Io } from '../io.ts'
import type { LimitUse } from '../model/capacity.ts'
import type { Change, TargetChange } from '../model/change.ts'
import type { Target } from '../model/policy.ts'
import type { TagDocument } from '../model/service-tag.ts'
import type { Lock } from '../policy/lock/lock-values.ts'
import { heedSignals } from '../store/interrupt.ts'
import type { Draft } from '../store/write.ts'
import { Loads } from '../verify/loaded-files.ts'
import { type Built, builtOf, type ProvedTarget, Prover, type WidenedTarget, widenTargets } from './build-targets.ts'
import { lockAfter, lockDraft } from './next-lock.ts'
import { type Before, beforeOf, type LockedSide } from './older/before.ts'
import { type GoneFiles, goneFiles } from './older/gone.ts'
import { lockedSides } from './older/locked-sides.ts'
import { sideOfNow } from './older/side-of-now.ts'
import { standingWarnings } from './older/standing.ts'
import type { RunPlan } from './prepare.ts'
import { staleFiles } from './stale-files.ts'
import { changeOfTarget, goneTargets } from './traffic/change.ts'
import { COMMAND_KINDS } from './ways/command-files.ts'
import { type CommandedTarget, CommandMaker } from './ways/target-commands.ts'
import { type Ways, waysOf } from './ways/ways.ts'

/** Everything that one run makes, not yet written: `plan` shows it, `build` and `update` write it too. */
export interface Run {
  readonly plan: RunPlan
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
}

/**
 * From the older side to the rules of now: compiles, renders and proves every target, compares it with what it was, and makes the
 * commands and runbooks that lead from there. Throws `UserErrors` with the problems of all targets.
 */
export async function makeRun(plan: RunPlan, io: Io): Promise<Run> {
  const { policy, open } = plan
  const sides = lockedSides(plan.since, plan)
  const { after, isKept } = sideOfNow(plan, sides)
  const render = sharedRenderer()
  const widened = widenTargets({ ...plan, after })
  const { proved, befores, changes, changed } = await provedTargets(plan, widened.made, sides, render, io)
  const built = builtOf(proved, widened, plan.territory, io)
  const ways = waysOf(plan, { after, built, changed, changes }, io)
  const written = [...built.drafts, ...ways.drafts]
  const replaced = new Set(built.files.filter(({ isChanged }) => isChanged).map(({ target }) => target))
  const outdated = (target: string) => (replaced.has(target) ? COMMAND_KINDS : [])
  const stale = staleFiles(plan, { files: built.files, drafts: written, outdated }, io)
  const gone = goneFiles(plan, [...written.map(({ path }) => path), ...stale], io)
  const files = [...built.files, ...ways.files, ...ways.runbooks, ...ways.manuals]
  const lock = lockAfter(plan, { after, built, drafts: written, files, stale, gone }, io)
  const capacity = capacityOf(built.made, policy, plan.history, after.ruleset.published)
  return {
    ...{ plan, after, isKept },
    change: {
      policy: policy.name,
      since: plan.since.text,
      before: labelOf(befores),
      after: after.ruleset,
      targets: [...changes.values(), ...goneTargets(gone)],
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
    standing: standingWarnings([...after.findings, ...built.findings], plan, befores, sides),
    gone,
    lock,
    drafts: [...written, ...lockDraft(lock, open)],
    stale,
  }
}

interface ProvedTargets {
  readonly proved: readonly ProvedTarget[]
  /** The older side and the change of each target, by its name. */
  readonly befores: ReadonlyMap<string, Before>
  readonly changes: ReadonlyMap<string, TargetChange>
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
  const isBesideFull = since.isInPlace
  const prover = new Prover({ requireProof })
  const commands = new CommandMaker({ requireProof, render, isBesideFull })
  const proved: ProvedTarget[] = []
  const befores = new Map<string, Before>()
  const changes = new Map<string, TargetChange>()
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
    const before = await beforeOf(made, since, sides(made.target), loads)
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
const isOnDevice = ({ kind }: TargetChange) => kind === 'traffic' || kind === 'bytes'

/** A warning for each changed target whose older rules are known from its files only. */
function comparedWithFiles(
  { open }: RunPlan,
  befores: ReadonlyMap<string, Before>,
  changes: ReadonlyMap<string, TargetChange>,
): Finding[] {
  return [...befores].flatMap(([target, { kind, why, doubtful }]): Finding[] => {
    if (!why || !isOnDevice(changes.get(target) as TargetChange)) return []
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
