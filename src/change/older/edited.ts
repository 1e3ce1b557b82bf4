import { resolve } from 'node:path'
import type { Io } from '../../io.ts'
import { byTarget } from '../../model/group-by.ts'
import { shownPath } from '../../policy/load.ts'
import { type LockedTarget, lockedFor, sha256 } from '../../policy/lock/lock.ts'
import type { Draft } from '../../store/write.ts'
import type { WidenedTarget } from '../build-targets.ts'
import { Folders } from '../folders.ts'
import type { RunRequest } from '../prepare.ts'
import { commandPaths, runbookPaths } from '../ways/command-files.ts'
import { RUNBOOK_START } from '../ways/runbook-text.ts'
import { type ReadText, readerOfDisk } from './files-there.ts'

/** Everything that a run makes for its targets. */
export interface MadeFiles {
  readonly built: readonly Pick<WidenedTarget, 'target' | 'job'>[]
  /** Full files, commands and runbooks. */
  readonly drafts: readonly Draft[]
  /** The same by target. */
  readonly files: readonly { readonly target: string; readonly path: string }[]
}

/**
 * The full files, commands and runbooks in place that tagwall did not write so, by the name of their target: not as this run makes them, and with
 * another text than the lock has, or under a name that the lock does not have. In a review, somebody may have edited the lock too, so there
 * a file must be as on the older side. Of a commit, its own files and lock are compared. None of a target without a lock.
 */
export function editedFiles(
  request: RunRequest,
  { built, drafts, files }: MadeFiles,
  io: Io,
): ReadonlyMap<string, readonly string[]> {
  const { policy, owners, since, isReview, isOfCommit } = request
  const lock = isOfCommit ? since.lock : request.open.lock
  const read = isOfCommit ? since.read : readerOfDisk(io)
  const folders = new Folders()
  const runbooks = runbookPaths(policy.targets)
  const filesOf = byTarget(files)
  const texts = new Map(drafts.map(({ path, text }) => [path, text]))
  const isMade = (path: string) => read(path) === texts.get(resolve(io.cwd, path))
  const isReviewed = (path: string) => read(path) === since.read(path)
  return new Map(
    built.map(({ target, job }) => {
      const locked = lock && lockedFor(target, lock, policy)
      const older = isReview && since.lock ? lockedFor(target, since.lock, policy) : undefined
      const commands = commandPaths(target, job.vendor)
        .flatMap((path) => folders.matching(resolve(io.cwd, path), /./))
        .filter((path) => !owners.has(path))
      const paths = [
        ...(isReview ? filesOf(target.name).map(({ path }) => path) : []),
        ...(older?.files.keys() ?? []),
        ...(locked?.files.keys() ?? []),
        ...commands.map((path) => shownPath(path, io)),
        ...[runbooks.get(target.name) as string].filter(
          (path) => !owners.has(path) && read(path)?.startsWith(RUNBOOK_START),
        ),
      ]
      const isKnown = isReview ? isReviewed : isInLock(locked, read, io)
      return [
        target.name,
        [...new Set(paths)].filter((path) => read(path) !== undefined && !isMade(path) && !isKnown(path)),
      ]
    }),
  )
}

/** Returns a check: does a file have the text that the lock knows? Without a lock, every file has. */
function isInLock(locked: LockedTarget | undefined, read: ReadText, io: Io): (path: string) => boolean {
  if (!locked) return () => true
  const hashes = new Map([...locked.files].map(([path, hash]) => [resolve(io.cwd, path), hash]))
  return (path) => hashes.get(resolve(io.cwd, path)) === sha256(read(path) ?? '')
}
