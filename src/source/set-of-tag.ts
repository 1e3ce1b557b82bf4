import type { PrefixSet } from '../model/prefix-set.ts'
import { setOfTexts } from '../model/set-of-texts.ts'

/** What was read last of each tag, from whichever document or snapshot. */
const last = new Map<string, { readonly count: number; readonly texts: string; readonly set: PrefixSet }>()

/**
 * The addresses of all `texts` of a tag; undefined when one of them is no prefix in strict notation. Most tags say the same for
 * weeks: then documents that are read one after the other share one set, which is seen to be the same without a look into it.
 */
export function setOfTag(name: string, texts: readonly string[]): PrefixSet | undefined {
  const [count, joined] = [texts.length, texts.join()]
  const before = last.get(name)
  // No prefix has a comma in it: so many texts that join to the same are the same.
  if (before?.texts === joined && before.count === count) return before.set
  const set = setOfTexts(texts)
  if (set) last.set(name, { count, texts: joined, set })
  return set
}
