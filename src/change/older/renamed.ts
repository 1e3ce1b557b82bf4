import { unlessRefused } from '../../errors.ts'
import type { Io } from '../../io.ts'
import type { TagDocument } from '../../model/service-tag.ts'
import { lockedFor } from '../../policy/lock/lock.ts'
import type { Loads } from '../../verify/loaded-files.ts'
import type { RunRequest } from '../prepare.ts'
import { type ComparedTarget, compare } from '../traffic/change.ts'
import { runbookPaths } from '../ways/command-files.ts'
import { askGit, gitTree, readerOfDisk } from './disk-and-git.ts'
import { openOlder } from './older.ts'
import { sourceOfCommit } from './source.ts'

/**
 * The last change of a target that got another name and nothing else: the runbook in place has commands with the older name, so it is made again,
 * from the commit before that runbook. Undefined for other targets, without git, and where the clone does not have that commit.
 */
export async function lastChangeOfRenamed(
  { made }: ComparedTarget,
  request: RunRequest,
  { loads, newer }: { readonly loads: Loads; readonly newer: TagDocument },
  io: Io,
): Promise<ComparedTarget | undefined> {
  const { policy, open, since, options, history } = request
  const { target } = made
  const locked = open.lock && lockedFor(target, open.lock, policy)
  const runbook = runbookPaths(policy.targets).get(target.name) as string
  const isRenamed = since.isInPlace && !since.isMerge && locked !== undefined && locked.target.name !== target.name
  if (!isRenamed || !locked.files.has(runbook)) return undefined
  const revision = commitBefore(runbook, io)
  const then = revision && unlessRefused(() => sourceOfCommit(revision, open, options, history, io))
  if (!then) return undefined
  const before = await openOlder(then, request).of(made, loads)
  const last = compare(before, made, newer)
  return last.change.kind === 'traffic' || last.change.kind === 'bytes' ? last : undefined
}

/** The parent of the commit that wrote a file; the last commit if the file in place is not committed. Undefined without git. */
function commitBefore(path: string, io: Io): string | undefined {
  return unlessRefused(() => {
    if (gitTree('HEAD', io)(path) !== readerOfDisk(io)(path)) return 'HEAD'
    const commit = askGit(['log', '-1', '--format=%H', '--', path], 'git', io).trim()
    return commit === '' ? undefined : `${commit}^`
  })
}
