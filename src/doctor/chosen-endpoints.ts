import { groupsOf } from '../model/group-by.ts'
import type { Endpoint, EndpointTable } from './endpoint-schema.ts'

/** The wishes of a user for a run. */
export interface Wish {
  /** A region, such as westeurope. */
  readonly location?: string | undefined
  readonly features?: readonly string[] | undefined
  /** Endpoints of the command line. */
  readonly endpoint?: readonly Endpoint[] | undefined
  /** Undefined if the answers of DNS decide. */
  readonly privateLink?: boolean | undefined
}

/** The endpoints of a run, and its options. */
export interface ProbeRun {
  readonly endpoints: readonly Endpoint[]
  /** Seconds for each layer. */
  readonly timeout: number
  readonly location: string | undefined
  readonly features: readonly string[]
}

/** The endpoints to check, each once, in the order of the table. */
export function endpointsFor(table: EndpointTable | undefined, wish: Wish) {
  const { location, endpoint: extra = [] } = wish
  const named = chosenFrom(table, wish).flatMap((endpoint): Endpoint[] => {
    if (!isRegional(endpoint)) return [endpoint]
    return location === undefined ? [] : [{ ...endpoint, host: endpoint.host.replace(REGION, location) }]
  })
  return groupsOf([...named, ...extra], nameOf).map(([first]) => first)
}

/** The number of endpoints that need `--location`. */
export const withoutLocation = (table: EndpointTable | undefined, wish: Wish): number =>
  wish.location === undefined ? chosenFrom(table, wish).filter(isRegional).length : 0

/** The endpoints of a table that matter, and those of its features that are asked for. */
const chosenFrom = (table: EndpointTable | undefined, { features = [], privateLink }: Wish): readonly Endpoint[] =>
  (table?.endpoints ?? []).filter(
    (endpoint) =>
      (endpoint.feature === undefined || features.includes(endpoint.feature)) &&
      (privateLink === undefined || isNeeded(endpoint, table, privateLink)),
  )

/** True if an endpoint matters with Private Link, or without. */
export function isNeeded({ only, feature }: Endpoint, table: EndpointTable | undefined, isPrivate: boolean): boolean {
  if (only !== undefined) return only === (isPrivate ? 'private-link' : 'public')
  return !isPrivate || feature === undefined || table?.features.get(feature)?.withPrivateLink !== false
}

/** True for an endpoint of HTTP without TLS. */
export const isPlain = ({ port }: { readonly port: number }): boolean => port === 80

/** An endpoint that no table describes. */
export const extraEndpoint = (host: string, port: number): Endpoint => ({
  host,
  port,
  purpose: 'asked for with --endpoint',
  tags: [],
  path: '/',
})

/** HOST:PORT. */
export const nameOf = ({ host, port }: { readonly host: string; readonly port: number }) =>
  `${host.includes(':') ? `[${host}]` : host}:${port}`

/** The same without the usual port. */
export const shortName = (name: string, usual = 443): string =>
  name.endsWith(`:${usual}`) ? name.slice(0, -`:${usual}`.length) : name

const REGION = '{region}'

const isRegional = ({ host }: Endpoint): boolean => host.includes(REGION)
