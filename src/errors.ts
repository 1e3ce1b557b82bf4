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
