import { scanPrefix } from '../address/prefix.ts'
import { PrefixSet } from '../address/prefix-set.ts'
import { shareTraffic } from '../model/traffic.ts'
import { classOf, innerAddresses } from './address-class.ts'
import { endpointsFor, extraEndpoint, isNeeded, nameOf, type Wish } from './chosen-endpoints.ts'
import { triedAddresses } from './dns-answers.ts'
import type { Endpoint, EndpointTable } from './endpoint-schema.ts'
import { type DoctorFinding, findingsOf, layerOf, severityOf } from './findings.ts'
import type { EndpointObservation, Observations } from './observation-schema.ts'
import { privateLinkOf, zoneOf } from './private-link.ts'
import { type Case, type Context, type Knowledge, LAYERS } from './verdict.ts'

/** The policy, tags and endpoints that the observations are compared with. */
interface Expected {
  readonly table: EndpointTable | undefined
  readonly knowledge: Knowledge
  /** Networks of the user that count as private, in addition to those of RFC 1918, 4193 and 6598. */
  readonly own?: PrefixSet | undefined
  /** The user asks for these now; the record may be of other ones. */
  readonly wish?: Wish | undefined
}

export type Diagnosis = ReturnType<typeof diagnose>

/** The verdict on every endpoint, and the findings in the order of what to fix first. */
export function diagnose(seen: Observations, expected: Expected) {
  const { table } = expected
  const wish = wishOf(seen, expected.wish)
  const context = contextOf(seen, expected, wish)
  const either = [...endpointsFor(table, wish), ...endpointsFor(table, { ...seen, features: wish.features })]
  const known = new Map(either.map((endpoint) => [nameOf(endpoint), endpoint]))
  const cases = seen.endpoints.map((one): Case => {
    const endpoint = known.get(nameOf(one)) ?? extraEndpoint(one.host, one.port)
    return {
      name: nameOf(one),
      endpoint,
      seen: one,
      addresses: addressesOf(endpoint, one, context),
      zone: zoneOf(one.host, table?.privateZones ?? []),
    }
  })
  const all = cases.filter(({ endpoint }) => isNeeded(endpoint, table, context.privateLink.isUsed))
  const findings = findingsOf(all, context)
  return {
    privateLink: context.privateLink,
    endpoints: cases.map((one) => endpointVerdict(one, all.includes(one), findings)),
    findings,
  }
}

/** The wish for a record: what is asked for now, else what was asked for when it was made. */
export const wishOf = (seen: Observations, now: Wish = {}): Wish => ({
  location: now.location ?? seen.location,
  features: [...new Set([...(seen.features ?? []), ...(now.features ?? [])])],
  endpoint: now.endpoint,
})

function contextOf(
  seen: Observations,
  { table, knowledge, own, wish: { privateLink: asked } = {} }: Expected,
  wish: Wish,
): Context {
  const privateZones = table?.privateZones ?? []
  const innerOf = innerAddresses(seen.ipv4only ?? [])
  const kindOf = (address: string) => classOf(innerOf(address), own)
  const isPrivate = (address: string) => kindOf(address) === 'private'
  const privateLink = privateLinkOf(seen.endpoints, privateZones, asked, isPrivate)
  const names = new Set(seen.endpoints.map(nameOf))
  return {
    ...knowledge,
    seen,
    privateLink,
    absent: endpointsFor(table, { ...wish, privateLink: privateLink.isUsed })
      .map(nameOf)
      .filter((name) => !names.has(name)),
    classOf: kindOf,
    innerOf,
    noProxyEntries: entriesFor(privateZones, seen),
    withoutPrivateLink: (wish.features ?? []).flatMap((feature) => {
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

const addressesOf = ({ port }: Endpoint, seen: EndpointObservation, context: Context) =>
  triedAddresses(seen).map((address) => ({
    address,
    isPrivate: context.classOf(address) === 'private',
    ...holdingOf(context.innerOf(address), port, context),
    result: seen.tcp?.find((one) => one.address === address)?.result,
  }))

export type EndpointVerdict = ReturnType<typeof endpointVerdict>

/** The state of one endpoint, the first layer with a problem, and the codes of its findings, worst first. */
function endpointVerdict(one: Case, isNeededHere: boolean, all: readonly DoctorFinding[]) {
  const findings = isNeededHere ? all.filter(({ hosts }) => hosts.includes(one.name)) : []
  const codes = findings.map(({ code }) => code)
  const layer = LAYERS.find((layer) => codes.some((code) => layerOf(code) === layer))
  return { ...one, state: stateOf(findings, isNeededHere), layer, codes }
}

/** The version of TLS and the issuer of the certificate, after a handshake. */
export const tlsOf = ({ seen: { tls } }: Case) =>
  tls?.protocol === undefined ? undefined : { protocol: tls.protocol, issuer: tls.chain?.[0]?.issuer ?? '' }

type State = 'fails' | 'check' | 'works' | 'not needed' | 'not checked'

function stateOf(findings: readonly DoctorFinding[], isNeededHere: boolean): State {
  if (!isNeededHere) return 'not needed'
  const severities = findings.map(severityOf)
  if (severities.includes('error')) return 'fails'
  if (findings.some(({ code }) => code === 'NOT_CHECKED')) return 'not checked'
  return severities.includes('warning') ? 'check' : 'works'
}

/** The outbound rules that allow TCP to an address on a port, and the tags that hold the address, those of the rules first. */
export function holdingOf(address: string, port: number, { ruleset, tags }: Knowledge) {
  const prefix = scanPrefix(address)
  if (prefix === undefined) return { rules: [], tags: [] }
  const one = PrefixSet.of([prefix])
  // In order of priority: what an earlier rule denies, no later one allows.
  const traffic = { direction: 'outbound', protocol: 'tcp', ports: [{ first: port, last: port }] } as const
  const matching = ruleset.rules.filter((rule) => shareTraffic(rule, traffic) && rule.set.prefixes.contains(one))
  const denied = matching.findIndex(({ action, local }) => action === 'deny' && local === undefined)
  const allowing = matching.slice(0, denied < 0 ? undefined : denied).filter(({ action }) => action === 'allow')
  const used = new Set(allowing.flatMap(({ set }) => set.tags))
  const holders = tags.filter(({ prefixes }) => prefixes.contains(one)).map(({ name }) => name)
  return {
    rules: allowing.map(({ name }) => name),
    tags: [...holders.filter((name) => used.has(name)), ...holders.filter((name) => !used.has(name))],
  }
}
