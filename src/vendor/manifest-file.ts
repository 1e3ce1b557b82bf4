import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { UserError } from '../errors.ts'
import { didYouMean } from '../text/nearest.ts'
import { byCodeUnit } from '../text/order.ts'
import { isObject, mergePatch } from './merge-patch.ts'

/** The folder of a vendor, and the directories before its own, which may hold the vendor that it extends. */
interface VendorPlace {
  readonly folder: string
  readonly earlier: readonly string[]
}

/**
 * The vendors in `directories`, by name; a later directory overrides an earlier one. A folder whose name begins with `_` is no
 * vendor.
 */
export function listVendors(directories: readonly string[]): Map<string, string> {
  const all = directories.flatMap((directory) => vendorsIn(directory, () => true))
  return new Map(all.sort(([a], [b]) => byCodeUnit(a, b)))
}

function vendorsIn(directory: string, isMeant: (name: string) => boolean): [name: string, folder: string][] {
  if (!existsSync(directory) || !statSync(directory).isDirectory())
    throw new UserError(`cannot find the vendor folder ${directory}`)
  return readdirSync(directory, { withFileTypes: true })
    .filter(({ name }) => isMeant(name) && !name.startsWith('_'))
    .filter((entry) => entry.isDirectory() && existsSync(join(directory, entry.name, 'vendor.json')))
    .map((entry): [string, string] => [entry.name, join(directory, entry.name)])
}

/** The folder of a vendor. `at` names the caller in errors. Throws `UserError` if it does not exist. */
export function placeOf(name: string, directories: readonly string[], at: string): VendorPlace {
  const places = directories.flatMap((directory, index) =>
    vendorsIn(directory, (known) => known === name).map(
      ([, folder]): VendorPlace => ({ folder, earlier: directories.slice(0, index) }),
    ),
  )
  const place = places.at(-1)
  if (place) return place
  const known = [...listVendors(directories).keys()]
  const choices = didYouMean(name, known) || `; there are ${known.join(', ') || 'none'}`
  throw new UserError(`${at && at !== name ? `${at}: ` : ''}unknown vendor "${name}"${choices}`)
}

/** A manifest, merged into that of the vendor that it extends. Throws `UserError` if a file is not JSON. */
export function readManifest({ folder, earlier }: VendorPlace): { manifest: unknown; base: string | undefined } {
  const file = join(folder, 'vendor.json')
  const own = parse(file)
  if (!isObject(own) || own.extends === undefined) return { manifest: own, base: undefined }
  const { extends: base, ...changes } = own
  if (typeof base !== 'string') throw new UserError(`${file}: "extends" is not the name of a vendor`)
  return { manifest: mergePatch(readManifest(placeOf(base, earlier, `${file}: "extends"`)).manifest, changes), base }
}

function parse(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new UserError(`${file} is not JSON: ${(error as Error).message}`)
  }
}
