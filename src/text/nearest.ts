import { distance } from 'fastest-levenshtein'
import { byCodeUnit, wordList } from './numbers.ts'

/** Letters in which a misspelling differs, also one that exchanges two. */
const MISSPELT = 2

/** The names in `known` that `name` must be a misspelling of: others that are only alike may be meant. */
export const misspelt = (name: string, known: Iterable<string>): string[] =>
  nearest(name, known).filter((candidate) => distance(name.toLowerCase(), candidate.toLowerCase()) <= MISSPELT)

/** Up to `most` names in `known` that are close to `name`, closest first; ignores case. */
export function nearest(name: string, known: Iterable<string>, most = 3): string[] {
  const wanted = name.toLowerCase()
  const found = Array.from(known, (candidate) => ({ candidate, steps: distanceOf(wanted, candidate.toLowerCase()) }))
  const least = Math.min(...found.map(({ steps }) => steps))
  const allowed = least < 1 ? least : Math.max(2, Math.floor(wanted.length / 3))
  return found
    .filter(({ steps }) => steps <= allowed)
    .sort((a, b) => a.steps - b.steps || byCodeUnit(a.candidate, b.candidate))
    .slice(0, most)
    .map(({ candidate }) => candidate)
}

/** `; did you mean "a" or "b"?`, or an empty text if no name is close. */
export function didYouMean(name: string, known: Iterable<string>): string {
  const names = nearest(name, known).map((candidate) => `"${candidate}"`)
  return names.length === 0 ? '' : `; did you mean ${wordList(names, 'or')}?`
}

/** `; did you mean "a"?`, or if no name is close, `; expected a, b`. */
export const meantOrExpected = (name: string, known: readonly string[]): string =>
  didYouMean(name, known) || `; expected ${known.join(', ')}`

/** `; did you mean "a"?`, or if no name is close, `; it has a, b`: the names that something of the user has. */
export const meantOrHas = (name: string, known: readonly string[], shown = known.join(', ')): string =>
  didYouMean(name, known) || (known.length > 0 ? `; it has ${shown}` : '; it has none')

/** A word of a name is nearer than a misspelling: FirstParty is AzureFrontDoor.FirstParty. So is its start or end. */
const OF_A_WORD = 0.5

function distanceOf(wanted: string, candidate: string): number {
  if (wanted !== candidate && wanted !== '' && candidate.split(/[^a-z0-9]/).includes(wanted)) return OF_A_WORD
  const contained = wanted.length >= 3 && (candidate.startsWith(wanted) || candidate.endsWith(wanted))
  return contained && wanted !== candidate ? 1 : distance(wanted, candidate)
}
