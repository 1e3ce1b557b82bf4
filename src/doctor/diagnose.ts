import {
  type AddressVerdict,
  type Diagnosis,
  DOCTOR_CODES,
  type DoctorCode,
  type DoctorFinding,
  type EndpointVerdict,
  LAYERS,
  type Layer,
  severityOf,
} from '../model/diagnosis.ts'
import type { Endpoint, EndpointTable } from '../model/endpoint.ts'
import type { EndpointObservation, Observations } from '../model/observation.ts'
import { classOf } from './address-class.ts'
import type { Context } from './context.ts'
import { holdingOf, type Knowledge } from './holding.ts'
import { endpointsFor, extraEndpoint, isNeeded, nameOf } from './plan.ts'
import { mixedFindings, privateLinkOf } from './private-link.ts'
import { addressFindings } from './verdict-address.ts'
import { dnsFindings, silentServers } from './verdict-dns.ts'
import { clockFindings, httpFindings } from './verdict-http.ts'
import { clusterFindings, proxyFindings } from './verdict-proxy.ts'
import { tcpFindings } from './verdict-tcp.ts'
import { tlsFindings } from './verdict-tls.ts'

/** What the observations are compared with. */
export interface Expected {
  readonly table: EndpointTable | undefined
  readonly knowledge: Knowledge
  /** --private-link or --no-private-link; undefined if the answers decide. */
  readonly privateLink: boolean | undefined
}

/** The verdict on every endpoint, and the findings in the order of what to fix first. */
export function diagnose(seen: Observations, { table, knowledge, privateLink: asked }: Expected): Diagnosis {
  const privateZones = table?.privateZones ?? []
  const mixed = asked === false ? [] : mixedFindings(seen.endpoints, privateZones)
  const { ruleset, tags, isWhole } = knowledge
  const context: Context = {
    policy: ruleset.policy,
    published: ruleset.published,
    made: seen.made,
    tags: tags.map(({ name }) => name),
    isWhole,
    privateZones,
    privateLink: privateLinkOf(seen.endpoints, privateZones, asked),
    asked,
    isMixed: mixed.length > 0,
    proxy: seen.proxy ?? '',
    noProxyEntries: entriesFor(privateZones, seen),
  }
  const known = new Map(endpointsFor(table, seen).map((endpoint) => [nameOf(endpoint), endpoint]))
  const all = seen.endpoints.map((one) => {
    const endpoint = known.get(nameOf(one)) ?? extraEndpoint(one.host, one.port)
    return verdictOf(endpoint, one, isNeeded(endpoint, table, context.privateLink.isUsed), knowledge, context)
  })
  const findings = [
    ...mixed,
    ...silentServers(seen.endpoints),
    ...clockFindings(seen),
    ...clusterFindings(seen),
    ...withoutPrivateLink(seen, table, context.privateLink.isUsed),
    ...all.flatMap((one) => one.findings),
  ]
  return {
    privateLink: context.privateLink,
    endpoints: all.map(({ verdict }) => verdict),
    findings: merged(findings),
  }
}

/** An entry with a dot is only about what is below it, so a zone that is itself an endpoint needs two. */
function entriesFor(zones: readonly string[], { endpoints }: Observations): string {
  const hosts = new Set(endpoints.map(({ host }) => host))
  return zones.flatMap((zone) => [`.${zone}`, ...(hosts.has(zone) ? [zone] : [])]).join(',')
}

function verdictOf(
  endpoint: Endpoint,
  seen: EndpointObservation,
  isNeededHere: boolean,
  knowledge: Knowledge,
  context: Context,
): { verdict: EndpointVerdict; findings: readonly DoctorFinding[] } {
  const addresses = addressesOf(endpoint, seen, knowledge)
  const findings = merged(isNeededHere ? endpointFindings(endpoint, seen, addresses, context) : [])
  const { tls, http, proxy } = seen
  const codes = findings.map(({ code }) => code)
  const verdict: EndpointVerdict = {
    endpoint,
    state: stateOf(findings, seen, isNeededHere),
    layer: layerOf(findings),
    addresses,
    isProxied: proxy !== undefined,
    tls: tls?.protocol === undefined ? undefined : { protocol: tls.protocol, issuer: tls.chain?.[0]?.issuer ?? '' },
    status: http?.status,
    codes,
  }
  return { verdict, findings }
}

/** Layer by layer: the first failure is named, and what follows from it is not. */
function endpointFindings(
  endpoint: Endpoint,
  seen: EndpointObservation,
  addresses: readonly AddressVerdict[],
  context: Context,
): DoctorFinding[] {
  if (seen.skipped) return [{ code: 'NOT_CHECKED', hosts: [nameOf(endpoint)], addresses: [], facts: {} }]
  if (seen.proxy !== undefined) {
    const failed = proxyFindings(endpoint, seen, context)
    return failed.length > 0 ? failed : answerFindings(seen)
  }
  const dns = dnsFindings(seen)
  if (dns.length > 0) return dns
  const wrong = addressFindings(endpoint, seen, addresses, context)
  if (wrong.some(({ code }) => CLASS_CODES.includes(code))) return wrong
  const explained = new Set(wrong.flatMap((finding) => finding.addresses))
  const connected = tcpFindings(seen, addresses, context).filter(
    (finding) => !finding.addresses.every((address) => explained.has(address)),
  )
  return [...wrong, ...connected, ...answerFindings(seen)]
}

/** Then it does not matter whether the address answers: it is the wrong one. */
const CLASS_CODES: readonly DoctorCode[] = ['PRIVATELINK_IS_PUBLIC', 'NOT_PRIVATE', 'UNEXPECTEDLY_PRIVATE']

const answerFindings = (seen: EndpointObservation) => [...tlsFindings(seen), ...httpFindings(seen)]

const addressesOf = (endpoint: Endpoint, seen: EndpointObservation, knowledge: Knowledge): AddressVerdict[] =>
  (seen.lookup?.addresses ?? []).map((address) => ({
    address,
    isPrivate: classOf(address) === 'private',
    ...holdingOf(address, endpoint.port, knowledge),
    result: seen.tcp?.find((one) => one.address === address)?.result,
  }))

function withoutPrivateLink(
  { features = [] }: Observations,
  table: EndpointTable | undefined,
  isUsed: boolean,
): DoctorFinding[] {
  if (!isUsed) return []
  return features.flatMap((feature): DoctorFinding[] => {
    const known = table?.features.get(feature)
    if (known === undefined || known.withPrivateLink) return []
    return [{ code: 'FEATURE_WITHOUT_PRIVATE_LINK', hosts: [], addresses: [], facts: { feature, what: known.what } }]
  })
}

function stateOf(
  findings: readonly DoctorFinding[],
  { skipped }: EndpointObservation,
  isNeededHere: boolean,
): EndpointVerdict['state'] {
  if (!isNeededHere) return 'not needed'
  if (skipped) return 'not checked'
  const severities = findings.map(severityOf)
  return severities.includes('error') ? 'fails' : severities.includes('warning') ? 'check' : 'works'
}

/** The first layer with a problem. */
function layerOf(findings: readonly DoctorFinding[]): Layer | undefined {
  const layers = findings.map(({ code }): Layer | undefined => DOCTOR_CODES[code][1])
  return LAYERS.find((layer) => layers.includes(layer))
}

const ORDER = Object.keys(DOCTOR_CODES)

/** Equal findings of several hosts become one; in the order of what to fix first. */
function merged(findings: readonly DoctorFinding[]): DoctorFinding[] {
  const groups = new Map<string, DoctorFinding>()
  for (const finding of findings) {
    const key = JSON.stringify([finding.code, finding.facts])
    const before = groups.get(key)
    const union = (a: readonly string[] = [], b: readonly string[]) => [...new Set([...a, ...b])]
    groups.set(key, {
      ...finding,
      hosts: union(before?.hosts, finding.hosts),
      addresses: union(before?.addresses, finding.addresses),
    })
  }
  return [...groups.values()].sort((a, b) => ORDER.indexOf(a.code) - ORDER.indexOf(b.code))
}
