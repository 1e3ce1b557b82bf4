import { formatPrefix, type Prefix } from '../address/prefix.ts'
import { listText } from '../text/list-text.ts'
import { formatCount } from '../text/numbers.ts'

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
