import type { PrivateLink } from './context.ts'
import type { Endpoint } from './endpoint.ts'
import type { AddressVerdict, Found, Layer, Severity } from './verdict.ts'
import { type DoctorCode, VERDICTS } from './verdicts/table.ts'

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
export const adviceOf = (finding: DoctorFinding) => verdictOf(finding.code).say(finding as never)

/** The verdict with a code. */
export const verdictOf = (code: DoctorCode) => VERDICTS.find((one) => one.code === code) as (typeof VERDICTS)[number]

/** The state of one endpoint. */
export interface EndpointVerdict {
  readonly endpoint: Endpoint
  readonly state: 'fails' | 'check' | 'works' | 'not needed' | 'not checked'
  /** The first layer with a problem. */
  readonly layer: Layer | undefined
  readonly addresses: readonly AddressVerdict[]
  readonly isProxied: boolean
  readonly tls: { readonly protocol: string; readonly issuer: string } | undefined
  readonly status: number | undefined
  /** The codes of its findings, worst first. */
  readonly codes: readonly DoctorCode[]
}

export interface Diagnosis {
  readonly privateLink: PrivateLink
  readonly endpoints: readonly EndpointVerdict[]
  /** In the order of what to fix first. */
  readonly findings: readonly DoctorFinding[]
}
