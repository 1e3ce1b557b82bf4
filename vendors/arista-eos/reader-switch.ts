import type { AddressFamily, FoundRule, Place, PortRange, Prefix, PrefixSet } from 'tagwall/reader'

import { FAMILIES } from '../_kit/kit.ts'

/** A field-set: prefixes of a family, some of them excepted, or ports. */
export interface FieldSet {
  readonly kind: string
  readonly name: string
  readonly lines: Set<string>
  /** The addresses; undefined after a change. */
  found: PrefixSet | undefined
}

/** A side of a match: names of field-sets, and prefixes. */
export interface Side {
  readonly text: string
  readonly names: string[]
  readonly prefixes: Prefix[]
}

export interface Service {
  readonly protocol: FoundRule['protocol']
  readonly ports: readonly PortRange[] | undefined
  /** The names of field-sets of ports. */
  readonly portSets: readonly string[]
  readonly isPart: boolean
}

export interface Match {
  readonly name: string
  readonly family: AddressFamily
  readonly place: Place
  readonly isDefault: boolean
  source: Side | undefined
  destination: Side | undefined
  readonly services: Service[]
  /** The lines that the services come from. */
  readonly lines: Set<string>
  /** The lines of its actions. */
  readonly actions: Set<string>
  isPart: boolean
  isDrop: boolean
  isRedirect: boolean
}

export interface Policy {
  readonly name: string
  readonly place: Place
  /** By name. EOS makes the default ones itself: they come last, and without actions they let everything pass. */
  readonly matches: Map<string, Match>
}

/** An interface, with the traffic policy of what comes in. The last one of each direction counts. */
export interface Interface {
  readonly name: string
  readonly place: Place
  readonly policies: Map<string, Bound>
  isClosed: boolean
  /** True if it has addresses, so packets can pass between it and others. */
  isRouted: boolean
}

interface Bound {
  readonly policy: string
  readonly place: Place
}

/** The configuration of a switch, as far as traffic policies depend on it. */
export interface Switch {
  readonly sets: Map<string, FieldSet>
  readonly policies: Map<string, Policy>
  readonly interfaces: Map<string, Interface>
  hasPolicies: boolean
}

export const newSwitch = (): Switch => ({
  sets: new Map(),
  policies: new Map(),
  interfaces: new Map(),
  hasPolicies: false,
})

export function newMatch(name: string, family: AddressFamily, place: Place, isDefault: boolean): Match {
  const sides = { source: undefined, destination: undefined, services: [], lines: new Set<string>() }
  return {
    name,
    family,
    place,
    isDefault,
    ...sides,
    actions: new Set(),
    isPart: false,
    isDrop: false,
    isRedirect: false,
  }
}

export function policyNamed(name: string, place: Place, { policies }: Switch): Policy {
  const defaults = FAMILIES.map((family) => newMatch(`${family}-all-default`, family, place, true))
  const policy = policies.get(name) ?? { name, place, matches: new Map(defaults.map((match) => [match.name, match])) }
  policies.set(name, policy)
  return policy
}

/** The matches of a policy in the order in which a switch tries them. */
export function matchesOf({ matches }: Policy): Match[] {
  const all = [...matches.values()]
  return [...all.filter(({ isDefault }) => !isDefault), ...all.filter(({ isDefault }) => isDefault)]
}

export function setNamed(kind: string, name: string, { sets }: Switch): FieldSet {
  const set = sets.get(`${kind} ${name}`) ?? { kind, name, lines: new Set<string>(), found: undefined }
  sets.set(`${kind} ${name}`, set)
  return set
}
