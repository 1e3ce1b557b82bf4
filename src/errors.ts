import { redactUrls } from './model/text/redact.ts'
import { sanitizeSentence } from './model/text/sanitize.ts'

/** Something the user can put right: one sentence that says what was wrong, where, and what to do. Exit code 2. */
export class UserError extends Error {
  override name = 'UserError'

  /** Whoever wrote what is in it, a message is one line, or one line for each text, without secrets in URLs. */
  constructor(message: string | readonly string[], options?: ErrorOptions) {
    super([message].flat().map(safe).join('\n'), options)
  }
}

const safe = (text: string) => {
  const start = /^ */.exec(text)?.[0] ?? ''
  return start + redactUrls(sanitizeSentence(text))
}

/** Several of them, found together and reported together. */
export class UserErrors extends UserError {
  override name = 'UserErrors'
  constructor(
    heading: string,
    readonly problems: readonly string[],
    /** What a person may run next, for a terminal. */
    readonly hint = '',
  ) {
    super(
      problems.length === 1 ? `${heading}: ${problems[0]}` : [`${heading}:`, ...problems.map((line) => `  ${line}`)],
    )
  }
}

/** What to print about anything that was thrown: one sentence, and with TAGWALL_DEBUG=1 the stack. */
export function reportOf(error: unknown, env: Readonly<Record<string, string | undefined>>): string {
  const stack = env.TAGWALL_DEBUG === '1' && error instanceof Error ? stacksOf(error) : ''
  return `tagwall: ${sentenceOf(error)}\n${stack}`
}

/** Where an error came from, and what caused it. */
const stacksOf = ({ stack, cause }: Error): string =>
  `${stack}\n${cause instanceof Error ? `caused by ${stacksOf(cause)}` : ''}`

function sentenceOf(error: unknown): string {
  if (error instanceof UserError) return error.message
  const { syscall, message } = error as NodeJS.ErrnoException
  if (syscall !== undefined)
    return `the operating system refused: ${sanitizeSentence(message)}; fix the cause, and run the command again`
  return `this is a bug in tagwall (${sanitizeSentence(String(error))}); please report what this prints with TAGWALL_DEBUG=1`
}
