import { type Prefix, parsePrefix } from '../address/prefix.ts'
import { PrefixSet } from '../address/prefix-set.ts'
import { setOfTexts } from '../address/set-of-texts.ts'

/**
 * The addresses of all valid `texts`. Reports the position of each other text, and the problem.
 */
export function setOfValidTexts(
  texts: readonly string[],
  complain: (index: number, problem: string) => void,
): PrefixSet {
  return setOfTexts(texts) ?? PrefixSet.of(texts.flatMap((text, index) => prefixOf(text, index, complain)))
}

function prefixOf(text: string, index: number, complain: (index: number, problem: string) => void): Prefix[] {
  try {
    return [parsePrefix(text)]
  } catch (error) {
    complain(index, (error as Error).message)
    return []
  }
}
