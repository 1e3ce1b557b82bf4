import { firstReaching } from '../address/binary-search.ts'
import { type Prefix, rangeOf } from '../address/prefix.ts'
import { PrefixSet } from '../address/prefix-set.ts'
import type { FoundRule } from '../model/reading.ts'
import type { AtRule } from './values.ts'

/** A rule as the configuration has it; a reader may read several as one. */
export interface ConfigRule extends AtRule {
  /** True if the rule has a name of the policy's rules, or an interesting address. */
  readonly isRelated: boolean
  /** Empty for an unrelated member; there may be many. */
  readonly addresses: PrefixSet
  /** Only for a member. */
  readonly prefix: Prefix | undefined
}

/** A rule, or each of its members. */
export function configRules(
  { name, place, remote, members }: FoundRule,
  interesting: PrefixSet,
  isOurs: (name: string) => boolean,
): ConfigRule[] {
  if (!members) {
    const isRelated = isOurs(name) || remote.addresses.overlaps(interesting)
    return [{ rule: name, place, isRelated, addresses: remote.addresses, prefix: undefined }]
  }
  const isTouched = overlapping(remote.addresses.intersect(interesting))
  return members.map(({ name, place, prefix }) => {
    const isRelated = isOurs(name) || isTouched(prefix)
    const addresses = isRelated ? PrefixSet.of([prefix]).intersect(remote.addresses) : PrefixSet.empty
    return { rule: name, place, isRelated, addresses, prefix }
  })
}

/** Returns a check whether a prefix has an address of `set`. */
export function overlapping(set: PrefixSet): (prefix: Prefix) => boolean {
  const common = commonWith(set)
  return (prefix) => common(prefix).length > 0
}

/** Returns a function for the common addresses of a prefix and `set`, usually all or none. */
export function commonWith(set: PrefixSet): (prefix: Prefix) => readonly Prefix[] {
  const { ranges } = set
  return (prefix) => {
    const { family, first, last } = rangeOf(prefix)
    const range = ranges[firstReaching(ranges, family, first)]
    if (range === undefined || range.family !== family || range.first > last) return []
    // Ranges are maximal, so a prefix in `set` is in one range.
    if (range.first <= first && last <= range.last) return [prefix]
    return PrefixSet.of([prefix]).intersect(set).prefixes
  }
}
