import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { throwDenial, UserError } from '../errors.ts'
import { shellWord } from '../text/shell.ts'
import type { ReaderModule } from './kit/reader-api.ts'

/** The module of the reader in a vendor's folder; undefined without a file. Throws `UserError` if the file is not a reader. */
export async function moduleIn(folder: string): Promise<ReaderModule | undefined> {
  const file = readerFile(folder)
  if (!existsSync(file)) return undefined
  let loaded: Record<string, unknown>
  try {
    loaded = await import(/* @vite-ignore */ pathToFileURL(file).href)
  } catch (error) {
    // The error of an import does not say where the syntax is wrong.
    const where = error instanceof SyntaxError ? `; "node ${shellWord(file)}" shows the line` : ''
    throwDenial(error)
    throw new UserError(`${file} cannot be loaded: ${(error as Error).message}${where}`)
  }
  for (const name of ['device', 'read', 'default']) {
    const value = loaded[name]
    if (value !== undefined && typeof value !== 'function')
      throw new UserError(`${file} exports "${name}", which is not a function`)
  }
  if (loaded.follow !== undefined && !loaded.device)
    throw new UserError(`${file} exports "follow", which tagwall no longer reads: export "device" instead`)
  const module: ReaderModule = loaded
  if (!(module.device ?? module.read ?? module.default))
    throw new UserError(`${file} has no reader: expected it to export a function "device" or "read"`)
  return module
}

/** The path of a vendor's reader. */
export const readerFile = (folder: string): string => join(folder, 'reader.js')
