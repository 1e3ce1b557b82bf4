import { existsSync, lstatSync, readFileSync, realpathSync } from 'node:fs'
import { join, relative, resolve, sep } from 'node:path'
import { refusalOf, UserError } from '../errors.ts'
import type { Io, Prompts } from '../io.ts'
import { SHIPPED } from '../paths.ts'
import { isWithin, realPath, repositoryOf } from '../places.ts'
import { CI_CHOICES, CI_HOSTS, type CiChoice } from '../propose/ci-host.ts'
import { VERSION } from '../version.ts'
import type { Wanted } from './new-policy.ts'

export interface JobOptions {
  readonly ci?: CiChoice
  readonly package?: string
  /** The folder with vendors that the jobs use. */
  readonly vendors?: string
}

/** Throws `UserError` if a job is wanted in a folder below the root of a git repository: no service looks for it there. */
export function checkRoot({ ci }: JobOptions, io: Io): void {
  const root = repositoryOf(io.cwd)?.folder
  if (ci !== 'none' && root !== undefined && root !== realpathSync(io.cwd))
    throw new UserError(
      `a job runs in the root of its repository, which is ${root}: run init there, or write no job with --ci none; nothing was written`,
    )
}

/**
 * The weekly job and the job that plans pull requests, as files to write, and the remaining manual steps. They install tagwall from a file
 * of the repository and never by its name, because another owner may hold that name at a registry. Without that file a job fails, and the
 * error names the missing file.
 */
export async function initJobs(options: JobOptions, prompts: Prompts | undefined, io: Io) {
  const choices = CI_CHOICES.map((value) => ({ value, hint: value === 'none' ? 'no job' : CI_HOSTS[value].title }))
  const ci =
    options.ci ?? ((await prompts?.one('Where do the CI jobs run?', choices, 'github')) as CiChoice) ?? 'github'
  if (ci === 'none') {
    if (options.package !== undefined)
      throw new UserError('--package is for a job, and --ci none writes none; nothing was written')
    return { files: [], next: [] }
  }
  const { jobs, next } = CI_HOSTS[ci]
  const exist = ({ path }: { readonly path: string }) => existsSync(resolve(io.cwd, path))
  if (jobs.every(exist)) {
    if (options.package !== undefined)
      throw new UserError(
        `${jobs.map(({ path }) => path).join(' and ')} exist, and init does not overwrite them: name the package in them as TAGWALL_PACKAGE, or remove --package; nothing was written`,
      )
    return { files: jobs.map(({ path }) => ({ path: resolve(io.cwd, path) })), next: [next] }
  }
  const name = await packageFor(options, prompts, io)
  const vendors = options.vendors === undefined ? '""' : pathInside('--vendors', options.vendors, io)
  const isMissing = !existsSync(resolve(io.cwd, name))
  const make = `make ${name} with "npm run pack:offline" in a checkout of tagwall, and commit it too`
  const files = jobs.map((job): Wanted => {
    const path = resolve(io.cwd, job.path)
    if (exist(job)) return { path }
    const text = readFileSync(join(SHIPPED.ci, job.file), 'utf8')
      .replaceAll(PACKAGE_FILE, name)
      .replace('TAGWALL_VENDORS: ""', `TAGWALL_VENDORS: ${vendors}`)
    return { path, text, owner: 'init' }
  })
  return { files, next: [...(isMissing ? [make] : []), next] }
}

async function packageFor({ package: given }: JobOptions, prompts: Prompts | undefined, io: Io): Promise<string> {
  if (given !== undefined) return checkPackage(given, io)
  if (existsSync(resolve(io.cwd, PACKAGE_FILE))) return checkPackage(PACKAGE_FILE, io)
  if (!prompts) return PACKAGE_FILE
  const message = `Which file of this repository is the package that the jobs install? (you may add it later as ${PACKAGE_FILE})`
  const problemOf = (text: string) =>
    text === PACKAGE_FILE ? undefined : refusalOf(() => checkPackage(text, io))?.message
  const answer = await prompts.text(message, PACKAGE_FILE, problemOf)
  return answer === PACKAGE_FILE ? PACKAGE_FILE : checkPackage(answer, io)
}

/** The name that "npm run pack:offline" gives the package of this version; the jobs in docs/ci name it. */
export const PACKAGE_FILE = `tagwall-${VERSION}.tgz`

/** Characters that neither YAML nor a shell takes for anything else. */
const PLAIN_PATH = /^[\w@+.][\w@+./-]*$/

/** The path of tagwall's own package in the repository; npm checks its content. Throws `UserError` if it is not a file of this folder. */
function checkPackage(given: string, io: Io): string {
  const there = lstatSync(resolve(io.cwd, given), { throwIfNoEntry: false })
  if (!there)
    throw new UserError(
      `--package ${given}: there is no such file; make ${PACKAGE_FILE} with "npm run pack:offline" in a checkout of tagwall; nothing was written`,
    )
  const name = pathInside('--package', given, io)
  if (!there.isFile()) throw new UserError(`--package ${given}: it is not a regular file; nothing was written`)
  return name
}

/** A path of the repository as its jobs name it. Throws `UserError` if a job would not find it there, or could not name it. */
function pathInside(option: string, given: string, io: Io): string {
  const problem = (text: string) => new UserError(`${option} ${given}: ${text}; nothing was written`)
  const path = resolve(io.cwd, given)
  if (!isWithin(realPath(path), realpathSync(io.cwd)))
    throw problem('the job finds only files of its repository; copy it into this folder first')
  const name = relative(io.cwd, path).replaceAll(sep, '/') || '.'
  if (!PLAIN_PATH.test(name)) throw problem('its path may hold letters, digits and . _ - + @ / only; rename it')
  return name
}
