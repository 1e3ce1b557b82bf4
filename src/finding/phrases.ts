import { formatPrefix, type Prefix } from '../address/prefix.ts'
import { GUARDS, type GuardName } from '../model/guard.ts'
import type { RemoteSide } from '../model/reading.ts'
import { firstLines } from '../text/lines.ts'
import { formatCount, listText } from '../text/numbers.ts'
import type { ExplainInner, InnerFinding } from './record.ts'

/** `rule "Web"`, or `rules "Web", "Door"`. */
export const rulesText = (names: readonly string[]) =>
  `${names.length > 1 ? 'rules' : 'rule'} ${names.map((name) => `"${name}"`).join(', ')}`

/** The first few prefixes of possibly thousands. */
export const few = (prefixes: readonly Prefix[]) => listText(prefixes.map(formatPrefix), 4)

/** The first few names of possibly hundreds. */
export const fewNames = (names: readonly string[]) => listText(names, 4)

/** The first two of possibly thousands of sentences. */
export const fewTexts = (texts: readonly string[]) =>
  firstLines(texts, 2, (more) => `and ${formatCount(more)} more`).join('; ')

/** A finding about addresses that are missing or extra, if it is one. */
type AboutRemote = InnerFinding & { readonly missing?: RemoteSide; readonly extra?: RemoteSide }

/** The finding about the fewest addresses, as an example of all. */
export function exampleOf(findings: readonly AboutRemote[], explain: ExplainInner): string {
  const sizeOf = ({ missing, extra }: AboutRemote) =>
    [missing, extra].reduce((sum, side) => sum + (side ? side.addresses.prefixCount + side.tags.length : 0), 0)
  const [first, ...others] = [...findings].sort((a, b) => sizeOf(a) - sizeOf(b))
  if (!first) return ''
  return `${explain(first)}${others.length > 0 ? ` (and ${formatCount(others.length)} more)` : ''}`
}

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
