import { firstIndex } from '../address/binary-search.ts'
import { PrefixSet } from '../address/prefix-set.ts'
import { groupBy, runsOf } from '../model/group-by.ts'
import type { FoundLocal, FoundRule } from '../model/reading.ts'
import { DIRECTIONS, EVERY_PORT, FLOW_PROTOCOLS, type Flow, hasPorts, type PortRange } from '../model/traffic.ts'
import { type Allowed, difference, heldBy, isSame, NOTHING, union } from './allowed.ts'

/** The largest flows that the rules treat uniformly, given the ports of all relevant rules. */
export function flowsOf(ports: readonly PortRange[]): Flow[] {
  const cuts = [...new Set([0, 65536, ...ports.flatMap(({ first, last }) => [first, last + 1])])].sort((a, b) => a - b)
  const runs = cuts.slice(0, -1).map((first, index): PortRange => ({ first, last: (cuts[index + 1] as number) - 1 }))
  return DIRECTIONS.flatMap((direction) =>
    FLOW_PROTOCOLS.flatMap((protocol) =>
      (hasPorts(protocol) ? runs : [EVERY_PORT]).map((ports) => ({ direction, protocol, ports })),
    ),
  )
}

/** Finds the flows, of those that `flowsOf` made, that have a port of a run in common with a protocol in a direction. */
export function flowFinder(flows: readonly Flow[]): (within: Flow) => readonly Flow[] {
  const groups = groupBy(flows, ({ direction, protocol }) => `${direction} ${protocol}`)
  return ({ direction, protocol, ports: { first, last } }) => {
    const own = groups.get(`${direction} ${protocol}`) ?? []
    const from = firstIndex(0, own.length, (index) => (own[index] as Flow).ports.last >= first)
    return own.slice(
      from,
      firstIndex(from, own.length, (index) => (own[index] as Flow).ports.first > last),
    )
  }
}

/** The remote side that `rules` allow for one flow: the first that matches decides. Of rules about a part, `possibly` counts allows, `surely` denials. */
export function allowedFor(flow: Flow, rules: readonly FoundRule[], mode: 'surely' | 'possibly'): Allowed {
  return decide(flow, rules, mode).allowed
}

function decide(flow: Flow, rules: readonly FoundRule[], mode: 'surely' | 'possibly') {
  let [allowed, denied] = [NOTHING, NOTHING]
  for (const run of mergedRuns(rules.filter((rule) => matches(rule, flow) && counts(rule, mode)))) {
    if (run.action === 'allow') allowed = union([allowed, difference(run, denied)])
    else denied = union([denied, difference(run, allowed)])
  }
  return { allowed, denied }
}

/** The remote sides that `rules` surely and possibly allow for one flow, which are equal if every rule covers the whole local side. */
export interface Decided {
  readonly surely: Allowed
  readonly possibly: Allowed
  /** Surely denied. Addresses that no rule decides are not: a chain may return, and others may follow. */
  readonly denied: Allowed
}

export function decidedFor(flow: Flow, rules: readonly FoundRule[]): Decided {
  const { allowed: possibly, denied } = decide(flow, rules, 'possibly')
  const isWhole = rules.every(({ coverage }) => coverage === 'whole')
  return { surely: isWhole ? possibly : allowedFor(flow, rules, 'surely'), possibly, denied }
}

/** True if two rules decide the same about the same traffic. */
export function decideAlike(a: FoundRule, b: FoundRule): boolean {
  if (a === b) return true
  return (
    a.action === b.action &&
    a.coverage === b.coverage &&
    matchAlike(a, b) &&
    areAlike(a.remote.tags, b.remote.tags) &&
    a.remote.addresses.equals(b.remote.addresses)
  )
}

/** True if two rules match the same flows of the same local side. */
export const matchAlike = (a: FoundRule, b: FoundRule) =>
  a.direction === b.direction &&
  a.protocol === b.protocol &&
  a.ports.length === b.ports.length &&
  a.ports.every(({ first, last }, index) => first === b.ports[index]?.first && last === b.ports[index]?.last) &&
  areLocalsAlike(a.local, b.local)

const areLocalsAlike = (a: FoundLocal | undefined, b: FoundLocal | undefined) =>
  a === b || (a && b && areAlike(a.objects, b.objects) && a.addresses.equals(b.addresses)) === true

const areAlike = (names: readonly string[], others: readonly string[]) =>
  names.length === others.length && names.every((name, index) => name === others[index])

/** True if `rule` matches a flow, whose ports it never splits. */
export function matches(rule: FoundRule, { direction, protocol, ports }: Flow): boolean {
  return (
    rule.direction === direction &&
    (rule.protocol === 'any' || rule.protocol === protocol) &&
    rule.ports.some(({ first, last }) => first <= ports.first && ports.last <= last)
  )
}

// `surely` ignores partial allows, `possibly` ignores partial denies.
function counts({ coverage, action }: FoundRule, mode: 'surely' | 'possibly'): boolean {
  return coverage === 'whole' || (action === 'allow') === (mode === 'possibly')
}

/** True if rules decide about the same addresses and tags in the same order, which may matter: nobody knows here which addresses tags share. */
export function areInOrder(a: readonly FoundRule[], b: readonly FoundRule[]): boolean {
  // A rule may be empty in one family.
  const isSomething = ({ remote }: FoundRule) => !remote.addresses.isEmpty || remote.tags.length > 0
  const [some, others] = [mergedRuns(a.filter(isSomething)), mergedRuns(b.filter(isSomething))]
  return (
    some.length === others.length &&
    some.every((run, index) => {
      const other = others[index] as Run
      return run.action === other.action && isSame(run, other)
    })
  )
}

/** The remote sides of neighbours with the same action. */
interface Run extends Allowed {
  readonly action: FoundRule['action']
}

/** Merges neighbours with the same action: their order does not matter, and one union is cheaper. */
function mergedRuns(rules: readonly FoundRule[]): Run[] {
  return runsOf(rules, (one, next) => one.action === next.action).map((run) => ({
    action: run[0].action,
    ...heldBy({
      addresses: PrefixSet.union(run.map(({ remote }) => remote.addresses)),
      tags: run.flatMap(({ remote }) => remote.tags),
    }),
  }))
}
