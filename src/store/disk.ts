import {
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  type Stats,
  writeFileSync,
} from 'node:fs'
import { dirname, isAbsolute, join, relative, resolve } from 'node:path'

// The few things that are done to a disk, each so that a power cut leaves it done or not done.

/** A file to be written where none is. */
export interface NewFile {
  readonly path: string
  readonly content: string | Uint8Array
  readonly mode?: number | undefined
}

/**
 * Writes files that are not there yet, and then sees them all onto the disk, which most file systems do in one go. A link
 * that was planted under a name is not followed.
 */
export function writeNew(files: readonly NewFile[]): void {
  for (const { path, content, mode } of files) {
    rmSync(path, { force: true })
    withFile(path, 'wx', (file) => {
      writeFileSync(file, content)
      if (mode !== undefined) fchmodSync(file, mode)
    })
  }
  for (const { path } of files) withFile(path, constants.O_RDWR | (constants.O_NOFOLLOW ?? 0), fsyncSync)
}

function withFile(path: string, flags: string | number, work: (file: number) => void): void {
  const file = openSync(path, flags)
  try {
    work(file)
  } finally {
    closeSync(file)
  }
}

/** Puts `content` in place of a file in one step. `draft` is where it is until then. */
export function replaceFile(path: string, draft: string, content: string | Uint8Array, mode?: number): void {
  writeNew([{ path: draft, content, mode }])
  renameSync(draft, path)
  syncFolders([dirname(path)])
}

/** Makes what was renamed, made or removed in these folders survive a power cut, where the file system can. */
export function syncFolders(folders: Iterable<string>): void {
  for (const folder of new Set(folders)) {
    try {
      const handle = openSync(folder, 'r')
      try {
        fsyncSync(handle)
      } finally {
        closeSync(handle)
      }
    } catch {
      // Some file systems, and Windows, cannot sync a folder.
    }
  }
}

/** Moves a file within its folder, in one step. */
export const moveFile = (from: string, to: string): void => renameSync(from, to)

/** Removes a file if it is there. */
export const removeFile = (path: string): void => rmSync(path, { force: true })

export const makeFolder = (path: string): string | undefined => mkdirSync(path, { recursive: true })

/** Removes a folder if it is there and empty. */
export function removeEmptyFolder(path: string): void {
  try {
    rmdirSync(path)
  } catch {}
}

/** What is at a path, not following a last link; undefined for nothing, also where there cannot be anything. */
export function entryAt(path: string) {
  try {
    return lstatSync(path)
  } catch {
    return undefined
  }
}

/** The names in a folder; none where there is no folder. */
export function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

/** A path by which no link leads to its folder, so that one file has one path. The folder need not be there yet. */
export function realPath(path: string): string {
  const full = resolve(path)
  let folder = dirname(full)
  while (!existsSync(folder)) folder = dirname(folder)
  return join(realpathSync.native(folder), relative(folder, full))
}

/** Whether a path is a folder, or below it. Both are free of links. */
export function isWithin(path: string, folder: string): boolean {
  const below = relative(folder, path)
  return below !== '..' && !/^\.\.[\\/]/.test(below) && !isAbsolute(below)
}

/** What something is that is no regular file, for a sentence. */
export function kindOf(entry: Stats): string {
  if (entry.isDirectory()) return 'a directory'
  if (entry.isSymbolicLink()) return 'a symbolic link'
  if (entry.isFIFO()) return 'a named pipe'
  return entry.isSocket() ? 'a socket' : 'a device'
}
