import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { UserError } from '../errors.ts'
import type { Reader } from '../model/reading.ts'
import type { Vendor } from '../model/vendor.ts'

/** The reader that came with a vendor, or is in its folder, or undefined when it has none. Throws `UserError` when the file is no reader. */
export async function loadReader({ folder, reader }: Vendor): Promise<Reader | undefined> {
  if (reader) return reader
  const file = join(folder, 'reader.js')
  if (!existsSync(file)) return undefined
  let read: unknown
  try {
    read = (await import(/* @vite-ignore */ pathToFileURL(file).href)).default
  } catch (error) {
    throw new UserError(`${file} cannot be loaded: ${(error as Error).message}`)
  }
  if (typeof read !== 'function') throw new UserError(`${file} has no reader: its default export is not a function`)
  return read as Reader
}
