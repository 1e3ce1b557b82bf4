import type * as z from 'zod'
import { PrefixSet } from '../address/prefix-set.ts'
import type { Place, ReadFile, Reading } from '../model/reading.ts'
import { formatPath } from '../parse/schema.ts'
import { keysAt } from '../parse/schema-messages.ts'
import { countLines } from '../text/lines.ts'
import { didYouMean } from '../text/nearest.ts'
import { clipped, wordList } from '../text/numbers.ts'

type Issue = z.core.$ZodIssue | (ReadingIssue & { readonly code?: undefined })

/** The problem of a reading of this schema, in one sentence: `rule 3 "x": action "permit" is not allow or deny`. */
export function readingProblem(issue: Issue, reading: unknown, schema: z.ZodType): string {
  const [kind, index] = issue.path
  const item = typeof index === 'number' ? ITEMS[String(kind)] : undefined
  const name = item === 'rule' ? valueAt(reading, [...issue.path.slice(0, 2), 'name']) : undefined
  const where = item ? `${item} ${Number(index) + 1}${typeof name === 'string' ? ` ${shown(name)}` : ''}: ` : ''
  return `${where}${sentenceOf(issue, formatPath(issue.path.slice(item ? 2 : 0)) || 'it', reading, schema)}`
}

const ITEMS: Readonly<Record<string, string>> = { rules: 'rule', lists: 'list', notes: 'note', items: 'item' }

function sentenceOf(issue: Issue, field: string, reading: unknown, schema: z.ZodType): string {
  const value = valueAt(reading, issue.path)
  if (issue.code === 'unrecognized_keys') {
    const key = clipped((issue.keys as [string])[0], LONGEST)
    const known = keysAt(schema, issue.path)
    const advice = didYouMean(key, known) || `; expected ${wordList(known, 'or')}`
    return `unknown field "${field === 'it' ? '' : `${field}.`}${key}"${advice}`
  }
  if (issue.code === 'invalid_value') {
    const choices = wordList(issue.values.map(String), 'or')
    return value === undefined
      ? `${field} is missing; expected ${choices}`
      : `${field} ${shown(value)} is not ${choices}`
  }
  return value === undefined ? `${field} is missing; ${issue.message}` : `${field} is ${shown(value)}; ${issue.message}`
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((found, key) => (found as Record<PropertyKey, unknown> | undefined)?.[key], value)
}

const LONGEST = 60

function shown(value: unknown): string {
  if (typeof value === 'function') return 'a function'
  if (PrefixSet.is(value)) return 'a set of addresses'
  if (typeof value === 'number' || typeof value === 'symbol') return String(value)
  const text = JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? `${part}` : part)) ?? String(value)
  return clipped(text, LONGEST)
}

/** A problem of a reading, and its path there. */
interface ReadingIssue {
  readonly path: readonly PropertyKey[]
  readonly message: string
}

/** The number of lines of each file, by its part; of several files of a part, the most. */
export function linesOfParts(files: readonly ReadFile[], known: ReadonlyMap<string, number>): Map<string, number> {
  const lines = new Map(known)
  for (const { part, text } of files) lines.set(part, Math.max(lines.get(part) ?? 1, countLines(text) + 1))
  return lines
}

/** Checks that a reading names only files with these `lines`, and lines that they have. A delta may make a list that no file was named after. */
export function placesCheck(
  lines: ReadonlyMap<string, number>,
  makesLists: boolean,
): (reading: Reading) => ReadingIssue | undefined {
  const parts = [...lines.keys()].map((part) => JSON.stringify(part)).join(', ')
  const unknown = `expected one of the files that were given: ${parts}`
  return (reading) => {
    for (const [path, { part, line }] of placesIn(reading)) {
      if (!lines.has(part)) return { path: [...path, 'part'], message: unknown }
      if (line > (lines.get(part) ?? 0)) return { path: [...path, 'line'], message: 'expected a line of that file' }
    }
    for (const [index, { part }] of reading.lists.entries()) {
      const path = ['lists', index, 'part']
      if (makesLists && part === '') return { path, message: 'expected text with at least one character' }
      if (!makesLists && !lines.has(part)) return { path, message: unknown }
    }
    return undefined
  }
}

function* placesIn({ rules, notes }: Reading): Generator<[path: PropertyKey[], place: Place]> {
  for (const [index, { place, members = [] }] of rules.entries()) {
    yield [['rules', index, 'place'], place]
    for (const [at, member] of members.entries()) yield [['rules', index, 'members', at, 'place'], member.place]
  }
  for (const [index, { place }] of notes.entries()) yield [['notes', index, 'place'], place]
}
