import { problemsOf } from './check.ts'
import { Unsuitable } from './kinds.ts'
import { Refused } from './seen.ts'

// A seed may give a pair that no command makes rules of.
export const MOST_SEEDS = 20

/** The problems of `count` pairs of a kind that can be built, with seeds above `above`, each with its seed; and how many pairs there were. */
export async function wrongPairs(kind: string, count: number, above = 0): Promise<{ pairs: number; wrong: string[] }> {
  const wrong: string[] = []
  let pairs = 0
  for (let seed = above + 1; pairs < count && seed < above + count * MOST_SEEDS; seed++) {
    const problems = await problemsAt(kind, seed)
    if (!problems) continue
    pairs++
    if (problems.length > 0) wrong.push(`seed ${seed}: ${problems.join('\n')}`)
  }
  return { pairs, wrong }
}

/** Undefined if there is no pair. */
async function problemsAt(kind: string, seed: number): Promise<string[] | undefined> {
  try {
    return await problemsOf(kind, seed)
  } catch (error) {
    if (error instanceof Refused || error instanceof Unsuitable) return undefined
    return [String((error as Error).stack)]
  }
}
