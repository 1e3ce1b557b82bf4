import type { AddressFamily } from '../../address/family.ts'
import { everything, familiesOf, PrefixSet } from '../../address/prefix-set.ts'
import type { FoundLocal, FoundRule, Place, RuleMember, Traffic } from '../../model/reading.ts'
import { DIRECTIONS, EVERY_PORT } from '../../model/traffic.ts'
import { areLocal } from './addresses.ts'
import {
  type BaseChain,
  type ChainPolicy,
  type ChainRule,
  type ChainWalk,
  commonMatch,
  type Doubt,
  EVERY_CONNECTION,
  isEveryConnection,
  type Match,
  type MatchedObject,
  type MetRule,
  withoutMatch,
} from './chain-values.ts'
import { DEEPEST } from './located-json.ts'
import { Notes } from './notes.ts'

/** Branching chains grow exponentially, so the walk stops here. */
const MOST_STEPS = 1_000_000

/**
 * The rules that connections meet, in order, without chains. A jump becomes the rules of its chain, limited to the traffic of the
 * jump. A return removes its traffic from the rest of its chain. Circles, endless jumps and jumps to unknown chains become notes.
 * Traffic that one base chain allows goes on to the next.
 */
export function followChains(walk: ChainWalk, notes: Notes): FoundRule[] {
  const follower = new ChainFollower(walk, notes)
  follower.enter([walk, ...(walk.next ?? [])], EVERYTHING, undefined)
  return follower.found
}

/**
 * The rules of a chain without each goto that leads where an unconditional goto right behind it leads, too: firewalld writes one for
 * every interface of its default zone.
 */
function withoutNeedlessGotos(rules: readonly ChainRule[]): readonly ChainRule[] {
  const end = rules.findIndex(
    ({ verdict, matches, doubts }) => verdict.kind === 'goto' && doubts.length === 0 && matches.some(isEveryConnection),
  )
  const to = targetOf(rules[end])
  let first = end
  while (to !== undefined && targetOf(rules[first - 1]) === to) first--
  return rules.toSpliced(first, end - first)
}

const targetOf = (rule: ChainRule | undefined) => (rule?.verdict.kind === 'goto' ? rule.verdict.chain : undefined)

/** A chain and all that its rules lead to. */
export function chainsFrom(
  chain: string,
  rulesOf: (chain: string) => readonly Pick<ChainRule, 'verdict'>[] | undefined,
): ReadonlySet<string> {
  const seen = new Set([chain])
  // A set that grows while it is walked: its new members are walked too.
  for (const name of seen)
    for (const { verdict } of rulesOf(name) ?? []) if ('chain' in verdict) seen.add(verdict.chain)
  return seen
}

/** Before any rule took some of them. */
const EVERYTHING: readonly Match[] = [EVERY_CONNECTION]

/** A rule that takes connections out of its chain, so the rules behind it do not meet them all. */
const NOT_ALONE: MetRule = { found: [], notes: [], steps: [] }

/** A chain on the way of connections. */
interface Stop {
  readonly chain: string
  /** The base chain that leads here. */
  readonly base: BaseChain
  /** The base chains after that one. */
  readonly next: readonly BaseChain[]
  /** The rule of an earlier base chain that allowed the connections. */
  readonly allowed: Outcome | undefined
  /** The name of the rule that jumped here. */
  readonly inherited: string | undefined
  /** The chains that jumped here, outermost first. */
  readonly trail: readonly string[]
}

/** A rule to report, without its traffic. */
interface Outcome extends ChainPolicy {
  readonly members?: readonly RuleMember[]
  /** True for a rule with a name of its own. */
  readonly isNamed?: boolean
}

class ChainFollower {
  found: FoundRule[] = []
  readonly #walk: ChainWalk
  readonly #notes: Notes
  readonly #all: PrefixSet
  readonly #remoteSide: 'source' | 'destination'
  /** The chains that rules jumped to. */
  readonly #chains = new Set<string>()
  #steps = 0

  constructor(walk: ChainWalk, notes: Notes) {
    this.#walk = walk
    this.#notes = notes
    this.#all = everything(walk.family)
    this.#remoteSide = walk.direction === 'outbound' ? 'destination' : 'source'
  }

  /** Follows connections through base chains; `allowed` is the rule of an earlier one that allowed them. */
  enter([base, ...next]: readonly BaseChain[], matches: readonly Match[], allowed: Outcome | undefined): void {
    if (matches.length === 0) return
    if (!base) {
      if (allowed) this.#emit(matches, allowed)
      return
    }
    const { chain, sees, policy } = base
    let arriving = matches
    const passed: Outcome | undefined = allowed ?? (policy && { ...policy, action: 'allow' })
    if (sees) {
      arriving = ofFamily(matches, sees)
      this.enter(next, ofFamily(matches, sees === 'ipv4' ? 'ipv6' : 'ipv4'), passed)
    }
    this.#follow({ chain, base, next, allowed, inherited: undefined, trail: [] }, arriving)
    if (policy?.action === 'deny') this.#emit(arriving, policy)
    else if (policy) this.enter(next, arriving, passed)
  }

  #follow(stop: Stop, arriving: readonly Match[]): void {
    let matches = arriving
    const rules = stop.base.rulesOf(stop.chain) ?? []
    if (arriving === EVERYTHING && this.#repeat(rules, stop)) return
    for (const rule of withoutNeedlessGotos(rules)) {
      if (matches.length === 0 || !this.#takeSteps(matches.length, rule.place, stop.chain)) return
      matches = this.#meet(rule, stop, matches)
    }
  }

  /** The connections that go on from a rule to the next one. */
  #meet(rule: ChainRule, stop: Stop, matches: readonly Match[]): readonly Match[] {
    const inside = inBoth(matches, rule.matches)
    for (const doubt of rule.doubts) this.#noteDoubt(doubt, rule, matches)
    if (inside.length === 0) return matches
    const { verdict } = rule
    if (verdict.kind === 'allow' || verdict.kind === 'deny') this.#decide(rule, verdict.kind, inside, stop)
    else if ('chain' in verdict) this.#jump(rule, verdict.chain, inside, stop)
    // Connections that a goto took do not return to this chain.
    if (verdict.kind !== 'goto' && verdict.kind !== 'return') return matches
    return rule.matches.reduce((left, own) => left.flatMap((match) => withoutMatch(match, own, this.#all)), matches)
  }

  /** Takes what earlier walks made of the rules of a chain, if every connection meets them all. False if some do not, or for too many steps. */
  #repeat(rules: readonly ChainRule[], stop: Stop): boolean {
    const { kept, changed = [] } = this.#walk
    if (!kept) return false
    kept.of(rules, changed, (fresh, uses) =>
      fresh.map((rule) => {
        if (rule.verdict.kind === 'goto' || rule.verdict.kind === 'return') return NOT_ALONE
        const notes = new Notes()
        const own = new ChainFollower({ ...this.#walk, kept: undefined }, notes)
        own.#takeSteps(1, rule.place, stop.chain)
        own.#meet(rule, stop, EVERYTHING)
        for (const one of own.found) Object.freeze(one)
        for (const chain of own.#chains) uses(rule, chain)
        return { found: own.found, notes: notes.all, steps: [own.#steps] }
      }),
    )
    const steps = kept.joined('steps')
    // A walk without them notes where it ends.
    if (steps.length < rules.length || steps.reduce((all, one) => all + one, 0) > MOST_STEPS) return false
    this.found = this.found.concat(kept.joined('found'))
    this.#notes.addAll(kept.joined('notes'))
    return true
  }

  #emit(matches: readonly Match[], { isNamed, ...outcome }: Outcome): void {
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

  /** Follows a jump; a note if it leads nowhere. */
  #jump({ place, name }: ChainRule, chain: string, inside: readonly Match[], stop: Stop): void {
    const { base, next, allowed, inherited } = stop
    const trail = [...stop.trail, stop.chain]
    this.#chains.add(chain)
    if (base.rulesOf(chain) === undefined) this.#notes.add(place, chain, 'is a chain that does not exist')
    else if (trail.includes(chain)) this.#notes.add(place, chain, 'is a chain that leads back to itself')
    else if (stop.trail.length > DEEPEST) this.#notes.add(place, chain, 'is a chain after too many jumps')
    else this.#follow({ chain, base, next, allowed, inherited: name ?? inherited, trail }, inside)
  }

  #noteDoubt(doubt: Doubt, { matches: own, place, text, verdict }: ChainRule, matches: readonly Match[]): void {
    const { reason, side, direction, isHarmless, isOpen } = doubt
    if (direction !== undefined && direction !== this.#walk.direction) return
    const isDenial = verdict.kind === 'deny'
    // A jump or a return with unknown addresses may allow them too.
    const mayAllow = verdict.kind === 'allow' || (!isDenial && (side !== undefined || doubt.mayAllow))
    const outlines = side ? own.map((match) => ({ ...match, [side]: undefined })) : own
    const doubted = isHarmless || (isOpen && !isDenial) ? matches : inBoth(matches, outlines)
    const found = this.#sidesOf(doubted).map(({ traffic }) => traffic)
    const about = mayAllow ? found.flatMap(anyTrafficWith) : found
    if (about.length > 0) this.#notes.add(place, text, reason, isHarmless ? { isHarmless } : { about })
  }

  /** Reports a rule; rules that are alike but for a name and an address as one, if that address is the remote one. */
  #decide(rule: ChainRule, action: FoundRule['action'], matches: readonly Match[], stop: Stop): void {
    const { chain, next, allowed, inherited } = stop
    const nameOf = (own: string | undefined) => own ?? inherited ?? chain
    const outcome = { action, place: rule.place, name: nameOf(rule.name) }
    if (action === 'allow' && this.#walk.next?.length) {
      const isNamed = rule.name !== undefined
      this.enter(next, matches, allowed && (allowed.isNamed || !isNamed) ? allowed : { ...outcome, isNamed })
      return
    }
    if (!rule.members) {
      this.#emit(matches, outcome)
      return
    }
    const { side, rules } = rule.members
    const members = rules.map((member) => ({ ...member, name: nameOf(member.name) }))
    if (side === this.#remoteSide) {
      this.#emit(matches, { ...outcome, members })
      return
    }
    for (const { prefix, ...one } of members) {
      const own = { ...EVERY_CONNECTION, [side]: PrefixSet.of([prefix]) }
      this.#emit(inBoth(matches, [own]), { action, ...one })
    }
  }

  /** Connections as they are seen in the direction of the walk. */
  #sidesOf(matches: readonly Match[]) {
    const { direction, isDecided, remotes } = this.#walk
    return matches.flatMap(({ protocol, ports, source, destination, object, part }) => {
      const [near, far] = direction === 'outbound' ? [source, destination] : [destination, source]
      const isRemote = object?.side === this.#remoteSide
      const isLocal = object !== undefined && !isRemote
      const held = isRemote ? object.addresses : undefined
      // In an audit, objects are local sides of the policy. What the text says of one counts more.
      if (!isDecided && remotes && isRemote && !held) return []
      return this.#partsOf(near, far).flatMap(({ local, remote, all }) => {
        // Where both directions pass, a rule that only matches this side is for the other direction, unless the side is surely
        // local.
        const isOpen = !isRemote && (local !== undefined || isLocal) && remote.equals(all)
        if (!isDecided && isOpen && !(remotes && (isLocal || (local && areLocal(local, remotes))))) return []
        const addresses = held ? held.intersect(remote) : remote
        if (addresses.isEmpty) return []
        const traffic: Traffic = { direction, protocol, ports, remote: { addresses, tags: [] } }
        // A rule covers an unknown address set, or some addresses of a named object, only in part.
        const isVague = isLocal ? local !== undefined : isRemote && held === undefined
        return [{ traffic, local: localOf(local, isLocal ? object : undefined), part: isVague ? 'other' : part }]
      })
    })
  }

  /** The sides of a match. Both addresses of a connection have one family, so all local ones of a family limit the remote side alone. */
  #partsOf(local: PrefixSet | undefined, far: PrefixSet | undefined) {
    const all = this.#all
    const remote = far ?? all
    if (!local || this.#walk.family) return [{ local, remote, all }]
    const met = familiesOf(local).filter((family) => !remote.family(family).isEmpty)
    const whole = met.filter((family) => local.family(family).equals(everything(family)))
    return [whole, met.filter((family) => !whole.includes(family))].flatMap((families) => {
      const [family] = families
      if (!family) return []
      const own = (set: PrefixSet) => (families.length > 1 ? set : set.family(family))
      return [{ local: families === whole ? undefined : own(local), remote: own(remote), all: own(all) }]
    })
  }
}

/** The connections that match one of each list. */
function inBoth(matches: readonly Match[], others: readonly Match[]): readonly Match[] {
  const found: Match[] = []
  for (const other of others)
    for (const match of matches) {
      const both = commonMatch(match, other)
      if (both) found.push(both)
    }
  return found
}

function ofFamily(matches: readonly Match[], family: AddressFamily): readonly Match[] {
  const addresses = everything(family)
  return inBoth(matches, [{ ...EVERY_CONNECTION, source: addresses, destination: addresses }])
}

/** All traffic with the remote side of some: an audit reports whatever else is allowed with addresses of the policy. */
const anyTrafficWith = ({ remote }: Traffic): Traffic[] =>
  DIRECTIONS.map((direction) => ({ direction, protocol: 'any', ports: [EVERY_PORT], remote }))

function localOf(addresses: PrefixSet | undefined, object: MatchedObject | undefined): FoundLocal | undefined {
  if (object) return { addresses: PrefixSet.empty, objects: [object.name] }
  return addresses && { addresses, objects: [] }
}
