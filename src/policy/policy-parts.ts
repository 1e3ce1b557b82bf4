import { realpathSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, normalize, resolve } from 'node:path'
import { UserError } from '../errors.ts'
import type { Io } from '../io.ts'
import { readText } from '../parse/read-file.ts'
import { builtInPolicies, SHIPPED } from '../paths.ts'
import { isWithin, realPath } from '../places.ts'
import { entriesOf, entryAt, kindOf } from '../store/disk.ts'
import { didYouMean } from '../text/nearest.ts'
import type { OpenPart } from './include.ts'

/** Opens what the policy at `policyPath` names: built-in policies, and files that `fileOfPolicy` allows. `paths` has the opened files, without links. */
export function partsOf(policyPath: string, io: Io) {
  const paths: string[] = []
  const open: OpenPart = (path, from) => {
    if (builtInPolicies().includes(path)) {
      const file = `the built-in policy ${path}`
      return { text: readText(join(SHIPPED.policies, `${path}.yaml`), file, io), file, isPolicy: true }
    }
    if (isAbsolute(path)) throw new UserError(`${path} is an absolute path; expected a path relative to ${from}`)
    const file = normalize(join(dirname(from), path))
    const real = fileOfPolicy(file, policyPath, io)
    paths.push(real)
    return { text: readText(real, file, io), file, isPolicy: false }
  }
  return { open, paths }
}

/**
 * The path, without links, of a regular file that the policy at `policyPath` names: below its folder or the working directory. A policy
 * may have come with a hostile checkout, so neither `..` nor a link leads elsewhere, where an error could print what a file holds.
 */
export function fileOfPolicy(file: string, policyPath: string, io: Io): string {
  const full = resolve(io.cwd, file)
  const real = realPath(full)
  if (![realpathSync(io.cwd), dirname(realPath(policyPath))].some((folder) => isWithin(real, folder)))
    throw new UserError(
      `${file} is outside the working directory and the folder of the policy${real === full ? '' : `, at ${real}`}; keep it below one of them`,
    )
  const entry = entryAt(real)
  if (!entry) throw new UserError(`there is no file ${file}${didYouMean(basename(file), entriesOf(dirname(full)))}`)
  if (!entry.isFile()) throw new UserError(`${file} is ${kindOf(entry)}, not a file`)
  return real
}
