import { parsePrefix, parsePrefixOrAddress, rangeOf } from '../model/address/prefix.ts'
import { everything, PrefixSet } from '../model/address/prefix-set.ts'
import { setOfTexts } from '../model/address/set-of-texts.ts'
import type { ReaderKit } from '../model/reading.ts'
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
