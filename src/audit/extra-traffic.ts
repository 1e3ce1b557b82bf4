import type { Prefix } from '../address/prefix.ts'
import { PrefixSet } from '../address/prefix-set.ts'
import { lazy } from '../model/lazy.ts'
import { commonPorts } from '../model/ports.ts'
import type { FoundRule, Place } from '../model/reading.ts'
import type { Ruleset } from '../model/ruleset.ts'
import type { Direction, Flow, ProtocolPorts } from '../model/traffic.ts'
import { allowedFor, flowsOf } from '../verify/compare.ts'
import { expectedRules } from '../verify/expectation.ts'
import { type LocalPart, onPart } from '../verify/local-parts.ts'
import { rulesByFlow } from '../verify/partition.ts'
import { Denied, type PieceTraffic } from './denied.ts'
import { mergeFlows } from './merge-flows.ts'
import { isNearlyAny } from './nearly-any.ts'
import { outsideOf, sharesOf, trafficOf } from './outside.ts'
import { type SingleRule, singleRules, touching } from './single-rules.ts'
import type { FoundExcess, FoundOpening, FoundOutside } from './values.ts'

/** The current and past addresses of the policy. */
export interface Asked {
  /** The policy's rules for the part of the local side that is compared, oldest first. */
  readonly history: readonly Ruleset[]
  readonly part: LocalPart
  /** All of its rules. What they allow for other local addresses is for `widerLocal`. */
  readonly whole: Ruleset
  readonly areObjectsApart: boolean
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

/** One run of ports with the same addresses in the policy. */
interface Run extends PieceTraffic {
  /** Undefined where no rule of the policy has or had this traffic. */
  readonly flow: Flow | undefined
  readonly wanted: PrefixSet
  /** The addresses that the policy allows here, for any local address, and does not deny for the part. */
  readonly anywhere: PrefixSet
  /** The addresses of all rulesets here. */
  readonly before: PrefixSet
}

/**
 * The traffic outside the policy that each allow rule lets through, after the denies before it: other addresses on traffic that
 * the policy needs, or the policy's addresses on other traffic. A rule without addresses of the policy is outside.
 */
export function extraTraffic(rules: readonly FoundRule[], asked: Asked): ExtraTraffic {
  const runs = {
    outbound: runsOf('outbound', asked),
    inbound: runsOf('inbound', asked),
  }
  const newest = asked.history.at(-1) as Ruleset
  const subject = PrefixSet.union(newest.sets.map(({ prefixes }) => prefixes))
  const interesting = subject.union(asked.past)
  const found = { stale: [] as FoundExcess[], wider: [] as FoundExcess[], opened: new Groups() }
  const outside: FoundOutside[] = []
  const inside = new Set<string>()
  let hasWide = false
  const denied = new Denied()
  for (const rule of rules) {
    if (rule.action === 'deny') {
      if (rule.coverage === 'whole') denied.add(rule)
      continue
    }
    // Most members of a large rule are unrelated to the policy, so they are checked together.
    const shares = lazy(() => sharesOf(denied.left(rule, rule.remote.addresses)))
    for (const single of singleRules(rule, interesting, asked.isOurs)) {
      if (!single.isRelated) {
        for (const entry of outsideOf(single, rule.direction, shares())) outside.push(entry)
        continue
      }
      const result = compareRule(single, { rule, runs: runs[rule.direction], subject, asked, denied })
      hasWide ||= result.hasWide
      found.stale.push(...mergeFlows(result.stale))
      found.wider.push(...mergeFlows(result.wider))
      for (const { piece, addresses } of result.opened) found.opened.add(single, rule.direction, piece, addresses)
      if (result.isInside) inside.add(ruleKey(single))
      else outside.push(...outsideOf({ ...single, prefix: undefined }, rule.direction, sharesOf(result.pieces)))
    }
  }
  const opened = found.opened.entries.map(({ own, ...entry }) => {
    return { ...entry, objects: objectsOf(PrefixSet.union(own), entry.addresses) }
  })
  return {
    stale: found.stale,
    wider: found.wider,
    opened,
    outside,
    inside,
    hasWide,
  }
}

interface Context {
  readonly rule: FoundRule
  readonly runs: readonly Run[]
  readonly subject: PrefixSet
  readonly asked: Asked
  readonly denied: Denied
}

function compareRule(single: SingleRule, { rule, runs, subject, asked, denied }: Context) {
  const isOurs = asked.isOurs(single.rule)
  const stale: FoundExcess[] = []
  const wider: FoundExcess[] = []
  const opened: { piece: PieceTraffic; addresses: PrefixSet }[] = []
  let hasWide = false
  const pieces = denied.left(rule, single.addresses)
  const isSubject = pieces.some(({ addresses }) => addresses.overlaps(subject))
  for (const { protocol, ports: own, addresses: reached } of pieces) {
    for (const run of runs) {
      const ports = run.protocol === protocol ? commonPorts(run.ports, own) : undefined
      if (!ports) continue
      const more = reached.subtract(run.anywhere)
      const foreign = more.intersect(subject).subtract(run.before)
      if (!foreign.isEmpty) opened.push({ piece: { protocol, ports }, addresses: foreign })
      const rest = more.subtract(foreign)
      if (!run.flow || rest.isEmpty) continue
      const wanted = reached.intersect(run.wanted).count
      const isWide = wanted > 0n && rest.count > wanted
      hasWide ||= isWide
      const keep = (addresses: PrefixSet): FoundExcess[] =>
        addresses.isEmpty
          ? []
          : [
              {
                rule: single.rule,
                place: single.place,
                flow: { ...run.flow, ports } as Flow,
                addresses,
                objects: objectsOf(single.addresses, addresses),
              },
            ]
      // A rule of someone else for nearly anything was not written for the tags.
      const isOfOthers = !isOurs && (isWide || isNearlyAny(rest))
      const left = isOfOthers ? PrefixSet.empty : rest.intersect(asked.past)
      stale.push(...keep(left))
      if (isOurs || reached.overlaps(subject)) wider.push(...keep(rest.subtract(left)))
    }
  }
  return { stale, wider, opened, hasWide, pieces, isInside: isSubject || stale.length + wider.length > 0 }
}

type RulesOn = ReturnType<typeof rulesByFlow>

/** The addresses of the policy in one direction, for every port of every protocol. */
function runsOf(direction: Direction, { history, part, whole, areObjectsApart }: Asked): Run[] {
  const ports = [whole, ...history].flatMap(({ rules }) => rules.flatMap(({ ports }) => ports))
  const flows = flowsOf(ports).filter((flow) => flow.direction === direction)
  const wantedBy = (flow: Flow, rulesOn: RulesOn) => allowedFor(flow, rulesOn(flow), 'surely').addresses
  const series = history.map((one) => rulesByFlow(expectedRules(one)))
  // A rule that denies for other local addresses takes nothing away here.
  const all = rulesByFlow(
    expectedRules(whole, { areObjectsApart }).flatMap(({ local, ...rule }): readonly FoundRule[] =>
      rule.action === 'allow' ? [rule] : onPart([{ ...rule, local }], part),
    ),
  )
  const runs = flows.map((flow): Run => {
    const isAsked = series.some((rulesOn) => rulesOn(flow).some(({ action }) => action === 'allow'))
    return {
      protocol: flow.protocol,
      ports: flow.ports,
      flow: isAsked ? flow : undefined,
      wanted: wantedBy(flow, series.at(-1) as RulesOn),
      anywhere: wantedBy(flow, all),
      before: PrefixSet.union(series.map((rulesOn) => wantedBy(flow, rulesOn))),
    }
  })
  return runs
}

/** The prefixes of a rule that hold an address of `addresses`. */
const objectsOf = (own: PrefixSet, addresses: PrefixSet): Prefix[] => own.prefixes.filter(touching(addresses))

/** What one rule does to some addresses: the beginning of an opening. */
interface Entry {
  readonly rule: string
  readonly place: Place
  readonly direction: Direction
  readonly addresses: PrefixSet
  /** The remote sides of the merged pieces. */
  readonly own: readonly PrefixSet[]
}

/** A key that identifies a rule. */
export const ruleKey = ({ rule, place }: { readonly rule: string; readonly place: Place }) =>
  `${place.part}\n${place.line}\n${rule}`

/** Merges everything that one rule does to the same addresses into one entry, in rule order. */
class Groups {
  private readonly byRule = new Map<string, { entry: Entry; pieces: PieceTraffic[] }[]>()

  add(
    { rule, place, addresses: own }: SingleRule,
    direction: Direction,
    piece: PieceTraffic,
    addresses: PrefixSet,
  ): void {
    const key = `${direction} ${ruleKey({ rule, place })}`
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
