import { existsSync, readFileSync, readlinkSync, realpathSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { UserError, unlessFailed } from './errors.ts'

// Where paths really lead. A checkout may be hostile: it brings links and any file, but never `.git`, which git does not track in any spelling.

/** The git repository of a folder. */
export interface Repository {
  /** The root of its working tree, without links. */
  readonly folder: string
  /** Its own git directory. That of a linked worktree or of a submodule lies elsewhere. */
  readonly gitDir: string
  /** True if everything that leads there belongs to this user; undefined on Windows, where Node does not know owners. */
  readonly isOwn: boolean | undefined
}

/** The repository of a folder, which may not exist yet; undefined without one, and inside of a git directory. */
export function repositoryOf(folder: string): Repository | undefined {
  const start = realPath(join(folder, 'any file'))
  for (let at = dirname(start); ; at = dirname(at)) {
    const found = repositoryAt(at)
    if (found) return isWithin(start, found.gitDir) ? undefined : found
    if (at === dirname(at)) return undefined
  }
}

const NAMES = 'gitdir: '

/** The repository whose root a folder is. What Node's permission model hides is no repository. */
function repositoryAt(folder: string): Repository | undefined {
  const entry = join(folder, '.git')
  return unlessFailed(() => {
    const isFolder = statSync(entry).isDirectory()
    // A linked worktree and a submodule have a file that names the directory.
    const text = isFolder ? '' : readFileSync(entry, 'utf8').trim()
    if (!isFolder && !text.startsWith(NAMES)) return undefined
    const gitDir = realpathSync.native(isFolder ? entry : resolve(folder, text.slice(NAMES.length)))
    const user = process.getuid?.()
    const isOwn = user === undefined ? undefined : [folder, entry, gitDir].every((path) => statSync(path).uid === user)
    return { folder, gitDir, isOwn }
  })
}

/** The home folder of this user, without links; undefined for a user without an entry, as in a container with any number. */
export function homeFolder(env: Readonly<Record<string, string | undefined>>): string | undefined {
  return unlessFailed(() => {
    const home = env.HOME || homedir()
    return isAbsolute(home) ? realFolder(home) : undefined
  })
}

/** Resolves links in the folder of a path, so each file has one path. The folder may not exist yet. */
export function realPath(path: string): string {
  const full = resolve(path)
  const folder = folderAbove(full)
  return join(realpathSync.native(folder), relative(folder, full))
}

/** A folder without links; it may not exist yet. */
export const realFolder = (folder: string): string => dirname(realPath(join(folder, 'any file')))

/** The nearest folder above a path that exists. */
export function folderAbove(path: string): string {
  let folder = dirname(resolve(path))
  while (!existsSync(folder)) folder = dirname(folder)
  return folder
}

/** True if a path is a folder, or inside it. Both must be free of links. */
export function isWithin(path: string, folder: string): boolean {
  const below = relative(folder, path)
  return below !== '..' && !/^\.\.[\\/]/.test(below) && !isAbsolute(below)
}

/**
 * Throws `UserError` if a link on the way to `path` leads out of the repository of `folder`, or of `folder` itself without a repository. A path
 * outside of it, which a person named, may have links. The message calls the file `shown`, and shows nothing of what the link leads to.
 */
export function refuseLinkOut(path: string, folder: string, shown = path): void {
  if (realPath(path) === path && linkAt(path) === undefined) return
  const real = realFolder(folder)
  const bounds = repositoryOf(real)?.folder ?? real
  const full = resolve(real, relative(folder, path))
  if (!isWithin(full, bounds) || !leadsOut(full, bounds)) return
  throw new UserError(
    `${shown} is behind a link that leads out of ${bounds}; put the file itself there, or give the path that the link leads to`,
  )
}

const MOST_LINKS = 40

/** True if a link on the way from `bounds` to a path in it leads out of `bounds`; also one that leads nowhere. */
function leadsOut(path: string, bounds: string): boolean {
  let at = bounds
  let links = 0
  for (const left = relative(bounds, path).split(sep); left.length > 0; ) {
    const next = join(at, left.shift() as string)
    const link = linkAt(next)
    if (link === undefined) at = next
    else if (isAbsolute(link)) at = existsSync(next) ? realpathSync.native(next) : link
    else left.unshift(...link.split(/[\\/]/))
    if (!isWithin(at, bounds) || (link !== undefined && ++links > MOST_LINKS)) return true
  }
  return false
}

/** The text of the link at a path; undefined if there is none. */
const linkAt = (path: string): string | undefined => unlessFailed(() => readlinkSync(path))
