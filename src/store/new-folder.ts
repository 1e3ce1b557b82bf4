import { dirname, join } from 'node:path'
import { denialOf, UserError } from '../errors.ts'
import { entryAt, makeFolder, moveFile, removeEmptyFolder, removeFile, syncFolders, writeNew } from './disk.ts'
import { temporaryName } from './journal.ts'

/** Writes files, given by name, into a folder that does not exist yet; all of them, or none. `shown` is its path in errors. */
export function writeNewFolder(folder: string, shown: string, files: ReadonlyMap<string, string>): void {
  if (entryAt(folder)) throw new UserError(`${shown} exists, and is not overwritten; nothing was written`)
  const parent = dirname(folder)
  const draft = join(parent, temporaryName(process.pid, 0))
  try {
    makeFolder(parent)
    writeThrough(draft, folder, files)
  } catch (error) {
    const reason = denialOf(error) ?? (error as Error).message
    throw new UserError(`${shown} cannot be written: ${reason}; nothing was written`)
  }
  syncFolders([parent])
}

/** Writes the files into `draft` first, which becomes `folder` in one step. */
function writeThrough(draft: string, folder: string, files: ReadonlyMap<string, string>): void {
  makeFolder(draft)
  try {
    writeNew(Array.from(files, ([name, content]) => ({ path: join(draft, name), content })))
    syncFolders([draft])
    moveFile(draft, folder)
  } catch (error) {
    for (const name of files.keys()) removeFile(join(draft, name))
    removeEmptyFolder(draft)
    throw error
  }
}
