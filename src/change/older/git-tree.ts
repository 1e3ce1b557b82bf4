import { UserError } from '../../errors.ts'
import type { Io } from '../../io.ts'
import { memo } from '../../model/lazy.ts'
import { runProgram } from '../../programs.ts'
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
  const text = memo((path: string) => textOf(`${commit}:./${path}`, shown, io))
  return (path) => (paths.has(path) ? text(path).replaceAll('\r\n', '\n') : undefined)
}

/** The text of a file of a commit. Throws `UserError` with the way out of a partial clone, for which git may download nothing here. */
function textOf(name: string, shown: string, io: Io): string {
  try {
    return askGit(['cat-file', 'blob', name], shown, io)
  } catch (error) {
    if (askGit(['config', '--get-regexp', '^remote\\..*\\.promisor$'], shown, io) === '') throw error
    throw new UserError(
      `${shown}: this clone is partial and does not have the files of that commit; fetch them, such as with "git fetch --refetch --no-filter"`,
    )
  }
}

/** The reason why a commit is missing. */
function missing(shown: string, io: Io): string {
  const isShallow = askGit(['rev-parse', '--is-shallow-repository'], shown, io).trim() === 'true'
  return isShallow
    ? `${shown}: this clone is shallow and does not have that commit; fetch it, such as with "git fetch --unshallow"`
    : `${shown}: this commit does not exist; "git log" lists all commits`
}

/** The output of git; empty if git finds nothing. `shown` is what needs it, for errors. */
export function askGit(argv: readonly string[], shown: string, { cwd, env }: Io): string {
  const { status, stdout, stderr } = runProgram('git', argv, { cwd, env, own: { LC_ALL: 'C' } })
  // A revision that does not exist fails without a word.
  if (status !== 0 && stderr.trim() !== '')
    throw new UserError(`${shown}: git refused: ${stderr.trim().split('\n')[0]}`)
  return status === 0 ? stdout : ''
}
