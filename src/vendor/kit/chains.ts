import { everything, PrefixSet } from '../../address/prefix-set.ts'
import type { FoundLocal, FoundRule, Place, RuleMember, Traffic } from '../../model/reading.ts'
import { EVERY_PORT } from '../../model/traffic.ts'
import { areLocal } from './addresses.ts'
import type { ChainPolicy, ChainRule, ChainWalk, Doubt, Match, MatchedObject } from './chain-values.ts'
import { DEEPEST } from './deepest.ts'
import { commonMatch, EVERY_CONNECTION, isEveryConnection, withoutMatch } from './match.ts'
import { Notes } from './notes.ts'

/** Branching chains grow exponentially, so the walk stops here. */
const MOST_STEPS = 1_000_000

/**
 * The rules that connections meet, in order, without chains. A jump becomes the rules of its chain, limited to the traffic of the
 * jump. A return removes its traffic from the rest of its chain. Circles and endless jumps become notes.
 */
export function followChains(walk: ChainWalk, notes: Notes): FoundRule[] {
  const follower = new ChainFollower(walk, notes)
  follower.follow({ chain: walk.chain, inherited: undefined, trail: [] }, EVERYTHING)
  if (walk.policy) follower.emit(EVERYTHING, walk.policy)
  return follower.found
}

/** A rule with a verdict, in the words of any reader. */
interface Judged {
  readonly verdict: { readonly kind: string; readonly chain?: string }
}

/**
 * The rules of a chain without each goto that leads where an unconditional goto right behind it leads, too: firewalld writes one for
 * every interface of its default zone. `matchesOf` gives the matches of a rule, of which one is enough; none if anything is doubtful.
 */
export function withoutNeedlessGotos<Rule extends Judged>(
  rules: readonly Rule[],
  matchesOf: (rule: Rule) => readonly Match[],
): readonly Rule[] {
  const end = rules.findIndex((rule) => rule.verdict.kind === 'goto' && matchesOf(rule).some(isEveryConnection))
  const to = targetOf(rules[end])
  let first = end
  while (to !== undefined && targetOf(rules[first - 1]) === to) first--
  return first === end ? rules : [...rules.slice(0, first), ...rules.slice(end)]
}

const matchesOf = ({ match, doubts }: ChainRule) => (doubts.length === 0 ? [match] : [])

const targetOf = (rule: Judged | undefined) => (rule?.verdict.kind === 'goto' ? rule.verdict.chain : undefined)

/** Before any rule took some of them. */
const EVERYTHING: readonly Match[] = [EVERY_CONNECTION]

/** A chain on the way of connections. */
interface Stop {
  readonly chain: string
  /** The name of the rule that jumped here. */
  readonly inherited: string | undefined
  /** The chains that jumped here, outermost first. */
  readonly trail: readonly string[]
}

/** A rule to report, without its traffic. */
interface Outcome extends ChainPolicy {
  readonly members?: readonly RuleMember[]
}

class ChainFollower {
  readonly found: FoundRule[] = []
  readonly #walk: ChainWalk
  readonly #notes: Notes
  readonly #all: PrefixSet
  readonly #remoteSide: 'source' | 'destination'
  readonly #chains = new Set<string>()
  #steps = 0

  constructor(walk: ChainWalk, notes: Notes) {
    this.#walk = walk
    this.#notes = notes
    this.#all = everything(walk.family)
    this.#remoteSide = walk.direction === 'outbound' ? 'destination' : 'source'
  }

  follow(stop: Stop, arriving: readonly Match[]): void {
    let matches = arriving
    this.#chains.add(stop.chain)
    const rules = withoutNeedlessGotos(this.#walk.rulesOf(stop.chain) ?? [], matchesOf)
    for (const rule of arriving === EVERYTHING ? rules.slice(this.#repeat(rules, stop)) : rules) {
      if (matches.length === 0 || !this.#takeSteps(matches.length, rule.place, stop.chain)) return
      matches = this.#meet(rule, stop, matches)
    }
  }

  /** The connections that go on from a rule to the next one. */
  #meet(rule: ChainRule, stop: Stop, matches: readonly Match[]): readonly Match[] {
    for (const doubt of rule.doubts) this.#noteDoubt(doubt, rule, matches)
    const inside = matches.flatMap((match) => commonMatch(match, rule.match) ?? [])
    if (inside.length === 0) return matches
    const { verdict } = rule
    if (verdict.kind === 'allow' || verdict.kind === 'deny') {
      this.#decide(rule, verdict.kind, inside, stop)
      return matches
    }
    if ('chain' in verdict && !this.#jump(rule, verdict.chain, inside, stop)) return matches
    // Connections that a goto took do not return to this chain.
    return verdict.kind === 'jump' ? matches : matches.flatMap((match) => withoutMatch(match, rule.match, this.#all))
  }

  /** Takes what earlier walks made of the first rules of a chain, as many as every connection meets. Returns their number. */
  #repeat(rules: readonly ChainRule[], stop: Stop): number {
    const { kept, changed = [] } = this.#walk
    if (!kept) return 0
    const end = rules.findIndex(({ verdict: { kind } }) => kind === 'goto' || kind === 'return')
    const first = end < 0 ? rules : rules.slice(0, end)
    const { values } = kept.of(first, changed, (fresh, uses) =>
      fresh.map((rule) => {
        const notes = new Notes()
        const own = new ChainFollower({ ...this.#walk, kept: undefined }, notes)
        own.#takeSteps(1, rule.place, stop.chain)
        own.#meet(rule, stop, EVERYTHING)
        for (const one of own.found) Object.freeze(one)
        for (const chain of own.#chains) uses(rule, chain)
        return { found: own.found, notes: notes.all, steps: own.#steps }
      }),
    )
    let steps = 0
    for (const met of values) steps += met.steps
    // A walk without them notes where it ends.
    if (steps > MOST_STEPS) return 0
    this.#steps = steps
    for (const { found, notes } of values) {
      for (const one of found) this.found.push(one)
      if (notes.length > 0) this.#notes.addAll(notes)
    }
    return first.length
  }

  emit(matches: readonly Match[], outcome: Outcome): void {
    for (const { traffic, local, part } of this.#sidesOf(matches)) {
      this.found.push({
        ...outcome,
        ...traffic,
        ...(local && { local }),
        coverage: part === 'no' ? 'whole' : 'part',
        ...(part === 'zone' && { isPartByZone: true }),
      })
    }
  }

  /** Counts steps; false if there are too many, which is noted once. */
  #takeSteps(count: number, place: Place, chain: string): boolean {
    this.#steps += count
    if (this.#steps <= MOST_STEPS) return true
    if (this.#steps < Number.POSITIVE_INFINITY)
      this.#notes.add(place, chain, 'is a chain with too many jumps to it to follow')
    this.#steps = Number.POSITIVE_INFINITY
    return false
  }

  /** Follows a jump; false if it leads nowhere. */
  #jump({ place, name }: ChainRule, to: string, inside: readonly Match[], { chain, inherited, trail }: Stop): boolean {
    const isCircle = trail.includes(to) || to === chain
    if (isCircle || trail.length > DEEPEST) {
      this.#notes.add(place, to, isCircle ? 'is a chain that leads back to itself' : 'is a chain after too many jumps')
      return false
    }
    this.follow({ chain: to, inherited: name ?? inherited, trail: [...trail, chain] }, inside)
    return true
  }

  #noteDoubt(doubt: Doubt, { match, place, verdict }: ChainRule, matches: readonly Match[]): void {
    if (doubt.direction !== undefined && doubt.direction !== this.#walk.direction) return
    const outline = doubt.side ? { ...match, [doubt.side]: undefined } : match
    const doubted = matches.flatMap((one) => commonMatch(one, outline) ?? [])
    const found = this.#sidesOf(doubted).map(({ traffic }) => traffic)
    // A jump or a return with unknown addresses may allow them too.
    const mayAllow = verdict.kind === 'allow' || (verdict.kind !== 'deny' && doubt.side !== undefined)
    const about = mayAllow ? found.flatMap(anyTrafficWith) : found
    if (about.length > 0) this.#notes.add(place, doubt.text, doubt.reason, { about })
  }

  /** Reports a rule; rules that are alike but for a name and an address as one, if that address is the remote one. */
  #decide(rule: ChainRule, action: FoundRule['action'], matches: readonly Match[], { chain, inherited }: Stop): void {
    const nameOf = (own: string | undefined) => own ?? inherited ?? chain
    const outcome = { action, place: rule.place, name: nameOf(rule.name) }
    if (!rule.members) {
      this.emit(matches, outcome)
      return
    }
    const { side, rules } = rule.members
    const members = rules.map((member) => ({ ...member, name: nameOf(member.name) }))
    if (side === this.#remoteSide) {
      this.emit(matches, { ...outcome, members })
      return
    }
    for (const { prefix, ...one } of members) {
      const own = { ...EVERY_CONNECTION, [side]: PrefixSet.of([prefix]) }
      this.emit(
        matches.flatMap((match) => commonMatch(match, own) ?? []),
        { action, ...one },
      )
    }
  }

  /** Connections as they are seen in the direction of the walk. */
  #sidesOf(matches: readonly Match[]) {
    const { direction, isDecided, remotes } = this.#walk
    return matches.flatMap(({ protocol, ports, source, destination, object, part }) => {
      const [local, remote] = direction === 'outbound' ? [source, destination] : [destination, source]
      const isRemote = object?.side === this.#remoteSide
      const isLocal = object !== undefined && !isRemote
      // Where both directions pass, a rule that only matches this side is for the other direction, unless the side is surely
      // local.
      const isOpen = !remote && !isRemote && (local !== undefined || isLocal)
      if (!isDecided && isOpen && !(remotes && (isLocal || (local && areLocal(local, remotes))))) return []
      const held = isRemote ? object.addresses : undefined
      // In an audit, objects are local sides of the policy. What the text says of one counts more.
      if (!isDecided && remotes && isRemote && !held) return []
      const all = this.#all
      const addresses = held ? held.intersect(remote ?? all) : (remote ?? all)
      if (addresses.isEmpty) return []
      const traffic: Traffic = { direction, protocol, ports, remote: { addresses, tags: [] } }
      // A rule covers an unknown address set, or some addresses of a named object, only in part.
      const isVague = isLocal ? local !== undefined : isRemote && held === undefined
      return [{ traffic, local: localOf(local, isLocal ? object : undefined), part: isVague ? 'other' : part }]
    })
  }
}

/** All traffic with the remote side of some: an audit reports whatever else is allowed with addresses of the policy. */
const anyTrafficWith = ({ remote }: Traffic): Traffic[] =>
  (['outbound', 'inbound'] as const).map((direction) => ({ direction, protocol: 'any', ports: [EVERY_PORT], remote }))

function localOf(addresses: PrefixSet | undefined, object: MatchedObject | undefined): FoundLocal | undefined {
  if (object) return { addresses: PrefixSet.empty, objects: [object.name] }
  return addresses && { addresses, objects: [] }
}
