import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { throwDenial, UserError } from '../errors.ts'
import type { Vendor } from '../model/vendor.ts'
import { SHIPPED } from '../paths.ts'
import { shellWord } from '../text/sanitize.ts'
import { checkedReaders, contractOf } from './checked-device.ts'
import type { ReaderModule, Readers } from './kit/reader-api.ts'
import { enter, watchReaders } from './reader-guard.ts'

/**
 * Loads a vendor's reader: the built-in one, else that of its folder, else that of the vendor it extends. Code of a
 * user's vendor is watched: see `watchReaders`. Throws `UserError` if the file is not a reader. Its results are checked: see `checkedReaders`.
 */
export async function loadReader(vendor: Vendor): Promise<Readers | undefined> {
  const contract = contractOf(vendor.name, Object.keys(vendor.narrows))
  for (let one: Vendor | undefined = vendor; one; one = one.base) {
    if (one.readers) return checkedReaders(contract, one.readers as ReaderModule)
    if (!hasReader(one.folder)) continue
    if (dirname(one.folder) !== SHIPPED.vendors) watchReaders()
    const leave = enter(contract.who)
    return checkedReaders(contract, await moduleIn(one.folder, vendor.name).finally(leave))
  }
  return undefined
}

/** The module of the reader in a vendor's folder, an instance for the vendor `name` alone. Throws `UserError` if the file is not a reader. */
export async function moduleIn(folder: string, name: string): Promise<ReaderModule> {
  const file = readerFile(folder)
  let loaded: Record<string, unknown>
  try {
    // Node loads each address once: what a module remembers must not mix vendors that share it.
    loaded = await import(/* @vite-ignore */ `${pathToFileURL(file).href}?${name}`)
  } catch (error) {
    const declaring = error instanceof SyntaxError ? commonJsAbove(folder) : undefined
    if (declaring !== undefined)
      throw new UserError(
        `${file} is an ES module, but ${declaring} says "type": "commonjs": put a package.json with { "type": "module" } beside the reader`,
      )
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
  const module: ReaderModule = loaded
  if (!(module.device ?? module.read ?? module.default))
    throw new UserError(`${file} has no reader: expected it to export a function "device" or "read"`)
  return module
}

/** The nearest package.json, if it says that scripts are CommonJS. */
function commonJsAbove(folder: string): string | undefined {
  const file = join(folder, 'package.json')
  if (!existsSync(file)) return dirname(folder) === folder ? undefined : commonJsAbove(dirname(folder))
  return /"type"\s*:\s*"commonjs"/.test(readFileSync(file, 'utf8')) ? file : undefined
}

/** True if a folder has a reader. Throws `UserError` if it only has one that tagwall does not read. */
function hasReader(folder: string): boolean {
  if (existsSync(readerFile(folder))) return true
  for (const [name, advice] of Object.entries(UNREAD)) {
    if (existsSync(join(folder, name)))
      throw new UserError(`${join(folder, name)} is not read: tagwall reads reader.js, so ${advice}`)
  }
  return false
}

/** Other names of readers, and what to do with them. */
const UNREAD = {
  'reader.ts': 'build it, such as with "tsc"',
  'reader.mts': 'build it, such as with "tsc", and rename the result',
  'reader.mjs': 'rename the file',
  'reader.cjs': 'make it an ES module of that name',
}

/** The path of a vendor's reader. */
const readerFile = (folder: string): string => join(folder, 'reader.js')
