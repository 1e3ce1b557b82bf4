import { PrefixSet } from '../address/prefix-set.ts'
import { byCodeUnit } from '../text/numbers.ts'

/** The remote sides that rules allow. */
export interface Allowed {
  readonly addresses: PrefixSet
  /** Tags that the device resolves itself, lower case. */
  readonly tags: ReadonlySet<string>
}

/** The traffic that any of `all` allows. */
export function union(all: readonly Allowed[]): Allowed {
  return {
    addresses: PrefixSet.union(all.map(({ addresses }) => addresses)),
    tags: new Set(all.flatMap(({ tags }) => [...tags])),
  }
}

/** The traffic that both allow. */
export function intersection(a: Allowed, b: Allowed): Allowed {
  return { addresses: a.addresses.intersect(b.addresses), tags: new Set([...a.tags].filter((tag) => b.tags.has(tag))) }
}

/** The traffic that `a` allows and `b` does not. */
export function difference(a: Allowed, b: Allowed): Allowed {
  return { addresses: a.addresses.subtract(b.addresses), tags: new Set([...a.tags].filter((tag) => !b.tags.has(tag))) }
}

/** True if `b` allows everything that `a` allows. */
export function isWithin(a: Allowed, b: Allowed): boolean {
  return b.addresses.contains(a.addresses) && [...a.tags].every((tag) => b.tags.has(tag))
}

export const isNothing = ({ addresses, tags }: Allowed) => addresses.isEmpty && tags.size === 0

/** The form for findings. */
export const facts = ({ addresses, tags }: Allowed) => ({ addresses, tags: [...tags].sort(byCodeUnit) })
