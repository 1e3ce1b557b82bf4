import { firstIndex } from '../address/binary-search.ts'
import { groupBy } from '../model/group-by.ts'
import { lazy, memo } from '../model/lazy.ts'
import type { FoundRule } from '../model/reading.ts'
import { type Direction, type Flow, joinPorts, type PortRange } from '../model/traffic.ts'
import { decideAlike, flowsOf, matchAlike, matches } from './compare.ts'
import { finderOfPart, type LocalPart, localParts } from './local-parts.ts'

/** A part of the local side and a flow, so small that each rule decides about all of it or none, and the rules that do. */
export interface Cell {
  readonly part: LocalPart
  readonly flow: Flow
  /** The rules of each list, in their order, as if the part were the whole local side. */
  readonly rules: readonly (readonly FoundRule[])[]
}

/** The parts of the local side, and the cells in each. */
export interface Partition {
  readonly parts: readonly LocalPart[]
  readonly cellsOf: (part: LocalPart) => Cell[]
}

/**
 * Cuts all traffic at the rules of several lists, and of `about`. The cells are those that a rule is about; one of `about`, if that is given.
 * The cost grows with the rules, and with the cells times the rules in each, not with rules times cells. The last argument is the cut of other lists, whose
 * rules match the same in the same places.
 */
export function partitionOf(
  lists: Lists,
  about?: readonly FoundRule[],
  { parts, flowsOn } = cutOf(lists, about),
): Partition {
  const onParts = lists.map(finderOfPart)
  const aboutOn = about && finderOfPart(about)
  const cellsOf = (part: LocalPart): Cell[] => {
    const own = onParts.map((rulesOn) => rulesOn(part))
    const met = flowsOn(part, own, aboutOn ? [aboutOn(part)] : own)
    return met.map(({ flow, places }) => ({
      part,
      flow,
      rules: own.map((rules, list) => rulesAt(rules, places[list] ?? [])),
    }))
  }
  return { parts, cellsOf }
}

type Lists = readonly (readonly FoundRule[])[]

/** The parts of the local side, and the flows on each that one of some rules is about, with the places of the rules that match in each list on that part. */
function cutOf(lists: Lists, about: readonly FoundRule[] = []) {
  const locals = [...lists, about].flatMap((rules) => rules.map(({ local }) => local))
  const flowsOn = (_: LocalPart, own: Lists, asked: Lists) => {
    const [placesOf, askedOf] = [own.map(placesByFlow), asked.map(placesByFlow)]
    return flowsOf([...own, ...asked].flatMap((rules) => rules.flatMap(({ ports }) => ports)))
      .filter((flow) => askedOf.some((placesOn) => placesOn(flow).length > 0))
      .map((flow) => ({ flow, places: placesOf.map((placesOn) => placesOn(flow)) }))
  }
  return { parts: localParts(locals, lists.length), flowsOn }
}

/** A cut that is asked again about the same parts. */
function keptCutOf(lists: Lists, about: readonly FoundRule[]) {
  const { parts, flowsOn } = cutOf(lists, about)
  return { parts, flowsOn: memo(flowsOn) }
}

/** Partitions `lists` and the rules of a device at one moment after another. After the first, only cells in which a rule changed are returned. */
export function partitionEach(lists: Lists): (rules: readonly FoundRule[]) => Partition {
  let last: readonly FoundRule[] | undefined
  const inLists = lazy(() => lists.map(placesByPort))
  let inRules: PlacesOf | undefined
  let cut: { readonly changed: readonly FoundRule[]; readonly known: ReturnType<typeof cutOf> } | undefined
  return (rules) => {
    const before = last
    const changes = before && rulesThatChanged(before, rules)
    last = rules
    if (!changes) return partitionOf([...lists, rules])
    const changed = changes.flat()
    const met = lists.map((own, index) => rulesAt(own, inLists()[index]?.(changed) ?? []))
    const [older = [], newer = []] = changes
    const isInPlace = before?.length === rules.length && older.length === newer.length
    // Rules change again and again, as each address of a set comes or goes, but their places and what they match do not.
    inRules = isInPlace && portsText(older) === portsText(newer) ? (inRules ?? placesByPort(rules)) : undefined
    const own = inRules ? rulesAt(rules, inRules(changed)) : rules.filter(meeting(changed))
    const all = [...met, own]
    const isAlike = isInPlace && older.every((rule, index) => matchAlike(rule, newer[index] as FoundRule))
    const known = isAlike && cut && areSame(older, cut.changed) ? cut.known : keptCutOf(all, changed)
    cut = isAlike ? { changed: newer, known } : undefined
    return partitionOf(all, changed, known)
  }
}

const areSame = (rules: readonly FoundRule[], others: readonly FoundRule[]) =>
  rules.length === others.length && rules.every((rule, index) => rule === others[index])

/** The places of the rules that may meet traffic of one of `others`: those with a direction and a port in common. */
type PlacesOf = (others: readonly FoundRule[]) => number[]

const rulesAt = <Rule>(rules: readonly Rule[], places: readonly number[]) => places.map((place) => rules[place] as Rule)

function placesByPort(rules: readonly FoundRule[]): PlacesOf {
  const { runs, runOf } = runsOfPorts(rules)
  const beginning = runs.map((): number[] => [])
  for (const [place, { ports }] of rules.entries()) for (const { first } of ports) beginning[runOf(first)]?.push(place)
  return (others) => {
    const places = others.flatMap(({ direction, ports }) =>
      ports
        .flatMap(({ first, last }) => [runs[runOf(first)] ?? [], ...beginning.slice(runOf(first) + 1, runOf(last) + 1)])
        .flat()
        .filter((place) => rules[place]?.direction === direction),
    )
    return [...new Set(places)].sort((a, b) => a - b)
  }
}

/** The directions and ports of rules. */
const portsText = (rules: readonly FoundRule[]) =>
  JSON.stringify(rules.map(({ direction, ports }) => [direction, ports]))

/**
 * The rules that changed, in the older and the newer version. Rules in the same place of both lists did not; where rules come or go, neither did one that
 * only says again what a rule in front of all changes says. A rule that moved is in the first list alone.
 */
function rulesThatChanged(before: readonly FoundRule[], after: readonly FoundRule[]): readonly FoundRule[][] {
  const isAlike = (place: number, other = place) => decideAlike(before[place] as FoundRule, after[other] as FoundRule)
  if (before.length === after.length) {
    const places: number[] = []
    for (let place = 0; place < after.length; place++) if (!isAlike(place)) places.push(place)
    const [first = 0, last = first] = [places[0], places.at(-1)]
    const moved = first < last && (movedRule(before, after, first, last) ?? movedRule(before, after, last, first))
    return moved ? [[moved], []] : [before, after].map((rules) => rulesAt(rules, places))
  }
  const most = Math.min(before.length, after.length)
  let from = 0
  while (from < most && isAlike(from)) from++
  let to = 0
  while (to < most - from && isAlike(before.length - 1 - to, after.length - 1 - to)) to++
  const changed = [before, after].map((rules) => rules.slice(from, rules.length - to))
  const said = saidAgain(changed.flat(), after.slice(0, from))
  return changed.map((rules) => rules.filter((rule) => !said.has(rule)))
}

/** The rule that moved from one place to another, if all others keep their order. */
function movedRule(before: readonly FoundRule[], after: readonly FoundRule[], from: number, to: number) {
  const others = after.toSpliced(to, 1)
  const staysAlike = before.toSpliced(from, 1).every((rule, at) => decideAlike(rule, others[at] as FoundRule))
  const [was, is] = [before[from] as FoundRule, after[to] as FoundRule]
  return staysAlike && decideAlike(was, is) ? is : undefined
}

/** Those of `some` that say again what one of `others` says, about the same object of addresses: many rules share a set. Looked up, because both may be many. */
function saidAgain(some: readonly FoundRule[], others: readonly FoundRule[]): ReadonlySet<FoundRule> {
  const firstPort = ({ ports }: FoundRule) => ports[0]?.first
  const bySet = groupBy(some, ({ remote }) => remote.addresses)
  const known = new Map(Array.from(bySet, ([set, own]) => [set, groupBy(own, firstPort)]))
  const said = others.flatMap((other) => {
    const alike = known.get(other.remote.addresses)?.get(firstPort(other)) ?? []
    return alike.filter((rule) => decideAlike(other, rule))
  })
  return new Set(said)
}

/** Finds rules that may meet traffic of one of `others`: those with a direction and a port in common. */
export function meeting(others: readonly Pick<FoundRule, 'direction' | 'ports'>[]): (rule: FoundRule) => boolean {
  const runsIn = (wanted: Direction) =>
    joinPorts(others.filter(({ direction }) => direction === wanted).flatMap(({ ports }) => ports))
  const runs = { outbound: runsIn('outbound'), inbound: runsIn('inbound') }
  return ({ direction, ports }) =>
    ports.some(({ first, last }) => {
      const own = runs[direction]
      const next = own[firstIndex(0, own.length, (index) => (own[index] as PortRange).last >= first)]
      return next !== undefined && next.first <= last
    })
}

/** Finds the rules that match a flow, which the ports of no rule split. */
export type RulesByFlow = (flow: Flow) => readonly FoundRule[]

export function rulesByFlow(rules: readonly FoundRule[]): RulesByFlow {
  const placesOn = placesByFlow(rules)
  return (flow) => rulesAt(rules, placesOn(flow))
}

function placesByFlow(rules: readonly FoundRule[]): (flow: Flow) => readonly number[] {
  const onPort = placesOnPort(rules)
  return (flow) => onPort(flow.ports.first).filter((place) => matches(rules[place] as FoundRule, flow))
}

/** Finds the places of the rules that have a port. */
export function placesOnPort(rules: readonly Pick<FoundRule, 'ports'>[]) {
  const { runs, runOf } = runsOfPorts(rules)
  return (port: number): readonly number[] => runs[runOf(port)] ?? []
}

/** The places of the rules in each run of ports that no rule splits, and the run of a port. */
function runsOfPorts(rules: readonly Pick<FoundRule, 'ports'>[]) {
  const ports = rules.flatMap((rule) => rule.ports)
  const starts = [...new Set([0, ...ports.flatMap(({ first, last }) => [first, last + 1])])].sort((a, b) => a - b)
  const runs = starts.map((): number[] => [])
  const runAt = new Map(starts.map((start, index) => [start, index]))
  for (const [place, rule] of rules.entries())
    for (const { first, last } of rule.ports)
      for (let run = runAt.get(first) as number; run < (runAt.get(last + 1) as number); run++) {
        // Ranges of one rule may overlap.
        if (runs[run]?.at(-1) !== place) runs[run]?.push(place)
      }
  const runOf = (port: number) => firstIndex(0, starts.length, (index) => (starts[index] as number) > port) - 1
  return { runs, runOf }
}
