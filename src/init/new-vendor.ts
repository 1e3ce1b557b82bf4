import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { UserError } from '../errors.ts'
import type { Io } from '../io.ts'
import { SHIPPED } from '../paths.ts'
import { writeNewFolder } from '../store/new-folder.ts'
import { isWindowsAlias } from '../store/territory.ts'
import { byCodeUnit } from '../text/order.ts'
import { VENDOR_NAME } from '../vendor/manifest-schema.ts'
import { listVendors } from '../vendor/vendor.ts'

/**
 * Writes a small vendor, which passes every check, into a new folder of `directory`. Returns the paths of its files, from the working
 * directory. Throws `UserError` if the name is not a valid name of a vendor, or is taken.
 */
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
