import { accessSync, constants } from 'node:fs'
import { dirname, isAbsolute, join, relative, sep } from 'node:path'
import { denialOf, UserError } from '../errors.ts'
import { homeFolder, realFolder, repositoryOf } from '../places.ts'
import { sha256 } from '../text/hashes.ts'
import { entryAt, makeFolder, syncFolders } from './disk.ts'

/** Where the runs with one snapshot folder keep their mutex and their journal: out of reach of a checkout, which could bring its own. */
export interface Home {
  /** A folder of tagwall in a git directory, or in the state of the user. It may not exist yet. */
  readonly folder: string
  /** The start of the names there, which no other snapshot folder has. */
  readonly name: string
  /** The folder that the paths of a journal are relative to, without links. */
  readonly base: string
  /** The snapshot folder, for messages. */
  readonly subject: string
}

type Env = Readonly<Record<string, string | undefined>>

/**
 * The possible homes for a snapshot folder, the best first: the folder that TAGWALL_STATE names, or else the git directory of its repository and the
 * state folder of the user. Working folders that share snapshots share a home. In a git directory, everything is relative to the repository, which
 * may be moved or mounted elsewhere.
 */
export function homesOf(snapshots: string, env: Env): Home[] {
  const place = realFolder(snapshots)
  const homeIn = (folder: string, base: string, key: string): Home => {
    return { folder, base, name: sha256(key.replaceAll(sep, '/')).slice(0, 16), subject: snapshots }
  }
  const chosen = env.TAGWALL_STATE
  if (chosen && !isAbsolute(chosen))
    throw new UserError(
      `TAGWALL_STATE is ${chosen}; expected the full path of a folder, so that it is never one of a checkout`,
    )
  if (chosen) return [homeIn(chosen, dirname(place), place)]
  const repository = repositoryOf(place)
  const inGit =
    repository && repository.isOwn !== false
      ? [homeIn(join(repository.gitDir, 'tagwall'), repository.folder, relative(repository.folder, place))]
      : []
  const state = stateFolder(env)
  return [...inGit, ...(state === undefined ? [] : [homeIn(state, dirname(place), place)])].filter(
    ({ folder }) => !isForeign(folder),
  )
}

/** The folder for the state of programs of this user (XDG Base Directory Specification 0.8, and its counterparts); undefined without any. */
function stateFolder(env: Env): string | undefined {
  if (env.XDG_STATE_HOME && isAbsolute(env.XDG_STATE_HOME)) return join(env.XDG_STATE_HOME, 'tagwall')
  if (env.LOCALAPPDATA && process.platform === 'win32') return join(env.LOCALAPPDATA, 'tagwall')
  const home = homeFolder(env)
  const below = process.platform === 'darwin' ? 'Library/Application Support' : '.local/state'
  return home === undefined ? undefined : join(home, below, 'tagwall')
}

/** True if another user made a folder, who could have put a journal there. */
function isForeign(folder: string): boolean {
  const user = process.getuid?.()
  return user !== undefined && (entryAt(folder)?.uid ?? user) !== user
}

/** The first home that can be written, made if it is new. Throws `UserError` without any. */
export function usableHome(homes: readonly Home[]): Home {
  const problems: unknown[] = []
  for (const home of homes) {
    try {
      if (!entryAt(home.folder)) {
        makeFolder(home.folder)
        syncFolders([dirname(home.folder)])
      }
      accessSync(home.folder, constants.W_OK | constants.X_OK)
      return home
    } catch (error) {
      problems.push(error)
    }
  }
  const denial = problems.map(denialOf).find((text) => text !== undefined)
  const all = problems.map((error) => (error as Error).message).join('; ') || 'this user has no home folder'
  throw new UserError(
    denial ??
      `there is no place outside of the checkout for the journal of this run (${all}): set TAGWALL_STATE to a folder that this user can write; nothing was done`,
  )
}
