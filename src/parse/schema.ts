import * as z from 'zod'
import { type Prefix, parsePrefix } from '../address/prefix.ts'
import type { PrefixSet } from '../address/prefix-set.ts'
import { setOfTexts } from '../address/set-of-texts.ts'
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

const cidrs = z.array(cidr)

/** A list of strict CIDRs, as the set of their addresses. */
export const cidrSet = z.array(z.unknown()).transform((list, context): PrefixSet => {
  const set = list.every((text) => typeof text === 'string') ? setOfTexts(list) : undefined
  if (set) return set
  // Only an invalid list is checked text by text.
  for (const { path, message } of cidrs.safeParse(list).error?.issues ?? [])
    context.addIssue({ code: 'custom', path, message })
  return z.NEVER
})

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
