import { distance } from 'fastest-levenshtein'
import { byCodeUnit } from './order.ts'

/** Up to `most` names in `known` that are close to `name`, closest first; ignores case. */
export function nearest(name: string, known: Iterable<string>, most = 3): string[] {
  const wanted = name.toLowerCase()
  const allowed = Math.max(2, Math.floor(wanted.length / 3))
  const found = Array.from(known, (candidate) => ({ candidate, steps: distanceOf(wanted, candidate.toLowerCase()) }))
  const differsInCase = found.some(({ steps }) => steps === 0)
  return found
    .filter(({ steps }) => steps <= (differsInCase ? 0 : allowed))
    .sort((a, b) => a.steps - b.steps || byCodeUnit(a.candidate, b.candidate))
    .slice(0, most)
    .map(({ candidate }) => candidate)
}

/** `; did you mean "a" or "b"?`, or an empty text if no name is close. */
export function didYouMean(name: string, known: Iterable<string>): string {
  const names = nearest(name, known).map((candidate) => `"${candidate}"`)
  if (names.length === 0) return ''
  const last = names.pop() as string
  return `; did you mean ${names.length > 0 ? `${names.join(', ')} or ${last}` : last}?`
}

// The start or end of a name is close, however long the rest: FirstParty, AzureFrontDoor.FirstParty.
function distanceOf(wanted: string, candidate: string): number {
  const contained = wanted.length >= 4 && (candidate.startsWith(wanted) || candidate.endsWith(wanted))
  return contained && wanted !== candidate ? 1 : distance(wanted, candidate)
}
