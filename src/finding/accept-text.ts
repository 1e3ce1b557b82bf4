import { GUARDS, type GuardName } from '../model/guard.ts'

/** An error, or a warning if a person accepted it for this run. */
export type Guarded = 'error' | 'warning'

/** The end of a guard's sentence: how to accept the document, or that a person did. */
export const orAccept = (severity: Guarded, name: GuardName) =>
  severity === 'error' ? acceptHint(name) : ` (accepted with --accept ${name})`

export const acceptHint = (name: GuardName) => `; to accept it for this run, add --accept ${name}`

/** The sentence of a finding, without how to accept it. */
export function withoutHint(text: string): string {
  const hint = GUARDS.map(acceptHint).find((hint) => text.endsWith(hint)) ?? ''
  return text.slice(0, text.length - hint.length)
}
