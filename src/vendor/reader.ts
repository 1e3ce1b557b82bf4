import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { throwDenial, UserError } from '../errors.ts'
import type { Vendor } from '../model/vendor.ts'
import { shellWord } from '../text/shell.ts'
import { checkedReaders } from './checked-reader.ts'
import type { ReaderModule, Readers } from './kit/reader-api.ts'

/**
 * The first that there is of: the reader that came with a vendor, the one in its folder, that of the vendor that it extends. Throws
 * `UserError` if the file is not a reader. Its results are checked: see `checkedReaders`.
 */
export async function loadReader(vendor: Vendor): Promise<Readers | undefined> {
  const module = await moduleOf(vendor)
  return module && checkedReaders(vendor, module)
}

async function moduleOf({ readers, folder, base }: Vendor): Promise<ReaderModule | undefined> {
  return (readers as ReaderModule | undefined) ?? (await moduleIn(folder)) ?? (base && moduleOf(base))
}

async function moduleIn(folder: string): Promise<ReaderModule | undefined> {
  const file = join(folder, 'reader.js')
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
