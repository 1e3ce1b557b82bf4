import { firstIndex } from '../address/binary-search.ts'
import type { FoundRule } from '../model/reading.ts'
import type { Flow } from '../model/traffic.ts'
import { flowsOf, matches } from './compare.ts'
import { type LocalPart, localParts, onPart, rulesNear } from './local-parts.ts'

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
 * Cuts all traffic at the rules of several lists. The cells are those that a rule is about; of `about`, if that is given, which holds some of
 * the rules. The cost grows with the rules, and with the cells times the rules in each, not with rules times cells.
 */
export function partitionOf(lists: readonly (readonly FoundRule[])[], about?: readonly FoundRule[]): Partition {
  const locals = lists.flatMap((rules) => rules.map(({ local }) => local))
  const onParts = lists.map(finderOfPart)
  const aboutOn = about && finderOfPart(about)
  const cellsOf = (part: LocalPart): Cell[] => {
    const own = onParts.map((rulesOn) => rulesOn(part))
    const byFlow = own.map(rulesByFlow)
    const asked = aboutOn ? [rulesByFlow(aboutOn(part))] : byFlow
    return flowsOf(own.flatMap((rules) => rules.flatMap(({ ports }) => ports)))
      .filter((flow) => asked.some((rulesOf) => rulesOf(flow).length > 0))
      .map((flow) => ({ part, flow, rules: byFlow.map((rulesOf) => rulesOf(flow)) }))
  }
  return { parts: localParts(locals, lists.length), cellsOf }
}

/** Finds the rules on a part. */
function finderOfPart(rules: readonly FoundRule[]): (part: LocalPart) => readonly FoundRule[] {
  const near = rulesNear(rules)
  return (part) => onPart(near(part), part)
}

/** Finds the rules that match a flow, which the ports of no rule split. */
export function rulesByFlow(rules: readonly FoundRule[]): (flow: Flow) => readonly FoundRule[] {
  const ports = rules.flatMap((rule) => rule.ports)
  const starts = [...new Set([0, ...ports.flatMap(({ first, last }) => [first, last + 1])])].sort((a, b) => a - b)
  const runs = starts.map((): FoundRule[] => [])
  const runAt = new Map(starts.map((start, index) => [start, index]))
  for (const rule of rules)
    for (const { first, last } of rule.ports)
      for (let run = runAt.get(first) as number; run < (runAt.get(last + 1) as number); run++) {
        // Ranges of one rule may overlap.
        if (runs[run]?.at(-1) !== rule) runs[run]?.push(rule)
      }
  return (flow) => {
    const run = firstIndex(0, starts.length, (index) => (starts[index] as number) > flow.ports.first) - 1
    return (runs[run] ?? []).filter((rule) => matches(rule, flow))
  }
}
