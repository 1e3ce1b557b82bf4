import { PrefixSet } from '../../address/prefix-set.ts'
import type { EntryPlace, ListEntry, SidePair } from './access-list-values.ts'
import type { ChainRule, Doubt, Match, Verdict } from './chain-values.ts'
import type { Notes } from './notes.ts'

/** Turns an entry of an access list into rules of a chain, one for each service. Permitted connections go on to the next list, if there is one. */
export function entryRules(entry: ListEntry, at: EntryPlace, notes: Notes): ChainRule[] {
  const { action, services, source, destination } = entry
  const { name, place, text, next, isLimited, pairOf } = at
  const verdict: Verdict = next !== undefined && action === 'allow' ? { kind: 'goto', chain: next } : { kind: action }
  const object = source.object
    ? { side: 'source' as const, ...source.object }
    : destination.object && { side: 'destination' as const, ...destination.object }
  const isVague = entry.isPart || (source.object && destination.object)
  const part: Match['part'] = isVague ? 'other' : isLimited ? 'zone' : 'no'
  // An unknown address may be any address.
  const side = source.faults.length > 0 ? 'source' : destination.faults.length > 0 ? 'destination' : undefined
  const faults = new Set(entry.faults)
  const doubts = Array.from(faults, (reason): Doubt => ({ text, reason, side }))
  // Without a service there is no rule that could have a doubt.
  if (services.length === 0) for (const reason of faults) notes.add(place, text, reason)
  return services.flatMap((service): ChainRule[] => {
    const own: SidePair = { source: source.addresses, destination: destination.addresses }
    const pair = pairOf ? pairOf(own, service) : own
    if (!pair && doubts.length === 0) return []
    const match: Match = {
      protocol: service.protocol,
      ports: service.ports,
      ...(object && { object }),
      ...(pair ?? matchless(own, side)),
      part: service.isPart ? 'other' : part,
    }
    return [{ name, place, match, verdict, doubts }]
  })
}

/** Sides that surely match nothing, while the side in doubt may match anything. */
const matchless = ({ source, destination }: SidePair, doubted: Doubt['side']): SidePair =>
  doubted === 'source' ? { source: PrefixSet.empty, destination } : { source, destination: PrefixSet.empty }
