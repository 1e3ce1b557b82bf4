import { type Problem, UserError, UserErrors } from '../errors.ts'
import type { Policy } from '../model/policy.ts'
import { check } from './check.ts'
import { type LocatedYaml, mappingOf, parseYaml } from './located-yaml.ts'
import { includedSchema, POLICY_KEYS, type PolicyInput, policySchemaFor } from './policy-schema.ts'
import { rulesOf, testsOf } from './rules.ts'

/** Another file of a policy. */
export interface Part {
  readonly text: string
  /** Its name in errors. */
  readonly file: string
  /** True for a whole policy, of which only rules and tests count. */
  readonly isPolicy: boolean
}

/** Opens the file that `path` names in the file `from`. Throws `UserError`. */
export type OpenPart = (path: string, from: string) => Part

/** A file that includes others, and the files that led to it. */
interface Including {
  readonly file: string
  readonly at: LocatedYaml['at']
  readonly trail: readonly string[]
}

const MOST_FILES = 100

/** The rules and tests of the files that `paths` name in `from`, in their order, each file once: those in `seen` are left out. Throws `UserErrors`. */
export function readIncluded(
  paths: readonly string[],
  from: Including,
  open: OpenPart,
  seen = new Set([from.file]),
): Pick<Policy, 'rules' | 'tests'> {
  const problems: Problem[] = []
  const parts = paths.flatMap((path, index) => {
    const at = from.at(['include', index])
    try {
      const part = open(path, from.file)
      if (from.trail.includes(part.file)) problems.push({ path: at, message: circleText([...from.trail, part.file]) })
      return [part]
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      problems.push({ path: at, message: error.message })
      return []
    }
  })
  if (problems.length > 0) throw new UserErrors(`${from.file} is not a valid policy`, problems)
  // Two files may include the same third.
  const found = parts.flatMap((part) => {
    if (seen.has(part.file)) return []
    seen.add(part.file)
    if (seen.size > MOST_FILES)
      throw new UserError(`${from.at(['include'])}: a policy can include ${MOST_FILES - 1} files`)
    return [contentsOf(part, from, open, seen)]
  })
  return { rules: found.flatMap(({ rules }) => rules), tests: found.flatMap(({ tests }) => tests) }
}

/** `a.yaml includes b.yaml, which includes a.yaml`. */
function circleText(trail: readonly string[]): string {
  const [first, second, ...more] = trail.slice(trail.indexOf(trail.at(-1) as string))
  if (second === undefined || more.length === 0) return `${first} includes itself`
  return `${first} includes ${second}${more.map((file) => `, which includes ${file}`).join('')}`
}

function contentsOf({ text, file, isPolicy }: Part, { trail }: Including, open: OpenPart, seen: Set<string>) {
  const yaml = parseYaml(text, file, 'policy')
  const { at } = yaml
  const value = mappingOf(yaml)
  const own: Pick<PolicyInput, 'include' | 'rules' | 'tests'> = check(
    isPolicy ? policySchemaFor(value) : includedSchema,
    yaml,
    adviceFor(isPolicy),
  )
  const { include = [], rules = [], tests } = own
  if (include.length + rules.length + tests.length === 0)
    throw new UserError(`${at([])}: an included file needs "rules", "tests" or "include"`)
  const deeper = readIncluded(include, { file, at, trail: [...trail, file] }, open, seen)
  return {
    rules: [...deeper.rules, ...rulesOf(rules, at)],
    tests: [...deeper.tests, ...testsOf(tests, at)],
  }
}

const adviceFor = (isPolicy: boolean) => (key: string, path: PropertyKey[]) =>
  !isPolicy && path.length === 0 && POLICY_KEYS.includes(key)
    ? `: it belongs in the policy; an included file has ${Object.keys(includedSchema.shape).join(', ')}`
    : undefined
