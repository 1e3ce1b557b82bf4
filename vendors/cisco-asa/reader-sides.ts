import type { AddressFamily, EntryService, PrefixSet, SidePair } from 'tagwall/reader'
import type { Path } from '../_cisco/walk.ts'
import { kit } from '../_kit/kit.ts'

/**
 * The pairs of one family: an IPv4 address connects to IPv4 only, and an IPv6 address to IPv6. If only one
 * family is left, the remote side names it, and a local side with all addresses of that family becomes any. Undefined if no pair
 * is left.
 */
export function pairOf(pair: SidePair, { family }: EntryService, { direction, isDecided }: Path): SidePair | undefined {
  const { source, destination } = pair
  const common = (['ipv4', 'ipv6'] as const).filter(
    (one) => (family ?? one) === one && hasFamily(source, one) && hasFamily(destination, one),
  )
  const [only] = common
  if (!only) return undefined
  if (common.length === 2) return pair
  const everything = kit.everything(only)
  const localOf = (side: PrefixSet | undefined) => {
    const own = within(side, only)
    return own?.equals(everything) ? undefined : own
  }
  const remoteOf = (side: PrefixSet | undefined) => within(side, only) ?? (isDecided || family ? everything : undefined)
  return direction === 'outbound'
    ? { source: localOf(source), destination: remoteOf(destination) }
    : { source: remoteOf(source), destination: localOf(destination) }
}

const hasFamily = (side: PrefixSet | undefined, family: AddressFamily) =>
  side === undefined || !side.family(family).isEmpty

/** The same set where it has no other family. */
function within(side: PrefixSet | undefined, family: AddressFamily): PrefixSet | undefined {
  const own = side?.family(family)
  return side && own?.equals(side) ? side : own
}
