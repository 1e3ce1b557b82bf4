import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { denialOf, UserError } from '../errors.ts'
import type { Io } from '../io.ts'
import { VENDOR_NAME } from '../model/manifest-parts-schema.ts'
import { SHIPPED } from '../paths.ts'
import { entryAt, makeFolder, moveFile, removeEmptyFolder, removeFile, syncFolders, writeNew } from '../store/disk.ts'
import { temporaryName } from '../store/journal.ts'
import { isWindowsAlias } from '../store/territory.ts'
import { byCodeUnit } from '../text/numbers.ts'
import { listVendors } from '../vendor/vendor.ts'

/** Writes a small vendor, which passes every check, into a new folder; returns its paths. Throws `UserError` for an invalid or taken name. */
export function writeNewVendor(name: string, directory: string, io: Io): string[] {
  if (!VENDOR_NAME.test(name) || isWindowsAlias(name))
    throw new UserError(
      `${JSON.stringify(name)} is not the name of a vendor: expected 1 to 40 lower-case letters, digits and "-"; --dir says where its folder goes`,
    )
  if (listVendors([SHIPPED.vendors]).has(name))
    throw new UserError(
      `${name} is a shipped vendor: choose another name, or change the shipped one with "extends" in a vendor.json of your own`,
    )
  const texts = readdirSync(SHIPPED.newVendor)
    .sort(byCodeUnit)
    .map((file) => [file, readFileSync(join(SHIPPED.newVendor, file), 'utf8').replaceAll('NAME', name)] as const)
  writeNewFolder(resolve(io.cwd, directory, name), join(directory, name), new Map(texts))
  return texts.map(([file]) => join(directory, name, file))
}

/** Writes files, given by name, into a folder that does not exist yet; all of them, or none. `shown` is its path in errors. */
function writeNewFolder(folder: string, shown: string, files: ReadonlyMap<string, string>): void {
  if (entryAt(folder)) throw new UserError(`${shown} exists, and is not overwritten; nothing was written`)
  // All files are in a draft first, which becomes the folder in one step.
  const draft = join(dirname(folder), temporaryName(process.pid, 0))
  if (entryAt(draft)?.isSymbolicLink())
    throw new UserError(`${draft} is a symbolic link, which no run of tagwall makes: remove it; nothing was written`)
  try {
    makeFolder(draft)
    writeNew(Array.from(files, ([name, content]) => ({ path: join(draft, name), content })))
    syncFolders([draft])
    moveFile(draft, folder)
  } catch (error) {
    const written = [...files.keys()].map((name) => join(draft, name)).filter(entryAt)
    for (const path of written) removeFile(path)
    removeEmptyFolder(draft)
    const reason = denialOf(error) ?? (error as Error).message
    throw new UserError(`${shown} cannot be written: ${reason}; nothing was written`)
  }
  syncFolders([dirname(folder)])
}
