import type { Prefix } from '../address/prefix.ts'
import { PrefixSet } from '../address/prefix-set.ts'
import { groupBy } from '../model/group-by.ts'
import { memo } from '../model/lazy.ts'
import { type Direction, joinPorts, type ProtocolPorts } from '../model/traffic.ts'
import { type ConfigRule, commonWith } from './config-rules.ts'
import type { Piece, PieceTraffic } from './denied.ts'
import { placesOf } from './merge.ts'
import type { FoundOutside, Outside } from './values.ts'

/** The rest of a rule with the same addresses. */
interface Share {
  readonly pieces: readonly PieceTraffic[]
  readonly traffic: ProtocolPorts
  readonly addresses: PrefixSet
  readonly common: (prefix: Prefix) => readonly Prefix[]
}

/** The traffic of pieces, without their addresses. */
export function trafficOf(pieces: readonly PieceTraffic[]): ProtocolPorts {
  const portsOf = (name: Piece['protocol']) =>
    joinPorts(pieces.filter(({ protocol }) => protocol === name).map(({ ports }) => ports))
  return {
    tcp: portsOf('tcp'),
    udp: portsOf('udp'),
    icmp: portsOf('icmp').length > 0,
    other: portsOf('other').length > 0,
  }
}

/** Pieces with the same addresses together. */
export function sharesOf(pieces: readonly Piece[]): Share[] {
  const groups: { readonly addresses: PrefixSet; readonly pieces: PieceTraffic[] }[] = []
  for (const piece of pieces) {
    const group = groups.find(({ addresses }) => addresses.equals(piece.addresses))
    if (group) group.pieces.push(piece)
    else groups.push({ addresses: piece.addresses, pieces: [piece] })
  }
  return groups.map(({ addresses, pieces }) => {
    return { pieces, traffic: trafficOf(pieces), addresses, common: commonWith(addresses) }
  })
}

const piecesOf = ({ pieces, common }: Share, prefix: Prefix): Piece[] =>
  pieces.map((piece) => ({ ...piece, addresses: PrefixSet.of(common(prefix)) }))

/** The traffic that a rule, or a member, allows, for the shares of its rule. */
export function outsideOf(
  { rule, place, prefix }: ConfigRule,
  direction: Direction,
  ofRule: readonly Share[],
): FoundOutside[] {
  // Ports that differ over all members may be equal for this one.
  const shares = prefix && ofRule.length > 1 ? sharesOf(ofRule.flatMap((share) => piecesOf(share, prefix))) : ofRule
  return shares.flatMap(({ traffic, addresses, common }) => {
    const prefixes = prefix ? common(prefix) : addresses.prefixes
    return prefixes.length > 0 ? [{ rule, place, direction, traffic, prefixes }] : []
  })
}

/** Merges rules of one name that do the same; possibly tens of thousands. */
export function mergeOutside(entries: readonly FoundOutside[]): Outside[] {
  // Members of a rule share the traffic.
  const textOf = memo((traffic: ProtocolPorts) => JSON.stringify(traffic))
  const groups = groupBy(
    entries,
    ({ rule, place, direction, traffic }) => `${direction} ${textOf(traffic)} ${place.part} ${rule}`,
  )
  return Array.from(groups.values(), (group) => {
    const [first] = group as [FoundOutside]
    if (group.length === 1) return { ...first, places: [first.place] }
    return {
      ...first,
      places: placesOf(group),
      prefixes: PrefixSet.of(group.flatMap(({ prefixes }) => prefixes)).prefixes,
    }
  })
}
