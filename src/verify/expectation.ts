import { type AddressFamily, FAMILIES } from '../address/prefix.ts'
import { PrefixSet } from '../address/prefix-set.ts'
import type { RuleOrder } from '../model/item.ts'
import type { FoundLocal, FoundRule } from '../model/reading.ts'
import { type ConcreteRule, namesTwoObjects, type Ruleset } from '../model/ruleset.ts'
import { EVERY_PORT, type Flow, hasPorts } from '../model/traffic.ts'

/** The form in which a device has a ruleset. */
export interface RulesetForm {
  /** `tags`: the device resolves tags itself, so they are compared by name. */
  readonly by: 'addresses' | 'tags'
  /** True if each object on the device has addresses of one family only. */
  readonly areObjectsApart?: boolean
  /** The meaning of a rule's place; by default `each`. */
  readonly order?: RuleOrder
}

/** The expected ruleset of a proof, and the form in which the device has it. */
export interface Expectation extends RulesetForm {
  readonly target: string
  readonly ruleset: Ruleset
}

/** The rules of a ruleset as a reader should find them, in order. */
export function expectedRules(
  { rules }: Pick<Ruleset, 'rules'>,
  { by = 'addresses', areObjectsApart = false }: Partial<RulesetForm> = {},
): FoundRule[] {
  return rules.flatMap((rule) =>
    localsOf(rule, areObjectsApart).map(({ local, family }): FoundRule => {
      const { set, protocol, ports, direction, action, name } = rule
      const addresses = by === 'tags' ? (set.own ?? PrefixSet.empty) : set.prefixes
      return {
        name,
        direction,
        action,
        protocol,
        local,
        coverage: 'whole',
        place: { part: '', line: 1 },
        ports: hasPorts(protocol) ? ports : [EVERY_PORT],
        remote: {
          addresses: family ? addresses.family(family) : addresses,
          tags: by === 'tags' ? set.tags : [],
        },
      }
    }),
  )
}

function localsOf(
  { local }: ConcreteRule,
  areApart: boolean,
): { readonly local?: FoundLocal; readonly family?: AddressFamily }[] {
  if (!local) return [{}]
  if ('set' in local) return [{ local: { addresses: local.set.prefixes, objects: [] } }]
  const named = (name: string): FoundLocal => ({ addresses: PrefixSet.empty, objects: [name] })
  if (!areApart && !namesTwoObjects(local)) return [{ local: named(local.object) }]
  const names = { ipv4: local.object, ipv6: local.object6 }
  return FAMILIES.flatMap((family) => {
    const name = names[family]
    return name === undefined ? [] : [{ local: named(name), family }]
  })
}

/** `outbound tcp port 443`. */
export function proofFlowText({ direction, protocol, ports }: Flow): string {
  if (!hasPorts(protocol)) return `${direction} ${protocol === 'icmp' ? 'ICMP' : 'other protocols'}`
  return `${direction} ${protocol} ${ports.first === ports.last ? `port ${ports.first}` : `ports ${ports.first} to ${ports.last}`}`
}
