import { gunzipSync } from 'node:zlib'
import * as z from 'zod'
import { UserError } from '../../errors.ts'
import { readFile } from '../read-file.ts'
import { filesOfTar, type TarFile } from './tar.ts'
import '../schema-messages.ts'
import { explainIssues } from '../schema.ts'

/** A package as `npm pack` makes it. */
export interface NpmPackage {
  readonly name: string
  readonly version: string
  /** The packages that it needs and does not hold. */
  readonly missing: readonly string[]
}

/** Unpacked, the offline package of tagwall has some 15 MB. */
const MOST_UNPACKED = 256 * 1024 * 1024

const manifestSchema = z.object({
  name: z.string(),
  version: z.string(),
  dependencies: z.record(z.string(), z.string()).default({}),
})

/** Reads a package. Throws `UserError`, which calls the file `shown`, for anything else. */
export function readPackage(path: string, shown: string): NpmPackage {
  const files = unpack(readFile(path, shown), shown)
  const manifest = files.find(({ name }) => name === 'package/package.json')
  if (!manifest) throw noPackage(shown, 'it holds no package/package.json')
  const { name, version, dependencies } = parseManifest(manifest, shown)
  const held = new Set(files.map((file) => /^package\/node_modules\/(.+)\/package\.json$/.exec(file.name)?.[1]))
  return { name, version, missing: Object.keys(dependencies).filter((dependency) => !held.has(dependency)) }
}

function unpack(bytes: Uint8Array, shown: string): TarFile[] {
  try {
    return filesOfTar(gunzipSync(bytes, { maxOutputLength: MOST_UNPACKED }))
  } catch (error) {
    throw noPackage(shown, (error as Error).message)
  }
}

function parseManifest({ bytes }: TarFile, shown: string) {
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder().decode(bytes))
  } catch (error) {
    throw noPackage(shown, `its package.json is not JSON: ${(error as Error).message}`)
  }
  const parsed = manifestSchema.safeParse(json)
  if (!parsed.success) throw noPackage(shown, `its package.json: ${explainIssues(parsed.error).join('; ')}`)
  return parsed.data
}

const noPackage = (shown: string, why: string) =>
  new UserError(`${shown} is not a package that "npm pack" made (${why})`)
