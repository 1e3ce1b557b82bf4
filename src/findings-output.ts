import { errorJson } from './errors.ts'
import {
  errorsIn,
  explain,
  explainBySite,
  type Finding,
  findingJson,
  Refusal,
  standingText,
} from './finding/finding.ts'
import type { Io } from './io.ts'

/** The object that `--json` prints for anything thrown. */
export const failureJson = (error: unknown) => ({
  error: { ...errorJson(error), findings: error instanceof Refusal ? error.findings.map(findingJson) : [] },
})

/** Throws a `Refusal` with the errors among `findings`, if there are any. */
export function refuseErrors(findings: readonly Finding[], what: string): void {
  const errors = errorsIn(findings)
  if (errors.length > 0) throw new Refusal(what, errors)
}

/** Prints the warnings among `findings`, one per line, and counts those that stand; on a terminal also how to read more. */
export function printWarnings(findings: readonly Finding[], io: Io, standing: readonly Finding[] = []): void {
  const warnings = findings.filter((finding) => finding.severity === 'warning' && !standing.includes(finding))
  for (const text of explainBySite(warnings)) io.err(`warning: ${text}\n`)
  for (const text of standingText(standing)) io.err(`note: ${text}\n`)
  // Some sentences name the command themselves.
  const others = warnings.filter((warning) => !explain(warning).includes(`tagwall explain ${warning.code}`))
  if (others.length > 0 && io.isTerminal) io.err(hintFor(others))
}

/** One line with the command that explains the codes of `findings`. */
export function hintFor(findings: readonly Finding[]): string {
  const [first, ...others] = new Set(findings.map(({ code }) => code))
  const more = others.length > 0 ? ` (also ${others.join(', ')})` : ''
  return `tagwall explain ${first}${more} explains the meaning and what to do\n`
}
