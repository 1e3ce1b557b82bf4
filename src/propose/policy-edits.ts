import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { UserError } from '../errors.ts'
import type { Io } from '../io.ts'
import { loadPolicy } from '../policy/load.ts'
import { LOCK_EXTENSION } from '../store/territory.ts'
import { type ListedFiles, ownLock } from './listed-files.ts'
import { NOTHING_PUSHED, outputIf } from './shell.ts'

/**
 * Throws `UserError` if the policy of a report, or a file that it includes, has edits that are not committed: the branch would have rules and a
 * lock that do not fit its policy. The policy stands beside its lock and has its name.
 */
export async function checkPolicyEdits(files: ListedFiles, io: Io): Promise<void> {
  const lock = ownLock(files.present)
  const stem = lock && basename(lock, LOCK_EXTENSION)
  const policy = ['yaml', 'yml', 'json']
    .map((ending) => `${stem}.${ending}`)
    .find((name) => existsSync(join(io.cwd, name)))
  if (lock === undefined || policy === undefined) return
  const { parts = [] } = await loadPolicy({ policy }, io)
  const shell = { cwd: io.cwd, env: io.env }
  // Says nothing of a file outside the repository, nor of one that git ignores.
  const status = ['--literal-pathspecs', '--no-optional-locks', 'status', '--porcelain', '--untracked-files=all', '--']
  const edited = [policy, ...parts].find((path) => outputIf(shell, 'git', [...status, path]))
  if (edited !== undefined)
    throw new UserError(
      `${edited} has edits that are not committed, and the pull request would have their rules without them: commit and push the policy, or undo the edits and run "tagwall update" again${NOTHING_PUSHED}`,
    )
}
