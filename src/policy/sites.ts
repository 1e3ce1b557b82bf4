import { type Problem, UserError, UserErrors } from '../errors.ts'
import { groupsOf } from '../model/group-by.ts'
import type { Target } from '../model/policy.ts'
import { listSites, nameAt } from '../model/site.ts'
import { didYouMean, meantOrHas } from '../text/nearest.ts'
import { check } from './check.ts'
import type { OpenPart } from './include.ts'
import { type LocatedYaml, parseYaml } from './located-yaml.ts'
import { type PolicyInput, problemOfOut, sitesSchema } from './policy-schema.ts'
import { PLACEHOLDER, plainPath, type SiteInput } from './value-schema.ts'

/** A site, and where a person finds each part of it. */
export interface Site extends SiteInput {
  readonly at: string
  readonly partAt: LocatedYaml['at']
}

/** The sites that a policy lists, or that the file has which it names. Throws `UserErrors`. */
export function readSites(
  sites: NonNullable<PolicyInput['sites']>,
  file: string,
  at: LocatedYaml['at'],
  open: OpenPart,
): Site[] {
  if (typeof sites !== 'string') return located(sites, (path) => at(['sites', ...path]))
  const part = opened(sites, file, at, open)
  const yaml = parseYaml(part.text, part.file, 'list of sites')
  return located(check(sitesSchema, yaml), yaml.at)
}

function opened(path: string, file: string, at: LocatedYaml['at'], open: OpenPart) {
  try {
    return open(path, file)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    throw new UserErrors(`${file} is not a valid policy`, [{ path: at(['sites']), message: error.message }])
  }
}

const located = (sites: readonly SiteInput[], at: LocatedYaml['at']) =>
  sites.map((site, index): Site => ({ ...site, at: at([index]), partAt: (path) => at([index, ...path]) }))

/** Every target at every site that does not exclude it, site by site; and the problems. */
export function targetsAtSites(targets: readonly Target[], sites: readonly Site[], at: LocatedYaml['at']) {
  const unset: Unset[] = []
  const made = sites.flatMap((site) =>
    targets.flatMap((target) => {
      if (site.targets && !site.targets.includes(target.name)) return []
      const missing = (variable: string) => unset.push({ variable, target, site })
      return [{ target, site, expanded: targetAt(target, site, missing) }]
    }),
  )
  return {
    targets: made.map(({ expanded }) => expanded),
    problems: [
      ...sites.flatMap((site) => [...siteProblems(site, targets)]),
      ...targets
        .filter((target) => !made.some((one) => one.target === target))
        .map(({ name, at }) => {
          return { path: at, message: `no site has the target "${name}"; add it to "targets" of a site, or remove it` }
        }),
      ...unsetProblems(unset, sites),
      ...made.flatMap(({ expanded: { at, out } }) => {
        const problem = problemOfOut(out)
        return problem === undefined ? [] : [{ path: at, message: `"out": ${problem}` }]
      }),
      ...targets.flatMap((target, index) => {
        const own = made.filter((one) => one.target === target)
        const shared = groupsOf(own, ({ expanded }) => expanded.out).find(({ length }) => length > 1)
        if (!shared) return []
        const places = listSites(shared.map(({ site }) => site.name))
        return {
          path: at(['targets', index, 'out']),
          message: `target "${target.name}" writes ${shared[0].expanded.out} at ${places}; put {site} into "out", such as ${withSite(target.out)}`,
        }
      }),
    ],
  }
}

/** Errors for targets with {site} in a policy without sites, where it would stay in the name of the file. */
export function placeholdersOf(targets: readonly Target[], at: LocatedYaml['at']): Problem[] {
  return targets.flatMap(({ name, out }, index) => {
    if (!out.includes('{site}')) return []
    const message = `target "${name}" has {site} in "out", and the policy has no sites; add "sites", or name the file`
    return { path: at(['targets', index, 'out']), message }
  })
}

function targetAt(target: Target, site: Site, missing: (variable: string) => unknown): Target {
  const vars = new Map([...Object.entries(site.vars), ['site', site.name]])
  const fill = <T>(value: T): T => {
    if (typeof value === 'string') {
      return value.replaceAll(PLACEHOLDER, (text, name: string) => {
        const found = vars.get(name)
        if (found === undefined) missing(name)
        return found ?? text
      }) as T
    }
    return Array.isArray(value) ? (value.map(fill) as T) : value
  }
  const options = { ...target.options, ...(Object.hasOwn(site.options, target.name) && site.options[target.name]) }
  return {
    ...target,
    at: `${target.at}, site "${site.name}" (${site.at})`,
    name: nameAt(target.name, site.name),
    local: target.local ?? site.local,
    out: plainPath(fill(target.out)),
    model: fill(target.model),
    options: Object.fromEntries(Object.entries(options).map(([name, value]) => [name, fill(value)])),
  }
}

/** Errors for targets that neither the policy nor the site has, and for variables that a site must not set. */
function* siteProblems(
  { name, targets: chosen, options, vars, partAt }: Site,
  targets: readonly Target[],
): Generator<Problem> {
  const known = targets.map((target) => target.name)
  const unknown = (target: string) => {
    const others = targets.filter(({ vendor }) => vendor === target).map((other) => other.name)
    const advice =
      others.length > 0
        ? `; ${others.join(' and ')} ${others.length > 1 ? 'are' : 'is'} of that vendor`
        : meantOrHas(target, known)
    return `the policy has no target "${target}"${advice}`
  }
  for (const [index, target] of (chosen ?? []).entries()) {
    if (!known.includes(target)) yield { path: partAt(['targets', index]), message: unknown(target) }
    else if (chosen?.indexOf(target) !== index)
      yield { path: partAt(['targets', index]), message: `"${target}" is listed twice` }
  }
  for (const target of Object.keys(options)) {
    if (!known.includes(target)) yield { path: partAt(['options', target]), message: unknown(target) }
    else if (chosen && !chosen.includes(target))
      yield {
        path: partAt(['options', target]),
        message: `site "${name}" leaves out the target "${target}", so its options have no effect`,
      }
  }
  if (Object.hasOwn(vars, 'site'))
    yield { path: partAt(['vars', 'site']), message: '{site} is the name of the site; choose another name' }
}

/** A variable that has no value where a target needs it. */
interface Unset {
  readonly variable: string
  readonly target: Target
  readonly site: Site
}

/** A problem for each variable of a target, however many sites lack it. */
function unsetProblems(unset: readonly Unset[], all: readonly Site[]): Problem[] {
  const keyOf = ({ target, variable }: Unset) => `${target.name} ${variable}`
  return groupsOf(unset, keyOf).map((own) => {
    const [{ variable, target }] = own
    const sites = [...new Set(own.map(({ site }) => site))]
    const known = new Set(['site', ...sites.flatMap(({ vars }) => Object.keys(vars))])
    const where = sites.length === all.length && all.length > 1 ? 'any site' : listSites(sites.map(({ name }) => name))
    const advice = didYouMean(variable, known) || `; set it there: vars: { ${variable}: VALUE }`
    return {
      path: target.at,
      message: `target "${target.name}" uses {${variable}}, which has no value at ${where}${advice}`,
    }
  })
}

/** `rules/edge.xml` becomes `rules/{site}/edge.xml`. */
const withSite = (out: string) => {
  const end = out.lastIndexOf('/') + 1
  return `${out.slice(0, end)}{site}/${out.slice(end)}`
}
