import { resolve } from 'node:path'
import { capacityOf } from '../compile/capacity.ts'
import type { PolicySide } from '../compile/policy-side.ts'
import type { Rendered } from '../compile/render-target.ts'
import { type Renderer, sharedRenderer } from '../compile/share.ts'
import { pathOf, wideOptions } from '../compile/target-job.ts'
import { StepsBar } from '../document/download/progress.ts'
import { errorsIn, type Finding, hasErrors } from '../finding/finding.ts'
import { refuseErrors } from '../findings-output.ts'
import type { Io } from '../io.ts'
import type { LimitUse } from '../model/capacity.ts'
import type { Change, TargetChange } from '../model/change.ts'
import type { TagDocument } from '../model/service-tag.ts'
import { type Lock, lockedFor } from '../policy/lock/lock.ts'
import { stopIfInterrupted } from '../store/interrupt.ts'
import type { Draft } from '../store/write.ts'
import { byCodeUnit } from '../text/numbers.ts'
import { Loads } from '../verify/loaded-files.ts'
import { type Proved, proveFiles } from '../verify/prove-files.ts'
import { fullFiles, type TargetDrafts, targetDrafts, type WidenedTarget, widenTargets } from './build-targets.ts'
import { areSameOn, type CurrentRules, compileNow } from './compile-now.ts'
import { editedEntries, lockAfter, lockDraft } from './next-lock.ts'
import { editedFiles, type GoneFiles, goneFiles, staleFiles } from './older/files-in-place.ts'
import { type OlderRules, type OlderTargets, openOlder } from './older/older.ts'
import { lastChangeOfRenamed } from './older/renamed.ts'
import type { OlderSource } from './older/source.ts'
import { standingWarnings } from './older/warnings.ts'
import type { RunRequest } from './prepare.ts'
import { type ComparedTarget, compare, goneTarget } from './traffic/change.ts'
import { ItemComparer } from './traffic/items.ts'
import { FILE_KINDS } from './ways/command-files.ts'
import { type CommandedTarget, CommandMaker } from './ways/target-commands.ts'
import { type Ways, waysOf } from './ways/ways.ts'

/** Everything that one run makes, not yet written: `plan` shows it, `build` and `update` write it too. */
export interface Run {
  readonly request: RunRequest
  readonly after: PolicySide
  /** True if the rules of every target are those of the lock's document, which is used then. */
  readonly isKept: boolean
  readonly change: Change
  readonly targets: readonly ComparedTarget[]
  /** The full files. */
  readonly full: TargetDrafts
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
export async function makeRun(request: RunRequest, io: Io): Promise<Run> {
  const { policy, open } = request
  const older = openOlder(request.since, request)
  const { after, isKept, kept } = compileNow(request, older)
  const widened = widenTargets(request.targets, request.vendorFolders, after)
  const {
    targets: compared,
    changed,
    unproved,
  } = await comparedTargets(request, widened, { older, kept, newer: after.known.document }, io)
  const made = compared.map((target) => target.made)
  const full = targetDrafts(fullFiles(made), request.territory, io)
  const ways = waysOf(request, changed, made, io)
  const written = [...full.drafts, ...ways.drafts]
  request.owners.refuse(written)
  const replaced = new Set(full.files.filter(({ isChanged }) => isChanged).map(({ target }) => target))
  const commanded = new Set(changed.map(({ made }) => made.target.name))
  // Commands of the lock do not lead to full files that are not those of the lock.
  const others = new Set(compared.flatMap(({ before: { why }, made }) => (why === 'edited' ? [made.target.name] : [])))
  const { isMerge } = request.since
  const isOutdated = (target: string) =>
    replaced.has(target) || others.has(target) || (isMerge && commanded.has(target))
  const outdated = (target: string) => (isOutdated(target) && !request.isSince ? FILE_KINDS : [])
  const files = [full, ways.delta, ways.rollback, ways.cleanup].flatMap(({ files }) => files)
  const all = [...files, ...ways.runbooks, ...ways.manuals]
  const found = editedFiles(request, { built: made, drafts: written, files: all }, io)
  const edited = (target: string) => found.get(target) ?? []
  const stale = staleFiles(
    request,
    { files: full.files, drafts: written, outdated, edited: request.isReview || request.isSince ? () => [] : edited },
    io,
  )
  const unfit = ({ change: { kind }, made: { target } }: ComparedTarget) => {
    if (kind !== 'same' || !others.has(target.name)) return []
    const locked = open.lock && lockedFor(target, open.lock, policy)
    return [...(locked?.files.keys() ?? [])].filter((path) => stale.includes(resolve(io.cwd, path)))
  }
  const gone = goneFiles(request, [...written.map(({ path }) => path), ...stale], io)
  const pruned = request.prunes ? gone.flatMap(({ removable }) => removable) : []
  const locking = { after, made, drafts: written, files: all, stale: [...stale, ...pruned], gone }
  const lock = lockAfter(request, locking, io)
  const entries = editedEntries(request, locking, io)
  const editedOf = (target: string) => [...edited(target), ...(entries.has(target) ? [open.shown] : [])]
  // Where git joined commits, nobody edited the files that it made.
  const targets = compared.map((one) => {
    const told = isMerge ? { edited: [] } : { edited: editedOf(one.change.target), unfit: unfit(one) }
    return { ...one, change: { ...one.change, ...told } }
  })
  const capacity = capacityOf(made, policy, request.history, after.ruleset.published)
  const ofTargets = [...made.flatMap(({ target, job }) => wideOptions(job, target.options)), ...unproved]
  return {
    request,
    after,
    isKept,
    change: {
      since: request.since.text,
      before: labelOf(targets),
      after: after.ruleset,
      doubts: request.doubts,
      targets: [
        ...targets.map(({ change }) => change),
        ...gone
          .filter(({ isKept }) => !isKept)
          .map(({ target }) => ({ ...goneTarget(target), edited: editedOf(target.name) })),
      ],
    },
    targets,
    full,
    ways,
    capacity: capacity.uses,
    findings: [
      ...ofTargets,
      ...comparedWithFiles(request, targets),
      ...editedFindings(request, targets),
      ...ways.cleanup.findings,
      ...capacity.findings,
      ...ways.delta.findings,
      ...ways.rollback.findings,
    ],
    standing: standingWarnings([...after.findings, ...ofTargets], request, targets),
    gone,
    lock,
    drafts: [...written, ...lockDraft(lock, request.since.isMerge ? { ...open, lock: undefined } : open)],
    stale,
  }
}

interface Compared {
  readonly targets: readonly ComparedTarget[]
  /** Those whose devices change, or whose last change has a runbook with their older name. */
  readonly changed: readonly CommandedTarget[]
  /** Warnings about files that nothing proves. */
  readonly unproved: readonly Finding[]
}

/**
 * All files, proofs and commands, target by target, so that the files of only one are on devices. Throws `UserErrors` if rules do not fit their
 * targets, or are not proved.
 */
async function comparedTargets(
  request: RunRequest,
  widened: readonly WidenedTarget[],
  { older, kept, newer }: { readonly older: OlderTargets; readonly newer: TagDocument } & Pick<CurrentRules, 'kept'>,
  io: Io,
): Promise<Compared> {
  const { since, requireProof } = request
  const render = sharedRenderer()
  const commands = new CommandMaker({ requireProof, render, isBesideFull: since.isInPlace })
  const items = new ItemComparer()
  // Targets with the same files share their proof, unless it has findings, which name their target.
  const proofs = new Map<readonly Rendered[], Proved>()
  const targets: ComparedTarget[] = []
  const changed: CommandedTarget[] = []
  const [unfit, unproved]: [Finding[], Finding[]] = [[], []]
  const steps = new StepsBar(io, 2 * widened.length)
  for (const newest of widened) {
    await stopIfInterrupted()
    steps.next(`${newest.target.name}: rendering`)
    const one = keptTarget(newest, kept.get(newest.target.name), since, render) ?? newest
    const { files, uses, findings } = render(one.ruleset, one.job)
    unfit.push(...errorsIn(findings))
    if (unfit.length > 0) continue
    steps.next(`${one.target.name}: proving`)
    const loads = new Loads()
    const proved = proofs.get(files) ?? (await proveFiles(one.ruleset, one.job, files, requireProof, loads))
    if (proved.findings.length === 0) proofs.set(files, proved)
    unproved.push(...proved.findings)
    if (hasErrors(proved.findings)) continue
    const made = { ...one, files, uses, proof: proved.proof, lists: proved.lists }
    const side = compare(await older.of(one, loads), made, newer)
    const isChanged = isOnDevice(side.change)
    const last = isChanged ? side : await lastChangeOfRenamed(side, request, { loads, newer }, io)
    if (!last) {
      targets.push(side)
      continue
    }
    const compared = { ...last, change: { ...last.change, items: await items.between(last, loads) } }
    targets.push(isChanged ? compared : side)
    const commanded = await commands.make(compared, loads)
    changed.push(commanded)
    unproved.push(...errorsIn(commanded.delta.findings))
  }
  steps.end()
  refuseErrors(unfit, 'the rules do not fit their targets, so nothing is written')
  refuseErrors(unproved, 'the rules are not proved, so nothing is written')
  return { targets, changed, unproved }
}

/** A target as it is in the lock, if that gives the files in place, byte for byte; undefined if not. */
function keptTarget(
  { target, job }: WidenedTarget,
  kept: OlderRules | undefined,
  { read }: OlderSource,
  render: Renderer,
): WidenedTarget | undefined {
  if (!kept) return undefined
  const { files, findings } = render(kept.ruleset, job)
  const isInPlace = findings.length === 0 && files.every((file) => read(pathOf(target, file)) === file.text)
  return isInPlace ? { target, job, ruleset: kept.ruleset, state: kept.state } : undefined
}

/** True if the change of a target concerns what its device holds. */
const isOnDevice = ({ kind }: TargetChange) => kind === 'traffic' || kind === 'bytes'

/** A warning for each changed target whose older rules are known from its files only. */
function comparedWithFiles({ open }: RunRequest, targets: readonly ComparedTarget[]): Finding[] {
  return targets.flatMap(({ before: { kind, why, doubtful: paths }, change }): Finding[] => {
    if (!why || !isOnDevice(change)) return []
    const { target } = change
    const isRead = kind === 'files'
    return [{ code: 'COMPARED_WITH_FILES', severity: 'warning', target, paths, why, lock: open.shown, isRead }]
  })
}

/** A warning about edited files. If the lock alone tells that a full file was edited, it is compared, and has a warning of its own. */
function editedFindings({ isReview, since }: RunRequest, targets: readonly ComparedTarget[]): Finding[] {
  const paths = targets.flatMap(({ before, change }) =>
    change.edited.filter((path) => isReview || !before.doubtful.includes(path)),
  )
  if (paths.length === 0) return []
  return [
    { code: 'EDITED_FILES', severity: 'warning', paths: [...new Set(paths)], since: isReview ? since.text : undefined },
  ]
}

/**
 * The newest document of the older side of the targets that change, if it gives all of them their older rules; undefined if that of a target is
 * not known.
 */
function labelOf(targets: readonly ComparedTarget[]): TagDocument | undefined {
  if (targets.some(({ before: { kind } }) => kind === 'files' || kind === 'unknown')) return undefined
  const all = targets.flatMap(({ before: { rules, job }, change: { kind } }) =>
    rules ? [{ rules, job, isChanged: kind !== 'same' }] : [],
  )
  const changed = all.filter(({ isChanged }) => isChanged)
  const older = changed.length > 0 ? changed : all
  const [newest] = older.map(({ rules }) => rules.document).sort((a, b) => byCodeUnit(b.published, a.published))
  const isSame = older.every(({ rules, job }) => {
    if (!newest || rules.document.published === newest.published) return true
    const there = rules.on?.(newest)
    return there && areSameOn(job, there, rules.ruleset)
  })
  return isSame ? newest : undefined
}
