import type { Cloud } from '../model/cloud.ts'

/** One host and port that must be reached. */
export interface Endpoint {
  /** In lower case, without a final dot. */
  readonly host: string
  readonly port: number
  /** The feature or component that uses the endpoint, for people. */
  readonly purpose: string
  /** The service tags that should hold its public addresses; empty if none is known. */
  readonly tags: readonly string[]
  /** The feature that needs it; undefined if every feature does. */
  readonly feature: string | undefined
  /** The path of the one GET request. */
  readonly path: string
  /** The endpoint matters only with Private Link, or only without. */
  readonly only: 'private-link' | 'public' | undefined
  /** The wildcard that this host is an example of. */
  readonly standsFor: string | undefined
}

/** A feature of a product that needs additional endpoints. */
export interface Feature {
  readonly what: string
  /** True if the endpoint works with Private Link. */
  readonly withPrivateLink: boolean
}

/** The endpoints that a product needs in one cloud. */
export interface EndpointTable {
  readonly cloud: Cloud
  /** The pages that it was read from, on `date`. */
  readonly sources: readonly string[]
  readonly date: string
  /** Private Link has a private zone `privatelink.ZONE` for each. */
  readonly privateZones: readonly string[]
  readonly features: ReadonlyMap<string, Feature>
  /** A host may begin with `{region}`. */
  readonly endpoints: readonly Endpoint[]
}

/** The private zone of a host: itself, or a name above it. */
export const zoneOf = (host: string, zones: readonly string[]): string | undefined =>
  zones.find((zone) => host === zone || host.endsWith(`.${zone}`))
