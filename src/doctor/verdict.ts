import type { Context } from './context.ts'
import type { Endpoint } from './endpoint.ts'
import type { EndpointObservation, Observations } from './observation.ts'

export type Severity = 'error' | 'warning' | 'info'

export const LAYERS = ['proxy', 'DNS', 'address', 'TCP', 'TLS', 'HTTP'] as const
export type Layer = (typeof LAYERS)[number]

/** A problem that a verdict found: facts only, by their names. The sentence comes last. */
export interface Found<Fact extends string = string> {
  /** HOST:PORT of each endpoint; empty if the problem concerns the whole host. */
  readonly hosts: readonly string[]
  readonly addresses: readonly string[]
  /** Texts, so equal problems of several hosts become one finding. */
  readonly facts: Readonly<Record<Fact, string>>
}

/** A sentence about a problem, and the command or setting that fixes it. */
export interface Advice {
  readonly what: string
  readonly fix: string
}

/**
 * Everything about one finding of `doctor`: how to detect it, how to say it, what to do. `Fact` are the names of its facts. A
 * verdict is pure: it judges observations.
 */
export interface Verdict<Code extends string = string, Fact extends string = never> {
  readonly code: Code
  readonly severity: Severity
  /** The layer that the endpoint fails in; undefined if the endpoint may still work. */
  readonly layer: Layer | undefined
  /** The later verdicts to skip, because they would only report consequences of this one. */
  readonly settles: Settles
  /** The problems of the endpoints that no earlier verdict settles. */
  find(world: World): readonly Found<Fact>[]
  /** Texts of the network in it are made safe where they are printed. */
  say(found: Found<Fact>): Advice
  /** One line, for `tagwall explain`. */
  readonly title: string
  readonly means: string
}

/**
 * `endpoint`: all later verdicts on these endpoints. `layer`: the later ones of the same layer. `addresses`: verdicts on
 * connections to these addresses. `nothing`: none.
 */
export type Settles = 'endpoint' | 'layer' | 'addresses' | 'nothing'

/** The endpoints and facts of a diagnosis. */
export interface Scene {
  /** Every endpoint that matters here. */
  readonly all: readonly Case[]
  readonly seen: Observations
  readonly context: Context
}

/** The endpoints and facts that a verdict judges. */
export interface World extends Scene {
  /** The endpoints that matter here and that no earlier verdict settled. */
  readonly cases: readonly Case[]
  /** The endpoints that an earlier verdict names as failed. */
  readonly failed: ReadonlySet<string>
}

/** One endpoint: the expectation and the observations. */
export interface Case {
  /** HOST:PORT. */
  readonly name: string
  readonly endpoint: Endpoint
  readonly seen: EndpointObservation
  readonly addresses: readonly AddressVerdict[]
  /** The zone of Private Link that the host is in. */
  readonly zone: string | undefined
}

/** The tags that hold an address, and the rule that allows it. */
export interface AddressVerdict {
  readonly address: string
  readonly isPrivate: boolean
  /** The rules that allow it on the port. */
  readonly rules: readonly string[]
  /** The tags of the document that hold it. */
  readonly tags: readonly string[]
  /** `open`, or the code of the failure; undefined if it was not tried. */
  readonly result: string | undefined
}

/** Checks each endpoint separately. */
export const each =
  <Fact extends string>(test: (one: Case, context: Context) => readonly Found<Fact>[] | Found<Fact> | undefined) =>
  ({ cases, context }: World): readonly Found<Fact>[] =>
    cases.flatMap((one) => test(one, context) ?? [])

/** A problem of one endpoint. */
export const at = <Fact extends string>(
  { name }: Case,
  facts: Readonly<Record<Fact, string>>,
  addresses: readonly AddressVerdict[] = [],
): Found<Fact> => ({ hosts: [name], addresses: addresses.map(({ address }) => address), facts })

/** A problem of the whole host. */
export const atHost = <Fact extends string>(facts: Readonly<Record<Fact, string>>): Found<Fact> => ({
  hosts: [],
  addresses: [],
  facts,
})
