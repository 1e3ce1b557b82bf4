import { PrefixSet } from '../address/prefix-set.ts'
import { piecesBetween } from '../change/traffic/traffic.ts'
import { compile } from '../compile/compile.ts'
import type { KnownDocument } from '../document/history.ts'
import { refuseErrors } from '../findings-output.ts'
import type { Piece } from '../model/change.ts'
import type { Policy } from '../model/policy.ts'
import type { FoundRule } from '../model/reading.ts'
import { directionsOf, EVERY_PORT } from '../model/traffic.ts'
import { expectedRules } from '../verify/expectation.ts'
import type { Adopted, Adoption } from './adopt.ts'
import { namesOf } from './candidates.ts'

/**
 * The traffic that a device would allow, and no more allow, with the rules of `policy` in the places of those that they stand for. Limits of zones and the
 * like are left aside on both sides. Throws `UserErrors` if the policy does not compile.
 */
export function changesBy(
  { rules: adopted }: Adoption,
  found: readonly FoundRule[],
  policy: Policy,
  known: KnownDocument,
): Piece[] {
  const { ruleset, findings } = compile(policy, known)
  refuseErrors(findings, 'the draft cannot be compiled')
  const expected = expectedRules(ruleset)
  const touched = PrefixSet.union([...adopted, ...ruleset.rules.map(({ set }) => set)].map(addressesOf))
  const explained = new Set(adopted.flatMap(({ candidate }) => candidate.rules))
  const firsts = new Map(adopted.map((rule) => [rule.candidate.rules[0], rule]))
  const rulesBy = (own: (rule: Adopted) => readonly FoundRule[]) =>
    found.flatMap((rule, index) => {
      const first = firsts.get(index)
      if (first) return own(first)
      return !explained.has(index) && rule.remote.addresses.overlaps(touched) ? [rule] : []
    })
  const before = rulesBy(foundRules)
  const after = rulesBy(({ name, candidate }) => {
    const names = namesOf(name, candidate.direction)
    return expected.filter((rule) => names.includes(rule.name))
  })
  const pieces = piecesBetween({ before, after, between: undefined, resolutions: [] })
  return pieces.map((piece) => ({ ...piece, cause: 'policy' }))
}

const addressesOf = (one: Adopted | { readonly prefixes: PrefixSet }) => ('prefixes' in one ? one.prefixes : one.remote)

/** The rules of the device that one of the policy stands for, together. */
function foundRules({ name, remote, candidate }: Adopted): FoundRule[] {
  const { action, direction, protocol, ports, local, places } = candidate
  return directionsOf(direction).map((one) => ({
    name: one === 'inbound' && direction === 'both' ? `${name}-in` : name,
    place: places[0] ?? { part: '', line: 1 },
    action,
    direction: one,
    protocol,
    ports: ports.length > 0 ? ports : [EVERY_PORT],
    local,
    remote: { addresses: remote, tags: [] },
    coverage: 'whole',
  }))
}
