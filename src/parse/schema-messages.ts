import * as z from 'zod'
import { didYouMean } from '../text/nearest.ts'
import { wordList } from '../text/numbers.ts'

// Messages of the schema library for people, used by every schema that does not define its own.

const NAMES: Readonly<Record<string, string>> = {
  array: 'a list',
  object: 'an object',
  record: 'an object',
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  null: 'nothing',
}

/** The problem of a value that must be there. */
export const MISSING = 'is missing'

z.config({ localeError: sentenceOf })

function sentenceOf(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return MISSING
      return `expected ${NAMES[issue.expected] ?? issue.expected}, not ${nameOf(issue.input)}`
    case 'invalid_value':
      return `expected ${wordList(issue.values.map(String), 'or')}${otherThan(issue.input, issue.values.map(String))}`
    case 'too_small':
      return issue.minimum === 1 && issue.origin !== 'number' && issue.origin !== 'int'
        ? 'is empty'
        : `expected at least ${amountOf(issue.minimum, issue.origin)}`
    case 'too_big':
      return `expected at most ${amountOf(issue.maximum, issue.origin)}`
    case 'invalid_format':
      if (issue.format === 'date') return 'expected a date, YYYY-MM-DD'
      return issue.pattern ? `expected text that matches ${issue.pattern}` : `expected a ${issue.format}`
    case 'unrecognized_keys':
      return issue.keys
        .map((key) => `unknown key ${JSON.stringify(key)}${didYouMean(key, keysAt(issue.inst, []))}`)
        .join(', ')
    case 'invalid_union':
      return Array.isArray(issue.options)
        ? `expected ${wordList(issue.options.map(String), 'or')}${otherThan(discriminatorOf(issue), issue.options.map(String))}`
        : 'has an unexpected form'
    default:
      return undefined
  }
}

/** The value that says which of several forms is meant. */
function discriminatorOf({ input, discriminator }: z.core.$ZodRawIssue): unknown {
  return (input as Record<string, unknown> | undefined)?.[String(discriminator)]
}

/** `, not "out"; did you mean "outbound"?`; empty for anything but a short text. */
function otherThan(input: unknown, choices: readonly string[]): string {
  return typeof input === 'string' && input.length <= 40
    ? `, not ${JSON.stringify(input)}${didYouMean(input, choices)}`
    : ''
}

/** The keys that a schema knows by name at a path of its value. */
export function keysAt(schema: unknown, path: readonly PropertyKey[]): string[] {
  const [key, ...rest] = path
  const isWrapper = schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault
  if (isWrapper) return keysAt(schema.unwrap(), path)
  if (schema instanceof z.ZodPipe) return keysAt(schema.in, path)
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option) => keysAt(option, path))
  if (schema instanceof z.ZodArray) return keysAt(schema.element, rest)
  if (schema instanceof z.ZodRecord)
    return key === undefined ? [...(schema.keyType._zod.values ?? [])].map(String) : keysAt(schema.valueType, rest)
  if (!(schema instanceof z.ZodObject)) return []
  return key === undefined ? Object.keys(schema.shape) : keysAt(schema.shape[String(key)], rest)
}

function nameOf(value: unknown): string {
  if (typeof value === 'number') return String(value)
  if (value === null) return 'nothing'
  return NAMES[Array.isArray(value) ? 'array' : typeof value] ?? typeof value
}

function amountOf(limit: number | bigint, origin: string): string {
  if (origin === 'string') return `${limit} characters`
  return origin === 'array' ? `${limit} entries` : String(limit)
}
