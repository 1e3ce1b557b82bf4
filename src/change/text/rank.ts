import type { Piece } from '../../model/change.ts'
import { countPorts } from '../../model/traffic.ts'

// The order of a change in every text, in JSON too: what a reviewer must see first comes first.

/**
 * Openings before closings. Of openings, those by risk: first traffic where nothing was open before, then more addresses of what was open; inbound
 * before outbound in both. Lists, which say no ports, are the last. Pieces of the same risk, and closings, are in the order of their size.
 */
export const comparePieces = (a: Piece, b: Piece): number => rankOf(a) - rankOf(b) || compareSizes(b, a)

function rankOf({ opens, isNew, direction, list }: Piece): number {
  const kind = list !== undefined ? 4 : !opens ? 0 : (isNew ? 0 : 2) + (direction === 'inbound' ? 0 : 1)
  return kind + (opens ? 0 : 5)
}

/** True if an opening is more than what a new document brings every week: more addresses of outbound traffic that was open. */
export const isRisk = ({ opens, isNew, direction, cause }: Piece): boolean =>
  opens && (isNew || direction === 'inbound' || cause !== 'document')

/** At most `most` of sorted pieces: of openings and of closings, so many that neither hides the other. */
export function fewOf<T>(pieces: readonly T[], most: number, pieceOf: (one: T) => Piece): readonly T[] {
  const [opens, closes] = [true, false].map((is) => pieces.filter((one) => pieceOf(one).opens === is)) as [T[], T[]]
  const closing = Math.min(closes.length, Math.max(Math.floor(most / 2), most - opens.length))
  return [...opens.slice(0, most - closing), ...closes.slice(0, closing)]
}

/** Tags with unknown addresses come first; then IPv4 addresses count, then IPv6 addresses, then ports. */
function compareSizes(a: Piece, b: Piece): number {
  const sizes = [a, b].map(({ remote: { addresses, tags }, traffic }) => [
    BigInt(addresses.isEmpty ? tags.length : 0),
    addresses.family('ipv4').count,
    addresses.family('ipv6').count,
    BigInt(
      traffic ? countPorts(traffic.tcp) + countPorts(traffic.udp) + Number(traffic.icmp) + Number(traffic.other) : 0,
    ),
  ])
  const [own, others] = sizes as [bigint[], bigint[]]
  const index = own.findIndex((size, index) => size !== others[index])
  return index < 0 ? 0 : (own[index] as bigint) < (others[index] as bigint) ? -1 : 1
}
