import type { AddressFamily, Match, PortRange } from 'tagwall/reader'
import { kit } from './kit.ts'

export interface InterfaceMatch {
  readonly side: 'in' | 'out'
  /** Any of these; a star at the end stands for anything. */
  readonly names: readonly string[]
  readonly isNegated: boolean
}

/** Connections that a match describes. */
export interface Condition extends Match {
  readonly interfaces: readonly InterfaceMatch[]
  /** Whether it is about the addresses of this machine, which are no remote side of what goes out. */
  readonly isToSelf: boolean
}

/** Every port, always this list, so that it is known when it is met. */
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

/** What both conditions describe, each of one list with each of the other. */
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
