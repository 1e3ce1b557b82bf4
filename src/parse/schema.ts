import * as z from 'zod'
import { type Prefix, parsePrefix } from '../address/prefix.ts'
import type { PrefixSet } from '../address/prefix-set.ts'
import { setOfTexts } from '../address/set-of-texts.ts'
import { plural } from '../text/numbers.ts'
import './schema-messages.ts'

/** A strict CIDR, as a `Prefix`. */
export const cidr = z.string().transform((text, context): Prefix => {
  try {
    return parsePrefix(text)
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message })
    return z.NEVER
  }
})

/** The most invalid prefixes of a list that get a line; a hostile list may have half a million. */
const MOST_LINES = 99

/** A list of strict CIDRs, as the set of their addresses. */
export const cidrSet = z.array(z.unknown()).transform((list, context): PrefixSet => {
  const set = list.every((text) => typeof text === 'string') ? setOfTexts(list) : undefined
  if (set) return set
  // Only an invalid list is checked text by text.
  let count = 0
  for (const [index, text] of list.entries()) {
    const message = problemOf(text)
    if (message !== undefined && count++ < MOST_LINES) context.addIssue({ code: 'custom', path: [index], message })
  }
  if (count > MOST_LINES)
    context.addIssue({
      code: 'custom',
      message: plural(count - MOST_LINES, 'more invalid prefix', 'more invalid prefixes'),
    })
  return z.NEVER
})

function problemOf(text: unknown): string | undefined {
  if (typeof text !== 'string') return cidr.safeParse(text).error?.issues[0]?.message
  try {
    parsePrefix(text)
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

/** `values[3].properties.addressPrefixes[0]`. */
export function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : text ? `${text}.${String(part)}` : String(part)),
    '',
  )
}

/** One line per problem, each with its JSON path below `root`. */
export function explainIssues(error: z.ZodError, root: readonly PropertyKey[] = []): string[] {
  return error.issues.map(({ path, message }) => {
    const place = formatPath([...root, ...path])
    return place ? `${place}: ${message}` : message
  })
}
