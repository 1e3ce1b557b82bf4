import type { Direction, FoundRule, Match, Notes, Place, PrefixSet, Traffic } from 'tagwall/reader'
import { allTraffic, DIRECTIONS, FAMILIES, kit } from '../_kit/kit.ts'
import type { Step } from './reader-conditions.ts'
import { type Condition, type Doubt, EVERY_CONNECTION, ofFamily } from './reader-keys.ts'
import type { Chain } from './reader-state.ts'
import type { Rule, TableFamily } from './reader-types.ts'

/** A chain with the effects of its rules, and the chains that these may jump to. */
export interface ReadChain {
  readonly chain: Chain
  readonly family: TableFamily
  readonly steps: readonly Step[]
  readonly others: ReadonlyMap<string, ReadChain>
}

/** An entry point of connections in one direction. */
export interface Entry {
  /** The chains that they pass one after the other: one that drops them ends it, one that accepts them does not. */
  readonly chains: readonly ReadChain[]
  readonly direction: Direction
  /** True if only connections of that direction arrive there. If both directions do, the addresses of a rule decide about its direction. */
  readonly isDecided: boolean
  /** The remote addresses of the policy, in an audit. */
  readonly remotes?: PrefixSet | undefined
  /** The interfaces of these connections, if known. */
  readonly interfaces: { readonly in?: Interfaces | undefined; readonly out?: Interfaces | undefined }
}

/** Any of these interfaces, or any but these. */
export interface Interfaces {
  readonly names: readonly string[]
  readonly isNegated?: boolean
}

/** The rule that a decision is known by. */
interface Credit {
  readonly name: string
  readonly place: Place
  readonly isNamed: boolean
}

/** Branching chains grow exponentially, so the walk stops here. */
const MOST_STEPS = 1_000_000
/** The kernel's limit of nested jumps. */
const MOST_JUMPS = 16
/** More base chains than real configurations have, but too few for a hostile text to exhaust the stack. */
const MOST_CHAINS = 100

/**
 * The rules that connections meet from an entry on, in order, without chains. A jump becomes the rules of its target, limited by the match of the
 * jump. A return excludes its match from the rest of its chain. Connections that one base chain accepts continue in the next.
 */
export class Walk {
  readonly found: FoundRule[] = []
  private steps = 0

  constructor(
    private readonly entry: Entry,
    private readonly notes: Notes,
  ) {}

  /** Walks all chains of the entry. */
  run(): FoundRule[] {
    const deciding = this.entry.chains.filter((read) => !read.chain.hook || canDeny(read))
    // Chains that let everything on add no rule, but may send connections elsewhere.
    for (const chain of this.entry.chains) {
      if (!deciding.includes(chain))
        this.follow(chain, this.arriving(chain, [EVERY_CONNECTION]), undefined, [], () => {})
    }
    const [tooMany] = deciding.slice(MOST_CHAINS)
    if (tooMany) {
      const { place, name } = tooMany.chain
      this.notes.add(place, `chain ${name}`, `is base chain ${MOST_CHAINS + 1} here, and is not followed`)
    }
    if (deciding.length > 0) this.enter(deciding.slice(0, MOST_CHAINS), [EVERY_CONNECTION], undefined)
    else {
      const last = this.entry.chains.at(-1)
      if (last) this.emit([EVERY_CONNECTION], 'allow', policyOf(last.chain))
    }
    return this.found
  }

  /** From the first of the chains on; `credit` is the rule of an earlier one that accepted. */
  private enter(chains: readonly ReadChain[], boxes: readonly Match[], credit: Credit | undefined): void {
    const [first, ...more] = chains
    if (boxes.length === 0) return
    if (!first) {
      if (credit) this.emit(boxes, 'allow', credit)
      return
    }
    const arriving = this.arriving(first, boxes)
    const passing = first.family === 'inet' ? [] : this.arriving({ ...first, family: otherFamily(first.family) }, boxes)
    this.enter(more, passing, credit ?? { ...policyOf(first.chain), isNamed: false })
    this.follow(first, arriving, undefined, [], (accepted, by) => this.enter(more, accepted, better(credit, by)))
    const policy = policyOf(first.chain)
    if (first.chain.policy === 'drop') this.emit(arriving, 'deny', policy)
    else if (first.chain.hook) this.enter(more, arriving, credit ?? policy)
  }

  /** The connections that the family of a chain's table sees. */
  private arriving({ family }: Pick<ReadChain, 'family'>, boxes: readonly Match[]): Match[] {
    if (family === 'inet') return [...boxes]
    const own = ofFamily(family === 'ip' ? 'ipv4' : 'ipv6')
    return boxes.flatMap((box) => kit.commonMatch(box, own) ?? [])
  }

  private follow(
    { chain, steps, others }: ReadChain,
    arriving: readonly Match[],
    inherited: string | undefined,
    trail: readonly string[],
    onAccept: (boxes: readonly Match[], by: Credit) => void,
  ): void {
    let boxes = arriving
    for (const { rule, conditions, verdict, doubts } of steps) {
      if (boxes.length === 0) return
      this.steps += boxes.length
      if (this.steps > MOST_STEPS) {
        if (this.steps < Number.POSITIVE_INFINITY) this.tooMuch(chain)
        return
      }
      const own = conditions.flatMap((condition) => this.conditionOf(condition) ?? [])
      const inside = own.flatMap((condition) => boxes.flatMap((box) => kit.commonMatch(box, condition) ?? []))
      for (const doubt of doubts) {
        const isMet = !doubt.isOutbound || this.entry.direction === 'outbound'
        const mayAllow = verdict.kind !== 'drop'
        const about = this.trafficOf(doubt.isHarmless || (mayAllow && doubt.isOpen) ? boxes : inside)
        if (isMet) this.noteDoubt(rule, doubt, mayAllow ? about.flatMap(anyTrafficWith) : about)
      }
      if (inside.length === 0) continue
      const credit = creditOf(rule, inherited ?? chain.name)
      if (verdict.kind === 'accept') onAccept(inside, credit)
      else if (verdict.kind === 'drop') this.emit(inside, 'deny', credit)
      else if (verdict.kind === 'either') {
        // Neither may be counted on: it is a part in both.
        const part = inside.map((box): Match => ({ ...box, part: 'other' }))
        onAccept(part, credit)
        this.emit(part, 'deny', credit)
      } else if ('chain' in verdict) {
        const target = others.get(verdict.chain)
        if (!target) this.note(rule, `names the chain ${verdict.chain}, which does not exist`)
        else if (trail.includes(verdict.chain) || verdict.chain === chain.name) {
          this.note(rule, `leads to the chain ${verdict.chain}, which leads back to itself`)
        } else if (trail.length > MOST_JUMPS)
          this.note(rule, `leads to the chain ${verdict.chain} after too many jumps`)
        else this.follow(target, inside, rule.comment ?? inherited, [...trail, chain.name], onAccept)
      }
      // Connections that a goto took do not return to this chain.
      if (verdict.kind === 'return' || verdict.kind === 'goto') {
        boxes = own.reduce<readonly Match[]>(
          (left, condition) => left.flatMap((box) => kit.withoutMatch(box, condition)),
          boxes,
        )
      }
    }
  }

  /** The condition, limited to the known interfaces; undefined if they exclude it. */
  private conditionOf(condition: Condition): Match | undefined {
    if (condition.isToSelf && this.entry.direction === 'outbound') return undefined
    let { part } = condition
    for (const { side, names, isNegated } of condition.interfaces) {
      const share = shareOf(this.entry.interfaces[side], names)
      if (share === 'unknown') part = part === 'no' ? 'zone' : part
      else if (share === 'some') part = 'other'
      else if ((share === 'all') === isNegated) return undefined
    }
    return { ...condition, part }
  }

  private emit(boxes: readonly Match[], action: FoundRule['action'], { name, place }: Credit): void {
    for (const { local, part, ...traffic } of this.sidesOf(boxes)) {
      this.found.push({
        name,
        place,
        action,
        ...traffic,
        ...(local && { local: { addresses: local, objects: [] } }),
        coverage: part === 'no' ? 'whole' : 'part',
        ...(part === 'zone' && { isPartByZone: true }),
      })
    }
  }

  /** The matches in the direction of the entry; `local` if they cover only some of the local addresses. */
  private sidesOf(boxes: readonly Match[]): (Traffic & Pick<Match, 'part'> & { readonly local?: PrefixSet })[] {
    const { direction, isDecided, remotes } = this.entry
    return boxes.flatMap(({ protocol, ports, source, destination, part }) => {
      const [local, remote] = direction === 'outbound' ? [source, destination] : [destination, source]
      const traffic = { direction, protocol, ports, part } as const
      if (!local) return [{ ...traffic, remote: { addresses: remote ?? kit.everything(), tags: [] } }]
      // Both addresses of a connection have one family, so a rule for IPv4 covers all its possible local addresses.
      return FAMILIES.flatMap((family) => {
        const all = kit.everything(family)
        const [own, addresses] = [local.family(family), remote ? remote.family(family) : all]
        if (own.isEmpty || addresses.isEmpty) return []
        const isLimited = !own.equals(all)
        // Where both directions pass, a rule that only matches this side is for the other direction, unless the side is
        // surely local.
        if (!isDecided && isLimited && addresses.equals(all) && !kit.areLocal(own, remotes)) return []
        return [{ ...traffic, remote: { addresses, tags: [] }, ...(isLimited && { local: own }) }]
      })
    })
  }

  private trafficOf(boxes: readonly Match[]): Traffic[] {
    return this.sidesOf(boxes).map(({ direction, protocol, ports, remote }) => ({ direction, protocol, ports, remote }))
  }

  private note({ place, text }: Rule, reason: string): void {
    this.notes.add(place, text, reason)
  }

  private noteDoubt({ place, text }: Rule, { reason, isHarmless }: Doubt, about: readonly Traffic[]): void {
    if (about.length > 0) this.notes.add(place, text, reason, isHarmless ? { isHarmless } : { about })
  }

  private tooMuch({ place, name }: Chain): void {
    this.notes.add(place, name, 'is a chain with too many jumps to it to follow')
    this.steps = Number.POSITIVE_INFINITY
  }
}

/** All traffic with the remote side of some: an audit reports whatever else is allowed with addresses of the policy. */
const anyTrafficWith = ({ remote }: Traffic): Traffic[] =>
  DIRECTIONS.map((direction) => ({ ...allTraffic(direction), remote }))

const otherFamily = (family: TableFamily): TableFamily => (family === 'ip' ? 'ip6' : 'ip')

function policyOf({ name, place, hook, policy = 'accept' }: Chain): Credit {
  return { name: hook ? `policy ${policy} of ${name}` : name, place, isNamed: false }
}

const creditOf = ({ comment, place }: Rule, otherwise: string): Credit => ({
  name: comment ?? otherwise,
  place,
  isNamed: comment !== undefined,
})

/** If two base chains accept, the rule that the user named counts; else the first. */
const better = (a: Credit | undefined, b: Credit): Credit => (!a || (b.isNamed && !a.isNamed) ? b : a)

/** The share of known interfaces that a condition names. */
function shareOf(known: Interfaces | undefined, names: readonly string[]): 'all' | 'some' | 'none' | 'unknown' {
  if (!known) return 'unknown'
  if (known.isNegated) return names.every((name) => known.names.includes(name)) ? 'none' : 'unknown'
  const like = known.names.filter((one) => names.some((name) => isInterface(name, one)))
  return like.length === known.names.length ? 'all' : like.length > 0 ? 'some' : 'none'
}

function isInterface(pattern: string, actual: string): boolean {
  return pattern.endsWith('*') ? actual.startsWith(pattern.slice(0, -1)) : actual === pattern
}

/** True if a chain, or a chain that it leads to, may drop packets. */
function canDeny({ chain, others, steps }: ReadChain): boolean {
  if (chain.policy === 'drop') return true
  const seen = new Set([chain.name])
  const verdicts = steps.map(({ verdict }) => verdict)
  // This loop also visits the entries that it appends.
  for (const verdict of verdicts) {
    if (verdict.kind === 'drop' || verdict.kind === 'either') return true
    if (!('chain' in verdict) || seen.has(verdict.chain)) continue
    seen.add(verdict.chain)
    for (const { verdict: next } of others.get(verdict.chain)?.steps ?? []) verdicts.push(next)
  }
  return false
}
