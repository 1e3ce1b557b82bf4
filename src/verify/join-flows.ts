import type { Flow } from '../model/traffic.ts'
import { type Allowed, isWithin } from './allowed.ts'

/** A difference between what is allowed for a flow and what should be. */
export interface FlowDifference {
  readonly flow: Flow
  readonly missing: Allowed
  readonly extra: Allowed
}

/** Joins intervals of ports that follow each other and differ in the same way, because other rules cut them. */
export function joinFlows<Difference extends FlowDifference>(differences: readonly Difference[]): Difference[] {
  const joined: Difference[] = []
  for (const difference of differences) {
    const last = joined.at(-1)
    if (last && continues(last, difference)) {
      const ports = { first: last.flow.ports.first, last: difference.flow.ports.last }
      joined.splice(-1, 1, { ...last, flow: { ...last.flow, ports } })
    } else joined.push(difference)
  }
  return joined
}

const continues = (one: FlowDifference, next: FlowDifference): boolean =>
  one.flow.direction === next.flow.direction &&
  one.flow.protocol === next.flow.protocol &&
  one.flow.ports.last + 1 === next.flow.ports.first &&
  isSame(one.missing, next.missing) &&
  isSame(one.extra, next.extra)

const isSame = (a: Allowed, b: Allowed) => isWithin(a, b) && isWithin(b, a)
