import { FAMILIES } from '../address/prefix.ts'
import { PrefixSet } from '../address/prefix-set.ts'
import type { Widening } from '../model/widening.ts'
import type { WidenInput } from './policy-schema.ts'

/** The widening of a target, from its form in a policy or a lock. */
export function wideningOf({ maxPrefixes, within, never, ...rest }: WidenInput): Widening {
  const each = typeof maxPrefixes === 'number' ? { ipv4: maxPrefixes, ipv6: maxPrefixes } : maxPrefixes
  const given = FAMILIES.filter((family) => each[family] !== undefined)
  return {
    ...rest,
    within,
    maxPrefixes: Object.fromEntries(given.map((family) => [family, each[family] as number])),
    never: PrefixSet.of(never),
  }
}
