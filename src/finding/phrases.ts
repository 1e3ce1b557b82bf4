import { formatPrefix, type Prefix } from '../address/prefix.ts'
import type { Reach } from '../model/reach.ts'
import { listText } from '../text/list-text.ts'
import { formatCount } from '../text/numbers.ts'
import type { ExplainInner, InnerFinding } from './record.ts'

/** `rule "Web"`, or `rules "Web", "Door"`. */
export const rulesText = (names: readonly string[]) =>
  `${names.length > 1 ? 'rules' : 'rule'} ${names.map((name) => `"${name}"`).join(', ')}`

/** The first few prefixes of possibly thousands. */
export const few = (prefixes: readonly Prefix[]) => listText(prefixes.map(formatPrefix), 4)

/** The first few names of possibly hundreds. */
export const fewNames = (names: readonly string[]) => listText(names, 4)

/** The first two of possibly thousands of sentences. */
export function fewTexts(texts: readonly string[]): string {
  const more = texts.length > 2 ? `; and ${formatCount(texts.length - 2)} more` : ''
  return `${texts.slice(0, 2).join('; ')}${more}`
}

/** A finding about addresses that are missing or extra, if it is one. */
type AboutReach = InnerFinding & { readonly missing?: Reach; readonly extra?: Reach }

/** The finding about the fewest addresses, as an example of all. */
export function exampleOf(findings: readonly AboutReach[], explain: ExplainInner): string {
  const sizeOf = ({ missing, extra }: AboutReach) =>
    [missing, extra].reduce((sum, side) => sum + (side ? side.addresses.prefixCount + side.tags.length : 0), 0)
  const [first, ...others] = [...findings].sort((a, b) => sizeOf(a) - sizeOf(b))
  if (!first) return ''
  return `${explain(first)}${others.length > 0 ? ` (and ${formatCount(others.length)} more)` : ''}`
}
