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

export class Match {
  source: Side | undefined
  destination: Side | undefined
  readonly services: Service[] = []
  /** The lines that the services come from. */
  readonly lines = new Set<string>()
  /** The lines of its actions. */
  readonly actions = new Set<string>()
  /** True if it matches only some of the packets with its sides and services. */
  isPart = false

  constructor(
    readonly name: string,
    readonly family: AddressFamily,
    readonly place: Place,
    readonly isDefault = false,
  ) {}
}

export class Policy {
  /** By name. EOS makes the default ones itself: they come last, and without actions they let everything pass. */
  readonly matches: Map<string, Match>

  constructor(
    readonly name: string,
    readonly place: Place,
  ) {
    const defaults = FAMILIES.map((family) => new Match(`${family}-all-default`, family, place, true))
    this.matches = new Map(defaults.map((match) => [match.name, match]))
  }

  /** The matches in the order in which a switch tries them. */
  get inOrder(): readonly Match[] {
    return [...this.matches.values()].sort((a, b) => Number(a.isDefault) - Number(b.isDefault))
  }
}

/** An interface, with the traffic policy of what comes in. The last one of each direction counts. */
export interface Interface {
  readonly name: string
  readonly place: Place
  readonly policies: Map<string, { readonly policy: string; readonly place: Place }>
  isClosed: boolean
  /** True if it has addresses, so packets can pass between it and others. */
  isRouted: boolean
}

/** The configuration of a switch, as far as traffic policies depend on it. */
export class Switch {
  readonly sets = new Map<string, FieldSet>()
  readonly policies = new Map<string, Policy>()
  readonly interfaces = new Map<string, Interface>()
  hasPolicies = false
}
