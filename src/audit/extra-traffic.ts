import { commonWith, overlapping } from '../address/overlaps.ts'
import type { Prefix } from '../address/prefix.ts'
import { isNearlyAny, PrefixSet } from '../address/prefix-set.ts'
import { groupsOf } from '../model/group-by.ts'
import { lazy, memo } from '../model/lazy.ts'
import type { FoundRule } from '../model/reading.ts'
import {
  commonPorts,
  type Direction,
  FLOW_PROTOCOLS,
  type Flow,
  hasPorts,
  joinPorts,
  type PortRange,
  trafficOf,
} from '../model/traffic.ts'
import { isEveryPort } from '../vendor/kit/ports.ts'
import { flowFinder, flowsOf } from '../verify/compare.ts'
import { mergeFlows } from './merge.ts'
import type { PolicyOnPart } from './policy-by-part.ts'
import type { AtRule, Excess, Opening, Outside } from './values.ts'

/** The rules of a policy, whatever their flows and documents. */
export interface KnownPolicy {
  /** Every address that the policy has now, or had. */
  readonly past: PrefixSet
  readonly isOurs: (name: string) => boolean
}

/**
 * The traffic outside the policy that each allow rule lets through, after the denies before it: other addresses on traffic that
 * the policy needs, or the policy's addresses on other traffic. A rule without addresses of the policy is outside.
 */
export function extraTraffic(rules: readonly FoundRule[], policy: PolicyOnPart, known: KnownPolicy) {
  const found = { stale: [] as Excess[], wider: [] as Excess[] }
  const opened: Opened[] = []
  const outside: Outside[] = []
  const inside = new Set<string>()
  let hasWide = false
  for (const behind of allowsBehind(rules)) {
    const { rule, left } = behind
    // Most members of a large rule are unrelated to the policy, so they are checked together.
    const shares = lazy(() => sharesOf(left(rule.remote.addresses)))
    for (const one of configRules(rule, known)) {
      if (!one.isRelated) {
        for (const entry of outsideOf(one, rule.direction, shares())) outside.push(entry)
        continue
      }
      const result = compareRule(one, behind, policy, known)
      hasWide ||= result.hasWide
      found.stale.push(...mergeFlows(result.stale))
      found.wider.push(...mergeFlows(result.wider))
      opened.push(...result.opened)
      if (result.isInside) inside.add(ruleKey(one))
      else outside.push(...outsideOf({ ...one, prefix: undefined }, rule.direction, sharesOf(result.pieces)))
    }
  }
  return {
    ...found,
    opened: openingsOf(opened),
    /** Includes rules that are inside the policy elsewhere. */
    outside,
    /** Keys of the rules that have addresses of the policy; see `ruleKey`. */
    inside,
    /** True if a rule allows more other addresses than addresses of the policy, so it was not written for the policy's tags. */
    hasWide,
  }
}

/** A rule as the configuration has it; a reader may read several as one. */
interface ConfigRule extends Pick<AtRule, 'rule' | 'place'> {
  /** True if the rule has a name of the policy's rules, or an address that the policy has or had. */
  readonly isRelated: boolean
  /** Empty for an unrelated member; there may be many. */
  readonly addresses: PrefixSet
  /** Only for a member. */
  readonly prefix: Prefix | undefined
}

/** A rule, or each of its members. */
export function configRules({ name, place, remote, members }: FoundRule, { past, isOurs }: KnownPolicy): ConfigRule[] {
  if (!members) {
    const isRelated = isOurs(name) || remote.addresses.overlaps(past)
    return [{ rule: name, place, isRelated, addresses: remote.addresses, prefix: undefined }]
  }
  const isTouched = overlapping(remote.addresses.intersect(past))
  return members.map(({ name, place, prefix }) => {
    const isRelated = isOurs(name) || isTouched(prefix)
    const addresses = isRelated ? PrefixSet.of([prefix]).intersect(remote.addresses) : PrefixSet.empty
    return { rule: name, place, isRelated, addresses, prefix }
  })
}

function compareRule(one: ConfigRule, { left }: AllowBehind, { subject, flowsIn }: PolicyOnPart, known: KnownPolicy) {
  const { rule: name, place } = one
  const isOurs = known.isOurs(name)
  const stale: Excess[] = []
  const wider: Excess[] = []
  const opened: Opened[] = []
  let hasWide = false
  const pieces = left(one.addresses)
  const isSubject = pieces.some(({ addresses }) => addresses.overlaps(subject))
  for (const piece of pieces) {
    const { addresses: reached } = piece
    for (const policy of flowsIn(piece)) {
      if (policy.wanted().contains(reached)) continue
      const flow = { ...policy.flow, ports: commonPorts(policy.flow.ports, piece.ports) as PortRange }
      const more = reached.subtract(policy.wanted()).subtract(policy.anywhere())
      const foreign = more.intersect(subject).subtract(policy.past())
      if (!foreign.isEmpty) opened.push({ ...flow, addresses: foreign, one })
      const rest = more.subtract(foreign)
      if (!policy.isAsked || rest.isEmpty) continue
      const right = reached.intersect(policy.wanted()).count
      const isWide = right > 0n && rest.count > right
      hasWide ||= isWide
      const keep = (addresses: PrefixSet): Excess[] => {
        if (addresses.isEmpty) return []
        const objects = objectsOf(one.addresses, addresses)
        return [{ rule: name, place, places: [place], flow, addresses, objects }]
      }
      // A rule of someone else for nearly anything was not written for the tags.
      const isOfOthers = !isOurs && (isWide || isNearlyAny(rest))
      const left = isOfOthers ? PrefixSet.empty : rest.intersect(known.past)
      stale.push(...keep(left))
      if (isOurs || reached.overlaps(subject)) wider.push(...keep(rest.subtract(left)))
    }
  }
  return { stale, wider, opened, hasWide, pieces, isInside: isSubject || stale.length + wider.length > 0 }
}

/** The prefixes of a rule that hold an address of `addresses`. */
const objectsOf = (own: PrefixSet, addresses: PrefixSet): Prefix[] => own.prefixes.filter(overlapping(addresses))

/** A key that identifies a rule. */
export const ruleKey = ({ rule, place }: Pick<AtRule, 'rule' | 'place'>) => `${place.part}\n${place.line}\n${rule}`

/** Traffic that a rule opens for addresses of the policy. */
interface Opened extends Piece {
  readonly one: ConfigRule
}

/** Everything that one rule opens to the same addresses is one opening, in rule order. */
const openingsOf = (opened: readonly Opened[]): Opening[] =>
  groupsOf(opened, ({ one, direction }) => `${direction} ${ruleKey(one)}`)
    .flatMap(byAddresses)
    .map((own) => {
      const [{ one, direction, addresses }] = own
      const held = PrefixSet.union(own.map((part) => part.one.addresses))
      const { rule, place } = one
      const objects = objectsOf(held, addresses)
      return { rule, place, places: [place], direction, addresses, traffic: trafficOf(own), objects }
    })

/** The rest of a rule with the same addresses. */
type Share = ReturnType<typeof sharesOf>[number]

/** Pieces with the same addresses together. */
function sharesOf(pieces: readonly Piece[]) {
  return byAddresses(pieces).map((own) => {
    const [{ addresses }] = own
    return { pieces: own, traffic: trafficOf(own), addresses, common: commonWith(addresses) }
  })
}

/** Values with the same addresses together. */
function byAddresses<One extends { readonly addresses: PrefixSet }>(values: readonly One[]): [One, ...One[]][] {
  const groups: [One, ...One[]][] = []
  for (const value of values) {
    const group = groups.find(([{ addresses }]) => addresses.equals(value.addresses))
    if (group) group.push(value)
    else groups.push([value])
  }
  return groups
}

const piecesOf = ({ pieces, common }: Share, prefix: Prefix): Piece[] =>
  pieces.map((piece) => ({ ...piece, addresses: PrefixSet.of(common(prefix)) }))

/** The traffic that a rule, or a member, allows, for the shares of its rule. */
function outsideOf({ rule, place, prefix }: ConfigRule, direction: Direction, ofRule: readonly Share[]): Outside[] {
  // Ports that differ over all members may be equal for this one.
  const shares = prefix && ofRule.length > 1 ? sharesOf(ofRule.flatMap((share) => piecesOf(share, prefix))) : ofRule
  return shares.flatMap(({ traffic, addresses, common }) => {
    const prefixes = prefix ? common(prefix) : addresses.prefixes
    return prefixes.length > 0 ? [{ rule, place, places: [place], direction, traffic, prefixes }] : []
  })
}

/** Addresses in one flow. */
export interface Piece extends Flow {
  readonly addresses: PrefixSet
}

/** A rule that allows, and what the denials before it leave of some of its addresses. */
export interface AllowBehind {
  readonly rule: FoundRule
  readonly left: (addresses: PrefixSet) => Piece[]
}

/** The rules that allow, in their order, behind those denials that `counts` takes. A denial for a part of the local side never counts. */
export function* allowsBehind(
  rules: readonly FoundRule[],
  counts: (denial: FoundRule) => boolean = () => true,
): Generator<AllowBehind> {
  const isDenial = (rule: FoundRule) => rule.action === 'deny' && rule.coverage === 'whole' && counts(rule)
  const cutsIn = flowFinder(flowsOf(rules.filter(isDenial).flatMap(({ ports }) => ports)))
  // The addresses that the denials so far block in some flow.
  let deniedAnywhere = PrefixSet.empty
  // The addresses that the denials so far block in each flow, which none of them splits.
  const denied = new Map<Flow, PrefixSet>()
  const left = (rule: FoundRule, addresses: PrefixSet): Piece[] => {
    if (!addresses.overlaps(deniedAnywhere)) return flowsOfRule(rule).map((flow) => ({ ...flow, addresses }))
    const without = memo((blocked: PrefixSet | undefined) => (blocked ? addresses.subtract(blocked) : addresses))
    return flowsOfRule(rule).flatMap((flow) =>
      cutsIn(flow).flatMap((cut): Piece[] => {
        const [rest, ports] = [without(denied.get(cut)), commonPorts(cut.ports, flow.ports) as PortRange]
        return rest.isEmpty ? [] : [{ direction: cut.direction, protocol: cut.protocol, ports, addresses: rest }]
      }),
    )
  }
  for (const rule of rules) {
    if (rule.action === 'allow') yield { rule, left: (addresses) => left(rule, addresses) }
    if (!isDenial(rule)) continue
    // Many flows have been blocked alike so far.
    const and = memo((blocked: PrefixSet | undefined) => PrefixSet.union([blocked ?? [], rule.remote.addresses]))
    for (const flow of flowsOfRule(rule).flatMap(cutsIn)) denied.set(flow, and(denied.get(flow)))
    deniedAnywhere = deniedAnywhere.union(rule.remote.addresses)
  }
}

/** The traffic of a rule. One with ports does not match protocols without ports. */
function flowsOfRule({ direction, protocol, ports }: FoundRule): Flow[] {
  const all = isEveryPort(ports) ? FLOW_PROTOCOLS : FLOW_PROTOCOLS.filter(hasPorts)
  const protocols = protocol === 'any' ? all : [protocol]
  return protocols.flatMap((protocol) => joinPorts(ports).map((run) => ({ direction, protocol, ports: run })))
}
