import { formatCount } from './numbers.ts'

/** `a, b, c and 5 more`: the first `most` of a list that may be long. */
export function listText(items: readonly string[], most: number): string {
  const more = items.length - most
  return more > 0 ? `${items.slice(0, most).join(', ')} and ${formatCount(more)} more` : items.join(', ')
}
