import { existsSync, lstatSync, realpathSync } from 'node:fs'
import { relative, resolve, sep } from 'node:path'
import { UserError } from '../errors.ts'
import type { Io } from '../io.ts'
import { isWithin, realPath } from '../store/disk.ts'
import { VERSION } from '../version.ts'

/** The name that "npm run pack:offline" gives the package of this version; the jobs in docs/ci name it. */
export const PACKAGE_FILE = `tagwall-${VERSION}.tgz`

/** Characters that neither YAML nor a shell takes for anything else. */
const PLAIN_PATH = /^[\w@+.][\w@+./-]*$/

/** True if the package file that a job installs by default exists. */
export const hasPackage = (io: Io): boolean => existsSync(resolve(io.cwd, PACKAGE_FILE))

/**
 * The path of tagwall's own package in the repository, as its jobs name it; npm checks its content. Throws `UserError` if it
 * is not a file of this folder.
 */
export function checkPackage(given: string, io: Io): string {
  const problem = (text: string) => new UserError(`--package ${given}: ${text}; nothing was written`)
  const path = resolve(io.cwd, given)
  const there = lstatSync(path, { throwIfNoEntry: false })
  if (!there)
    throw problem(`there is no such file; make ${PACKAGE_FILE} with "npm run pack:offline" in a checkout of tagwall`)
  if (!isWithin(realPath(path), realpathSync(io.cwd)))
    throw problem(`the job finds only files of its repository; copy the package to ./${PACKAGE_FILE} first`)
  if (!there.isFile()) throw problem('it is not a regular file')
  const name = relative(io.cwd, path).replaceAll(sep, '/')
  if (!PLAIN_PATH.test(name)) throw problem('its path may hold letters, digits and . _ - + @ / only; rename it')
  return name
}
