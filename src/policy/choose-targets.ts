import { UserError } from '../errors.ts'
import type { Io } from '../io.ts'
import type { Policy, Target } from '../model/policy.ts'
import { siteOf, sitesOf, withoutSite } from '../model/site.ts'
import { listText } from '../text/list-text.ts'
import { didYouMean } from '../text/nearest.ts'
import { plural } from '../text/numbers.ts'

/**
 * The targets of `policy` that `names` choose, at the named sites; all of them for no names. A name without a site stands for the
 * target at every site. Throws `UserError` for unknown names.
 */
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
  for (const name of names)
    if (!there.some((target) => isMeant(target, name))) throw new UserError(unknown(name, policy, sites))
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
  if (found.length > 0 || sites.length > 0 || siteOf(name) !== undefined)
    throw new UserError(unknown(name, policy, sites))
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
  throw new UserError(
    `the policy ${name} has no site "${unknown}"${didYouMean(unknown, known) || `; it has ${few(known)}`}`,
  )
}

function unknown(name: string, policy: Policy, sites: readonly string[]): string {
  const names = policy.targets.map((target) => target.name)
  const [target, site] = [withoutSite(name), siteOf(name)]
  const at = (place: string) => names.filter((one) => siteOf(one) === place).map(withoutSite)
  const nowhere = (places: readonly string[]) =>
    `the policy ${policy.name} does not make "${target}" at ${few(places)}, which has ${few(places.flatMap(at))}`
  if (names.some((one) => one === name || withoutSite(one) === name)) return nowhere(sites)
  const everywhere = [...new Set(names.map(withoutSite))]
  const known = site === undefined ? everywhere : names
  if (site !== undefined && everywhere.includes(target)) {
    const places = sitesOf(policy.targets)
    if (places.includes(site)) return nowhere([site])
    return `the policy ${policy.name} has no site "${site}"${didYouMean(site, places) || `; it has ${few(places)}`}`
  }
  return `the policy ${policy.name} has no target "${name}"${didYouMean(name, known) || `; it has ${few(known)}`}`
}

const MOST_NAMES = 10

const few = (names: readonly string[]) => listText(names, MOST_NAMES)
