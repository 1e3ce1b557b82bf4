import type { PrefixSet } from '../address/prefix-set.ts'
import { classOf } from './address-class.ts'
import type { Context } from './context.ts'
import { type Diagnosis, type DoctorFinding, type EndpointVerdict, layerOf, severityOf } from './diagnosis.ts'
import { type Endpoint, type EndpointTable, zoneOf } from './endpoint.ts'
import { findingsOf } from './findings.ts'
import { holdingOf, type Knowledge } from './holding.ts'
import type { EndpointObservation, Observations } from './observation.ts'
import { endpointsFor, extraEndpoint, isNeeded, nameOf } from './plan.ts'
import { privateLinkOf } from './private-link.ts'
import { triedAddresses } from './tried-addresses.ts'
import { type Case, LAYERS } from './verdict.ts'

/** The policy, tags and endpoints that the observations are compared with. */
export interface Expected {
  readonly table: EndpointTable | undefined
  readonly knowledge: Knowledge
  /** --private-link or --no-private-link; undefined if the answers decide. */
  readonly privateLink: boolean | undefined
  /** Networks of the user that count as private, in addition to those of RFC 1918, 4193 and 6598. */
  readonly own?: PrefixSet | undefined
}

/** The verdict on every endpoint, and the findings in the order of what to fix first. */
export function diagnose(seen: Observations, expected: Expected): Diagnosis {
  const { table, knowledge } = expected
  const context = contextOf(seen, expected)
  const known = new Map(endpointsFor(table, seen).map((endpoint) => [nameOf(endpoint), endpoint]))
  const cases = seen.endpoints.map((one): Case => {
    const endpoint = known.get(nameOf(one)) ?? extraEndpoint(one.host, one.port)
    return {
      name: nameOf(one),
      endpoint,
      seen: one,
      addresses: addressesOf(endpoint, one, knowledge, context),
      zone: zoneOf(one.host, context.privateZones),
    }
  })
  const all = cases.filter(({ endpoint }) => isNeeded(endpoint, table, context.privateLink.isUsed))
  const findings = findingsOf({ all, seen, context })
  return {
    privateLink: context.privateLink,
    endpoints: cases.map((one) => endpointVerdict(one, all.includes(one), findings)),
    findings,
  }
}

function contextOf(seen: Observations, { table, knowledge, privateLink: asked, own }: Expected): Context {
  const { ruleset, tags, isWhole } = knowledge
  const privateZones = table?.privateZones ?? []
  const isPrivate = (address: string) => classOf(address, own) === 'private'
  const privateLink = privateLinkOf(seen.endpoints, privateZones, asked, isPrivate)
  const names = new Set(seen.endpoints.map(nameOf))
  const wish = { location: seen.location, features: seen.features, privateLink: privateLink.isUsed }
  return {
    policy: ruleset.policy,
    published: ruleset.published,
    made: seen.made,
    tags: tags.map(({ name }) => name),
    isWhole,
    privateZones,
    privateLink,
    absent: endpointsFor(table, wish)
      .map(nameOf)
      .filter((name) => !names.has(name)),
    classOf: (address) => classOf(address, own),
    asked,
    proxy: seen.proxy ?? '',
    noProxyEntries: entriesFor(privateZones, seen),
    withoutPrivateLink: (seen.features ?? []).flatMap((feature) => {
      const known = table?.features.get(feature)
      return known === undefined || known.withPrivateLink ? [] : [{ feature, what: known.what }]
    }),
  }
}

/** An entry with a leading dot matches subdomains only, so a zone that is itself an endpoint needs two entries. */
function entriesFor(zones: readonly string[], { endpoints }: Observations): string {
  const hosts = new Set(endpoints.map(({ host }) => host))
  return zones.flatMap((zone) => [`.${zone}`, ...(hosts.has(zone) ? [zone] : [])]).join(',')
}

const addressesOf = (endpoint: Endpoint, seen: EndpointObservation, knowledge: Knowledge, { classOf }: Context) =>
  triedAddresses(seen).map((address) => ({
    address,
    isPrivate: classOf(address) === 'private',
    ...holdingOf(address, endpoint.port, knowledge),
    result: seen.tcp?.find((one) => one.address === address)?.result,
  }))

function endpointVerdict(
  { name, endpoint, seen, addresses }: Case,
  isNeededHere: boolean,
  all: readonly DoctorFinding[],
): EndpointVerdict {
  const { tls, http, proxy } = seen
  const findings = isNeededHere ? all.filter((one) => one.hosts.includes(name)) : []
  const codes = findings.map(({ code }) => code)
  return {
    endpoint,
    state: stateOf(findings, isNeededHere),
    layer: LAYERS.find((layer) => codes.some((code) => layerOf(code) === layer)),
    addresses,
    isProxied: proxy !== undefined,
    tls: tls?.protocol === undefined ? undefined : { protocol: tls.protocol, issuer: tls.chain?.[0]?.issuer ?? '' },
    status: http?.status,
    codes,
  }
}

function stateOf(findings: readonly DoctorFinding[], isNeededHere: boolean): EndpointVerdict['state'] {
  if (!isNeededHere) return 'not needed'
  const severities = findings.map(severityOf)
  if (severities.includes('error')) return 'fails'
  if (findings.some(({ code }) => code === 'NOT_CHECKED')) return 'not checked'
  return severities.includes('warning') ? 'check' : 'works'
}
