import { type Prefix, type Range, rangeOf } from '../../model/address/prefix.ts'
import { PrefixSet } from '../../model/address/prefix-set.ts'
import { firstIndex } from '../../model/binary-search.ts'
import type { FoundRule, Place } from '../../model/reading.ts'

/** A rule as a person finds it in the configuration: by itself, or one of those that were read as one. */
export interface SingleRule {
  readonly rule: string
  readonly place: Place
  /** Whether it is one of the policy's own by name, or has an address of interest. */
  readonly isRelated: boolean
  /** Of a member that is not related, nothing: there may be many. */
  readonly addresses: PrefixSet
  /** Of a member. */
  readonly prefix: Prefix | undefined
}

/** A rule, or each of its members. */
export function singleRules(
  { name, place, far, members }: FoundRule,
  interesting: PrefixSet,
  isOurs: (name: string) => boolean,
): SingleRule[] {
  if (!members) {
    const isRelated = isOurs(name) || far.addresses.overlaps(interesting)
    return [{ rule: name, place, isRelated, addresses: far.addresses, prefix: undefined }]
  }
  const isTouched = touching(far.addresses.intersect(interesting))
  return members.map(({ name, place, prefix }) => {
    const isRelated = isOurs(name) || isTouched(prefix)
    const addresses = isRelated ? PrefixSet.of([prefix]).intersect(far.addresses) : PrefixSet.empty
    return { rule: name, place, isRelated, addresses, prefix }
  })
}

/** Tells of a prefix whether it has an address of `set`. */
export function touching(set: PrefixSet): (prefix: Prefix) => boolean {
  const common = commonWith(set)
  return (prefix) => common(prefix).length > 0
}

/** Tells of a prefix which addresses it has of `set`, in the fewest prefixes: mostly all, or none. */
export function commonWith(set: PrefixSet): (prefix: Prefix) => readonly Prefix[] {
  const { ranges } = set
  return (prefix) => {
    const { family, first, last } = rangeOf(prefix)
    const range = firstFrom(ranges, { family, first, last })
    if (range === undefined || range.family !== family || range.first > last) return []
    // Ranges are maximal, so a prefix that is in `set` is in one of them.
    if (range.first <= first && last <= range.last) return [prefix]
    return PrefixSet.of([prefix]).intersect(set).prefixes
  }
}

/** Of `ranges`, which are sorted, the first that does not end before `wanted` begins; IPv4 comes first. */
function firstFrom(ranges: readonly Range[], { family, first }: Range): Range | undefined {
  const index = firstIndex(0, ranges.length, (index) => {
    const range = ranges[index] as Range
    return range.family === family ? range.last >= first : range.family === 'ipv6'
  })
  return ranges[index]
}
