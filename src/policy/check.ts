import type { z } from 'zod'
import { type Problem, UserErrors } from '../errors.ts'
import { groupsOf } from '../model/group-by.ts'
import { keysAt, MISSING } from '../parse/schema-messages.ts'
import { firstLines } from '../text/lines.ts'
import { didYouMean } from '../text/nearest.ts'
import { plural } from '../text/numbers.ts'
import type { LocatedYaml } from './located-yaml.ts'

/** Advice for an unknown key, in place of the closest known one. */
type AdviceFor = (key: string, path: PropertyKey[]) => string | undefined

/** The value that `schema` makes of a text. Throws `UserErrors` with every problem, each with its line and column. */
export function check<T>(schema: z.ZodType<T>, yaml: LocatedYaml, adviceFor: AdviceFor = () => undefined): T {
  const parsed = schema.safeParse(yaml.value, { reportInput: true })
  if (parsed.success) return parsed.data
  const problems = causesOf(parsed.error.issues).flatMap((issue) =>
    explain(issue, yaml, keysAt(schema, issue.path), adviceFor),
  )
  throw new UserErrors(`${yaml.file} is not a valid ${yaml.what}`, grouped(problems))
}

/** The issues, unknown keys first: a misspelt key is missing too. Without keys that a merge key would bring, and second issues of a wrong type. */
function causesOf(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue[] {
  const merging = issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' && issue.keys.includes(MERGE_KEY) ? [String(issue.path)] : [],
  )
  const follows = (issue: z.core.$ZodIssue) => isMissing(issue) && merging.includes(String(issue.path.slice(0, -1)))
  const wrong = new Set<string>()
  const isSecond = ({ code, path }: z.core.$ZodIssue) => {
    const [place, before] = [JSON.stringify(path), wrong.size]
    return code === 'invalid_type' ? wrong.add(place).size === before : wrong.has(place)
  }
  const rank = ({ code }: z.core.$ZodIssue) => (code === 'unrecognized_keys' ? 0 : 1)
  return issues.toSorted((a, b) => rank(a) - rank(b)).filter((issue) => !isSecond(issue) && !follows(issue))
}

const MOST_ALIKE = 3

/** Of many problems alike, as at 200 sites, the first ones and the number of the others. */
function grouped(problems: readonly Problem[]): Problem[] {
  return groupsOf(problems, ({ message }) => message).flatMap((own) =>
    firstLines(own, MOST_ALIKE, (more) => ({ ...own[0], path: `and in ${plural(more, 'more place')}` })),
  )
}

const MERGE_KEY = '<<'
const MERGE_ADVICE = ': tagwall does not support merge keys; write the keys here, or use an alias for a whole value'

const isMissing = ({ code, input }: z.core.$ZodIssue) =>
  ['invalid_type', 'invalid_value'].includes(code as string) && input === undefined

const HOST_KEYS = /^(?:fqdn|host(?:name)?|domain|url)s?$/i
const HOSTS_ADVICE =
  '; rules match addresses: use the service tag that holds them ("tagwall lookup ADDRESS" names it), or a rule by FQDN on the device'

/** The keys of limits come from manifests, so few people know them by heart. */
const choicesAt = (path: readonly PropertyKey[], known: readonly string[]) =>
  path.at(-1) === 'limits' ? `; expected ${known.join(', ')}` : ''

/** `known` are the keys that the schema knows at the place of the issue. */
function explain(
  issue: z.core.$ZodIssue,
  { at, what }: LocatedYaml,
  known: readonly string[],
  adviceFor: AdviceFor,
): Problem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const advice =
        key === MERGE_KEY
          ? MERGE_ADVICE
          : HOST_KEYS.test(key)
            ? HOSTS_ADVICE
            : (adviceFor(key, issue.path) ?? (didYouMean(key, known) || choicesAt(issue.path, known)))
      return { path: at([...issue.path, key]), message: `unknown key "${key}"${advice}` }
    })
  }
  const field = issue.path.filter((part) => typeof part === 'string').at(-1)
  // The reason why a key is invalid is in separate issues.
  const message = issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message
  const problem = isMissing(issue) ? ` ${MISSING}` : `: ${message}${quotesFor(issue)}`
  return [{ path: at(issue.path), message: `${field ? `"${String(field)}"` : `the ${what}`}${problem}` }]
}

/** Advice for a value that YAML reads as a number or as true or false, where any text may stand. */
const quotesFor = ({ message, input }: z.core.$ZodIssue) =>
  message.startsWith('expected text, not ') && ['number', 'boolean'].includes(typeof input)
    ? `; put it in quotes: "${input}"`
    : ''
