import { types } from 'node:util'
import type * as z from 'zod'
import { PrefixSet } from '../address/prefix-set.ts'
import { UserError } from '../errors.ts'
import type { Place, ReadFile, Reading } from '../model/reading.ts'
import { formatPath } from '../parse/schema.ts'
import { keysAt } from '../parse/schema-messages.ts'
import { countLines } from '../text/lines.ts'
import { didYouMean } from '../text/nearest.ts'
import { clipped, formatCount, wordList } from '../text/numbers.ts'
import type { ReaderContext } from './kit/reader-api.ts'
import { enter } from './reader-guard.ts'

// A reading decides what is written and what an audit says, and its author is not trusted. Code of a reader is handed copies
// of the files, and what it returns is copied, so neither side can change what the other has seen. Address sets are
// immutable and stay the same. Every failure becomes one sentence.

/** The owner of the reader, for messages, and the schema of its readings. */
export interface ReaderContract {
  readonly who: string
  readonly schema: z.ZodType
}

/** A copy of a reading of files with these numbers of lines, by part, checked. A delta may create lists that no file is named after. */
export function checkReading(
  { who, schema }: ReaderContract,
  reading: unknown,
  lines: ReadonlyMap<string, number>,
  makesLists: boolean,
): Reading {
  refusePromise(who, reading)
  if (typeof reading !== 'object' || reading === null || Array.isArray(reading))
    throw new UserError(`${who} returned ${kindOf(reading)}; expected { rules, lists, notes }`)
  const checked = checkForm(who, schema, reading) as Reading
  const issue = misplacedIn(checked, lines, makesLists)
  if (issue) throw new UserError(`${who}: ${readingProblem(issue, checked, schema)}`)
  return checked
}

/** A copy of what a reader returned, checked with `schema`. */
export function checkForm<Schema extends z.ZodType>(who: string, schema: Schema, value: unknown): z.output<Schema> {
  attempt(who, () => refuseUnending(who, value))
  const { data, error } = attempt(who, () => schema.safeParse(value))
  const [issue] = error?.issues ?? []
  if (issue) throw new UserError(`${who}: ${attempt(who, () => readingProblem(issue, value, schema))}`)
  return data as z.output<Schema>
}

/** The steps of a load. Every error in it becomes one sentence, and the number of steps is limited. */
export function* steps(who: string, iterable: Iterable<unknown>, files: readonly ReadFile[]): Generator<void> {
  const iterator = attempt(who, () => {
    refusePromise(who, iterable)
    if (typeof (iterable as Partial<Iterable<unknown>> | undefined)?.[Symbol.iterator] !== 'function')
      throw new UserError(`${who}: load returned something that cannot be iterated; expected a generator`)
    return iterable[Symbol.iterator]()
  })
  // Every command has a character at least.
  const most = files.reduce((sum, { text }) => sum + text.length + 1, 1)
  // A step may be an object of the reader's, so each look at it runs its code.
  const isDone = () => Boolean(iterator.next().done)
  for (let count = 0; !attempt(who, isDone); count++) {
    if (count > most) throw new UserError(`${who}: load yields more often than the files can have commands`)
    yield
  }
}

/** Throws `UserError` for a promise: readers must be synchronous. */
export function refusePromise(who: string, value: unknown): void {
  const then = attempt(who, () => (value as Partial<PromiseLike<unknown>> | undefined | null)?.then)
  if (typeof then !== 'function') return
  // The promise is abandoned, so its failure must not end the program.
  then.call(
    value,
    () => {},
    () => {},
  )
  throw new UserError(`${who} returned a promise; expected a function without async`)
}

/** The value of `work`, in which only code of the reader runs. */
export function attempt<Value>(who: string, work: () => Value): Value {
  const leave = enter(who)
  try {
    return work()
  } catch (thrown) {
    throw failureOf(who, thrown)
  } finally {
    leave()
  }
}

/** The sentence for anything that code of a reader threw; even reading its fields may throw. */
function failureOf(who: string, thrown: unknown): UserError {
  try {
    if (thrown instanceof UserError && thrown.message.startsWith(who)) return thrown
    const cause = thrown instanceof Error ? Object.assign(new Error(), { stack: String(thrown.stack) }) : undefined
    const message = `${who} failed: ${reasonOf(thrown)}${lineOf(thrown)}; TAGWALL_DEBUG=1 shows where`
    return new UserError(message, { cause })
  } catch {
    return new UserError(`${who} failed: it threw a value that cannot be read`)
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof UserError) return shortened(error.message)
  if (error instanceof Error) return shortened(`${error.name}: ${error.message}`)
  return typeof error === 'string' ? shortened(error) : `it threw ${kindOf(error)}`
}

/** ` (reader.js line 12)`, where the stack of an error says so. */
function lineOf(error: unknown): string {
  const line = /reader\.js(?:\?[^:]{0,80})?:(\d{1,7}):\d/.exec(String((error as Error | undefined)?.stack))?.[1]
  return line === undefined ? '' : ` (reader.js line ${line})`
}

/** The start of a text that a reader made, which may be of any length. */
const shortened = (text: string): string => clipped(text, 300)

/** `a list`: the kind of a value, for messages. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  const kind = Array.isArray(value) ? 'list' : typeof value === 'string' ? 'text' : typeof value
  return `${kind === 'object' ? 'an' : 'a'} ${kind}`
}

const shown = new WeakMap<ReadFile, { readonly copy: ReadFile; readonly count: number }>()

/**
 * A file as a reader may see it, and the number of its lines. It is loaded again and again, and a reader sees the same copy each time, unless its
 * owner has changed it.
 */
export function shownFile(file: ReadFile) {
  const { part, family, text } = file
  const known = shown.get(file)
  if (known?.copy.text === text && known.copy.part === part && known.copy.family === family) return known
  const own = { copy: Object.freeze({ part, family, text }), count: countLines(text) + 1 }
  shown.set(file, own)
  return own
}

/** A frozen copy of the context for the reader's code. */
export const contextFor = ({ options, narrow, localObjects = [], ...context }: ReaderContext): ReaderContext =>
  Object.freeze({
    ...context,
    options: structuredClone(options),
    narrow: { ...narrow },
    localObjects: [...localObjects],
  })

/** More rules, notes or ports than any configuration has that tagwall can read. */
const MOST_ITEMS = 2_000_000
/** Deeper than every field of a reading. */
const DEEPEST = 12

/** Throws `UserError` if `value`, which a reader returned, is or holds a Proxy or an endless list, which a check would never finish. */
function refuseUnending(who: string, value: unknown): void {
  let items = 0
  const visit = (part: unknown, depth: number): void => {
    if (typeof part !== 'object' || part === null || depth > DEEPEST) return
    if (types.isProxy(part)) throw new UserError(`${who} returned a Proxy; expected plain objects and lists`)
    if (PrefixSet.is(part)) return
    items += Array.isArray(part) ? part.length : 1
    if (items > MOST_ITEMS)
      throw new UserError(
        `${who} returned more than ${formatCount(MOST_ITEMS)} values; expected { rules, lists, notes } of its files`,
      )
    if (Array.isArray(part)) for (const item of part) visit(item, depth + 1)
    else for (const field of Object.values(part)) visit(field, depth + 1)
  }
  visit(value, 0)
}

type Issue = z.core.$ZodIssue | Misplaced

/** The problem of a reading of this schema, in one sentence: `rule 3 "x": action "permit" is not allow or deny`. */
function readingProblem(issue: Issue, reading: unknown, schema: z.ZodType): string {
  const [kind, index] = issue.path
  const item = typeof index === 'number' ? ITEMS[String(kind)] : undefined
  const name = item === 'rule' ? valueAt(reading, [...issue.path.slice(0, 2), 'name']) : undefined
  const where = item ? `${item} ${Number(index) + 1}${typeof name === 'string' ? ` ${shownValue(name)}` : ''}: ` : ''
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
  const choices = issue.code === 'invalid_value' ? wordList(issue.values.map(String), 'or') : ''
  if (value === undefined) return `${field} is missing; ${choices ? `expected ${choices}` : issue.message}`
  return choices
    ? `${field} ${shownValue(value)} is not ${choices}`
    : `${field} is ${shownValue(value)}; ${issue.message}`
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((found, key) => (found as Record<PropertyKey, unknown> | undefined)?.[key], value)
}

const LONGEST = 60

function shownValue(value: unknown): string {
  if (typeof value === 'function') return 'a function'
  if (PrefixSet.is(value)) return 'a set of addresses'
  if (typeof value === 'number' || typeof value === 'symbol') return String(value)
  const text = JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? `${part}` : part)) ?? String(value)
  return clipped(text, LONGEST)
}

/** A place or a list of no such file, by its path in a reading. */
interface Misplaced {
  readonly path: readonly PropertyKey[]
  readonly message: string
  readonly code?: undefined
}

/** The first part of a reading that names no file with these `lines`, or no line of it. A delta may make a list that no file was named after. */
function misplacedIn(reading: Reading, lines: ReadonlyMap<string, number>, makesLists: boolean): Misplaced | undefined {
  const unknown = (path: readonly PropertyKey[]) => {
    const parts = [...lines.keys()].map((part) => JSON.stringify(part)).join(', ')
    return { path, message: `expected one of the files that were given: ${parts}` }
  }
  for (const [path, { part, line }] of placesIn(reading)) {
    const last = lines.get(part)
    if (last === undefined) return unknown([...path, 'part'])
    if (line > last) return { path: [...path, 'line'], message: 'expected a line of that file' }
  }
  for (const [index, { part }] of reading.lists.entries()) {
    const path = ['lists', index, 'part']
    if (makesLists && part === '') return { path, message: 'expected text with at least one character' }
    if (!makesLists && !lines.has(part)) return unknown(path)
  }
  return undefined
}

function* placesIn({ rules, notes }: Reading): Generator<[path: PropertyKey[], place: Place]> {
  for (const [index, { place, members = [] }] of rules.entries()) {
    yield [['rules', index, 'place'], place]
    for (const [at, member] of members.entries()) yield [['rules', index, 'members', at, 'place'], member.place]
  }
  for (const [index, { place }] of notes.entries()) yield [['notes', index, 'place'], place]
}
