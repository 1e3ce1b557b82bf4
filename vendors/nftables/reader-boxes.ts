import type { AddressFamily, PortRange, PrefixSet, ReaderKit } from 'tagwall/reader'
import { EVERY_PROTOCOL } from './reader-values.ts'

/** Connections that rules may still be asked about. */
export interface Box {
  readonly protocols: number
  readonly ports: readonly PortRange[]
  /** Undefined: any, of both families. */
  readonly source: PrefixSet | undefined
  readonly destination: PrefixSet | undefined
  /** What makes it a part of the connections that the rest describes: an interface that nobody said, or anything else. */
  readonly part: 'no' | 'interface' | 'other'
}

export interface InterfaceMatch {
  readonly side: 'in' | 'out'
  /** Any of these; a star at the end stands for anything. */
  readonly names: readonly string[]
  readonly isNegated: boolean
}

/** Connections that a match describes. */
export interface Condition extends Box {
  readonly interfaces: readonly InterfaceMatch[]
  /** Whether it is about the addresses of this machine, which are no far side of what goes out. */
  readonly isToSelf: boolean
}

/** Every port, always this list, so that it is known when it is met. */
export const EVERY_PORT: readonly PortRange[] = [{ first: 0, last: 65535 }]

export const EVERY_CONNECTION: Condition = {
  protocols: EVERY_PROTOCOL,
  ports: EVERY_PORT,
  source: undefined,
  destination: undefined,
  part: 'no',
  interfaces: [],
  isToSelf: false,
}

export const SOME_CONNECTIONS: Condition = { ...EVERY_CONNECTION, part: 'other' }

export function worse(a: Box['part'], b: Box['part']): Box['part'] {
  return a === 'no' ? b : b === 'no' ? a : a === b ? a : 'other'
}

/** What both describe; undefined where that is nothing. */
export function intersect(a: Box, b: Box, kit: ReaderKit): Box | undefined {
  const protocols = a.protocols & b.protocols
  if (protocols === 0) return undefined
  const ports = a.ports === EVERY_PORT ? b.ports : b.ports === EVERY_PORT ? a.ports : kit.commonPorts(a.ports, b.ports)
  if (ports.length === 0) return undefined
  const source = common(a.source, b.source)
  const destination = common(a.destination, b.destination)
  if (source?.isEmpty || destination?.isEmpty) return undefined
  return { protocols, ports, source, destination, part: worse(a.part, b.part) }
}

/** What both conditions describe, each of one list with each of the other. */
export function product(these: readonly Condition[], those: readonly Condition[], kit: ReaderKit): Condition[] {
  return these.flatMap((a) =>
    those.flatMap((b): Condition[] => {
      const both = intersect(a, b, kit)
      if (!both) return []
      return [{ ...both, interfaces: [...a.interfaces, ...b.interfaces], isToSelf: a.isToSelf || b.isToSelf }]
    }),
  )
}

/** What is left of `box` when what `taken` matches has gone; in pieces that do not overlap. */
export function without(box: Box, taken: Box, kit: ReaderKit): Box[] {
  const inside = intersect(box, taken, kit)
  if (!inside) return [box]
  const { protocols, ports, source, destination } = inside
  const rest = (all: PrefixSet | undefined, some: PrefixSet | undefined) =>
    some ? (all ?? kit.everything()).subtract(some) : kit.empty
  const pieces: Box[] = [
    { ...box, protocols: box.protocols & ~protocols },
    { ...box, protocols, ports: kit.commonPorts(box.ports, kit.otherPorts(ports)) },
    { ...box, protocols, ports, source: rest(box.source, source) },
    { ...box, protocols, ports, source, destination: rest(box.destination, destination) },
  ]
  // A part of what matches went, and it is not known which.
  if (taken.part !== 'no') pieces.push(inside)
  return pieces.filter(({ protocols, ports, source, destination }) => {
    return protocols !== 0 && ports.length > 0 && !source?.isEmpty && !destination?.isEmpty
  })
}

/** The connections of one family. */
export function ofFamily(family: AddressFamily, kit: ReaderKit): Condition {
  const everything = kit.everything(family)
  return { ...EVERY_CONNECTION, source: everything, destination: everything }
}

function common(a: PrefixSet | undefined, b: PrefixSet | undefined): PrefixSet | undefined {
  return a && b && a !== b ? a.intersect(b) : (a ?? b)
}
