import type { PrefixSet } from '../../address/prefix-set.ts'
import { otherPorts } from '../../model/ports.ts'
import { FLOW_PROTOCOLS, type FlowProtocol, hasPorts } from '../../model/traffic.ts'
import type { Match } from './chain-values.ts'
import { commonPorts, everyPort, isEveryPort } from './ports.ts'

/** What every connection matches. */
export const EVERY_CONNECTION: Match = {
  protocol: 'any',
  ports: everyPort,
  source: undefined,
  destination: undefined,
  part: 'no',
}

/** What connections match both; undefined where none can. */
export function commonMatch(a: Match, b: Match): Match | undefined {
  const protocol = commonProtocol(a.protocol, b.protocol)
  const ports = commonPorts(a.ports, b.ports)
  const [source, destination] = [common(a.source, b.source), common(a.destination, b.destination)]
  if (!protocol || ports.length === 0 || source?.isEmpty || destination?.isEmpty) return undefined
  // What names ports is about no protocol without.
  if (protocol !== 'any' && !hasPorts(protocol) && !isEveryPort(ports)) return undefined
  const object = a.object ?? b.object
  // What is in two objects at once has no name.
  const isBoth = a.object && b.object && (a.object.name !== b.object.name || a.object.side !== b.object.side)
  const part = isBoth ? 'other' : worse(a.part, b.part)
  return { protocol, ports, source, destination, ...(object && { object }), part }
}

/** What is left of `all` when what `taken` matches has gone; in pieces that do not overlap, but for one that may be there still. */
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
    // A part of what matches went, and it is not known which.
    ...(taken.part === 'no' ? [] : [inside]),
    ...(taken.object ? [{ ...inside, object: all.object, part: 'other' as const }] : []),
  ]
  return pieces.filter(
    ({ ports, source, destination }) => ports.length > 0 && !source?.isEmpty && !destination?.isEmpty,
  )
}

/** Of two reasons to be a part, the one that asking for a zone does not take away. */
export function worse(a: Match['part'], b: Match['part']): Match['part'] {
  return a === 'no' || a === b ? b : b === 'no' ? a : 'other'
}

function commonProtocol(a: Match['protocol'], b: Match['protocol']): Match['protocol'] | undefined {
  if (a === 'any' || a === b) return b
  return b === 'any' ? a : undefined
}

/** The protocols of `all` without one. What names ports is about none of the protocols without. */
function otherProtocols({ protocol, ports }: Match, taken: Match['protocol']): FlowProtocol[] {
  if (protocol !== 'any' || taken === 'any') return []
  return FLOW_PROTOCOLS.filter((name) => name !== taken && (hasPorts(name) || isEveryPort(ports)))
}

function common(a: PrefixSet | undefined, b: PrefixSet | undefined): PrefixSet | undefined {
  return a && b && a !== b ? a.intersect(b) : (a ?? b)
}
