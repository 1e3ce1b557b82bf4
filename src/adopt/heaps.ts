import { inFamiliesOf, PrefixSet } from '../address/prefix-set.ts'
import type { TagIndex } from './match.ts'

/** Addresses that the tags of a rule had until an older document, and have no more. */
export interface Stale {
  /** The date of the last document that has them. */
  readonly until: string
  readonly addresses: PrefixSet
}

/** Each address of a rule, and of its tags, lies in one of these. */
export interface Heaps {
  readonly exact: PrefixSet
  /** The latest first. */
  readonly stale: readonly Stale[]
  /** In the tags, and not in the rule. */
  readonly missing: PrefixSet
  /** In other tags. */
  readonly otherTags: PrefixSet
  /** In no tag. */
  readonly notAzure: PrefixSet
}

/**
 * The addresses of a rule by what its `tags` say of them. `editions` are the documents, the newest first; the newest one decides. Families that the
 * rule does not have do not count.
 */
export function heapsOf(
  remote: PrefixSet,
  tags: readonly string[],
  editions: readonly [TagIndex, ...TagIndex[]],
): Heaps {
  const [newest, ...older] = editions
  const now = inFamiliesOf(remote, prefixesIn(newest, tags))
  let rest = remote.subtract(now)
  const stale = older.flatMap((edition): Stale[] => {
    const addresses = rest.intersect(prefixesIn(edition, tags))
    rest = rest.subtract(addresses)
    return addresses.isEmpty ? [] : [{ until: edition.published, addresses }]
  })
  return {
    exact: remote.intersect(now),
    stale,
    missing: now.subtract(remote),
    otherTags: rest.intersect(newest.all),
    notAzure: rest.subtract(newest.all),
  }
}

/** The addresses of tags in one document; those that it lacks have none. */
export const prefixesIn = ({ tagOf }: TagIndex, tags: readonly string[]): PrefixSet =>
  PrefixSet.union(tags.flatMap((tag) => tagOf(tag)?.prefixes ?? []))

/** The addresses of a rule that no tag of it had: a policy keeps them as prefixes, whole where that adds nothing stale. */
export function ownPrefixes(remote: PrefixSet, { otherTags, notAzure, stale }: Heaps) {
  const own = otherTags.union(notAzure)
  const gone = PrefixSet.union(stale.map(({ addresses }) => addresses))
  return remote.prefixes.flatMap((prefix) => {
    const one = PrefixSet.of([prefix])
    if (!one.overlaps(own)) return []
    return one.overlaps(gone) ? one.intersect(own).prefixes : [prefix]
  })
}
