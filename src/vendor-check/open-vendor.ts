import { existsSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { UserError } from '../errors.ts'
import type { Io } from '../io.ts'
import type { Vendor } from '../model/vendor.ts'
import { SHIPPED } from '../paths.ts'
import { readVendor } from '../vendor/vendor.ts'

/** The vendor whose folder is `path`. Throws `UserError` if the folder has no vendor. */
export function openVendor(path: string, io: Io): Vendor {
  const folder = resolve(io.cwd, path)
  if (!existsSync(join(folder, 'vendor.json')))
    throw new UserError(`${path} is not a vendor: expected a folder with a file vendor.json`)
  return readVendor(basename(folder), [SHIPPED.vendors, dirname(folder)])
}
