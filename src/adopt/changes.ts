import { PrefixSet } from '../address/prefix-set.ts'
import { piecesBetween, type Sides } from '../change/traffic/traffic.ts'
import { compile } from '../compile/compile.ts'
import type { KnownDocument } from '../document/history.ts'
import { refuseErrors } from '../findings-output.ts'
import type { Piece } from '../model/change.ts'
import { runsOf } from '../model/group-by.ts'
import type { Policy } from '../model/policy.ts'
import type { FoundRule } from '../model/reading.ts'
import { decideAlike } from '../verify/compare.ts'
import { expectedRules } from '../verify/expectation.ts'
import type { Adoption } from './adopt.ts'
import { namesOf } from './candidates.ts'

/**
 * The traffic that a device would allow, and no more allow, with the rules of `policy` in the places of those that they stand for, compared with what the device's
 * own rules allow. Limits of zones and the like are left aside on both sides. Throws `UserErrors` if the policy does not compile.
 */
export function changesBy({ rules: adopted, device }: Adoption, policy: Policy, known: KnownDocument): Piece[] {
  const { ruleset, findings } = compile(policy, known)
  refuseErrors(findings, 'the draft cannot be compiled')
  const expected = expectedRules(ruleset)
  const touched = PrefixSet.union([
    ...adopted.map(({ remote }) => remote),
    ...ruleset.rules.map(({ set }) => set.prefixes),
  ])
  const adoptedBy = new Map(adopted.flatMap((one) => one.candidate.rules.map((index) => [index, one] as const)))
  const pairs = device.flatMap((found, index): Pick<Sides, 'before' | 'after'>[] => {
    const rule = { ...found, coverage: 'whole' } as const
    const own = adoptedBy.get(index)
    if (!own) return rule.remote.addresses.overlaps(touched) ? [{ before: [rule], after: [rule] }] : []
    const names = namesOf(own.name, own.candidate.direction)
    const name = names.at(rule.direction === 'inbound' ? -1 : 0) as string
    const after = index === own.candidate.rules[0] ? expected.filter((one) => names.includes(one.name)) : []
    return [{ before: [{ ...rule, name }], after }]
  })
  const before = neighboursJoined(pairs.flatMap((pair) => pair.before))
  const after = pairs.flatMap((pair) => pair.after)
  const pieces = piecesBetween({ before, after, between: undefined, resolutions: [] })
  return pieces.map((piece) => ({ ...piece, cause: 'policy' }))
}

/** Neighbours of one name that differ in their remote addresses only, as one: some devices have a rule for each prefix. */
function neighboursJoined(rules: readonly FoundRule[]): FoundRule[] {
  const areAlike = (one: FoundRule, next: FoundRule) =>
    one.name === next.name && decideAlike({ ...one, remote: next.remote }, next)
  return runsOf(rules, areAlike).map((run) => {
    const addresses = PrefixSet.union(run.map(({ remote }) => remote.addresses))
    return { ...run[0], remote: { addresses, tags: [] } }
  })
}
