import { firstLines } from './text/lines.ts'
import { redactUrls, sanitizeSentence } from './text/sanitize.ts'

/** Facts of an error for a program, beside its sentence. */
export interface ErrorFacts extends ErrorOptions {
  /** The kind of error; without one, it is that an input cannot be used. */
  readonly code?: string
  /** Advice for the command line, which prints it after the sentence. */
  readonly advice?: string | undefined
}

/** An error that the user can fix: one sentence with what, where, and what to do. Exit code 2. */
export class UserError extends Error {
  override name = 'UserError'
  /** `INVALID_INPUT`, the code of a finding, or another one that docs/json.md lists. */
  readonly code: string
  /** Advice for the command line; empty for none. */
  readonly advice: string

  /** Makes every text one line without secrets in URLs, because its author is not trusted. */
  constructor(
    message: string | readonly string[],
    { code = 'INVALID_INPUT', advice = '', ...options }: ErrorFacts = {},
  ) {
    super([message].flat().map(safe).join('\n'), options)
    this.code = code
    this.advice = safe(advice)
  }
}

/** A problem, and where it is: `tagwall.yaml:3:5`, or a JSON path such as `values[3].name`. */
export interface Problem {
  readonly path: string | undefined
  readonly message: string
}

/** One line for a problem. */
export const problemText = ({ path, message }: Problem): string =>
  path === undefined ? message : `${path}: ${message}`

const safe = (text: string) => {
  const start = /^ */.exec(text)?.[0] ?? ''
  return start + redactUrls(sanitizeSentence(text))
}

// More lines than a person reads; with 200 sites, one mistake can have thousands.
const MOST_LINES = 100

/** Several errors, reported together. */
export class UserErrors extends UserError {
  override name = 'UserErrors'
  readonly problems: readonly Problem[]

  constructor(heading: string, problems: readonly (string | Problem)[], facts?: ErrorFacts) {
    const all = problems.map((one) => (typeof one === 'string' ? { path: undefined, message: one } : one))
    const texts = all.map(problemText)
    const lines = firstLines(texts, MOST_LINES, (more) => `and ${more} more`).map((line) => `  ${line}`)
    super(texts.length === 1 ? `${heading}: ${texts[0]}` : [`${heading}:`, ...lines], facts)
    this.problems = all.map(({ path, message }) => ({ path: path && safe(path), message: safe(message) }))
  }
}

/** The result of `work`; undefined if it throws a `UserError`. */
export function unlessRefused<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    return noResult(error)
  }
}

/** The result of `work`; undefined for any error. For a look at the system whose failure is an answer. */
export function unlessFailed<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}

/** The result of work that was refused: none. Throws any other error. */
export function noResult(error: unknown): undefined {
  if (!(error instanceof UserError)) throw error
}

/** The `UserError` that `work` throws; undefined if it succeeds. */
export function refusalOf(work: () => unknown): UserError | undefined {
  try {
    work()
    return undefined
  } catch (error) {
    if (error instanceof UserError) return error
    throw error
  }
}

/** The text to print for anything thrown: one sentence, and the stack with TAGWALL_DEBUG=1. */
export function reportOf(error: unknown, env: Readonly<Record<string, string | undefined>>): string {
  const stack = env.TAGWALL_DEBUG === '1' && error instanceof Error ? stacksOf(error) : ''
  return `tagwall: ${sentenceOf(error)}\n${stack}`
}

/** The stacks of an error and of its causes. */
const stacksOf = ({ stack, cause }: Error): string =>
  `${stack}\n${cause instanceof Error ? `caused by ${stacksOf(cause)}` : ''}`

/** The result of `work`; undefined for an error such as a file that does not exist. Throws `Denied` if Node may not look. */
export function unlessMissing<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    throwDenial(error)
    return undefined
  }
}

/** The sentence for what Node's permission model refused; undefined for every other error. */
export function denialOf(error: unknown): string | undefined {
  // Anything can be thrown, undefined too.
  const facts: NodeJS.ErrnoException & { permission?: string; resource?: string } = Object(error)
  // Of Node's permission model, such as FileSystemRead of a path.
  const { code, permission, resource, syscall } = facts
  if (code !== 'ERR_ACCESS_DENIED') return undefined
  // Errors of DNS and of sockets have no permission, but a system call.
  const isNet = permission === 'Net' || (permission === undefined && syscall !== undefined)
  const refused = isNet ? 'Net' : (permission ?? 'an operation')
  const what = `${refused}${resource ? ` of ${sanitizeSentence(resource)}` : ''}`
  const flag = isNet ? ' with --allow-net' : ''
  return `Node's permission model refused ${what}; allow it${flag} (docs/least-privilege.md), and run the command again`
}

/** A refusal of Node's permission model, which another file or host cannot make up for. */
export class Denied extends UserError {
  override name = 'Denied'
}

/** Throws `Denied` for what Node's permission model refused, which nothing may take for a file that does not exist. */
export function throwDenial(error: unknown): void {
  const denial = denialOf(error)
  if (denial) throw new Denied(denial, { code: 'DENIED' })
}

/** Errors of the operating system with a disk or a path (errno(3)), in words, with what helps. */
const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full; free some space',
  EDQUOT: 'the quota of this user is used up; free some space',
  EROFS: 'the file system is read-only; use another folder',
  EEXIST: 'a file or folder of that name exists; move it away',
}

/** The facts of anything thrown, for a program; `error` of its JSON. */
export function errorJson(error: unknown) {
  const isRefused = error instanceof UserError
  const problems = error instanceof UserErrors ? error.problems : []
  return {
    code: isRefused ? error.code : codeOf(error),
    message: isRefused ? error.message : sentenceOf(error),
    fix: (isRefused && error.advice) || null,
    problems: problems.map(({ path = null, message }) => ({ path, message })),
  }
}

/** The code of what no room of tagwall threw: the operating system, or a bug. */
const codeOf = (error: unknown): string => {
  if (denialOf(error)) return 'DENIED'
  return (Object(error) as NodeJS.ErrnoException).syscall === undefined ? 'BUG' : 'SYSTEM'
}

function sentenceOf(error: unknown): string {
  if (error instanceof UserError) return error.advice ? `${error.message}; ${error.advice}` : error.message
  const denial = denialOf(error)
  if (denial) return denial
  const { syscall, message, stack, code = '', path } = Object(error) as NodeJS.ErrnoException
  const reason = REASONS[code]
  if (reason)
    return `${path === undefined ? 'a file' : sanitizeSentence(path)} cannot be written: ${reason}, and run the command again`
  if (syscall !== undefined)
    return `the operating system refused: ${sanitizeSentence(message)}; fix the cause, and run the command again`
  // Thrown by code that a reader left behind, such as in a timer. Its module is loaded with the name of its vendor (`vendor/reader.ts`).
  const [, reader, line] = /reader\.js\?([\w-]+):(\d{1,7}):/.exec(String(stack)) ?? []
  if (reader !== undefined)
    return `the reader of ${reader} failed after it returned: ${sanitizeSentence(String(error))} (reader.js line ${line})`
  return `this is a bug in tagwall (${sanitizeSentence(String(error))}); please report the output of this command with TAGWALL_DEBUG=1`
}
