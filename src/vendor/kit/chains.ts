import { everything, PrefixSet } from '../../address/prefix-set.ts'
import type { FoundLocal, FoundRule, Place, RuleMember, Traffic } from '../../model/found-rule.ts'
import { areLocal } from './addresses.ts'
import type { ChainRule, ChainWalk, Doubt, Match, MatchedObject } from './chain-values.ts'
import { DEEPEST } from './deepest.ts'
import { commonMatch, EVERY_CONNECTION, withoutMatch } from './match.ts'
import type { Notes } from './notes.ts'

/** Branching chains grow exponentially, so the walk stops here. */
const MOST_STEPS = 1_000_000

/**
 * The rules that connections meet, in order, without chains. A jump becomes the rules of its chain, limited to the traffic of the
 * jump. A return removes its traffic from the rest of its chain.
 */
export function followChains(walk: ChainWalk, notes: Notes): FoundRule[] {
  const { chain, direction, isDecided, remotes, rulesOf, policy } = walk
  const all = everything(walk.family)
  const found: FoundRule[] = []
  let steps = 0
  follow(chain, [EVERY_CONNECTION], undefined, [])
  if (policy) emit([EVERY_CONNECTION], policy)
  return found

  function follow(chain: string, arriving: readonly Match[], inherited: string | undefined, trail: readonly string[]) {
    let matches = arriving
    for (const rule of rulesOf(chain) ?? []) {
      if (matches.length === 0) return
      const { verdict, place } = rule
      steps += matches.length
      if (steps > MOST_STEPS) {
        if (steps < Number.POSITIVE_INFINITY)
          notes.add(place, chain, 'is a chain that is jumped to too often to follow')
        steps = Number.POSITIVE_INFINITY
        return
      }
      for (const doubt of rule.doubts) noteDoubt(doubt, rule, matches)
      const inside = matches.flatMap((match) => commonMatch(match, rule.match) ?? [])
      if (inside.length === 0) continue
      if (verdict.kind === 'allow' || verdict.kind === 'deny') {
        const name = (own: string | undefined) => own ?? inherited ?? chain
        if (rule.members) emitMembers(inside, rule, verdict.kind, name)
        else emit(inside, { action: verdict.kind, place, name: name(rule.name) })
        continue
      }
      if ('chain' in verdict) {
        if (trail.includes(verdict.chain) || verdict.chain === chain) {
          notes.add(place, verdict.chain, 'is a chain that leads back to itself')
          continue
        }
        if (trail.length > DEEPEST) {
          notes.add(place, verdict.chain, 'is a chain after too many jumps')
          continue
        }
        follow(verdict.chain, inside, rule.name ?? inherited, [...trail, chain])
      }
      // Connections that a goto took do not return to this chain.
      if (verdict.kind !== 'jump') matches = matches.flatMap((match) => withoutMatch(match, rule.match, all))
    }
  }

  function noteDoubt(doubt: Doubt, { match, place }: ChainRule, matches: readonly Match[]): void {
    if (doubt.direction !== undefined && doubt.direction !== direction) return
    const outline = doubt.side ? { ...match, [doubt.side]: undefined } : match
    const about = sidesOf(matches.flatMap((one) => commonMatch(one, outline) ?? [])).map(({ traffic }) => traffic)
    if (about.length > 0) notes.add(place, doubt.text, doubt.reason, { about })
  }

  /** Rules that are alike but for a name and an address: as one, if that address is the remote one. */
  function emitMembers(
    matches: readonly Match[],
    { members, place, name }: ChainRule,
    action: FoundRule['action'],
    nameOf: (own: string | undefined) => string,
  ): void {
    const { side, rules } = members as NonNullable<ChainRule['members']>
    const named = rules.map((rule) => ({ ...rule, name: nameOf(rule.name) }))
    if (side === (direction === 'outbound' ? 'destination' : 'source')) {
      emit(matches, { action, place, name: nameOf(name), members: named })
      return
    }
    for (const { prefix, ...one } of named) {
      const own = { ...EVERY_CONNECTION, [side]: PrefixSet.of([prefix]) }
      emit(
        matches.flatMap((match) => commonMatch(match, own) ?? []),
        { action, ...one },
      )
    }
  }

  function emit(
    matches: readonly Match[],
    rule: { action: FoundRule['action']; place: Place; name: string; members?: readonly RuleMember[] },
  ): void {
    for (const { traffic, local, part } of sidesOf(matches)) {
      found.push({
        ...rule,
        ...traffic,
        ...(local && { local }),
        coverage: part === 'no' ? 'whole' : 'part',
        ...(part === 'zone' && { isPartByZone: true }),
      })
    }
  }

  /** Connections as they are seen in the direction of the walk. */
  function sidesOf(matches: readonly Match[]) {
    return matches.flatMap(({ protocol, ports, source, destination, object, part }) => {
      const [local, remote] = direction === 'outbound' ? [source, destination] : [destination, source]
      const isLocal = object?.side === (direction === 'outbound' ? 'source' : 'destination')
      const isRemote = object !== undefined && !isLocal
      // Where both directions pass, a rule that only matches this side is for the other direction, unless the side is surely
      // local.
      const isOpen = !remote && !isRemote && (local !== undefined || isLocal)
      if (!isDecided && isOpen && !(remotes && (isLocal || (local && areLocal(local, remotes))))) return []
      const held = isRemote ? object.addresses : undefined
      // In an audit, objects are local sides of the policy. What the text says of one counts more.
      if (!isDecided && remotes && isRemote && !held) return []
      const addresses = held ? held.intersect(remote ?? all) : (remote ?? all)
      if (addresses.isEmpty) return []
      const traffic: Traffic = { direction, protocol, ports, remote: { addresses, tags: [] } }
      // A rule covers an unknown address set, or some addresses of a named object, only in part.
      const isVague = isLocal ? local !== undefined : isRemote && held === undefined
      return [{ traffic, local: localOf(local, isLocal ? object : undefined), part: isVague ? 'other' : part }]
    })
  }
}

function localOf(addresses: PrefixSet | undefined, object: MatchedObject | undefined): FoundLocal | undefined {
  if (object) return { addresses: PrefixSet.empty, objects: [object.name] }
  return addresses && { addresses, objects: [] }
}
