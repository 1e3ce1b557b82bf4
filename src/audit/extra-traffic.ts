import type { Prefix } from '../address/prefix.ts'
import { isNearlyAny, PrefixSet } from '../address/prefix-set.ts'
import { lazy, memo } from '../model/lazy.ts'
import type { FoundRule } from '../model/reading.ts'
import type { Ruleset } from '../model/ruleset.ts'
import { commonPorts, type Direction, type Flow, type PortRange, type ProtocolPorts } from '../model/traffic.ts'
import { allowedFor } from '../verify/compare.ts'
import { expectedRules } from '../verify/expectation.ts'
import type { LocalPart } from '../verify/local-parts.ts'
import { rulesByFlow } from '../verify/partition.ts'
import { type ConfigRule, configRules, overlapping } from './config-rules.ts'
import { type AllowBehind, allowsBehind, type PieceTraffic } from './denied.ts'
import { mergeFlows } from './merge.ts'
import { outsideOf, sharesOf, trafficOf } from './outside.ts'
import type { AtRule, FoundExcess, FoundOpening, FoundOutside } from './values.ts'

/** The current and past addresses of the policy. */
export interface PolicyPart {
  /** The policy's rules for the part of the local side that is compared, oldest first. */
  readonly history: readonly Ruleset[]
  readonly part: LocalPart
  /** Finds flows that no rule of the policy splits. */
  readonly flowsIn: (within: Flow) => readonly Flow[]
  /** The addresses that the policy allows for any local address, and does not deny for the part. The rest is for `widerLocal`. */
  readonly anywhere: (part: LocalPart) => (flow: Flow) => PrefixSet
  /** Every address that the policy has now, or had. */
  readonly past: PrefixSet
  readonly isOurs: (name: string) => boolean
}

/** The traffic outside the policy that each rule of a device allows, in one part of the local side. */
export interface ExtraTraffic {
  readonly stale: readonly FoundExcess[]
  readonly wider: readonly FoundExcess[]
  readonly opened: readonly FoundOpening[]
  /** Includes rules that are inside the policy elsewhere. */
  readonly outside: readonly FoundOutside[]
  /** Keys of the rules that have addresses of the policy; see `ruleKey`. */
  readonly inside: ReadonlySet<string>
  /** True if a rule allows more other addresses than addresses of the policy, so it was not written for the policy's tags. */
  readonly hasWide: boolean
}

/** One flow with the same addresses in the policy. */
interface PolicyFlow {
  /** True if a rule of the policy has or had this traffic. */
  readonly isAsked: boolean
  readonly wanted: PrefixSet
  /** The addresses of all rulesets here. */
  readonly before: PrefixSet
}

/**
 * The traffic outside the policy that each allow rule lets through, after the denies before it: other addresses on traffic that
 * the policy needs, or the policy's addresses on other traffic. A rule without addresses of the policy is outside.
 */
export function extraTraffic(rules: readonly FoundRule[], policy: PolicyPart): ExtraTraffic {
  const policyOn = policyFlows(policy)
  const anywhere = lazy(() => policy.anywhere(policy.part))
  const newest = policy.history.at(-1) as Ruleset
  const subject = PrefixSet.union(newest.sets.map(({ prefixes }) => prefixes))
  const found = { stale: [] as FoundExcess[], wider: [] as FoundExcess[], opened: new Openings() }
  const outside: FoundOutside[] = []
  const inside = new Set<string>()
  let hasWide = false
  for (const { rule, left } of allowsBehind(rules)) {
    // Most members of a large rule are unrelated to the policy, so they are checked together.
    const shares = lazy(() => sharesOf(left(rule.remote.addresses)))
    for (const one of configRules(rule, policy.past, policy.isOurs)) {
      if (!one.isRelated) {
        for (const entry of outsideOf(one, rule.direction, shares())) outside.push(entry)
        continue
      }
      const result = compareRule(one, { rule, left, policyOn, anywhere, subject, policy })
      hasWide ||= result.hasWide
      found.stale.push(...mergeFlows(result.stale))
      found.wider.push(...mergeFlows(result.wider))
      for (const { piece, addresses } of result.opened) found.opened.add(one, rule.direction, piece, addresses)
      if (result.isInside) inside.add(ruleKey(one))
      else outside.push(...outsideOf({ ...one, prefix: undefined }, rule.direction, sharesOf(result.pieces)))
    }
  }
  const opened = found.opened.entries.map(({ own, ...entry }) => {
    return { ...entry, objects: objectsOf(PrefixSet.union(own), entry.addresses) }
  })
  return { ...found, opened, outside, inside, hasWide }
}

interface Context extends AllowBehind {
  readonly policyOn: (flow: Flow) => PolicyFlow
  readonly anywhere: () => (flow: Flow) => PrefixSet
  readonly subject: PrefixSet
  readonly policy: PolicyPart
}

function compareRule(one: ConfigRule, { rule, left, policyOn, anywhere, subject, policy }: Context) {
  const isOurs = policy.isOurs(one.rule)
  const stale: FoundExcess[] = []
  const wider: FoundExcess[] = []
  const opened: { piece: PieceTraffic; addresses: PrefixSet }[] = []
  let hasWide = false
  const pieces = left(one.addresses)
  const isSubject = pieces.some(({ addresses }) => addresses.overlaps(subject))
  for (const { protocol, ports: own, addresses: reached } of pieces) {
    for (const flow of policy.flowsIn({ direction: rule.direction, protocol, ports: own })) {
      const { isAsked, wanted, before } = policyOn(flow)
      if (wanted.contains(reached)) continue
      const ports = commonPorts(flow.ports, own) as PortRange
      const more = reached.subtract(anywhere()(flow))
      const foreign = more.intersect(subject).subtract(before)
      if (!foreign.isEmpty) opened.push({ piece: { protocol, ports }, addresses: foreign })
      const rest = more.subtract(foreign)
      if (!isAsked || rest.isEmpty) continue
      const right = reached.intersect(wanted).count
      const isWide = right > 0n && rest.count > right
      hasWide ||= isWide
      const keep = (addresses: PrefixSet): FoundExcess[] => {
        if (addresses.isEmpty) return []
        const objects = objectsOf(one.addresses, addresses)
        return [{ rule: one.rule, place: one.place, flow: { ...flow, ports }, addresses, objects }]
      }
      // A rule of someone else for nearly anything was not written for the tags.
      const isOfOthers = !isOurs && (isWide || isNearlyAny(rest))
      const left = isOfOthers ? PrefixSet.empty : rest.intersect(policy.past)
      stale.push(...keep(left))
      if (isOurs || reached.overlaps(subject)) wider.push(...keep(rest.subtract(left)))
    }
  }
  return { stale, wider, opened, hasWide, pieces, isInside: isSubject || stale.length + wider.length > 0 }
}

/** The addresses of the policy in each flow; rules of a device have few of the flows. */
function policyFlows({ history }: PolicyPart): (flow: Flow) => PolicyFlow {
  const series = history.map((one) => rulesByFlow(expectedRules(one)))
  return memo((flow: Flow): PolicyFlow => {
    const rules = series.map((rulesOn) => rulesOn(flow))
    const allowed = rules.map((own) => allowedFor(flow, own, 'surely').addresses)
    return {
      isAsked: rules.some((own) => own.some(({ action }) => action === 'allow')),
      wanted: allowed.at(-1) as PrefixSet,
      before: PrefixSet.union(allowed),
    }
  })
}

/** The prefixes of a rule that hold an address of `addresses`. */
const objectsOf = (own: PrefixSet, addresses: PrefixSet): Prefix[] => own.prefixes.filter(overlapping(addresses))

/** The effect of one rule on some addresses; several make an opening. */
interface Entry extends AtRule {
  readonly direction: Direction
  readonly addresses: PrefixSet
  /** The remote sides of the merged pieces. */
  readonly own: readonly PrefixSet[]
}

/** A key that identifies a rule. */
export const ruleKey = ({ rule, place }: AtRule) => `${place.part}\n${place.line}\n${rule}`

/** Merges everything that one rule does to the same addresses into one entry, in rule order. */
class Openings {
  private readonly byRule = new Map<string, { entry: Entry; pieces: PieceTraffic[] }[]>()

  add(one: ConfigRule, direction: Direction, piece: PieceTraffic, addresses: PrefixSet): void {
    const { rule, place, addresses: own } = one
    const key = `${direction} ${ruleKey(one)}`
    const entries = this.byRule.get(key) ?? []
    const known = entries.find(({ entry }) => entry.addresses.equals(addresses))
    if (known) {
      known.pieces.push(piece)
      known.entry = { ...known.entry, own: [...known.entry.own, own] }
    } else entries.push({ entry: { rule, place, direction, addresses, own: [own] }, pieces: [piece] })
    this.byRule.set(key, entries)
  }

  get entries(): (Entry & { readonly traffic: ProtocolPorts })[] {
    return [...this.byRule.values()].flat().map(({ entry, pieces }) => ({ ...entry, traffic: trafficOf(pieces) }))
  }
}
