import { FAMILY_NAMES } from '../../address/family.ts'
import { FAMILIES } from '../../address/prefix.ts'
import { everything, familiesOf, type PrefixSet } from '../../address/prefix-set.ts'
import type { LocalReach, Piece } from '../../model/change.ts'
import { countPorts } from '../../model/traffic.ts'
import { listText } from '../../text/numbers.ts'

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
  const sizesOf = ({ remote: { addresses, tags }, traffic }: Piece) => [
    addresses.isEmpty ? tags.length : 0,
    addresses.family('ipv4').count,
    addresses.family('ipv6').count,
    traffic ? countPorts(traffic.tcp) + countPorts(traffic.udp) + Number(traffic.icmp) + Number(traffic.other) : 0,
  ]
  const [own, others] = [sizesOf(a), sizesOf(b)]
  const index = own.findIndex((size, index) => size !== others[index])
  return index < 0 ? 0 : (own[index] as bigint) < (others[index] as bigint) ? -1 : 1
}

const MOST_LOCALS = 3

/** The local side of a piece, as short as possible: `10.20.0.0/16`, `all but 10.20.0.0/16`, `nodes in 10.20.0.0/16`; empty for any. */
export function localText(local: LocalReach | undefined): string {
  if (!local) return ''
  const { objects, except } = local
  const addresses = local.addresses ?? local.within
  const list = (names: readonly string[]) => listText(names, MOST_LOCALS)
  const others = addresses && othersOf(addresses)
  const isShorter = addresses && others && others.texts.length < addresses.texts.length
  const [inside, outside] = isShorter ? [undefined, others.texts] : [addresses?.texts, []]
  const without = [...outside, ...except]
  if (objects.length > 0) {
    const where = inside ? ` in ${list(inside)}` : ''
    return `${list(objects)}${where}${without.length > 0 ? ` outside ${list(without)}` : ''}`
  }
  if (inside) return `${list(inside)}${except.length > 0 ? ` but not ${list(except)}` : ''}`
  const [family, ...more] = addresses ? familiesOf(addresses) : FAMILIES
  return `all ${family && more.length === 0 ? `${FAMILY_NAMES[family]} ` : ''}but ${list(without)}`
}

/** The other addresses of the families that a set has. */
function othersOf(set: PrefixSet): PrefixSet {
  const others = everything().subtract(set)
  const [family, ...more] = familiesOf(set)
  return family && more.length === 0 ? others.family(family) : others
}
