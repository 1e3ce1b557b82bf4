import { firstIndex } from '../address/binary-search.ts'
import type { FoundRule } from '../model/reading.ts'
import { DIRECTIONS, type Direction, type Flow, FLOW_PROTOCOLS, type FlowProtocol } from '../model/traffic.ts'
import { flowsOf } from './compare.ts'
import { type LocalPart, localParts, onPart, WHOLE } from './local-parts.ts'

/** A part of the local side and a flow, so small that each rule decides about all of it or none, and the rules that do. */
export interface Cell {
  readonly part: LocalPart
  readonly flow: Flow
  /** The rules of each list, in their order, as if the part were the whole local side. */
  readonly rules: readonly (readonly FoundRule[])[]
}

/**
 * The cells of several lists of rules, without those that no rule is about. The cost grows with the rules and with the cells times the rules
 * in each, not with rules times cells.
 */
export function* cellsOf(lists: readonly (readonly FoundRule[])[]): Generator<Cell> {
  const locals = lists.flatMap((rules) => rules.map(({ local }) => local))
  const byPart = lists.map(finderOfPart)
  for (const part of localParts(locals, lists.length)) {
    const own = byPart.map((rulesOn) => rulesOn(part))
    const byFlow = own.map(finderOfFlow)
    for (const flow of flowsOf(own.flatMap((rules) => rules.flatMap(({ ports }) => ports)))) {
      const rules = byFlow.map((rulesOf) => rulesOf(flow))
      if (rules.some((some) => some.length > 0)) yield { part, flow, rules }
    }
  }
}

/** Finds the rules on a part. Most rules of a list with many local sides are about few parts. */
function finderOfPart(rules: readonly FoundRule[]): (part: LocalPart) => readonly FoundRule[] {
  const everywhere: number[] = []
  const byCut = new Map<string, number[]>()
  for (const [index, { local }] of rules.entries()) {
    // An object may hold any address.
    if (!local || local.objects.length > 0) everywhere.push(index)
    else {
      const key = local.addresses.texts.join()
      byCut.set(key, [...(byCut.get(key) ?? []), index])
    }
  }
  if (byCut.size === 0) return (part) => onPart(rules, part)
  return (part) => {
    const indexes = [...everywhere, ...part.cuts.flatMap((cut) => byCut.get(cut) ?? [])].sort((a, b) => a - b)
    return onPart(
      indexes.map((index) => rules[index] as FoundRule),
      part,
    )
  }
}
