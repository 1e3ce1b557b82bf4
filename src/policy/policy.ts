import { type Problem, UserError, UserErrors } from '../errors.ts'
import type { Policy, Target } from '../model/policy.ts'
import { meantOrHas } from '../text/nearest.ts'
import { listText } from '../text/numbers.ts'
import { check } from './check.ts'
import { type OpenPart, readIncluded } from './include.ts'
import { mappingOf, parseYaml } from './located-yaml.ts'
import { policySchemaFor } from './policy-schema.ts'
import { rulesOf, sameNames, samePriorities, testsOf } from './rules.ts'
import { placeholdersOf, readSites, targetsAtSites } from './sites.ts'

/** Parses a policy in YAML or JSON, named `name` in outputs and `file` in errors. `open` opens what it includes. Throws `UserErrors` with all places. */
export function parsePolicy(text: string, name: string, file: string, open: OpenPart = noParts): Policy {
  const yaml = parseYaml(text, file, 'policy')
  const { at } = yaml
  const value = mappingOf(yaml)
  if ('changeNumber' in value && 'values' in value)
    throw new UserError(`${file} is a document of service tags, not a policy`, {
      advice: 'give it with --from, or with --snapshot where a command has that',
    })
  const parsed = check(policySchemaFor(value), yaml)
  const { cloud, local, include = [], rules = [], tests, targets, sites, guards, endpoints } = parsed
  const included = readIncluded(include, { file, at, trail: [file] }, open)
  const own = targets.map(
    ({ capacity = parsed.capacity, ...target }, index): Target => ({ ...target, capacity, at: at(['targets', index]) }),
  )
  const places = sites === undefined ? undefined : readSites(sites, file, at, open)
  const expanded = places ? targetsAtSites(own, places, at) : { targets: own, problems: placeholdersOf(own, at) }
  const policy: Policy = {
    name,
    cloud,
    ...(!('cloud' in value) && { isCloudAssumed: true }),
    local,
    endpoints,
    rules: [...included.rules, ...rulesOf(rules, at)],
    tests: [...included.tests, ...testsOf(tests, at)],
    targets: expanded.targets.map((target) => ({ ...target, local: target.local ?? local })),
    ...(places && { sites: places.map(({ at, name, vars, local }) => ({ at, name, vars, local })) }),
    guards,
  }
  const problems = [
    ...(policy.rules.length === 0
      ? [{ path: at(['include']), message: 'neither the policy nor the files that it includes have rules' }]
      : []),
    ...sameNames(policy.rules, 'rule'),
    ...sameNames(own, 'target'),
    ...sameNames(places ?? [], 'site'),
    ...samePriorities(policy.rules),
    ...unknownNames(policy, 'target', own),
    ...unknownNames(policy, 'site', places ?? []),
    ...expanded.problems,
  ]
  if (problems.length > 0) throw new UserErrors(`${file} is not a valid policy`, problems)
  return policy
}

const noParts: OpenPart = () => {
  throw new UserError('this policy is read alone, without the files that it names')
}

/** Targets or sites that rules or tests name and the policy does not have. */
function* unknownNames(
  { rules, tests }: Policy,
  kind: 'target' | 'site',
  own: readonly { name: string }[],
): Generator<Problem> {
  const known = own.map(({ name }) => name)
  const all = [
    ...rules.map((rule) => ({ ...rule, what: `rule "${rule.name}"` })),
    ...tests.map((test) => ({ ...test, what: 'a test' })),
  ]
  for (const { at, what, ...scope } of all)
    for (const name of scope[`${kind}s`]?.filter((name) => !known.includes(name)) ?? []) {
      const advice = meantOrHas(name, known, listText(known, 5))
      yield { path: at, message: `${what} is for the ${kind} "${name}", which the policy does not have${advice}` }
    }
}
