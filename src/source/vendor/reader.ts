import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { UserError } from '../../errors.ts'
import type { Follower, Reader, Readers } from '../../model/reading.ts'
import type { Vendor } from '../../model/vendor.ts'
import { checkedReaders } from './checked-reader.ts'

/**
 * The reader that came with a vendor, or is in its folder, or undefined when it has none. Throws `UserError` when the file is no reader.
 * What it returns is checked: see `checkedReaders`.
 */
export async function loadReader(vendor: Vendor): Promise<Readers | undefined> {
  const readers = vendor.readers ?? (await readersIn(vendor.folder))
  return readers && checkedReaders(vendor.name, readers)
}

async function readersIn(folder: string): Promise<Readers | undefined> {
  const file = join(folder, 'reader.js')
  if (!existsSync(file)) return undefined
  let loaded: Record<string, unknown>
  try {
    loaded = await import(/* @vite-ignore */ pathToFileURL(file).href)
  } catch (error) {
    throw new UserError(`${file} cannot be loaded: ${(error as Error).message}`)
  }
  const { default: read, follow } = loaded
  if (typeof read !== 'function') throw new UserError(`${file} has no reader: its default export is not a function`)
  if (follow !== undefined && typeof follow !== 'function')
    throw new UserError(`${file} follows no deltas: its export "follow" is not a function`)
  return { read: read as Reader, follow: follow as Follower | undefined }
}
