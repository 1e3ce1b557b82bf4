import type { Explanation } from '../model/explanation.ts'
import { groupsOf } from '../model/group-by.ts'
import { type Case, type Context, type Found, type Layer, type Severity, saidOf, type Verdict } from './verdict.ts'
import { ADDRESSES } from './verdicts/addresses.ts'
import { CLOCK_AND_PROXY } from './verdicts/clock-and-proxy.ts'
import { CONNECTIONS } from './verdicts/connections.ts'
import { DNS } from './verdicts/dns.ts'
import { HTTP } from './verdicts/http.ts'
import { TLS } from './verdicts/tls.ts'
import { UNCHECKED } from './verdicts/unchecked.ts'

/** Every verdict, in order of evaluation: of an endpoint, the first failure counts, not its consequences. Equally bad ones are fixed in this order. */
const VERDICTS = { ...CLOCK_AND_PROXY, ...DNS, ...ADDRESSES, ...CONNECTIONS, ...TLS, ...HTTP, ...UNCHECKED }

export type DoctorCode = keyof typeof VERDICTS

/** A reported problem of one or several hosts. */
export interface DoctorFinding extends Found {
  readonly code: DoctorCode
}

/** The severity of a finding; a warning if the endpoint works although the policy does not allow it. */
export function severityOf({ code, facts }: { readonly code: DoctorCode; readonly facts: Found['facts'] }): Severity {
  return facts.isReached === 'yes' ? 'warning' : verdictOf(code).severity
}

/** The layer of a finding; undefined if the endpoint may still work. */
export const layerOf = (code: DoctorCode): Layer | undefined => verdictOf(code).layer

/** The sentences for a finding. */
export function adviceOf(finding: DoctorFinding): { what: string; fix: string } {
  const { what, fix } = verdictOf(finding.code)
  const said = saidOf<never>(finding)
  return { what: what(said), fix: typeof fix === 'string' ? fix : fix(said) }
}

/** The verdict with a code. */
const verdictOf = (code: DoctorCode) => VERDICTS[code] as Verdict

/** The findings of every verdict, in the order of what to fix first. Equal findings of several hosts are one. */
export function findingsOf(all: readonly Case[], context: Context): DoctorFinding[] {
  const explained: Explained = new Set()
  const failed = new Set<string>()
  const findings = DOCTOR_NAMES.flatMap((code) => {
    const verdict = verdictOf(code)
    const cases = all.filter((one) => isOpen(one, verdict, explained))
    const found: readonly Found[] = verdict.find({ ...context, all, cases, failed })
    const news = found.filter((one) => !isExplained(one, verdict, explained))
    for (const one of news) markExplained(one, verdict, explained)
    const named = news.map((one): DoctorFinding => ({ ...one, code }))
    const errors = named.filter((one) => verdict.layer !== undefined && severityOf(one) === 'error')
    for (const host of errors.flatMap(({ hosts }) => hosts)) failed.add(host)
    return named
  })
  return inOrder(merged(findings))
}

/** The endpoints, layers and addresses whose problem has a finding already, as `HOST`, `HOST LAYER` and `HOST ADDRESS`. */
type Explained = Set<string>

/** Behind a proxy, the proxy resolves names and connects. */
const NOT_THROUGH_PROXY: readonly Layer[] = ['DNS', 'address', 'TCP']

function isOpen({ name, seen }: Case, { layer }: Verdict, explained: Explained): boolean {
  if (explained.has(name)) return false
  if (layer === undefined) return true
  const isOfProxy = seen.proxy !== undefined && NOT_THROUGH_PROXY.includes(layer)
  return !seen.skipped && !isOfProxy && !explained.has(`${name} ${layer}`)
}

/** The result of a connection does not matter for a wrong address, or for one that no rule allows. */
function isExplained({ hosts, addresses }: Found, { layer }: Verdict, explained: Explained): boolean {
  const isKnown = (address: string) => hosts.some((host) => explained.has(`${host} ${address}`))
  return layer !== 'TLS' && layer !== 'HTTP' && addresses.length > 0 && addresses.every(isKnown)
}

function markExplained({ hosts, addresses }: Found, { settles, layer }: Verdict, explained: Explained): void {
  for (const host of hosts) {
    if (settles === 'endpoint') explained.add(host)
    if (settles === 'layer') explained.add(`${host} ${layer}`)
    if (settles === 'addresses') for (const address of addresses) explained.add(`${host} ${address}`)
  }
}

function merged(findings: readonly DoctorFinding[]): DoctorFinding[] {
  return groupsOf(findings, ({ code, facts }) => JSON.stringify([code, facts])).map((same) => ({
    ...same[0],
    hosts: [...new Set(same.flatMap(({ hosts }) => hosts))],
    addresses: [...new Set(same.flatMap(({ addresses }) => addresses))],
  }))
}

const SEVERITIES = ['error', 'warning', 'info']

/** The worst first; among equals, in the order of the table. */
const inOrder = (findings: readonly DoctorFinding[]): DoctorFinding[] =>
  findings.toSorted((a, b) => SEVERITIES.indexOf(severityOf(a)) - SEVERITIES.indexOf(severityOf(b)))

const PAGE = 'docs/doctor.md'
const PRIVATE_LINK = 'https://learn.microsoft.com/azure/azure-arc/kubernetes/private-link'
const ENDPOINTS = 'https://learn.microsoft.com/azure/azure-arc/kubernetes/network-requirements'

export const DOCTOR_NAMES = Object.keys(VERDICTS) as DoctorCode[]

/** Explains one finding of `doctor`. */
export function doctorHelpOf(code: DoctorCode): Explanation {
  const verdict = verdictOf(code)
  const { title, means } = verdict
  return {
    kind: 'finding',
    name: code,
    title,
    paragraphs: [means, ...fixesOf(verdict)],
    sources: [PAGE, /PRIVATE/.test(code) ? PRIVATE_LINK : ENDPOINTS],
  }
}

/** Every advice that a verdict can give, with placeholders for the facts of a host. */
function fixesOf({ fix, examples = { '': {} } }: Verdict): string[] {
  if (typeof fix === 'string') return [fix]
  return Object.entries(examples).map(([when, facts]) => {
    const text = fix(saidOf({ hosts: ['HOST'], addresses: ['ADDRESS'], facts }))
    return when === '' ? text : `${when}: ${text}`
  })
}
