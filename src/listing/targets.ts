import { UserError } from '../errors.ts'
import type { Io } from '../io.ts'
import { policyLocalJson } from '../model/json.ts'
import { localText } from '../model/policy.ts'
import { siteOf, withoutSite } from '../model/site.ts'
import { loadPolicy } from '../policy/load.ts'
import { formatTable } from '../text/lines.ts'
import { type Listing, type ListOptions, only } from './listing.ts'

/** The targets of the policy in use, those of sites too. */
export async function listTargets(name: string | undefined, options: ListOptions, io: Io) {
  const policy = await loadPolicy(options, io)
  const chosen = only(policy.targets, name, `policy ${policy.name} has no target`)
  const rows = chosen.map(({ name, vendor, out }) => ({ name, vendor, out }))
  return {
    names: rows.map((row) => row.name),
    json: { policy: policy.name, targets: rows },
    text: formatTable([['target', 'vendor', 'out'], ...rows.map(({ name, vendor, out }) => [name, vendor, out])]),
  } satisfies Listing
}

/** The sites of the policy in use. */
export async function listSites(name: string | undefined, options: ListOptions, io: Io) {
  const { sites = [], targets, ...policy } = await loadPolicy(options, io)
  if (sites.length === 0)
    throw new UserError(`policy ${policy.name} has no sites; a policy lists them under "sites": docs/sites.md`)
  const chosen = only(sites, name, `policy ${policy.name} has no site`)
  const rows = chosen.map(({ name, vars, local }) => ({
    name,
    vars,
    local,
    targets: targets.filter((target) => siteOf(target.name) === name).map((target) => withoutSite(target.name)),
  }))
  const cells = rows.map(({ name, vars, local, targets }) => {
    const values = Object.entries(vars).map(([variable, value]) => `${variable}=${value}`)
    return [name, targets.join(', '), [...values, ...(local ? [`local: ${localText(local)}`] : [])].join(', ')]
  })
  return {
    names: rows.map((row) => row.name),
    json: {
      policy: policy.name,
      sites: rows.map((row) => ({ ...row, local: row.local ? policyLocalJson(row.local) : null })),
    },
    text: formatTable([['site', 'targets', 'variables'], ...cells]),
  } satisfies Listing
}
