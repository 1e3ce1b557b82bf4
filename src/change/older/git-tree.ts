import { type SpawnSyncReturns, spawnSync } from 'node:child_process'
import { throwDenial, UserError } from '../../errors.ts'
import type { Io } from '../../io.ts'
import { memo } from '../../model/lazy.ts'
import type { ReadText } from './files-there.ts'

/**
 * Reads files of a commit, by their paths relative to the working directory. Changes nothing in the repository. Throws `UserError` if there is
 * no git, no repository, or no such commit.
 */
export function gitTree(revision: string, io: Io): ReadText {
  const shown = `git:${revision}`
  const commit = askGit(
    ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`],
    shown,
    io,
  ).trim()
  if (commit === '') throw new UserError(missing(shown, io))
  const listed = askGit(['ls-tree', '-r', '-z', '--name-only', commit], shown, io)
  const paths = new Set(listed.split('\0'))
  const text = memo((path: string) => askGit(['cat-file', 'blob', `${commit}:./${path}`], shown, io))
  return (path) => (paths.has(path) ? text(path).replaceAll('\r\n', '\n') : undefined)
}

/** The reason why a commit is missing. */
function missing(shown: string, io: Io): string {
  const isShallow = askGit(['rev-parse', '--is-shallow-repository'], shown, io).trim() === 'true'
  return isShallow
    ? `${shown}: this clone is shallow and does not have that commit; fetch it, such as with "git fetch --unshallow"`
    : `${shown}: this commit does not exist; "git log" lists all commits`
}

const LONGEST = 60_000

/** The output of git; empty if git finds nothing. `shown` is what needs it, for errors. */
export function askGit(argv: readonly string[], shown: string, io: Io): string {
  const { error, status, stdout, stderr } = start(argv, io)
  if ((error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT')
    throw new UserError(`${shown} needs the program git; install it, or put it on the PATH`)
  if (error) throw new UserError(`${shown}: could not run git: ${error.message}`)
  if (status !== 0 && /not a git repository/i.test(stderr))
    throw new UserError(`${shown}: the working directory is not in a git repository`)
  // A revision that does not exist fails without a word.
  if (status !== 0 && stderr.trim() !== '')
    throw new UserError(`${shown}: git refused: ${stderr.trim().split('\n')[0]}`)
  return status === 0 ? stdout : ''
}

/** Starts git. Node throws, and does not return the error, if its permissions forbid to start programs. */
function start(
  argv: readonly string[],
  io: Io,
): Partial<SpawnSyncReturns<string>> & { readonly stderr: string; readonly stdout: string } {
  try {
    return spawnSync('git', ['-c', 'core.fsmonitor=false', ...argv], {
      cwd: io.cwd,
      env: { ...io.env, LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0' },
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      timeout: LONGEST,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  } catch (error) {
    throwDenial(error)
    return { error: error as Error, stdout: '', stderr: '' }
  }
}
