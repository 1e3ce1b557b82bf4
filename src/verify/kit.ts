import { parsePrefix, parsePrefixOrAddress, rangeOf } from '../model/prefix.ts'
import { everything, PrefixSet } from '../model/prefix-set.ts'
import type { ReaderKit } from '../model/reading.ts'
import { setOfTexts } from '../model/set-of-texts.ts'
import { readJson } from './located-json.ts'

/** The address algebra that readers are handed. */
export const KIT: ReaderKit = {
  parsePrefix,
  parsePrefixOrAddress,
  rangeOf,
  setOf: (prefixes) => PrefixSet.of(prefixes),
  setOfRanges: (ranges) => PrefixSet.ofRanges(ranges),
  setOfTexts,
  union: (sets) => PrefixSet.union(sets),
  empty: PrefixSet.empty,
  readJson,
  everything,
}
