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
  const own = expectedRules(ruleset, { by: 'addresses', areObjectsApart })
  if (own.every(({ local }) => local === undefined)) return []
  const flows = flowsOf([...own, ...rules].flatMap(({ ports }) => ports))
  const denied = new Denied()
  const found: Omit<Excess, 'places'>[] = []
  for (const rule of rules) {
    if (rule.action === 'deny') {
      if (rule.coverage === 'whole' && rule.local === undefined) denied.add(rule)
      continue
    }
    if (!own.some(({ action, local }) => action === 'allow' && meets(local, rule.local))) continue
    const pieces = denied.left(rule, rule.remote.addresses)
    const excesses = flows.flatMap((flow): Omit<Excess, 'places'>[] => {
      // A rule that denies for some local addresses only takes nothing away from the others.
      const asked = own.filter((one) => matches(one, flow) && (one.action === 'allow' || one.local === undefined))
      const piece = pieces.find(({ protocol, ports }) => {
        return protocol === flow.protocol && ports.first <= flow.ports.first && flow.ports.last <= ports.last
      })
      const allows = asked.filter(({ action }) => action === 'allow')
      if (allows.length === 0 || !piece || !matches(rule, flow)) return []
      const reached = allowedFor(flow, asked.map(withoutLocal), 'surely').addresses.intersect(piece.addresses)
      return excessesOf(rule.local, allows, reached).map(({ local, addresses }) => {
        const objects = rule.remote.addresses.prefixes.filter(touching(addresses))
        return { rule: rule.name, place: rule.place, flow, local, addresses, objects }
      })
    })
    found.push(...mergeFlows(excesses))
  }
  return mergeRules(found)
}

/** What a local side has too much, for the addresses of each rule of the policy; rules with the same excess together. */
function excessesOf(
  local: FoundLocal | undefined,
  allows: readonly FoundRule[],
  reached: PrefixSet,
): { readonly local: PrefixSet; readonly addresses: PrefixSet }[] {
  const excesses: { readonly local: PrefixSet; addresses: PrefixSet }[] = []
  for (const { remote } of allows) {
    const addresses = remote.addresses.intersect(reached)
    const alike = allows.filter((other) => other.remote.addresses.contains(addresses))
    const excess = beyond(
      local,
      alike.map((other) => other.local),
      addresses,
    )
    if (excess.isEmpty) continue
    const same = excesses.find((one) => one.local.equals(excess))
    if (same) same.addresses = same.addresses.union(addresses)
    else excesses.push({ local: excess, addresses })
  }
  return excesses
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
