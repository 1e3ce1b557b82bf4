import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { UserError } from '../errors.ts'
import { refuseLinkOut } from '../places.ts'
import { meantOrExpected } from '../text/nearest.ts'
import { byCodeUnit } from '../text/numbers.ts'
import { fieldOf, itemsOf, type LocatedJson, readJson } from './kit/located-json.ts'

/** The vendors in `directories`, by name; a later directory overrides an earlier one. A folder whose name begins with `_` is no vendor. */
export function listVendors(directories: readonly string[]): Map<string, string> {
  const all = directories.flatMap((directory) => {
    const names = foldersIn(directory).filter((name) => hasManifest(directory, name))
    return names.map((name): [string, string] => [name, join(directory, name)])
  })
  return new Map(all.sort(([a], [b]) => byCodeUnit(a, b)))
}

const hasManifest = (directory: string, name: string) => existsSync(join(directory, name, 'vendor.json'))

function foldersIn(directory: string): string[] {
  if (!existsSync(directory) || !statSync(directory).isDirectory())
    throw new UserError(`cannot find the vendor folder ${directory}`)
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('_'))
    .map(({ name }) => name)
}

/**
 * The folder of a vendor, and the directories before its own, which may hold the vendor that it extends. `at` names the caller in errors. Throws
 * `UserError` if it does not exist.
 */
export function placeOf(name: string, directories: readonly string[], at: string) {
  const isIn = (directory: string) => foldersIn(directory).includes(name) && hasManifest(directory, name)
  const last = directories.findLastIndex(isIn)
  if (last >= 0) return { folder: join(directories[last] as string, name), earlier: directories.slice(0, last) }
  const known = [...listVendors(directories).keys()]
  const choices = meantOrExpected(name, known.length > 0 ? known : ['the name of a folder with vendor.json'])
  throw new UserError(`${at && at !== name ? `${at}: ` : ''}unknown vendor "${name}"${choices}`)
}

/** The line of the value at a path; undefined if it is unknown. */
type LineOf = (path: readonly PropertyKey[]) => number | undefined

/** A manifest as a value. */
interface ManifestFile {
  readonly manifest: unknown
  /** The name of the vendor that it extends. */
  readonly base: string | undefined
  /** The line of a value that this file has itself. */
  readonly lineOf: LineOf
}

/** A manifest, merged into that of the vendor that it extends. Throws `UserError` if a file is not JSON. */
export function readManifest({ folder, earlier }: ReturnType<typeof placeOf>): ManifestFile {
  const file = join(folder, 'vendor.json')
  const { value: own, lineOf } = parse(file)
  if (!isObject(own) || own.extends === undefined) return { manifest: own, base: undefined, lineOf }
  const { extends: base, ...changes } = own
  if (typeof base !== 'string') throw new UserError(`${file}: "extends" is not the name of a vendor`)
  const isBeside = base !== basename(folder) && hasManifest(dirname(folder), base)
  if (isBeside && !listVendors(earlier).has(base))
    throw new UserError(`${file}: "extends" names ${base}, a vendor of the same folder; it names a shipped one only`)
  const { manifest } = readManifest(placeOf(base, earlier, `${file}: "extends"`))
  return { manifest: mergePatch(manifest, changes), base, lineOf }
}

function parse(file: string): { value: unknown; lineOf: LineOf } {
  refuseLinkOut(file, dirname(dirname(file)))
  const text = readFileSync(file, 'utf8')
  const located = readJson(text)
  if (located.kind === 'broken')
    throw new UserError(`${file}:${located.line}: ${located.text && `${located.text} `}${located.reason}`)
  return { value: JSON.parse(text.replace(/^\ufeff/, '')), lineOf: (path) => lineIn(located, path) }
}

/** The line of the value at a path, or of what should hold it; undefined for the whole file. */
function lineIn(root: LocatedJson, path: readonly PropertyKey[]): number | undefined {
  let found: LocatedJson | undefined
  for (const key of path) {
    const holder: LocatedJson = found ?? root
    const next = typeof key === 'number' ? itemsOf(holder)[key] : fieldOf(holder, String(key))
    if (!next) break
    found = next
  }
  return found?.line
}

/** `target` with the changes of a JSON merge patch (RFC 7396): objects merge, `null` removes a key, and everything else replaces. */
function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch
  const merged = new Map(Object.entries(isObject(target) ? target : {}))
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key)
    else merged.set(key, mergePatch(merged.get(key), value))
  }
  return Object.fromEntries(merged)
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
