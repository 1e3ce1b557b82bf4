import { existsSync, readFileSync } from 'node:fs'
import { dirname, relative, resolve, sep } from 'node:path'
import { UserError, unlessRefused } from '../../errors.ts'
import type { Io } from '../../io.ts'
import { memo } from '../../model/lazy.ts'
import { repositoryOf } from '../../places.ts'
import type { Lock } from '../../policy/lock/lock.ts'
import { parseLock } from '../../policy/lock/lock-file.ts'
import { runProgram } from '../../programs.ts'
import { entryAt } from '../../store/disk.ts'
import { sha256 } from '../../text/hashes.ts'
import { withUnixLines } from '../../text/lines.ts'

/** Reads a file of the working directory, or of a commit; undefined if there is none. */
export type ReadText = (path: string) => string | undefined

/** Reads files of the working directory, with the line endings of Unix: git changes them on Windows. */
export function readerOfDisk(io: Io): ReadText {
  return (path) => {
    const full = resolve(io.cwd, path)
    return entryAt(full)?.isFile() ? withUnixLines(readFileSync(full, 'utf8')) : undefined
  }
}

/** Reads files of a commit by their paths from the working directory; changes nothing. Throws `UserError` without git, a repository or such a commit. */
export function gitTree(revision: string, io: Io): ReadText {
  const shown = `git:${revision}`
  const parse = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`]
  const commit = askGit(parse, shown, io).trim()
  if (commit === '') throw new UserError(missing(shown, io))
  const list = (...folder: string[]) =>
    new Set(askGit(['ls-tree', '-r', '-z', '--name-only', commit, ...folder], shown, io).split('\0'))
  const below = list()
  const beside = memo((folder: string) => unlessRefused(() => list('--', `${folder}/`)) ?? new Set())
  const text = memo((path: string) => textOf(`${commit}:./${path}`, shown, io))
  return (given) => {
    const path = relative(io.cwd, resolve(io.cwd, given)).replaceAll(sep, '/')
    const listed = path.startsWith('../') ? beside(dirname(path)) : below
    return listed.has(path) ? withUnixLines(text(path)) : undefined
  }
}

/** The lock of a commit; undefined if it has none that can be read. */
export const committedLock = (shown: string, revision: string, io: Io): Lock | undefined =>
  unlessRefused(() => {
    const text = gitTree(revision, io)(shown)
    return text === undefined ? undefined : parseLock(text, shown)
  })

/** Tells whether git has a file of `lock`, as far as the lock of the last commit says. */
export function isInGit(lock: string, io: Io): (file: { readonly path: string; readonly text: string }) => boolean {
  if (repositoryOf(io.cwd) === undefined) return () => false
  const committed = committedLock(lock, 'HEAD', io)
  if (!committed) return () => true
  const hashes = new Map([...committed.targets.values()].flatMap(({ files }) => [...files]))
  return ({ path, text }) => hashes.get(path) === sha256(text)
}

/** The commit where this branch left a revision that has gone on since, shortened; undefined if it has all commits of that, or git does not know. */
export const leftAt = (revision: string, io: Io): string | undefined =>
  unlessRefused(() => {
    const ask = askerOf(io)
    const base = ask('merge-base', '--end-of-options', revision, 'HEAD')
    const isAll = base === ask('rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`)
    return base === '' || isAll ? undefined : base.slice(0, 12)
  })

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
function askGit(argv: readonly string[], shown: string, { cwd, env }: Io): string {
  const { status, stdout, stderr } = runProgram('git', argv, { cwd, env, own: { LC_ALL: 'C' } })
  // A revision that does not exist fails without a word.
  if (status !== 0 && stderr.trim() !== '')
    throw new UserError(`${shown}: git refused: ${stderr.trim().split('\n')[0]}`)
  return status === 0 ? stdout : ''
}

/** Files that git keeps while it joins commits. */
const UNDER_WAY = ['MERGE_HEAD', 'CHERRY_PICK_HEAD', 'REVERT_HEAD', 'rebase-merge', 'rebase-apply']

/**
 * The commit whose rules devices hold, by a name for people, if the files in place are of several commits: a merge, rebase, cherry-pick or
 * revert is under way, or was committed as git left it. Then lock and commands of neither side fit. Undefined otherwise, and without git.
 */
export function mergedFrom(lock: string, io: Io): string | undefined {
  const ask = askerOf(io)
  return unlessRefused(() => {
    const paths = ask('rev-parse', ...UNDER_WAY.flatMap((name) => ['--git-path', name])).split('\n')
    if (paths.some((path) => path !== '' && existsSync(resolve(io.cwd, path)))) return stateOnMain(ask, 'HEAD')
    const parents = ask('rev-list', '--parents', '-n', '1', 'HEAD').split(' ').slice(1)
    return parents.length > 1 && isAsMerged(lock, parents, ask, io) ? stateOnMain(ask, 'HEAD^1') : undefined
  })
}

type Ask = (...argv: string[]) => string

/** Asks git, and returns its answer without the end of the line. */
export const askerOf =
  (io: Io): Ask =>
  (...argv) =>
    askGit(argv, 'git', io).trim()

/** Where remotes and people have the branch that is loaded into devices; the first one counts. */
const MAIN = [
  'refs/remotes/origin/HEAD',
  'refs/remotes/origin/main',
  'refs/remotes/origin/master',
  'refs/heads/main',
  'refs/heads/master',
]

/** The main branch, as a reference; undefined if there is none. */
export function mainBranch(ask: Ask): string | undefined {
  const refs = ask('for-each-ref', '--format=%(refname)', ...MAIN).split('\n')
  return MAIN.find((ref) => refs.includes(ref))
}

/** The commit of the main branch that the joined commits start from: `HEAD` or `first` on that branch itself, else their merge base with it. */
function stateOnMain(ask: Ask, first: string): string {
  const main = mainBranch(ask)
  if (main === undefined || main === ask('symbolic-ref', '--quiet', 'HEAD')) return first
  const other = ask('rev-parse', '--verify', '--quiet', 'MERGE_HEAD')
  const base = ask('merge-base', main, 'HEAD', ...(other === '' ? [] : [other]))
  const isAt = (name: string) => ask('rev-parse', '--verify', '--quiet', `${name}^{commit}`) === base
  // A merge that was pushed is the main branch itself.
  if (base === '' || (first !== 'HEAD' && isAt('HEAD'))) return first
  return isAt(main) ? main.replace(/^refs\/(?:heads|remotes)\//, '') : isAt('HEAD') ? 'HEAD' : base.slice(0, 12)
}

/** True if a merge commit has the lock in place, but not the files of that lock, or the lock of one side although both had changed it. */
function isAsMerged(lock: string, parents: readonly string[], ask: Ask, io: Io): boolean {
  const [disk, head] = [readerOfDisk(io), gitTree('HEAD', io)]
  const text = head(lock)
  if (text === undefined || text !== disk(lock)) return false
  const merged = unlessRefused(() => parseLock(text, lock))
  if (!merged) return true
  const sides = parents.map((parent) => gitTree(parent, io))
  const isOther = (read: ReadText, [path, hash]: readonly [string, string]) => sha256(read(path) ?? '') !== hash
  // A file that a person edited earlier has that edit on one side.
  const wasSo = ([path, hash]: readonly [string, string]) =>
    sides.some((side) => side(path) === head(path) && side(lock)?.includes(hash))
  const files = [...merged.targets.values()].flatMap(({ files }) => [...files])
  if (files.some((file) => isOther(disk, file) && isOther(head, file) && !wasSo(file))) return true
  const base = ask('merge-base', ...parents)
  const locks = [...sides, ...(base === '' ? [] : [gitTree(base, io)])].map((read) => read(lock))
  return sides.some((side) => side(lock) === text) && new Set(locks).size === locks.length
}
