import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { unlessRefused } from '../../errors.ts'
import type { Io } from '../../io.ts'
import { sha256 } from '../../policy/lock/lock.ts'
import { stateKey } from '../../policy/lock/lock-text.ts'
import { parseLock } from '../../policy/lock/parse-lock.ts'
import { type ReadText, readerOfDisk } from './files-there.ts'
import { askGit, gitTree } from './git-tree.ts'

/** Files that git keeps while it joins commits. */
const UNDER_WAY = ['MERGE_HEAD', 'CHERRY_PICK_HEAD', 'REVERT_HEAD', 'rebase-merge', 'rebase-apply']

/**
 * The commit whose rules devices hold, by a name for people, if the files in place are of several commits: a merge, rebase, cherry-pick or
 * revert is under way, or was committed as git left it. Then lock and commands of neither side fit. Undefined otherwise, and without git.
 */
export function mergedFrom(lock: string, io: Io): string | undefined {
  const ask = (...argv: string[]) => askGit(argv, 'git', io).trim()
  return unlessRefused(() => {
    const paths = ask('rev-parse', ...UNDER_WAY.flatMap((name) => ['--git-path', name])).split('\n')
    if (paths.some((path) => path !== '' && existsSync(resolve(io.cwd, path)))) return stateOnMain(ask, 'HEAD')
    const parents = ask('rev-list', '--parents', '-n', '1', 'HEAD').split(' ').slice(1)
    return parents.length > 1 && isAsMerged(lock, parents, ask, io) ? stateOnMain(ask, 'HEAD^1') : undefined
  })
}

type Ask = (...argv: string[]) => string

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
  const merged = unlessRefused(() => parseLock(text, lock, stateKey))
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
