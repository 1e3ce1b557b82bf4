/** Something the user can put right: one sentence that says what was wrong, where, and what to do. Exit code 2. */
export class UserError extends Error {
  override name = 'UserError'
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
      problems.length === 1
        ? `${heading}: ${problems[0]}`
        : [`${heading}:`, ...problems.map((line) => `  ${line}`)].join('\n'),
    )
  }
}

/** What to print about anything that was thrown: one sentence, and with TAGWALL_DEBUG=1 the stack. */
export function reportOf(error: unknown, env: Readonly<Record<string, string | undefined>>): string {
  const stack = env.TAGWALL_DEBUG === '1' && error instanceof Error ? `${error.stack}\n` : ''
  return `tagwall: ${sentenceOf(error)}\n${stack}`
}

function sentenceOf(error: unknown): string {
  if (error instanceof UserError) return error.message
  const { syscall, message } = error as NodeJS.ErrnoException
  if (syscall !== undefined)
    return `the operating system refused: ${onOneLine(message)}; put that right, and run this again`
  return `this is a bug in tagwall (${onOneLine(String(error))}); please report what this prints with TAGWALL_DEBUG=1`
}

const onOneLine = (text: string) => text.replaceAll(/\s+/g, ' ')
