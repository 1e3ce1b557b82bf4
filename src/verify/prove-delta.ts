import type { Flow } from '../model/audit.ts'
import type { Finding } from '../model/finding.ts'
import { PrefixSet } from '../model/prefix-set.ts'
import type { Reading } from '../model/reading.ts'
import type { Proof } from '../model/result.ts'
import type { Ruleset } from '../model/ruleset.ts'
import { type Claim, difference, facts, flowText, isNothing, wantedFor } from './claim.ts'
import { type Allowed, allowedFor, flowsOf } from './compare.ts'
import { prove } from './prove.ts'

/** What a delta is to be proved against: the rulesets before and after it. */
export interface DeltaClaim extends Omit<Claim, 'ruleset'> {
  readonly before: Ruleset
  readonly after: Ruleset
}

/**
 * Shows that a delta leads from one ruleset to the other, by what a device holds after each command: in the end exactly
 * the newer ruleset, and at every moment all that both rulesets allow, and nothing that neither does. `readings` begins
 * with the state before the first command. Stops at the first moment that is wrong.
 */
export function proveDelta(
  claim: DeltaClaim,
  readings: Iterable<Reading>,
): { proof: Proof | undefined; findings: Finding[] } {
  const { target, by, before, after } = claim
  const bounds = boundsOf(claim)
  let steps = -1
  let last: Reading | undefined
  for (const reading of readings) {
    steps++
    if (reading === last) continue
    last = reading
    const findings =
      steps === 0
        ? prove({ target, by, ruleset: before }, reading).findings
        : [...notUnderstood(target, reading), ...moment(claim, bounds, reading, steps)]
    if (findings.length > 0) return { proof: undefined, findings }
  }
  if (!last) return { proof: undefined, findings: [] }
  const { proof, findings } = prove({ target, by, ruleset: after }, last)
  return { proof: { ...proof, commands: steps }, findings }
}

function notUnderstood(target: string, { notes }: Reading): Finding[] {
  return notes.map(({ place, text, reason }) => {
    return { code: 'NOT_UNDERSTOOD', severity: 'error', target, ...place, text, reason }
  })
}

/** What must be allowed at every moment, and what may be. */
interface Bounds {
  readonly least: Allowed
  readonly most: Allowed
}

type BoundsOf = (flow: Flow) => Bounds

function boundsOf({ before, after, by }: DeltaClaim): BoundsOf {
  const known = new Map<string, Bounds>()
  return (flow) => {
    const key = JSON.stringify(flow)
    const bounds = known.get(key) ?? between(wantedFor(flow, before, by), wantedFor(flow, after, by))
    known.set(key, bounds)
    return bounds
  }
}

function between(a: Allowed, b: Allowed): Bounds {
  return {
    least: {
      addresses: a.addresses.intersect(b.addresses),
      tags: new Set([...a.tags].filter((tag) => b.tags.has(tag))),
    },
    most: { addresses: a.addresses.union(b.addresses), tags: new Set([...a.tags, ...b.tags]) },
  }
}

function moment(claim: DeltaClaim, bounds: BoundsOf, reading: Reading, command: number): Finding[] {
  const { target, before, after } = claim
  const finding = (flow: string, cut: Allowed, opened: Allowed): Finding[] =>
    isNothing(cut) && isNothing(opened)
      ? []
      : [
          {
            code: 'DELTA_UNSAFE',
            severity: 'error',
            target,
            command,
            flow,
            missing: facts(cut),
            extra: facts(opened),
          },
        ]
  if (reading.lists.length > 0) {
    return reading.lists.flatMap(({ part, addresses }) => {
      const held = { addresses, tags: new Set<string>() }
      const { least, most } = between(listOf(part, before), listOf(part, after))
      return finding(`the list ${part}`, difference(least, held), difference(held, most))
    })
  }
  const flows = flowsOf([...before.rules, ...after.rules, ...reading.rules].flatMap(({ ports }) => ports))
  return flows.flatMap((flow) => {
    const { least, most } = bounds(flow)
    const cut = difference(least, allowedFor(flow, reading.rules, 'surely'))
    const opened = difference(allowedFor(flow, reading.rules, 'possibly'), most)
    return finding(flowText(flow), cut, opened)
  })
}

/** A list holds the addresses of the set that it is named after; or else those of all sets. */
function listOf(part: string, { sets }: Ruleset): Allowed {
  const own = sets.filter(({ name }) => name === part)
  const addresses = PrefixSet.union((own.length > 0 ? own : sets).map(({ prefixes }) => prefixes))
  return { addresses, tags: new Set() }
}
