import { PrefixSet } from '../address/prefix-set.ts'
import type { Finding } from '../finding/finding.ts'
import { memo } from '../model/lazy.ts'
import type { AddressList, FoundRule, MixedReading } from '../model/reading.ts'
import type { Proof } from '../model/result.ts'
import type { Ruleset } from '../model/ruleset.ts'
import type { Flow } from '../model/traffic.ts'
import { type Allowed, difference, facts as factsOf, intersection, isNothing, isWithin, union } from './allowed.ts'
import { allowedFor, bothAllowedFor, decideAlike } from './compare.ts'
import { type Expectation, expectedRules, proofFlowText, type RulesetForm } from './expectation.ts'
import { joinFlows } from './join-flows.ts'
import { heldBy, wantedOf } from './lists.ts'
import { partKey, partText } from './local-parts.ts'
import { partitionEach } from './partition.ts'
import { notUnderstood, ordersOf, prove, proveEnd, rulesBehind } from './prove.ts'

/** The expectation of a delta: the rulesets before and after it. */
export interface DeltaExpectation extends RulesetForm {
  readonly target: string
  readonly before: Ruleset
  readonly after: Ruleset
}

/**
 * Shows that a delta leads from one ruleset to the other, by what a device holds after each command: in the end exactly
 * the newer ruleset, and at every moment all that both rulesets allow, and nothing that neither does. `readings` begins
 * with the state before the first command. Stops at the first moment that is wrong.
 */
export function proveDelta(
  expectation: DeltaExpectation,
  readings: Iterable<MixedReading>,
): { proof: Proof | undefined; findings: Finding[] } {
  const { target, before, after } = expectation
  let moment: ReturnType<typeof momentsOf> | undefined
  let steps = -1
  let last: MixedReading | undefined
  for (const reading of readings) {
    steps++
    if (reading === last) continue
    last = reading
    const findings = moment
      ? [...notUnderstood(target, reading), ...moment(reading, steps)]
      : prove({ ...expectation, ruleset: before }, reading).findings
    moment ??= momentsOf(expectation, reading.lists)
    if (findings.length > 0) return { proof: undefined, findings }
  }
  // Nothing is proved if no reading of the delta exists.
  const { proof, findings } = proveEnd({ ...expectation, ruleset: after }, last ?? { rules: [], lists: [], notes: [] })
  return { proof: { ...proof, commands: steps }, findings }
}

/** The least and the most that must be allowed at every moment. */
interface Bounds {
  readonly least: Allowed
  readonly most: Allowed
}

const between = (a: Allowed, b: Allowed): Bounds => ({ least: intersection(a, b), most: union([a, b]) })

/** Checks one moment after the other; unchanged flows and lists are not compared again. */
export function momentsOf(
  expectation: DeltaExpectation,
  first: readonly AddressList[],
): (reading: MixedReading, command: number) => Finding[] {
  const { target, before, after, by } = expectation
  const named = new Set([...before.sets, ...after.sets].map(({ name }) => name))
  const listBounds = memo((part: string) => {
    const [older, newer] = [before, after].map((side) => listOf(part, side, named.has(part), by)) as [Allowed, Allowed]
    return between(older, newer)
  })
  const orders = [rulesOfMoments(expectation), rulesOfMoments(expectation)]

  return (reading, command) => {
    // A list that was removed holds no addresses.
    const present = new Set(reading.lists.map(nameOf))
    const gone = first.filter((list) => !present.has(nameOf(list)))
    const lists = [...reading.lists, ...gone.map((list) => ({ ...list, addresses: PrefixSet.empty, tags: [] }))]
    const ofLists = lists.flatMap((list): Wrong[] => {
      const part = nameOf(list)
      const held = heldBy(list)
      const { least, most } = listBounds(part)
      if (isWithin(least, held) && isWithin(held, most)) return []
      const sides = { missing: difference(least, held), extra: difference(held, most) }
      return [{ flow: `the list ${part}`, rules: [], ...sides }]
    })
    const wrong = ordersOf(reading).flatMap((rules, index) =>
      lists.length > 0 && rules.length === 0 ? [] : (orders[index]?.(rules) ?? []),
    )
    return [...ofLists, ...wrong].map(({ missing, extra, ...where }): Finding => {
      const sides = { missing: factsOf(missing), extra: factsOf(extra) }
      return { code: 'DELTA_UNSAFE', severity: 'error', target, command, ...where, ...sides }
    })
  }
}

/** What a moment lacks that both rulesets allow, and has that neither does. */
interface Wrong {
  readonly flow: string
  readonly rules: readonly string[]
  readonly missing: Allowed
  readonly extra: Allowed
}

/** Checks the rules of one moment after the other. */
function rulesOfMoments(expectation: DeltaExpectation): (rules: readonly FoundRule[]) => Wrong[] {
  const { before, after } = expectation
  const partitionNext = partitionEach([before, after].map((ruleset) => expectedRules(ruleset, expectation)))
  const bounds = memo((_: string, flow: Flow, older: readonly FoundRule[], newer: readonly FoundRule[]) =>
    between(allowedFor(flow, older, 'surely'), allowedFor(flow, newer, 'surely')),
  )
  const right = new Map<string, Right>()
  return (rules) => {
    const { parts, cellsOf } = partitionNext(rules)
    return parts.flatMap((part) => {
      const ofPart = partKey(part)
      const wrong = cellsOf(part).flatMap(({ flow, rules: [older = [], newer = [], own = []] }) => {
        const key = `${JSON.stringify(flow)}${ofPart}`
        const last = right.get(key)
        if (last && areAlike(own, last.rules)) return []
        const { least, most } = bounds(key, flow, older, newer)
        const { surely, possibly } = bothAllowedFor(flow, own)
        // After a moment that was right, only what changed since can be wrong.
        const isRight = last
          ? isNothing(intersection(difference(last.surely, surely), least)) &&
            isWithin(difference(possibly, last.possibly), most)
          : isWithin(least, surely) && isWithin(possibly, most)
        if (isRight) {
          right.set(key, { rules: own, surely, possibly })
          return []
        }
        return [{ flow, missing: difference(least, surely), extra: difference(possibly, most) }]
      })
      return joinFlows(wrong).map(({ flow, missing, extra }): Wrong => {
        const both = { rules: [...before.rules, ...after.rules] }
        const text = `${proofFlowText(flow)}${partText(part, flow.direction)}`
        return { flow: text, rules: rulesBehind(flow, both, missing, extra), missing, extra }
      })
    })
  }
}

/** The rules of a flow at the last moment, which was right, and what they allowed. */
interface Right {
  readonly rules: readonly FoundRule[]
  readonly surely: Allowed
  readonly possibly: Allowed
}

const areAlike = (rules: readonly FoundRule[], others: readonly FoundRule[]) =>
  rules.length === others.length && rules.every((rule, index) => decideAlike(rule, others[index] as FoundRule))

const nameOf = ({ part, name = part }: AddressList): string => name

/** A list named after a set, in either ruleset, must have the addresses of that set; any other list those of all sets. */
function listOf(part: string, { sets }: Ruleset, isNamed: boolean, by: Expectation['by']): Allowed {
  return wantedOf(isNamed ? sets.filter(({ name }) => name === part) : sets, by)
}
