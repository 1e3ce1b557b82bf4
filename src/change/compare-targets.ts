import { type Renderer, Shared, sharedRenderer } from '../compile/share.ts'
import { pathOf } from '../compile/target-job.ts'
import { unlessRefused } from '../errors.ts'
import { errorsIn, type Finding, hasErrors } from '../finding/finding.ts'
import { refuseErrors } from '../findings-output.ts'
import type { Io } from '../io.ts'
import type { TargetChange } from '../model/change.ts'
import { memo } from '../model/lazy.ts'
import type { TagDocument } from '../model/service-tag.ts'
import { StepsBar } from '../progress.ts'
import { stopIfInterrupted } from '../store/exclusive.ts'
import type { Loads } from '../verify/loaded-files.ts'
import { type Proved, proveFiles } from '../verify/prove-files.ts'
import { type FileThere, filesAt, fullFiles, type TargetFile, type WidenedTarget } from './build-targets.ts'
import { type BesideFiles, besideMaker } from './commands/command-drafts.ts'
import { TargetWork } from './commands/render-delta.ts'
import { CommandMaker } from './commands/target-commands.ts'
import { askerOf, gitTree, readerOfDisk } from './older/disk-and-git.ts'
import { type OlderRules, type OlderTargets, openOlder } from './older/older.ts'
import { type OlderSource, sourceOfCommit } from './older/source.ts'
import type { RunRequest } from './prepare.ts'
import { type ComparedTarget, compare, comparedKeeper } from './traffic/change.ts'
import { ItemComparer } from './traffic/items.ts'

/** All files, proofs and commands, target by target, so that only one has its files on devices. Throws `UserErrors` if one does not fit, or is not proved. */
export async function compareTargets(
  request: RunRequest,
  widened: readonly WidenedTarget[],
  { older, kept, newer }: { older: OlderTargets; kept: ReadonlyMap<string, OlderRules>; newer: TagDocument },
  io: Io,
) {
  const { since, requireProof } = request
  const shared = new Shared<ReturnType<typeof workOn>>()
  const keyOf = ({ job, ruleset }: WidenedTarget) => shared.keyOf(job, [ruleset])
  const last = new Map(widened.map((one) => [keyOf(one), one]))
  const items = new ItemComparer()
  const besideOf = besideMaker(request, io)
  const keptOf = comparedKeeper()
  const compared: ComparedTarget[] = []
  const full: TargetFile[] = []
  // Of those whose devices change, or whose last change has a runbook with their older name.
  const changed: BesideFiles[] = []
  const [unfit, unproved]: [Finding[], Finding[]] = [[], []]
  const steps = new StepsBar(io, 2 * widened.length)
  for (const newest of widened) {
    await stopIfInterrupted()
    const key = keyOf(newest)
    const { render, commands, proofs, bytesOf } =
      shared.find(key) ?? shared.keep(key, workOn(requireProof, since.isInPlace, items))
    if (last.get(key) === newest) shared.drop(key)
    steps.next(`${newest.target.name}: rendering`)
    const work = new TargetWork()
    const { sides, loads } = work
    const one = keptTarget(newest, kept.get(newest.target.name), since, render) ?? newest
    const { files, uses, findings } = render(one.ruleset, one.job, sides)
    unfit.push(...errorsIn(findings))
    if (unfit.length > 0) continue
    steps.next(`${one.target.name}: proving`)
    const same = proofs.keyOf(one.job, [files])
    const proved =
      proofs.find(same) ?? proofs.keep(same, await proveFiles(one.ruleset, one.job, files, requireProof, loads))
    unproved.push(...proved.findings)
    if (hasErrors(proved.findings)) continue
    const own = filesAt(one.target, files)
    const made = { ...one, files: own, uses, proof: proved.proof, lists: proved.lists }
    full.push(...fullFiles(made, bytesOf))
    const side = compare(await older.of(one, loads), made, newer)
    const isChanged = isOnDevice(side.change)
    const told = isChanged ? side : await lastChangeOfRenamed(side, request, { loads, newer }, io)
    if (!told) {
      compared.push(keptOf(side))
      continue
    }
    const commanded = await commands.make(told, work)
    compared.push(keptOf(isChanged ? commanded : side))
    changed.push(besideOf(commanded, bytesOf))
    unproved.push(...errorsIn(commanded.delta.findings))
  }
  steps.end()
  refuseErrors(unfit, 'the rules do not fit their targets, so nothing is written')
  refuseErrors(unproved, 'the rules are not proved, so nothing is written')
  return { compared, full, changed, unproved }
}

/** The work that targets with the same rules share. Its texts are large, so it must not outlive the last of these. */
function workOn(requireProof: boolean, isBesideFull: boolean, items: ItemComparer) {
  const render = sharedRenderer()
  return {
    render,
    commands: new CommandMaker({ requireProof, render, isBesideFull, items }),
    proofs: new Shared<Proved>(),
    bytesOf: memo((text: string) => Buffer.from(text)),
  }
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
export const isOnDevice = ({ kind }: TargetChange) => kind === 'traffic' || kind === 'bytes'

/**
 * The last change of a target that got another name and nothing else: the runbook in place has commands with the older name, so it is made again,
 * from the commit before that runbook. Undefined for other targets, without git, and where the clone does not have that commit.
 */
async function lastChangeOfRenamed(
  { made }: ComparedTarget<FileThere>,
  request: RunRequest,
  { loads, newer }: { readonly loads: Loads; readonly newer: TagDocument },
  io: Io,
): Promise<ComparedTarget<FileThere> | undefined> {
  const { runbooks, open, since, purpose } = request
  const isReview = purpose === 'review'
  const { target } = made
  const locked = (isReview ? since : open).entries.get(target.name)
  const isToWrite = isReview || (since.isInPlace && !since.isMerge)
  if (!isToWrite || locked === undefined || locked.target.name === target.name) return undefined
  const runbook = runbooks.get(target.name) as string
  if (!locked.files.has(runbook)) return undefined
  const revision = commitBefore(runbook, isReview ? since.revision : undefined, io)
  const then = revision && unlessRefused(() => sourceOfCommit(revision, request, io))
  if (!then) return undefined
  const before = await openOlder(then, request).of(made, loads)
  const last = compare(before, made, newer)
  return isOnDevice(last.change) ? last : undefined
}

/** The parent of the commit that wrote a file, up to `revision`; without one, of the file in place: `HEAD` if it is not committed. Undefined without git. */
function commitBefore(path: string, revision: string | undefined, io: Io): string | undefined {
  return unlessRefused(() => {
    if (revision === undefined && gitTree('HEAD', io)(path) !== readerOfDisk(io)(path)) return 'HEAD'
    const commit = askerOf(io)('log', '-1', '--format=%H', '--end-of-options', revision ?? 'HEAD', '--', path)
    return commit === '' ? undefined : `${commit}^`
  })
}
