import { type AddressFamily, FAMILIES } from '../../model/address/prefix.ts'
import { everything, PrefixSet } from '../../model/address/prefix-set.ts'
import type { Excess } from '../../model/audit.ts'
import type { FoundLocal, FoundRule } from '../../model/reading.ts'
import type { Ruleset } from '../../model/ruleset.ts'
import { allowedFor, flowsOf, matches } from '../compare.ts'
import { expectedRules } from '../expectation.ts'
import { Denied } from './denied.ts'
import { mergeFlows } from './merge-flows.ts'
import { mergeRules } from './merge-rules.ts'
import { touching } from './single-rules.ts'

/**
 * Rules that allow what the policy allows, from (or to) its local side and from other local addresses as well. A rule that is not
 * about the policy's local side at all is somebody else's.
 */
export function widerLocal(rules: readonly FoundRule[], ruleset: Ruleset, areObjectsApart: boolean): Excess[] {
  const own = expectedRules(ruleset, { by: 'addresses', areObjectsApart }).filter(({ action }) => action === 'allow')
  if (own.every(({ local }) => local === undefined)) return []
  const flows = flowsOf([...own, ...rules].flatMap(({ ports }) => ports))
  const denied = new Denied()
  const found: Omit<Excess, 'places'>[] = []
  for (const rule of rules) {
    if (rule.action === 'deny') {
      if (rule.coverage === 'whole' && rule.local === undefined) denied.add(rule)
      continue
    }
    const pieces = denied.left(rule, rule.remote.addresses)
    const excesses = flows.flatMap((flow): Omit<Excess, 'places'>[] => {
      const asked = own.filter((one) => matches(one, flow) && meets(one.local, rule.local))
      const piece = pieces.find(({ protocol, ports }) => {
        return protocol === flow.protocol && ports.first <= flow.ports.first && flow.ports.last <= ports.last
      })
      if (asked.length === 0 || !piece || !matches(rule, flow)) return []
      const addresses = allowedFor(flow, asked.map(withoutLocal), 'surely').addresses.intersect(piece.addresses)
      const local = beyond(
        rule.local,
        asked.map(({ local }) => local),
        addresses,
      )
      if (local.isEmpty) return []
      const objects = rule.remote.addresses.prefixes.filter(touching(addresses))
      return [{ rule: rule.name, place: rule.place, flow, local, addresses, objects }]
    })
    found.push(...mergeFlows(excesses))
  }
  return mergeRules(found)
}

const withoutLocal = ({ local: _, ...rule }: FoundRule): FoundRule => rule

function meets(one: FoundLocal | undefined, other: FoundLocal | undefined): boolean {
  if (!one || !other) return true
  return one.objects.some((name) => other.objects.includes(name)) || one.addresses.overlaps(other.addresses)
}

/** The local addresses that a rule has and the policy has not, in the families of the remote addresses. */
function beyond(
  local: FoundLocal | undefined,
  asked: readonly (FoundLocal | undefined)[],
  remote: PrefixSet,
): PrefixSet {
  if (asked.includes(undefined)) return PrefixSet.empty
  const own = PrefixSet.union(asked.map((one) => one?.addresses ?? PrefixSet.empty))
  const families: readonly AddressFamily[] = FAMILIES.filter((family) => !remote.family(family).isEmpty)
  const sets = families.map((family) => (local ? local.addresses.family(family) : everything(family)))
  return PrefixSet.union(sets).subtract(own)
}
