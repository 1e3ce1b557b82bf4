import type { Rendered } from '../compile/render-target.ts'
import { type Renderer, sharedRenderer } from '../compile/share.ts'
import { pathOf } from '../compile/target-job.ts'
import { StepsBar } from '../document/download/progress.ts'
import { unlessRefused } from '../errors.ts'
import { errorsIn, type Finding, hasErrors } from '../finding/finding.ts'
import { refuseErrors } from '../findings-output.ts'
import type { Io } from '../io.ts'
import type { TargetChange } from '../model/change.ts'
import type { TagDocument } from '../model/service-tag.ts'
import { lockedFor } from '../policy/lock/lock.ts'
import { stopIfInterrupted } from '../store/interrupt.ts'
import { Loads } from '../verify/loaded-files.ts'
import { type Proved, proveFiles } from '../verify/prove-files.ts'
import type { TargetFile, WidenedTarget } from './build-targets.ts'
import { runbookMaker } from './commands/command-drafts.ts'
import { runbookPaths } from './commands/command-files.ts'
import { type CommandedTarget, CommandMaker } from './commands/target-commands.ts'
import type { CurrentRules } from './compile-now.ts'
import { askGit, gitTree, readerOfDisk } from './older/disk-and-git.ts'
import { type FileThere, type OlderRules, type OlderTargets, openOlder } from './older/older.ts'
import { type OlderSource, sourceOfCommit } from './older/source.ts'
import type { RunRequest } from './prepare.ts'
import { type ComparedTarget, compare, withoutTexts } from './traffic/change.ts'
import { ItemComparer } from './traffic/items.ts'

interface Compared {
  readonly compared: readonly ComparedTarget[]
  /** Those whose devices change, or whose last change has a runbook with their older name. */
  readonly changed: readonly CommandedTarget[]
  readonly runbooks: readonly TargetFile[]
  /** Warnings about files that nothing proves. */
  readonly unproved: readonly Finding[]
}

/**
 * All files, proofs and commands, target by target, so that the files of only one are on devices. Throws `UserErrors` if rules do not fit their
 * targets, or are not proved.
 */
export async function compareTargets(
  request: RunRequest,
  widened: readonly WidenedTarget[],
  { older, kept, newer }: { readonly older: OlderTargets; readonly newer: TagDocument } & Pick<CurrentRules, 'kept'>,
  io: Io,
): Promise<Compared> {
  const { since, requireProof } = request
  const render = sharedRenderer()
  const commands = new CommandMaker({ requireProof, render, isBesideFull: since.isInPlace })
  const items = new ItemComparer()
  const runbookOf = runbookMaker(request, io)
  // Targets with the same files share their proof, unless it has findings, which name their target.
  const proofs = new Map<readonly Rendered[], Proved>()
  const compared: ComparedTarget[] = []
  const changed: CommandedTarget[] = []
  const runbooks: TargetFile[] = []
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
      compared.push(withoutTexts(side))
      continue
    }
    const told = { ...last, change: { ...last.change, items: await items.between(last, loads) } }
    compared.push(withoutTexts(isChanged ? told : side))
    const commanded = await commands.make(told, loads)
    runbooks.push(...runbookOf(commanded))
    changed.push(withoutTexts(commanded))
    unproved.push(...errorsIn(commanded.delta.findings))
  }
  steps.end()
  refuseErrors(unfit, 'the rules do not fit their targets, so nothing is written')
  refuseErrors(unproved, 'the rules are not proved, so nothing is written')
  return { compared, changed, runbooks, unproved }
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
  const { policy, open, since } = request
  const { target } = made
  const locked = open.lock && lockedFor(target, open.lock, policy)
  const isRenamed = since.isInPlace && !since.isMerge && locked !== undefined && locked.target.name !== target.name
  if (!isRenamed) return undefined
  const runbook = runbookPaths(policy.targets).get(target.name) as string
  if (!locked.files.has(runbook)) return undefined
  const revision = commitBefore(runbook, io)
  const then = revision && unlessRefused(() => sourceOfCommit(revision, request, io))
  if (!then) return undefined
  const before = await openOlder(then, request).of(made, loads)
  const last = compare(before, made, newer)
  return isOnDevice(last.change) ? last : undefined
}

/** The parent of the commit that wrote a file; the last commit if the file in place is not committed. Undefined without git. */
function commitBefore(path: string, io: Io): string | undefined {
  return unlessRefused(() => {
    if (gitTree('HEAD', io)(path) !== readerOfDisk(io)(path)) return 'HEAD'
    const commit = askGit(['log', '-1', '--format=%H', '--', path], 'git', io).trim()
    return commit === '' ? undefined : `${commit}^`
  })
}
