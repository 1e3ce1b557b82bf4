import type { PrefixSet } from '../address/prefix-set.ts'
import type { Ruleset } from '../model/ruleset.ts'
import { listText, wordList } from '../text/numbers.ts'
import type { AddressClass } from './address-class.ts'
import { shortName } from './chosen-endpoints.ts'
import type { Endpoint } from './endpoint-schema.ts'
import type { EndpointObservation, Observations } from './observation-schema.ts'

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

type Said<Fact extends string> = ReturnType<typeof saidOf<Fact>>

/** Everything about one finding: how to detect it, how to say it, what to do. `Fact` names its facts. A verdict is pure: it judges observations. */
export interface Verdict<Fact extends string = never> {
  readonly severity: Severity
  /** The layer that the endpoint fails in; absent if the endpoint may still work. */
  readonly layer?: Layer
  /** The later verdicts to skip, because they would only report consequences of this one; absent if there are none. */
  readonly settles?: Settles
  /** The problems of the endpoints that no earlier verdict settles. */
  find(world: World): readonly Found<Fact>[]
  /** A sentence about the problem. Texts of the network in it are made safe where they are printed. */
  what(said: Said<Fact>): string
  /** The command or setting that fixes the finding. */
  readonly fix: string | ((said: Said<Fact>) => string)
  /** Facts for `tagwall explain`: those that `fix` uses, as placeholders, by the case in which the advice applies (`''` if it always does). */
  readonly examples?: Readonly<Record<string, Readonly<Partial<Record<Fact, string>>>>>
  /** One line, for `tagwall explain`. */
  readonly title: string
  readonly means: string
}

/** `endpoint`: all later verdicts on it. `layer`: those of the same layer. `addresses`: those on connections to these addresses. */
type Settles = 'endpoint' | 'layer' | 'addresses'

/** A verdict whose texts may use the facts that its `find` finds. */
export const verdict = <Fact extends string = never>(one: Verdict<Fact>): Verdict<Fact> => one

/** Makes verdicts about a layer, which are errors and settle the same unless they say otherwise. */
export const failing =
  (layer: Layer, settles: Settles) =>
  <Fact extends string = never>(
    one: Omit<Verdict<Fact>, 'severity' | 'layer'> & { readonly severity?: 'warning' },
  ): Verdict<Fact> => ({ severity: 'error', layer, settles, ...one })

/** The world that a verdict judges. */
export interface World extends Context {
  /** Every endpoint that matters here. */
  readonly all: readonly Case[]
  /** Those of them that no earlier verdict settled. */
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

/** The compiled policy, and the tags of its document. */
export interface Knowledge {
  readonly ruleset: Ruleset
  readonly tags: readonly { readonly name: string; readonly prefixes: PrefixSet }[]
  /** The document has every published tag; a snapshot keeps only those in use. */
  readonly isWhole: boolean
}

/** The facts of a diagnosis. */
export interface Context extends Knowledge {
  readonly seen: Observations
  readonly privateLink: PrivateLink
  /** The entries for Private Link that NO_PROXY must have, separated by commas. */
  readonly noProxyEntries: string
  /** The endpoints of the table that the observations lack, as HOST:PORT. */
  readonly absent: readonly string[]
  /** The class of an address; networks that the user names as own are private. */
  readonly classOf: (address: string) => AddressClass | undefined
  /** The IPv4 address inside of an address of DNS64; any other address as it is. */
  readonly innerOf: (address: string) => string
  /** The features of the table that were asked for and do not work with Private Link. */
  readonly withoutPrivateLink: readonly { readonly feature: string; readonly what: string }[]
}

/** The use of Private Link, and the evidence for it. */
export interface PrivateLink {
  readonly isUsed: boolean
  readonly because: 'asked' | 'answer' | 'nothing private'
  readonly host: string | undefined
  readonly address: string | undefined
}

/** Checks each endpoint separately. */
export const each =
  <Fact extends string>(test: (one: Case, world: World) => readonly Found<Fact>[] | Found<Fact> | undefined) =>
  (world: World): readonly Found<Fact>[] =>
    world.cases.flatMap((one) => test(one, world) ?? [])

/** Makes a search for problems of things that an endpoint has, such as connections; each is one of the address of its thing. */
export const eachOf =
  <Thing extends { readonly address?: string | undefined }>(
    thingsOf: (one: Case, world: World) => readonly (Thing | undefined)[],
  ) =>
  <Fact extends string>(
    test: (thing: Thing, world: World, one: Case) => Readonly<Record<Fact, string>> | undefined,
  ): ((world: World) => readonly Found<Fact>[]) =>
    each((one, world) =>
      thingsOf(one, world).flatMap((thing) => {
        const facts = thing && test(thing, world, one)
        return facts ? [{ hosts: [one.name], addresses: [thing?.address ?? []].flat(), facts }] : []
      }),
    )

type Named = Pick<Case, 'name'>

/** A problem of one endpoint, or of several. */
export const at = <Fact extends string>(
  cases: Named | readonly Named[],
  facts: Readonly<Record<Fact, string>>,
  addresses: readonly { readonly address: string }[] = [],
): Found<Fact> => ({
  hosts: [cases].flat().map(({ name }) => name),
  addresses: addresses.map(({ address }) => address),
  facts,
})

/** A problem of the whole host. */
export const atHost = <Fact extends string>(facts: Readonly<Record<Fact, string>>): Found<Fact> => at([], facts)

/**
 * True for three names or more, of different services, which share neither an address nor a certificate. Fewer may be a coincidence, and names of one
 * service, or those of `--endpoint`, may share both.
 */
export function areDifferentServices(some: readonly Case[]): boolean {
  const hosts = new Set(some.map(({ endpoint }) => endpoint.host))
  return hosts.size >= 3 && new Set(some.map(({ endpoint }) => endpoint.tags.join(' '))).size > 1
}

// A longer list of names is unreadable; the lines above the findings have them all.
const MOST = 4

/** `a, b and c`, or `a, b, c, d and 3 more`. */
export const listed = (all: readonly string[]): string =>
  all.length > MOST ? listText(all, MOST) : wordList(all, 'and')

/** A text of the network in quotes, and cut. */
export const quoted = (text: string): string => JSON.stringify(text.length > 120 ? `${text.slice(0, 120)}...` : text)

/** A finding in words of a sentence: its hosts, its addresses, a word that agrees with either, `verb('is', 'are')`, and its facts. */
export function saidOf<Fact extends string>({ hosts, addresses, facts }: Found<Fact>) {
  return {
    facts,
    hosts: listed(hosts.map((name) => shortName(name))),
    addresses: listed(addresses),
    verb: (one: string, many: string) => (hosts.length === 1 ? one : many),
    verbOfAddresses: (one: string, many: string) => (addresses.length === 1 ? one : many),
  }
}

/** Why a connection, a handshake or a response failed, by the code of Node or curl. */
export function reasonOf(code: string, own: Readonly<Record<string, string>> = {}): string {
  return own[code] ?? REASONS[code] ?? code
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNRESET: 'the connection was reset',
  ETIMEDOUT: 'no answer in time',
  EPIPE: 'the connection was closed',
  ECONNREFUSED: 'the connection was refused',
  NOT_HTTP: 'the answer is not HTTP',
}
