import { lstatSync, readFileSync } from 'node:fs'
import { join, posix, resolve } from 'node:path'
import { isSnapshot } from '../document/snapshot/snapshot-file.ts'
import { isLock, parseLock } from '../policy/lock/lock-file.ts'
import { removeFile } from '../store/disk.ts'
import { isLockName } from '../store/territory.ts'
import { sha256 } from '../text/hashes.ts'
import { plural } from '../text/numbers.ts'
import { foldersAbove, type ListedFiles, ownLock } from './listed-files.ts'
import { git, gitIf, notPushed, type Shell } from './shell.ts'

/** The changes of the working tree, as a tree outside any branch; `parent` is the commit that it is based on. */
export type Proposal = ReturnType<typeof proposalIn>

/** Throws `UserError` if the folder is in no repository, or in one without a commit. */
export function checkRepository(shell: Shell): void {
  if (gitIf(shell, ['rev-parse', '--verify', '--quiet', 'HEAD^{commit}']) === undefined)
    throw notPushed(
      'the branch of this checkout has no commit yet, and a pull request needs one to compare with: commit and push the policy first',
    )
}

/**
 * The differences from HEAD in the files of a report, which are relative to the folder. Ignored files, and files outside of the
 * repository, are left out. The index of the repository and its branches stay unchanged. Throws `UserError` if the files are not as the report and
 * the lock describe them, git would store other bytes, or a path is behind a symbolic link. `report` names the folder of the report.
 */
export function proposalOf(shell: Shell, files: ListedFiles, report: string): Proposal {
  // An index that no other process has.
  const path = git(shell, ['rev-parse', '--git-path', `tagwall-index-${process.pid}`])
  const index = resolve(shell.cwd, path)
  try {
    return proposalIn({ GIT_INDEX_FILE: index }, shell, files, report)
  } finally {
    removeFile(index)
  }
}

function proposalIn(env: Shell['env'], shell: Shell, { present, removed }: ListedFiles, report: string) {
  const parent = git(shell, ['rev-parse', '--verify', 'HEAD^{commit}'])
  git(shell, ['read-tree', parent], { env })
  const folder = git(shell, ['rev-parse', '--show-prefix'])
  const isInside = (path: string) => !posix.join(folder, path).startsWith('../')
  const files = { present: present.filter(isInside), removed: removed.filter(isInside) }
  checkPlaces(shell, files, report)
  const ignored = ignoredOf(shell, [...files.present, ...files.removed])
  const left = new Set(ignored)
  const isStaged = (path: string) => !left.has(path)
  const staged = files.present.filter(isStaged)
  if (ignored.length > 0 && staged.length > 0 && staged.every(isLockName))
    throw notPushed(
      `git ignores ${plural(ignored.length, 'file')} of the report, such as ${ignored[0]}, and only the lock is left, which describes files that the pull request would not have: do not ignore them, or ignore the lock too`,
    )
  // Plumbing commands take each path literally: no patterns, no symbolic links.
  const input = [...staged, ...files.removed.filter(isStaged)].map((path) => `${path}\0`).join('')
  git(shell, ['update-index', '--add', '--remove', '-z', '--stdin'], { env, input })
  checkBytes(shell, staged, env)
  checkLocked(shell, staged, parent, env)
  const tree = git(shell, ['write-tree'], { env })
  return { tree, parent, ...changeBetween(shell, parent, tree), ignored }
}

/** Throws `UserError` if a file of the report is missing, a link is in its place, or one is there that the report removes. */
function checkPlaces(shell: Shell, { present, removed }: ListedFiles, report: string): void {
  const entryOf = (path: string) => lstatSync(resolve(shell.cwd, path), { throwIfNoEntry: false })
  const isThere = (path: string) => entryOf(path) !== undefined
  const missing = present.filter((path) => !isThere(path))
  const place = `run propose in the folder in which "tagwall update --report ${report}" ran, right after it`
  if (missing.length > 0) throw notPushed(`the report ${report} lists ${someText(missing, 'missing')}: ${place}`)
  const kept = removed.filter(isThere)
  if (kept.length > 0) throw notPushed(`the report ${report} removes ${someText(kept, 'still there')}: ${place}`)
  const link = present.find((path) => entryOf(path)?.isSymbolicLink())
  if (link !== undefined) throw notPushed(`${link} is a symbolic link, and tagwall wrote a file there: ${place}`)
  checkFolders(shell, [...present, ...removed])
}

/** Throws `UserError` if a file is behind a symbolic link, or in a repository of its own, such as a submodule: git would not store it here. */
function checkFolders({ cwd }: Shell, paths: readonly string[]): void {
  const folders = new Set(paths.flatMap(foldersAbove).filter((folder) => !/(^|\/)\.\.$/.test(folder)))
  for (const folder of folders) {
    const path = resolve(cwd, folder)
    const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false
    if (!isLink && lstatSync(join(path, '.git'), { throwIfNoEntry: false }) === undefined) continue
    throw notPushed(
      `${folder} is ${isLink ? 'a symbolic link' : 'a repository of its own, such as a submodule'}, so git does not store its files here: give the targets an "out" in a folder of this repository`,
    )
  }
}

const someText = (paths: readonly string[], state: string) =>
  paths.length === 1 ? `${paths[0]}, which is ${state}` : `${paths.length} files that are ${state}, such as ${paths[0]}`

/** Throws `UserError` if a changed file is not the one that the lock describes: a person edited it since, so nothing proved it. */
function checkLocked(shell: Shell, paths: readonly string[], parent: string, env: Shell['env']): void {
  const read = (path: string) => readFileSync(resolve(shell.cwd, path))
  const lock = ownLock(paths)
  if (lock === undefined) return
  const { targets } = parseLock(read(lock).toString(), lock)
  const hashes = new Map([...targets.values()].flatMap(({ files }) => [...files]))
  const isSame = ['--literal-pathspecs', 'diff-index', '--cached', '--quiet', parent, '--']
  const edited = paths
    .filter((path) => hashes.has(path) && hashes.get(path) !== sha256(read(path)))
    .find((path) => gitIf(shell, [...isSame, path], { env }) === undefined)
  if (edited !== undefined)
    throw notPushed(
      `${edited} is not the file that ${lock} describes: undo the edit, or restore the rules and the lock of the last commit with git and run "tagwall update" again`,
    )
}

/** Throws `UserError` if the index does not have the bytes of the files: filters, encodings and line ends would store rules that nobody proved. */
function checkBytes(shell: Shell, paths: readonly string[], env: Shell['env']): void {
  if (paths.length === 0) return
  const listed = git(shell, ['ls-files', '--stage', '-z', '--', ...OWN_FOLDER], { env }).split('\0')
  const stored = new Map(
    listed.flatMap((line): [string, string][] => {
      const [, name = '', path = ''] = /^\d+ (\S+) \d\t(.*)$/s.exec(line) ?? []
      return path === '' ? [] : [[path, name]]
    }),
  )
  // git does not see these paths from the folder, so they are full ones.
  const input = paths.map((path) => `${resolve(shell.cwd, path)}\n`).join('')
  const names = git(shell, ['hash-object', '--no-filters', '--stdin-paths'], { input }).split('\n')
  const other = paths.find((path, index) => stored.get(posix.normalize(path)) !== names[index])
  if (other !== undefined)
    throw notPushed(
      `git would store other bytes of ${other} than tagwall wrote, because of a filter, an encoding or line ends: see "git check-attr -a ${other}" and core.autocrlf, and set "-text -filter" for the files of tagwall in .gitattributes`,
    )
}

/** Paths of the whole repository, relative to the folder. */
const OWN_FOLDER = [':/']

function ignoredOf(shell: Shell, paths: readonly string[]): string[] {
  const input = paths.map((path) => `${path}\0`).join('')
  // Exit code 1: none of the paths is ignored.
  return (gitIf(shell, ['check-ignore', '-z', '--stdin'], { input }) ?? '').split('\0').filter(Boolean)
}

/** A change between two trees or commits. */
export interface Difference {
  /** The changed paths with their new content, one per line; empty if nothing changed. */
  readonly change: string
  /** The same for the same change of another date, which has other names of snapshots, and other dates in its files. */
  readonly identity: string
}

/** The difference of two trees. */
export function changeBetween(shell: Shell, before: string, after: string): Difference {
  // With -z paths are in no quotes, whatever is configured: the commit holds a hash of this text.
  const argv = ['diff-tree', '-r', '-z', '--no-renames', '--raw', '--no-abbrev', before, after]
  // Facts and path of each file in turn, such as `:100644 100644 OLD NEW M`.
  const found = git(shell, argv).matchAll(/:[^ \0]+ ([^ \0]+) ([^ \0]+) ([^ \0]+) ([^ \0]+)\0([^\0]+)\0/gy)
  const files = Array.from(found, ([, mode, before = '', after = '', status, path = '']) => {
    return { mode, before, after, status, path }
  })
  // Only mode, content and path of the new state, because the old state depends on the base.
  const change = files.map(({ mode, after, status, path }) => `${mode} ${after} ${status}\t${path}`).join('\n')
  return { change, identity: identityOf(shell, files) || change }
}

/** A file of a change, with its blobs by their names. */
type ChangedFile = Record<'before' | 'after' | 'path', string>

/** The content of blobs, by name. */
function blobsOf(shell: Shell, names: readonly string[]): ReadonlyMap<string, string> {
  // One process for all of them: a change may have thousands of files. Bytes as characters, because git counts bytes.
  const text = git(shell, ['cat-file', '--batch'], { input: `${names.join('\n')}\n`, encoding: 'latin1' })
  const blobs = new Map<string, string>()
  let at = 0
  for (const name of names) {
    const end = text.indexOf('\n', at)
    const size = Number(/ blob (\d+)$/.exec(text.slice(at, end))?.[1] ?? 0)
    blobs.set(name, text.slice(end + 1, end + 1 + size))
    at = end + 1 + size + 1
  }
  return blobs
}

/** True if a file records what rules are made of: a snapshot or a lock. Its text differs with each document. */
const isRecord = (path: string, text: string): boolean => isSnapshot(text) || (isLockName(path) && isLock(text))

const NO_BLOB = /^0+$/

/** The same text for the same change on another day: each changed file before and after, without dates. Empty if only records change. */
function identityOf(shell: Shell, files: readonly ChangedFile[]): string {
  const names = files.flatMap(({ before, after }) => [before, after]).filter((name) => !NO_BLOB.test(name))
  const blobs = blobsOf(shell, [...new Set(names)])
  const textOf = (name: string) => blobs.get(name) ?? ''
  return files
    .filter(({ before, after, path }) => !isRecord(path, textOf(NO_BLOB.test(after) ? before : after)))
    .map(({ before, after, path }) => JSON.stringify([undated(path), undated(textOf(before)), undated(textOf(after))]))
    .join('\n')
}

/** A text without dates, change numbers, and hashes of texts that have some. */
const undated = (text: string): string =>
  text
    .replaceAll(/\b\d{4}-\d{2}-\d{2}\b/g, 'DATE')
    .replaceAll(/(change ?number"?:? )\d+/gi, '$1NUMBER')
    .replaceAll(/\b[0-9a-f]{64}\b/g, 'HASH')
