import type { Finding } from '../finding/finding.ts'
import { memo } from '../model/lazy.ts'
import type { AddressList, FoundRule, MixedReading } from '../model/reading.ts'
import type { Ruleset } from '../model/ruleset.ts'
import type { Flow } from '../model/traffic.ts'
import {
  type Allowed,
  difference,
  intersection,
  isWithin,
  joinFlows,
  NOTHING,
  type Sides,
  sidesOf,
  union,
} from './allowed.ts'
import { type Decided, decidedFor } from './compare.ts'
import { proofFlowText } from './expectation.ts'
import { partKey, partText } from './local-parts.ts'
import { partitionEach } from './partition.ts'
import { ordersOf, rulesBehind } from './prove.ts'

/** The least and the most that must be allowed at every moment of commands. */
export interface Bounds {
  readonly least: Allowed
  readonly most: Allowed
  /** The least that must be denied, and not left to later rules; by default nothing. */
  readonly denied?: Allowed
}

/** A flow or a list that allows less than the least, or more than the most. */
export interface Wrong extends Sides {
  readonly flow: string
  readonly rules: readonly string[]
}

/** The content of a list, which denies nothing. */
export const asDecided = (held: Allowed): Decided => ({ surely: held, possibly: held, denied: NOTHING })

/** The difference between what is decided and its bounds; undefined if it is between them. */
export function outside({ least, most, denied = NOTHING }: Bounds, decided: Decided) {
  const { surely, possibly } = decided
  if (isWithin(least, surely) && isWithin(possibly, most) && isWithin(denied, decided.denied)) return undefined
  return {
    missing: difference(least, surely),
    extra: union([difference(possibly, most), difference(denied, decided.denied)]),
  }
}

/** The sides between which the rules and lists must stay at every moment of commands. */
export interface Demands {
  /** For each order of a reading, both sides of the rules. */
  readonly sides: readonly (readonly [readonly FoundRule[], readonly FoundRule[]])[]
  /** The rules to blame. */
  readonly ruleset: Pick<Ruleset, 'rules'>
  /** Undefined where a device holds addresses in rules alone. `first` are the lists before the commands. */
  readonly wrongLists: (lists: readonly AddressList[], first: readonly AddressList[]) => readonly Wrong[] | undefined
  /** True if what stays wrong is told at its first moment only; by default at each. */
  readonly isToldOnce?: boolean
}

/** Finds what is wrong at a moment, after a command. */
export type Moment = (reading: MixedReading, command: number, first: readonly AddressList[]) => Finding[]

/** What a finding says of a moment that is wrong. */
interface Told {
  readonly code: 'DELTA_UNSAFE' | 'CLEANUP_UNSAFE'
  readonly target: string
}

/** Finds what is wrong at one moment after the other, for findings. */
export function momentsOf({ code, target, ...demands }: Demands & Told): Moment {
  const wrongsAt = wrongsOf(demands)
  return (reading, command, first) =>
    wrongsAt(reading, first).map(({ flow, rules, ...sides }): Finding => {
      return { code, severity: 'error', target, command, flow, rules, ...sidesOf(sides) }
    })
}

/** Finds what is wrong at one moment after the other. Lists do not excuse rules that allow something else. */
export function wrongsOf(demands: Demands): (reading: MixedReading, first: readonly AddressList[]) => Wrong[] {
  const orders = demands.sides.map((each) => rulesOfMoments(each, demands))
  return (reading, first) => {
    const ofLists = demands.wrongLists(reading.lists, first)
    const ofRules = ordersOf(reading).flatMap((rules, index) =>
      ofLists && rules.length === 0 ? [] : (orders[index]?.(rules) ?? []),
    )
    return [...(ofLists ?? []), ...ofRules]
  }
}

/** Checks the rules of one moment after the other; unchanged flows are not compared again. */
function rulesOfMoments(
  sides: Demands['sides'][number],
  { ruleset, isToldOnce }: Demands,
): (rules: readonly FoundRule[]) => Wrong[] {
  let partitionNext = partitionEach(sides)
  // The same at every moment.
  const bounds = memo((_: string, flow: Flow, one: readonly FoundRule[], other: readonly FoundRule[]): Bounds => {
    const [a, b] = [decidedFor(flow, one), decidedFor(flow, other)]
    return {
      least: intersection(a.surely, b.surely),
      most: union([a.possibly, b.possibly]),
      denied: intersection(a.denied, b.denied),
    }
  })
  return (rules) => {
    const { parts, cellsOf } = partitionNext(rules)
    const all = parts.flatMap((part) => {
      const ofPart = partKey(part)
      const wrong = cellsOf(part).flatMap(({ flow, rules: [one = [], other = [], own = []] }) => {
        const found = outside(bounds(`${JSON.stringify(flow)}${ofPart}`, flow, one, other), decidedFor(flow, own))
        return found ? [{ flow, ...found }] : []
      })
      return joinFlows(wrong).map(({ flow, ...sides }): Wrong => {
        const text = `${proofFlowText(flow)}${partText(part, flow.direction)}`
        return { flow: text, rules: rulesBehind(flow, ruleset, sides), ...sides }
      })
    })
    // A flow that nothing changes is still wrong at the next moment, so that one is compared as a whole.
    if (all.length > 0 && !isToldOnce) partitionNext = partitionEach(sides)
    return all
  }
}
