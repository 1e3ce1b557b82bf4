import { comparePrefixes, formatPrefix, type Prefix } from '../../address/prefix.ts'
import { PrefixSet } from '../../address/prefix-set.ts'
import type { FittedSet } from '../../model/fitted.ts'

/** The prefixes that are in any set of one side, but in no set of the other; without duplicates. */
export function changedPrefixes(before: readonly FittedSet[], after: readonly FittedSet[]) {
  return { added: onlyIn(after, before).sort(comparePrefixes), removed: onlyIn(before, after).sort(comparePrefixes) }
}

/** The prefixes of `set` that `other` has not: both are sorted. */
export function prefixesMissingIn(other: PrefixSet, set: PrefixSet): Prefix[] {
  if (set.equals(other)) return []
  const known = other.prefixes
  let at = 0
  return set.prefixes.filter((prefix) => {
    while (at < known.length && comparePrefixes(known[at] as Prefix, prefix) < 0) at++
    return at === known.length || comparePrefixes(known[at] as Prefix, prefix) !== 0
  })
}

/** The prefixes of `these` that none of `those` has, without duplicates. */
function onlyIn(these: readonly FittedSet[], those: readonly FittedSet[]): Prefix[] {
  const older = new Map(those.map((set) => [set.name, set]))
  const found = these.flatMap(({ name, set }) =>
    prefixesMissingIn(older.get(name)?.set.prefixes ?? PrefixSet.empty, set.prefixes),
  )
  // They may be in sets of other names.
  const changed = PrefixSet.of(found)
  const near = those.filter(({ set }) => set.prefixes.overlaps(changed))
  const known = new Set(near.flatMap(({ set }) => set.prefixes.texts))
  return [...new Map(found.map((prefix) => [formatPrefix(prefix), prefix]))].flatMap(([text, prefix]) =>
    known.has(text) ? [] : [prefix],
  )
}
