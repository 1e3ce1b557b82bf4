import { unlessRefused } from '../../errors.ts'
import type { Finding } from '../../finding/finding.ts'
import type { Io } from '../../io.ts'
import { repositoryOf } from '../../places.ts'
import type { Lock } from '../../policy/lock/lock.ts'
import { formatLock, stateKey } from '../../policy/lock/lock-text.ts'
import type { OpenLock } from '../../policy/lock/open-lock.ts'
import { parseLock } from '../../policy/lock/parse-lock.ts'
import type { Run } from '../run.ts'
import { askGit, gitTree } from './git-tree.ts'
import { mainBranch } from './merge.ts'

/**
 * A warning if deltas that were never committed are replaced: they led from the last commit to the files in place, and the new ones start
 * from these files, which no device may hold. Nothing without git, or without a commit of the lock.
 */
export function uncommittedDeltas({ request, change, ways }: Run, io: Io): Finding[] {
  const { lock, shown } = request.open
  const made = new Set(ways.delta.files.map(({ target }) => target))
  if (!lock || made.size === 0 || request.since.isMerge) return []
  const committed = committedLock(shown, 'HEAD', io)
  if (!committed) return []
  // A branch that starts again takes the lock of the main branch.
  const main = unlessRefused(() => mainBranch((...argv) => askGit(argv, 'git', io).trim()))
  const onMain = main === undefined ? undefined : committedLock(shown, main, io)
  const targets = change.targets
    .map(({ target }) => target)
    .filter((name) => made.has(name) && [committed, onMain ?? committed].every((one) => isAhead(lock, one, name)))
  return targets.length > 0 ? [{ code: 'UNCOMMITTED_DELTA', severity: 'warning', targets }] : []
}

/** True if the files in place have another state than those of a commit. */
function isAhead(lock: Lock, committed: Lock, target: string): boolean {
  const [now, then] = [lock.targets.get(target), committed.targets.get(target)]
  return now !== undefined && then !== undefined && now.state !== then.state
}

/**
 * True if the files in place may differ from those of the last commit: earlier runs were not committed, as the lock says, or files have edits.
 * False without git, and where the lock is not committed at all.
 */
export function isUncommitted({ lock, shown }: OpenLock, hasEdits: boolean, io: Io): boolean {
  const committed = lock && committedLock(shown, 'HEAD', io)
  return committed !== undefined && (hasEdits || formatLock(committed) !== formatLock(lock as Lock))
}

/** True for the first run in a folder that is in no repository of git. */
export const isUnversioned = ({ lock }: OpenLock, { cwd }: Io): boolean => !lock && repositoryOf(cwd) === undefined

const committedLock = (shown: string, revision: string, io: Io): Lock | undefined =>
  unlessRefused(() => {
    const text = gitTree(revision, io)(shown)
    return text === undefined ? undefined : parseLock(text, shown, stateKey)
  })
