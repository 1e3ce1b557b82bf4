import * as z from 'zod'
import { type Prefix, parsePrefix } from '../address/prefix.ts'
import { PrefixSet } from '../address/prefix-set.ts'
import { setOfTexts } from '../address/set-of-texts.ts'
import { type Problem, problemText, UserError, UserErrors } from '../errors.ts'
import { plural } from '../text/numbers.ts'
import { MISSING } from './schema-messages.ts'

/** A text as `parse` reads it; any other value is the error `expected`. `advice` may say more about a text than what `parse` throws. */
export const prefixBy = (
  parse: (text: string) => Prefix,
  expected?: string,
  advice?: (text: string) => string | undefined,
) =>
  z.string({ error: expected }).transform((text, context): Prefix => {
    try {
      return parse(text)
    } catch (error) {
      context.addIssue({ code: 'custom', message: advice?.(text) ?? (error as Error).message })
      return z.NEVER
    }
  })

/** The most invalid prefixes of a list that get a line; a hostile list may have half a million. */
const MOST_LINES = 99

/** A list of strict CIDRs, as the set of their addresses. */
export const cidrSet = z.array(z.unknown()).transform((list, context): PrefixSet => {
  let count = 0
  const report = (message: string, ...path: number[]) => context.addIssue({ code: 'custom', path, message })
  const set = setOfValid(list, (index, problem) => {
    if (count++ < MOST_LINES) report(problem, index)
  })
  if (count > MOST_LINES) report(plural(count - MOST_LINES, 'more invalid prefix', 'more invalid prefixes'))
  return set
})

/** Gets the position of each entry other than a strict CIDR, and the problem. */
type Complain = (index: number, problem: string) => void

/** The addresses of all strict CIDRs of a list. Reports every other entry. */
export function setOfValid(list: readonly unknown[], complain: Complain): PrefixSet {
  const set = list.every((text) => typeof text === 'string') ? setOfTexts(list) : undefined
  // Only an invalid list is checked text by text.
  return set ?? PrefixSet.of(validPrefixes(list, complain))
}

const TEXT = z.string()

/** All strict CIDRs of a list. Reports every other entry. */
export const validPrefixes = (list: readonly unknown[], complain: Complain): Prefix[] =>
  list.flatMap((text, index) => {
    try {
      if (typeof text === 'string') return [parsePrefix(text)]
      complain(index, TEXT.safeParse(text).error?.issues[0]?.message ?? '')
    } catch (error) {
      complain(index, (error as Error).message)
    }
    return []
  })

/** `values[3].properties.addressPrefixes[0]`. */
export function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : text ? `${text}.${String(part)}` : String(part)),
    '',
  )
}

/** The problems, each with its JSON path below `root`, and the number of its line where `lineOf` knows it. */
export function problemsIn(
  error: z.ZodError,
  root: readonly PropertyKey[] = [],
  lineOf: (path: readonly PropertyKey[]) => number | undefined = () => undefined,
): Problem[] {
  return error.issues.flatMap(meantIssues).map((issue) => {
    const path = [...root, ...issue.path]
    const line = lineOf(issue.code === 'unrecognized_keys' ? [...path, issue.keys[0] as string] : path)
    const place = [line === undefined ? '' : `line ${line}`, formatPath(path)].filter(Boolean).join(': ')
    return { path: place || undefined, message: issue.message }
  })
}

/** One line per problem, each with its JSON path. */
export const explainIssues = (error: z.ZodError): string[] => problemsIn(error).map(problemText)

/** Of a value that fits none of several forms, the issues of the form that it comes closest to, if there is one. */
function meantIssues(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union') return [issue]
  const forms = issue.errors.map((issues) => ({ issues, depth: depthOf(issues) })).sort((a, b) => b.depth - a.depth)
  const [best, next] = forms
  if (!best || best.depth === next?.depth) return [issue]
  return best.issues.flatMap((inner) => meantIssues({ ...inner, path: [...issue.path, ...inner.path] }))
}

/** How deep the first value of a wrong type lies; a missing one is of none. */
function depthOf(issues: readonly z.core.$ZodIssue[]): number {
  const wrong = issues.filter(({ code, message }) => code === 'invalid_type' && message !== MISSING)
  return Math.min(...wrong.map(({ path }) => path.length))
}

/** The value of a JSON text by its schema. Throws `UserError` with what `notJson` makes of the reason for a text in another form, and `UserErrors` that begin with `invalid`. */
export function parseJsonBy<Schema extends z.ZodType>(
  schema: Schema,
  text: string,
  notJson: (message: string) => string,
  invalid: string,
): z.output<Schema> {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw new UserError(notJson((error as Error).message))
  }
  const parsed = schema.safeParse(json)
  if (!parsed.success) throw new UserErrors(invalid, problemsIn(parsed.error))
  return parsed.data
}
