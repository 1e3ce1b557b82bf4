import { existsSync, lstatSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { UserError } from '../errors.ts'
import type { Io } from '../io.ts'
import type { Cloud } from '../model/cloud.ts'
import type { Policy, Target } from '../model/policy.ts'
import { siteOf, sitesOf, withoutSite } from '../model/site.ts'
import { readText } from '../parse/read-file.ts'
import { builtInPolicies, SHIPPED } from '../paths.ts'
import { homeFolder, isWithin, realFolder, refuseLinkOut, repositoryOf } from '../places.ts'
import { meantOrExpected, meantOrHas } from '../text/nearest.ts'
import { listText, plural } from '../text/numbers.ts'
import { preparedPolicy } from '../vendor/prepared.ts'

/** The options that several commands share, from the command line. */
export interface CommonOptions {
  readonly policy?: string
  readonly snapshots?: string
  readonly vendors?: string
  readonly cloud?: Cloud
  readonly snapshot?: string
  readonly json?: boolean
  /** Of commands that write. */
  readonly quiet?: boolean
}

export const DEFAULT_POLICY = 'arc-kubernetes'
export const POLICY_FILES = ['tagwall.yaml', 'tagwall.yml', 'tagwall.json']

/** The vendor folders; the user's overrides the shipped one. */
export function vendorFolders({ vendors }: CommonOptions, io: Io): string[] {
  if (vendors === undefined) return [SHIPPED.vendors]
  const own = resolve(io.cwd, vendors)
  refuseLinkOut(own, io.cwd, `--vendors ${vendors}`)
  if (!existsSync(own) && existsSync(join(SHIPPED.vendors, vendors, 'vendor.json')))
    throw new UserError(
      `cannot find the folder ${vendors} for --vendors, which names a folder with your own vendors; ${vendors} is built in and needs no --vendors`,
    )
  return [SHIPPED.vendors, own]
}

/** Loads the policy of `--policy`; without it, that of the working directory, or the default one. `--cloud` overrides its cloud. */
export async function loadPolicy({ policy: asked, cloud }: CommonOptions, io: Io): Promise<Policy> {
  const { path, name, shown, isBuiltIn } = findPolicy(asked, io)
  const policy = preparedPolicy(path) ?? (await readPolicy(path, name, shown, io))
  if (cloud) return { ...policy, ...(!isBuiltIn && { file: path }), cloud, isCloudAssumed: false }
  return isBuiltIn ? { ...policy, isCloudAssumed: true } : { ...policy, file: path }
}

async function readPolicy(path: string, name: string, shown: string, io: Io): Promise<Policy> {
  const [{ parsePolicy }, { partsOf }] = await Promise.all([import('./policy.ts'), import('./policy-parts.ts')])
  const parts = partsOf(path, io)
  const policy = parsePolicy(readText(path, shown, io), name, shown, parts.open)
  return { ...policy, parts: parts.paths }
}

/** The path of the policy that `loadPolicy` reads. */
export const policyPath = ({ policy }: CommonOptions, io: Io): string => findPolicy(policy, io).path

function findPolicy(asked: string | undefined, io: Io) {
  const builtIn = (name: string) => ({
    path: join(SHIPPED.policies, `${name}.yaml`),
    name,
    shown: `the built-in policy ${name}`,
    isBuiltIn: true,
  })
  // Outputs name the policy, so its name must not depend on where the checkout is.
  const file = (shown: string) => ({ path: resolve(io.cwd, shown), name: basename(shown), shown, isBuiltIn: false })
  if (asked === undefined) {
    // A link that leads nowhere counts: the built-in policy would silently take its place.
    const found = POLICY_FILES.filter((name) => lstatSync(join(io.cwd, name), { throwIfNoEntry: false }))
    if (found.length > 1) throw new UserError(`there are ${found.join(' and ')}; choose one with --policy`)
    if (found[0] && !existsSync(join(io.cwd, found[0]))) throw new UserError(`${found[0]} is a link that leads nowhere`)
    if (found[0]) return file(found[0])
    refuseBelowPolicy(io)
    return builtIn(DEFAULT_POLICY)
  }
  if (builtInPolicies().includes(asked)) return builtIn(asked)
  if (existsSync(resolve(io.cwd, asked))) return file(asked)
  const names = builtInPolicies()
  throw new UserError(
    `cannot find policy "${asked}": neither a file nor a built-in policy has that name${meantOrExpected(asked, names)}`,
  )
}

/** In a folder below a policy file the person most likely means that file, not the built-in policy: throws `UserError` with both. */
function refuseBelowPolicy({ cwd, env }: Io): void {
  const start = realFolder(cwd)
  const top = repositoryOf(start)?.folder ?? homeFolder(env)
  if (top === undefined || !isWithin(start, top)) return
  for (let folder = start; folder !== top; ) {
    folder = dirname(folder)
    const name = POLICY_FILES.find((one) => existsSync(join(folder, one)))
    if (name === undefined) continue
    throw new UserError(
      `this folder has no policy file, but ${join(folder, name)} is above it; run the command in ${folder}, or choose a policy with --policy, such as ${DEFAULT_POLICY}`,
    )
  }
}

/** A path from the working directory, or the name of a shipped snapshot. With slashes on every system: runbooks and reports hold these paths. */
export function shownPath(path: string, io: Io): string {
  const below = slashed(relative(io.cwd, path))
  if (!below.startsWith('..') && !isAbsolute(below)) return below
  const shipped = slashed(relative(SHIPPED.snapshots, path))
  return shipped.startsWith('..') ? path : `the shipped snapshot ${shipped}`
}

const slashed = (path: string) => path.replaceAll(sep, '/')

/** The targets that `names` choose at `sites`; none are all. A name without a site is the target at each. Throws `UserError` for unknown ones. */
export function chooseTargets(
  policy: Policy,
  names: readonly string[],
  sites: readonly string[] = [],
): readonly Target[] {
  if (policy.targets.length === 0) {
    throw new UserError(
      `the policy ${policy.name} has no targets; add some under "targets", or use "tagwall emit VENDOR"`,
    )
  }
  checkSites(policy, sites)
  const there = policy.targets.filter(({ name }) => sites.length === 0 || sites.includes(siteOf(name) ?? ''))
  for (const name of names) if (!there.some((target) => isMeant(target, name))) throw unknown(name, policy, sites)
  return names.length === 0 ? there : there.filter((target) => names.some((name) => isMeant(target, name)))
}

/** The one target of that name, or the vendor of that name with its default options. */
export function targetFor(name: string, policy: Policy, sites: readonly string[], io: Io): Target {
  checkSites(policy, sites)
  const { targets } = policy
  const found = targets.filter((target) => isMeant(target, name))
  const chosen = found.filter((target) => sites.length === 0 || sites.includes(siteOf(target.name) ?? ''))
  const [only, ...more] = chosen
  if (only && more.length > 0)
    throw new UserError(
      `the policy ${policy.name} makes "${name}" at ${plural(chosen.length, 'site')}; name one, such as ${only.name}`,
    )
  if (only) return only
  if (found.length > 0 || sites.length > 0 || siteOf(name) !== undefined) throw unknown(name, policy, sites)
  const others = targets.filter(({ vendor }) => vendor === name).map((target) => target.name)
  if (others.length > 0) {
    io.err(
      `note: this is ${name} with its default options; for the options of the policy, use the name of the target: ${few(others)}\n`,
    )
  }
  return { name, vendor: name, out: name, options: {}, limits: {}, local: policy.local, at: name }
}

const isMeant = (target: Target, name: string) => target.name === name || withoutSite(target.name) === name

function checkSites({ name, targets }: Policy, asked: readonly string[]): void {
  const known = sitesOf(targets)
  const unknown = asked.find((site) => !known.includes(site))
  if (unknown === undefined) return
  if (known.length === 0) throw new UserError(`the policy ${name} has no sites; add some under "sites"`)
  throw new UserError(`the policy ${name} has no site "${unknown}"${meantOrHas(unknown, known, few(known))}`)
}

/** The error for a name that no target has at these sites. */
function unknown(name: string, policy: Policy, sites: readonly string[]): UserError {
  const names = policy.targets.map((target) => target.name)
  const [target, site] = [withoutSite(name), siteOf(name)]
  const everywhere = [...new Set(names.map(withoutSite))]
  if (!everywhere.includes(target)) {
    const known = site === undefined ? everywhere : names
    return new UserError(`the policy ${policy.name} has no target "${name}"${meantOrHas(name, known, few(known))}`)
  }
  if (site !== undefined) checkSites(policy, [site])
  const places = site === undefined || names.includes(name) ? sites : [site]
  const there = places.flatMap((place) => names.filter((one) => siteOf(one) === place).map(withoutSite))
  return new UserError(`the policy ${policy.name} does not make "${target}" at ${few(places)}, which has ${few(there)}`)
}

const MOST_NAMES = 10

const few = (names: readonly string[]) => listText(names, MOST_NAMES)
