import { type Prefix, type Range, rangeOf } from '../model/prefix.ts'
import { PrefixSet } from '../model/prefix-set.ts'
import type { FoundRule, Place } from '../model/reading.ts'

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
  const { ranges } = set
  return (prefix) => touches(prefix, ranges)
}

/** Whether a prefix has an address in any of `ranges`, which are sorted. */
function touches(prefix: Prefix, ranges: readonly Range[]): boolean {
  const { family, first, last } = rangeOf(prefix)
  let [low, high] = [0, ranges.length]
  // The first range that does not end before the prefix begins; IPv4 comes first.
  while (low < high) {
    const middle = (low + high) >> 1
    const range = ranges[middle] as Range
    const isBefore = range.family === family ? range.last < first : range.family === 'ipv4'
    if (isBefore) low = middle + 1
    else high = middle
  }
  const range = ranges[low]
  return range !== undefined && range.family === family && range.first <= last
}
