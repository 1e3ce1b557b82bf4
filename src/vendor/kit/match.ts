import type { PrefixSet } from '../../address/prefix-set.ts'
import { FLOW_PROTOCOLS, type FlowProtocol, hasPorts, otherPorts } from '../../model/traffic.ts'
import type { Match } from './chain-values.ts'
import { commonPorts, everyPort, isEveryPort } from './ports.ts'

/** The match of every connection. */
export const EVERY_CONNECTION: Match = {
  protocol: 'any',
  ports: everyPort,
  source: undefined,
  destination: undefined,
  part: 'no',
}

/** True if nothing limits a match. */
export const isEveryConnection = ({ protocol, ports, source, destination, object, part }: Match): boolean =>
  protocol === 'any' && isEveryPort(ports) && !source && !destination && !object && part === 'no'

/** The connections that match both; undefined if none can. */
export function commonMatch(a: Match, b: Match): Match | undefined {
  const protocol = commonProtocol(a.protocol, b.protocol)
  const ports = commonPorts(a.ports, b.ports)
  const [source, destination] = [common(a.source, b.source), common(a.destination, b.destination)]
  if (!protocol || ports.length === 0 || source?.isEmpty || destination?.isEmpty) return undefined
  // A match on ports cannot match a protocol that has none.
  if (protocol !== 'any' && !hasPorts(protocol) && !isEveryPort(ports)) return undefined
  const object = a.object ?? b.object
  // A match can name only one object; the intersection of two has no name.
  const isBoth = a.object && b.object && (a.object.name !== b.object.name || a.object.side !== b.object.side)
  const part = isBoth ? 'other' : combinedPart(a.part, b.part)
  return { protocol, ports, source, destination, ...(object && { object }), part }
}

/** The connections of `all` that `taken` does not match, in pieces that do not overlap. If `taken` is partial, its piece stays too. */
export function withoutMatch(all: Match, taken: Match, everything: PrefixSet): Match[] {
  const inside = commonMatch(all, taken)
  if (!inside) return [all]
  const { protocol, ports, source, destination } = inside
  const others = otherProtocols(all, protocol)
  const left = otherPorts([...otherPorts(all.ports), ...ports])
  const outside = (of: PrefixSet | undefined, some: PrefixSet | undefined) =>
    some ? (of ?? everything).subtract(some) : everything.subtract(everything)
  const pieces: Match[] = [
    ...others.map((protocol) => ({ ...all, protocol })),
    { ...all, protocol, ports: left },
    { ...all, protocol, ports, source: outside(all.source, source) },
    { ...all, protocol, ports, source, destination: outside(all.destination, destination) },
    // A partial match takes an unknown part of these connections.
    ...(taken.part === 'no' ? [] : [inside]),
    ...(taken.object ? [{ ...inside, object: all.object, part: 'other' as const }] : []),
  ]
  return pieces.filter(
    ({ ports, source, destination }) => ports.length > 0 && !source?.isEmpty && !destination?.isEmpty,
  )
}

/** The more lasting reason why a match is partial: narrowing by zone can clear the other. */
export function combinedPart(a: Match['part'], b: Match['part']): Match['part'] {
  return a === 'no' || a === b ? b : b === 'no' ? a : 'other'
}

function commonProtocol(a: Match['protocol'], b: Match['protocol']): Match['protocol'] | undefined {
  if (a === 'any' || a === b) return b
  return b === 'any' ? a : undefined
}

/** The protocols of `all` without one. A match on ports never covers a protocol that has none. */
function otherProtocols({ protocol, ports }: Match, taken: Match['protocol']): FlowProtocol[] {
  if (protocol !== 'any' || taken === 'any') return []
  return FLOW_PROTOCOLS.filter((name) => name !== taken && (hasPorts(name) || isEveryPort(ports)))
}

function common(a: PrefixSet | undefined, b: PrefixSet | undefined): PrefixSet | undefined {
  return a && b && a !== b ? a.intersect(b) : (a ?? b)
}
