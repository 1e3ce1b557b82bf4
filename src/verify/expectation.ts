import { PrefixSet } from '../model/address/prefix-set.ts'
import type { Flow } from '../model/audit.ts'
import type { Ruleset } from '../model/ruleset.ts'
import { byCodeUnit } from '../model/text/order.ts'
import { type Allowed, matches } from './compare.ts'

/** The expected ruleset of a proof, and the form of its remote sides. */
export interface Expectation {
  readonly target: string
  readonly ruleset: Ruleset
  /** `tags`: the device resolves tags itself, so they are compared by name. */
  readonly by: 'addresses' | 'tags'
}

/** What a ruleset allows for one flow. */
export function wantedFor(flow: Flow, { rules }: Ruleset, by: Expectation['by']): Allowed {
  const own = rules.filter((rule) => matches(rule, flow))
  return by === 'tags'
    ? {
        addresses: PrefixSet.union(own.flatMap(({ set }) => set.own ?? [])),
        tags: new Set(own.flatMap(({ set }) => set.tags.map((tag) => tag.toLowerCase()))),
      }
    : { addresses: PrefixSet.union(own.map(({ set }) => set.prefixes)), tags: new Set() }
}

/** The difference `a` minus `b`. */
export function difference(a: Allowed, b: Allowed): Allowed {
  return { addresses: a.addresses.subtract(b.addresses), tags: new Set([...a.tags].filter((tag) => !b.tags.has(tag))) }
}

/** Whether `a` is within `b`. */
export function isWithin(a: Allowed, b: Allowed): boolean {
  return b.addresses.contains(a.addresses) && [...a.tags].every((tag) => b.tags.has(tag))
}

export const isNothing = ({ addresses, tags }: Allowed) => addresses.isEmpty && tags.size === 0

/** The form for findings. */
export const facts = ({ addresses, tags }: Allowed) => ({ addresses, tags: [...tags].sort(byCodeUnit) })

/** `outbound tcp port 443`. */
export function flowText({ direction, protocol, ports }: Flow): string {
  return `${direction} ${protocol} ${ports.first === ports.last ? `port ${ports.first}` : `ports ${ports.first} to ${ports.last}`}`
}
