import type { AddressFamily, Match, PortRange } from 'tagwall/reader'
import { kit } from '../_kit/kit.ts'

export interface InterfaceMatch {
  readonly side: 'in' | 'out'
  /** Any of these names; a star at the end matches any suffix. */
  readonly names: readonly string[]
  readonly isNegated: boolean
}

/** Connections that a match describes. */
export interface Condition extends Match {
  readonly interfaces: readonly InterfaceMatch[]
  /** True for the machine's own addresses only, which are no remote side of outbound traffic. */
  readonly isToSelf: boolean
}

/** Every port. Always this array, so an identity check recognizes it. */
export const EVERY_PORT: readonly PortRange[] = [{ first: 0, last: 65535 }]

export const EVERY_CONNECTION: Condition = {
  protocol: 'any',
  ports: EVERY_PORT,
  source: undefined,
  destination: undefined,
  part: 'no',
  interfaces: [],
  isToSelf: false,
}

export const SOME_CONNECTIONS: Condition = { ...EVERY_CONNECTION, part: 'other' }

/** The connections that match a condition of each list. */
export function product(these: readonly Condition[], those: readonly Condition[]): Condition[] {
  return these.flatMap((a) =>
    those.flatMap((b): Condition[] => {
      const both = kit.commonMatch(a, b)
      if (!both) return []
      return [{ ...both, interfaces: [...a.interfaces, ...b.interfaces], isToSelf: a.isToSelf || b.isToSelf }]
    }),
  )
}

/** The connections of one family. */
export function ofFamily(family: AddressFamily): Condition {
  const everything = kit.everything(family)
  return { ...EVERY_CONNECTION, source: everything, destination: everything }
}
