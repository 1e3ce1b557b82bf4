import type { z } from 'zod'
import { UserErrors } from '../errors.ts'
import { didYouMean } from '../text/nearest.ts'
import type { LocatedYaml } from './located-yaml.ts'

/** The checked file, for its errors. */
export interface Checked {
  readonly file: string
  /** The kind of the file: "policy". */
  readonly what: string
  /** The keys that the schema knows at a path. */
  readonly keysAt: (path: PropertyKey[]) => readonly string[]
  /** Advice for an unknown key, in place of the closest known one. */
  readonly adviceFor?: (key: string, path: PropertyKey[]) => string | undefined
}

/** The value that `schema` makes of a text. Throws `UserErrors` with every problem, each with its line and column. */
export function check<T>(schema: z.ZodType<T>, { value, at }: LocatedYaml, checked: Checked): T {
  const parsed = schema.safeParse(value, { reportInput: true })
  if (parsed.success) return parsed.data
  throw new UserErrors(
    `${checked.file} is not a valid ${checked.what}`,
    parsed.error.issues.flatMap((issue) => explain(issue, at, checked)),
  )
}

const HOST_KEYS = /^(?:fqdn|host(?:name)?|domain|url)s?$/i
const HOSTS_ADVICE =
  '; rules match addresses: use the service tag that holds them ("tagwall lookup ADDRESS" names it), or a rule by FQDN on the device'

function explain(issue: z.core.$ZodIssue, at: LocatedYaml['at'], { what, keysAt, adviceFor }: Checked): string[] {
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt(issue.path)
    return issue.keys.map((key) => {
      const advice = HOST_KEYS.test(key) ? HOSTS_ADVICE : (adviceFor?.(key, issue.path) ?? didYouMean(key, known))
      return `${at([...issue.path, key])}: unknown key "${key}"${advice}`
    })
  }
  const field = issue.path.filter((part) => typeof part === 'string').at(-1)
  const missing = ['invalid_type', 'invalid_value'].includes(issue.code as string) && issue.input === undefined
  // The reason why a key is invalid is in separate issues.
  const message = issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message
  return [
    `${at(issue.path)}: ${field ? `"${String(field)}"` : `the ${what}`}${missing ? ' is missing' : `: ${message}`}`,
  ]
}
