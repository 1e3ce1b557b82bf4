import { UserErrors } from '../errors.ts'
import type { Io } from '../io.ts'
import type { Finding } from '../model/finding.ts'
import { explain } from '../present/finding.ts'

/** Throws `UserErrors` with all the errors among `findings`, if there are any. */
export function refuseErrors(findings: readonly Finding[], what: string): void {
  const errors = findings.filter(({ severity }) => severity === 'error')
  if (errors.length > 0) throw new UserErrors(what, errors.map(explain))
}

/** Prints the warnings among `findings`, a line each. */
export function printWarnings(findings: readonly Finding[], io: Io): void {
  for (const finding of findings) if (finding.severity === 'warning') io.err(`warning: ${explain(finding)}\n`)
}
