import type { Finding } from '../finding/finding.ts'
import { memo } from '../model/lazy.ts'
import type { FoundRule } from '../model/reading.ts'
import type { Ruleset } from '../model/ruleset.ts'
import type { Flow } from '../model/traffic.ts'
import { type Allowed, difference, facts, isWithin, joinFlows } from './allowed.ts'
import { bothAllowedFor } from './compare.ts'
import { proofFlowText } from './expectation.ts'
import { partKey, partText } from './local-parts.ts'
import { partitionEach } from './partition.ts'
import { rulesBehind } from './prove.ts'

/** The least and the most that must be allowed at every moment of commands. */
export interface Bounds {
  readonly least: Allowed
  readonly most: Allowed
}

/** A flow or a list that allows less than the least, or more than the most. */
export interface Wrong {
  readonly flow: string
  readonly rules: readonly string[]
  readonly missing: Allowed
  readonly extra: Allowed
}

/** The difference between what is allowed and its bounds; undefined if it is between them. */
export function outside({ least, most }: Bounds, surely: Allowed, possibly = surely) {
  if (isWithin(least, surely) && isWithin(possibly, most)) return undefined
  return { missing: difference(least, surely), extra: difference(possibly, most) }
}

/**
 * Checks the rules of one moment after the other; unchanged flows are not compared again. `boundsOf` has the bounds of a flow by the rules of
 * both `sides` for it, and `ruleset` the rules to blame.
 */
export function rulesOfMoments(
  sides: readonly [readonly FoundRule[], readonly FoundRule[]],
  boundsOf: (flow: Flow, one: readonly FoundRule[], other: readonly FoundRule[]) => Bounds,
  ruleset: Pick<Ruleset, 'rules'>,
): (rules: readonly FoundRule[]) => Wrong[] {
  const partitionNext = partitionEach(sides)
  // The same at every moment.
  const bounds = memo((_: string, flow: Flow, one: readonly FoundRule[], other: readonly FoundRule[]) =>
    boundsOf(flow, one, other),
  )
  return (rules) => {
    const { parts, cellsOf } = partitionNext(rules)
    return parts.flatMap((part) => {
      const ofPart = partKey(part)
      const wrong = cellsOf(part).flatMap(({ flow, rules: [one = [], other = [], own = []] }) => {
        const { surely, possibly } = bothAllowedFor(flow, own)
        const found = outside(bounds(`${JSON.stringify(flow)}${ofPart}`, flow, one, other), surely, possibly)
        return found ? [{ flow, ...found }] : []
      })
      return joinFlows(wrong).map(({ flow, missing, extra }): Wrong => {
        const text = `${proofFlowText(flow)}${partText(part, flow.direction)}`
        return { flow: text, rules: rulesBehind(flow, ruleset, missing, extra), missing, extra }
      })
    })
  }
}

/** Findings about one moment. */
export const unsafeFindings = (
  code: 'DELTA_UNSAFE' | 'CLEANUP_UNSAFE',
  target: string,
  command: number,
  wrong: readonly Wrong[],
): Finding[] =>
  wrong.map(({ flow, rules, missing, extra }) => {
    const sides = { missing: facts(missing), extra: facts(extra) }
    return { code, severity: 'error', target, command, flow, rules, ...sides }
  })
